//! A streaming reader of WordPress' export format (WXR 1.2), one item in memory at a time.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use quick_xml::errors::SyntaxError;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::{Reader, XmlVersion};

use super::gate::{Gate, Refused};
use super::item::{Author, Channel, Filing, Item, META_KEYS, Term};

/// Something of the file, in the order it stands there.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "one lives at a time, and most are items")]
pub(crate) enum Part {
    Author(Author),
    Term(Term),
    Item(Item),
}

/// Why reading stopped.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    #[allow(missing_docs)]
    #[error(transparent)]
    Io(std::io::Error),
    #[allow(missing_docs)]
    #[error("this is a folder: give the path of the export file in it")]
    Folder,
    /// A pipe, a terminal or another device.
    #[error("this is not a regular file, and the import reads it more than once: save the export to a file first")]
    Stream,
    /// The file holds something that is never let in.
    #[error("line {line}: {refused}")]
    Refused {
        #[allow(missing_docs)]
        line: u64,
        #[allow(missing_docs)]
        refused: Refused,
    },
    /// The XML breaks off or contradicts itself.
    #[error("line {line}: the XML is broken: {what}")]
    Broken {
        #[allow(missing_docs)]
        line: u64,
        #[allow(missing_docs)]
        what: String,
    },
    /// Well-formed, and something else.
    #[error("this is not a WordPress export: the outermost element is <{0}>, not <rss>")]
    NotWxr(String),
    #[allow(missing_docs)]
    #[error("the file says it is in {0}: convert it to UTF-8, for instance with `iconv -t UTF-8`")]
    Encoding(String),
}

/// What an open element is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Rss,
    Channel,
    Author,
    Term,
    Item,
    Meta,
    /// An element whose text is a value.
    Field,
    /// An element nobody asks for, with all it holds.
    Ignored,
}

/// See the module.
pub(crate) struct WxrReader<R: Read> {
    xml: Reader<Gate<R>>,
    buffer: Vec<u8>,
    path: Vec<Place>,
    /// Text of the open field.
    text: String,
    author: Author,
    term: Term,
    item: Item,
    meta: (String, String),
    /// Facts of the site; whole once the first item has been read.
    pub(crate) channel: Channel,
    wants_text: bool,
    repaired: Vec<u64>,
    is_done: bool,
}

impl WxrReader<File> {
    /// `wants_text` false leaves out content and excerpt, which a survey does not need.
    pub(crate) fn open(path: &Path, wants_text: bool) -> Result<Self, ReadError> {
        // Asked first: to open a pipe waits for somebody to write into it.
        let facts = std::fs::metadata(path).map_err(ReadError::Io)?;
        if facts.is_dir() {
            return Err(ReadError::Folder);
        }
        if !facts.is_file() {
            return Err(ReadError::Stream);
        }
        Ok(Self::new(File::open(path).map_err(ReadError::Io)?, wants_text))
    }
}

impl<R: Read> WxrReader<R> {
    pub(crate) fn new(source: R, wants_text: bool) -> Self {
        let mut xml = Reader::from_reader(Gate::new(source));
        xml.config_mut().allow_dangling_amp = true;
        Self {
            xml,
            buffer: Vec::new(),
            path: Vec::new(),
            text: String::new(),
            author: Author::default(),
            term: Term::default(),
            item: Item::default(),
            meta: Default::default(),
            channel: Channel::default(),
            wants_text,
            repaired: Vec::new(),
            is_done: false,
        }
    }

    /// Bytes read so far, those left out not counted.
    pub(crate) fn position(&self) -> u64 {
        self.xml.buffer_position()
    }

    /// Lines with bytes that were not UTF-8.
    pub(crate) fn repaired_lines(&self) -> &[u64] {
        &self.repaired
    }

    /// The next part, or `None` at the end of the file. After an error there is nothing more.
    pub(crate) fn next(&mut self) -> Result<Option<Part>, ReadError> {
        if self.is_done {
            return Ok(None);
        }
        let part = self.read_part();
        self.is_done = !matches!(part, Ok(Some(_)));
        part
    }

    fn read_part(&mut self) -> Result<Option<Part>, ReadError> {
        loop {
            self.buffer.clear();
            let mut buffer = std::mem::take(&mut self.buffer);
            let event = match self.xml.read_event_into(&mut buffer) {
                Ok(event) => event,
                Err(error) => return Err(self.explain(error)),
            };
            let part = match event {
                Event::Start(tag) => self.open_element(&tag).map(|()| None)?,
                Event::Empty(tag) => {
                    self.open_element(&tag)?;
                    self.close_element(tag.name().as_ref())
                }
                Event::End(tag) => self.close_element(tag.name().as_ref()),
                Event::Eof if self.path.is_empty() => return Ok(None),
                Event::Eof => {
                    let what = truncated("an element");
                    return Err(ReadError::Broken { line: self.xml.get_ref().line(), what });
                }
                Event::Decl(declaration) => {
                    let is_known = |name: &str| matches!(name, "utf-8" | "utf8" | "us-ascii");
                    if let Some(Ok(encoding)) = declaration.encoding()
                        && !is_known(&encoding.to_ascii_lowercase())
                    {
                        return Err(ReadError::Encoding(encoding.into_owned()));
                    }
                    None
                }
                _ if self.path.last() != Some(&Place::Field) => None,
                Event::Text(text) => {
                    self.text.push_str(&text.xml10_content());
                    None
                }
                Event::CData(text) => {
                    self.text.push_str(&text.xml10_content());
                    None
                }
                Event::GeneralRef(reference) => {
                    push_reference(&mut self.text, &reference);
                    None
                }
                Event::Comment(_) | Event::PI(_) | Event::DocType(_) => None,
            };
            self.buffer = buffer;
            if part.is_some() {
                return Ok(part);
            }
        }
    }

    fn open_element(&mut self, tag: &BytesStart<'_>) -> Result<(), ReadError> {
        let name = tag.name();
        let name = name.as_ref();
        let place = match (self.path.last(), name) {
            (None, "rss") => Place::Rss,
            (None, other) => return Err(ReadError::NotWxr(other.to_owned())),
            (Some(Place::Rss), "channel") => Place::Channel,
            (Some(Place::Channel), "wp:author") => Place::Author,
            (Some(Place::Channel), "wp:category" | "wp:tag" | "wp:term") => Place::Term,
            (Some(Place::Channel), "item") => {
                self.item = Item { line: self.xml.get_ref().line(), ..Item::default() };
                Place::Item
            }
            (Some(Place::Item), "wp:postmeta") => Place::Meta,
            (Some(Place::Item), "wp:comment") | (Some(Place::Rss | Place::Field | Place::Ignored), _) => Place::Ignored,
            (Some(place), name) => {
                if (*place, name) == (Place::Item, "category") {
                    let value = |key| attribute(tag, key);
                    let filing = Filing { domain: value("domain"), nicename: value("nicename"), name: String::new() };
                    self.item.filings.push(filing);
                }
                Place::Field
            }
        };
        if place == Place::Field {
            self.text.clear();
        }
        self.path.push(place);
        Ok(())
    }

    fn close_element(&mut self, name: &str) -> Option<Part> {
        let place = self.path.pop()?;
        let gate = self.xml.get_mut();
        self.repaired.extend(gate.take_repaired());
        let cut = gate.take_cut_text();
        match place {
            Place::Field => {
                let outer = *self.path.last()?;
                if let (Some(line), Place::Item | Place::Meta) = (cut, outer) {
                    self.item.overlong.get_or_insert((name.to_owned(), line));
                }
                self.assign(outer, name);
                None
            }
            Place::Meta => {
                let (key, value) = std::mem::take(&mut self.meta);
                if META_KEYS.contains(&key.as_str()) {
                    self.item.meta.push((key, value));
                }
                None
            }
            Place::Author => Some(Part::Author(std::mem::take(&mut self.author))),
            Place::Term => {
                let mut term = std::mem::take(&mut self.term);
                match name {
                    "wp:category" => term.taxonomy = "category".to_owned(),
                    "wp:tag" => term.taxonomy = "post_tag".to_owned(),
                    _ => {}
                }
                Some(Part::Term(term))
            }
            Place::Item => Some(Part::Item(std::mem::take(&mut self.item))),
            Place::Rss | Place::Channel | Place::Ignored => None,
        }
    }

    /// Puts the text of the closed field where it belongs.
    fn assign(&mut self, outer: Place, name: &str) {
        if has_controls(&self.text) {
            self.text.retain(|c| !is_control(c));
            self.item.has_controls |= matches!(outer, Place::Item | Place::Meta);
        }
        let (item, term, channel) = (&mut self.item, &mut self.term, &mut self.channel);
        let target = match (outer, name) {
            (Place::Channel, "link") => &mut channel.link,
            (Place::Channel, "language") => &mut channel.language,
            (Place::Channel, "pubDate") => &mut channel.pub_date,
            (Place::Channel, "wp:base_site_url") => &mut channel.base_site_url,
            (Place::Channel, "wp:base_blog_url") => &mut channel.base_blog_url,
            (Place::Author, "wp:author_login") => &mut self.author.login,
            (Place::Author, "wp:author_display_name") => &mut self.author.display_name,
            (Place::Term, "wp:term_id") => &mut term.id,
            (Place::Term, "wp:term_taxonomy") => &mut term.taxonomy,
            (Place::Term, "wp:category_nicename" | "wp:tag_slug" | "wp:term_slug") => &mut term.slug,
            (Place::Term, "wp:category_parent" | "wp:term_parent") => &mut term.parent,
            (Place::Term, "wp:cat_name" | "wp:tag_name" | "wp:term_name") => &mut term.name,
            (Place::Term, "wp:category_description" | "wp:tag_description" | "wp:term_description") => {
                &mut term.description
            }
            (Place::Meta, "wp:meta_key") => &mut self.meta.0,
            (Place::Meta, "wp:meta_value") => &mut self.meta.1,
            (Place::Item, "content:encoded" | "excerpt:encoded") if !self.wants_text => return,
            (Place::Item, "content:encoded") => &mut item.content,
            (Place::Item, "excerpt:encoded") => &mut item.excerpt,
            (Place::Item, "title") => &mut item.title,
            (Place::Item, "link") => &mut item.link,
            (Place::Item, "guid") => &mut item.guid,
            (Place::Item, "pubDate") => &mut item.pub_date,
            (Place::Item, "dc:creator") => &mut item.creator,
            (Place::Item, "category") => match item.filings.last_mut() {
                Some(filing) => &mut filing.name,
                None => return,
            },
            (Place::Item, "wp:post_id") => &mut item.id,
            (Place::Item, "wp:post_date") => &mut item.date,
            (Place::Item, "wp:post_date_gmt") => &mut item.date_gmt,
            (Place::Item, "wp:post_modified") => &mut item.modified,
            (Place::Item, "wp:post_modified_gmt") => &mut item.modified_gmt,
            (Place::Item, "wp:post_name") => &mut item.slug,
            (Place::Item, "wp:status") => &mut item.status,
            (Place::Item, "wp:post_parent") => &mut item.parent,
            (Place::Item, "wp:post_type") => &mut item.kind,
            (Place::Item, "wp:post_password") => &mut item.password,
            (Place::Item, "wp:attachment_url") => &mut item.attachment_url,
            (Place::Item, "wp:is_sticky") => {
                item.is_sticky = self.text.trim() == "1";
                return;
            }
            _ => return,
        };
        let is_text = matches!(name, "content:encoded" | "excerpt:encoded");
        *target = if is_text { std::mem::take(&mut self.text) } else { self.text.trim().to_owned() };
    }

    fn explain(&self, error: quick_xml::Error) -> ReadError {
        let line = self.xml.get_ref().line();
        match error {
            quick_xml::Error::Io(error) => match error.get_ref().and_then(|inner| inner.downcast_ref::<Refused>()) {
                Some(refused) => ReadError::Refused { line, refused: *refused },
                None => ReadError::Io(std::io::Error::new(error.kind(), error.to_string())),
            },
            // Of markup that begins with `<!` the gate lets no other through than what the end of the file cuts off.
            quick_xml::Error::Syntax(SyntaxError::UnclosedCData | SyntaxError::InvalidBangMarkup) => {
                ReadError::Broken { line, what: truncated("a text (`<![CDATA[`)") }
            }
            quick_xml::Error::Syntax(SyntaxError::UnclosedTag) => ReadError::Broken { line, what: truncated("a tag") },
            other => ReadError::Broken { line, what: other.to_string() },
        }
    }
}

fn truncated(place: &str) -> String {
    format!("the file is truncated, it ends in the middle of {place}; copy or export it again")
}

fn attribute(tag: &BytesStart<'_>, key: &str) -> String {
    let found = tag.attributes().with_checks(false).flatten().find(|attribute| attribute.key.as_ref() == key);
    found
        .and_then(|attribute| attribute.normalized_value(XmlVersion::Implicit1_0).ok())
        .map(|value| value.trim().replace(is_control, ""))
        .unwrap_or_default()
}

fn has_controls(text: &str) -> bool {
    text.bytes().any(|byte| is_control(char::from(byte)))
}

/// Characters that no text of the record may hold.
fn is_control(c: char) -> bool {
    c < ' ' && !matches!(c, '\n' | '\t')
}

/// XML's own five names and character numbers are resolved; other names stand as they are, for the HTML
/// parser to read.
fn push_reference(text: &mut String, reference: &BytesRef<'_>) {
    match reference.resolve_char_ref() {
        Ok(Some(c)) => text.push(c),
        Ok(None) => match quick_xml::escape::resolve_predefined_entity(reference) {
            Some(c) => text.push_str(c),
            None => text.extend(["&", &**reference, ";"]),
        },
        Err(_) => text.push('\u{fffd}'),
    }
}
