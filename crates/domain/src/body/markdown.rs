//! CommonMark from blocks, with GFM tables. Text is escaped so that a parser reads the same words back.

mod line;

use std::fmt::Write;

use self::line::{Line, destination, longest_run};
use super::inline::Inline;
use super::lists::{Lists, list_place};
use super::plain::is_blank;
use super::{Block, Body, EmbedBlock, ListItem, Picture, TableBlock, TextBlock, TextStyle, safe_src};
use crate::EntryId;

impl Body {
    /// CommonMark with `links` naming the address of an entry's page; entries without one stay plain text.
    /// Underline, sub- and superscript are inline tags. Blocks without text are left out.
    pub fn markdown(&self, links: &impl Fn(EntryId) -> Option<String>) -> String {
        let text_len = self.text_len();
        let room = text_len + text_len / 8 + 16 * self.blocks.len();
        let mut page = Page { line: Line::default(), lists: Lists::default(), previous: Previous::Nothing };
        page.line.out.reserve(room);
        let mut inline = Inline::default();
        for block in self.blocks.iter().filter(|block| !block.is_empty()) {
            page.block(block, &mut inline, links);
        }
        let mut out = page.line.out;
        if !out.is_empty() {
            out.push('\n');
        }
        out
    }
}

/// What the block before was, which decides how it is set off.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Previous {
    Nothing,
    Item,
    Quote,
    Other,
}

struct Page {
    line: Line,
    lists: Lists,
    previous: Previous,
}

impl Page {
    fn block<'a>(&mut self, block: &'a Block, inline: &mut Inline<'a>, links: &impl Fn(EntryId) -> Option<String>) {
        let this = match block {
            Block::Text(text) if text.list_item.is_some() => Previous::Item,
            Block::Text(TextBlock { style: TextStyle::Blockquote, .. }) => Previous::Quote,
            _ => Previous::Other,
        };
        if self.previous != Previous::Nothing {
            self.line.out.push_str(match (self.previous, this) {
                (Previous::Item, Previous::Item) => "\n",
                (Previous::Quote, Previous::Quote) => "\n>\n",
                _ => "\n\n",
            });
        }
        self.previous = this;
        if this != Previous::Item {
            self.lists.leave(|_| {});
        }
        match block {
            Block::Text(text) => self.text(text, inline, links),
            Block::Image(block) => self.pictures(std::slice::from_ref(&block.image)),
            Block::Gallery(block) => self.pictures(&block.items),
            Block::Embed(embed) => self.embed(embed),
            Block::Table(table) => self.table(table),
            Block::Code(code) => {
                let fence = "`".repeat(longest_run(&code.text, '`').max(2) + 1);
                let text = code.text.trim_end_matches('\n');
                let _ = write!(self.line.out, "{fence}\n{text}\n{fence}");
            }
            Block::Divider(_) => self.line.out.push_str("---"),
        }
    }

    fn text<'a>(&mut self, text: &'a TextBlock, inline: &mut Inline<'a>, links: &impl Fn(EntryId) -> Option<String>) {
        let Self { line, lists, .. } = self;
        let heading = text.style.heading_level().filter(|_| text.list_item.is_none());
        if let Some((kind, level)) = list_place(text) {
            lists.enter(kind, level, |_| {});
            let (item, around) = lists.open.split_last().expect("an item has just been entered");
            let indent: usize = around.iter().map(|list| marker(list.kind, list.number).len()).sum();
            let marker = marker(item.kind, item.number);
            let _ = write!(line.out, "{:indent$}{marker}", "");
            line.begin(" ".repeat(indent + marker.len()));
        } else if let Some(level) = heading {
            let _ = write!(line.out, "{:#<1$} ", "", usize::from(level));
            line.begin(String::new());
            line.is_heading = true;
        } else if text.style == TextStyle::Blockquote {
            line.out.push_str("> ");
            line.begin("> ".to_owned());
        } else {
            line.begin(String::new());
        }
        inline.read(text, links);
        line.inline(inline);
        line.is_heading = false;
    }

    fn pictures(&mut self, pictures: &[Picture]) {
        let mut parts = Vec::new();
        for picture in pictures {
            if let Some(source) = safe_src(&picture.url) {
                let mut alt = Line::default();
                alt.text(picture.alt.as_deref().unwrap_or_default());
                parts.push(format!("![{}]({})", alt.out.trim_end(), destination(&source)));
            }
            parts.extend(paragraph(picture.caption.as_deref()));
        }
        self.line.out.push_str(&parts.join("\n\n"));
    }

    fn embed(&mut self, embed: &EmbedBlock) {
        let address = paragraph(Some(&embed.url)).map(|text| match safe_src(&embed.url) {
            Some(source) => format!("[{text}]({})", destination(&source)),
            None => text,
        });
        let parts: Vec<_> = address.into_iter().chain(paragraph(embed.caption.as_deref())).collect();
        self.line.out.push_str(&parts.join("\n\n"));
    }

    /// The first row is the heading, or an empty one where the table has none: GFM asks for it.
    fn table(&mut self, table: &TableBlock) {
        let caption = paragraph(table.caption.as_deref());
        let columns = table.rows.iter().map(Vec::len).max().unwrap_or_default();
        let out = &mut self.line.out;
        if let Some(caption) = &caption {
            out.push_str(caption);
        }
        if columns == 0 {
            return;
        }
        if caption.is_some() {
            out.push_str("\n\n");
        }
        let (head, rows) = table.rows.split_at(usize::from(table.header_rows > 0));
        let row = |cells: &[String]| {
            let cell = |column: usize| cells.get(column).map(|text| cell(text)).unwrap_or_default();
            (0..columns).fold("|".to_owned(), |row, column| row + " " + &cell(column) + " |")
        };
        out.push_str(&row(head.first().map_or(&[], Vec::as_slice)));
        out.push_str("\n|");
        out.push_str(&" --- |".repeat(columns));
        for cells in rows {
            out.push('\n');
            out.push_str(&row(cells));
        }
    }
}

fn marker(kind: ListItem, number: u32) -> String {
    match kind {
        ListItem::Bullet => "- ".to_owned(),
        ListItem::Number => format!("{number}. "),
    }
}

/// `text` as one paragraph, `None` when it is blank.
fn paragraph(text: Option<&str>) -> Option<String> {
    let text = text.filter(|text| !is_blank(text))?;
    let mut line = Line::default();
    line.text(text);
    line.finish();
    Some(line.out)
}

fn cell(text: &str) -> String {
    let one_line: String = text.chars().map(|c| if c == '\n' { ' ' } else { c }).collect();
    let mut line = Line::default();
    line.text(&one_line);
    // A backslash before a pipe means something else to tables than to text.
    line.out.trim_end().replace("\\|", "&#124;")
}
