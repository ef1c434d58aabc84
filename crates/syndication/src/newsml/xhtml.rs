//! Bodies as XHTML. The only HTML that comes here is written by `griot_domain::Body`: it nests, quotes every attribute,
//! closes all but void elements and refers to characters by XML's own names or by number. So it is read as XML in which
//! void elements end where they begin, and each name and value is written anew. Anything else is not trusted: the plain
//! text stands in for it.

use quick_xml::Reader;
use quick_xml::escape::unescape;
use quick_xml::events::{BytesStart, Event};

use super::xml::Element;
use crate::item::{Article, Item};

const NAMESPACE: &str = "http://www.w3.org/1999/xhtml";

/// The body as a whole page, as readers of NewsML-G2 expect.
pub(super) fn page(item: &Item, article: &Article) -> Element {
    let body = read(&article.html, &item.issuer.site).unwrap_or_else(|| paragraphs(&article.text));
    Element::new("html")
        .with("xmlns", NAMESPACE)
        .with("xml:lang", item.locale.as_str())
        .with_some("dir", super::meta::direction(&item.locale))
        .child(Element::new("head").child(Element::of_line("title", &article.headline)))
        .child(body)
}

/// `html` as a `<body>`, links within the site made absolute; `None` when it is not of the kind described above.
fn read(html: &str, site: &str) -> Option<Element> {
    let mut reader = Reader::from_str(html);
    // Void elements have no end tags; ends are matched below.
    reader.config_mut().check_end_names = false;
    let mut open = vec![Element::new("body")];
    loop {
        match reader.read_event().ok()? {
            Event::Start(tag) => {
                let element = element(&tag, site)?;
                if is_void(&element.name) {
                    open.last_mut()?.push(element);
                } else {
                    open.push(element);
                }
            }
            Event::End(tag) => {
                let element = open.pop().filter(|element| element.name == tag.name().as_ref())?;
                open.last_mut()?.push(element);
            }
            Event::Text(text) => open.last_mut()?.push_text(&text.into_inner()),
            Event::GeneralRef(name) => open.last_mut()?.push_text(&unescape(&format!("&{};", name.into_inner())).ok()?),
            Event::Eof => break,
            _ => return None,
        }
    }
    open.pop().filter(|_| open.is_empty())
}

fn element(tag: &BytesStart<'_>, site: &str) -> Option<Element> {
    let mut element = Element::new(plain_name(tag.name().as_ref())?);
    for attribute in tag.attributes() {
        let attribute = attribute.ok()?;
        let name = plain_name(attribute.key.as_ref())?;
        let value = unescape(&attribute.value).ok()?.into_owned();
        // Out of its site, an address has to name it.
        let is_of_site = name == "href" && value.starts_with('/');
        element = element.with(name, if is_of_site { format!("{site}{value}") } else { value });
    }
    Some(element)
}

/// A name without prefix, as all of HTML's are.
fn plain_name(name: &str) -> Option<String> {
    let starts = name.starts_with(|c: char| c.is_ascii_lowercase());
    let goes_on = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    (starts && name != "xmlns" && name.chars().all(goes_on)).then(|| name.to_owned())
}

fn is_void(name: &str) -> bool {
    matches!(name, "br" | "hr" | "img")
}

/// Plain text as a `<body>` of paragraphs.
fn paragraphs(text: &str) -> Element {
    let paragraphs = text.split("\n\n").filter(|paragraph| !paragraph.trim().is_empty());
    Element::new("body").children(paragraphs.map(|paragraph| super::parts::lines("p", paragraph)))
}
