//! HTML from blocks. Every tag and attribute is written here, so the allow-list is this file:
//! nothing a text, key or address holds reaches the output unescaped.

use std::fmt::Write;

use super::inline::{Event, Inline, Mark};
use super::lists::{Lists, Step, list_place};
use super::plain::is_blank;
use super::{Block, Body, EmbedBlock, ListItem, Picture, TableBlock, TextStyle, safe_src};
use crate::EntryId;

/// How a body is set into its page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct HtmlOptions {
    /// Level that the style `h1` becomes, 1 to 6; the others follow, down to `<h6>`.
    pub base_heading_level: u8,
}

impl Default for HtmlOptions {
    fn default() -> Self {
        Self { base_heading_level: 1 }
    }
}

impl Body {
    /// HTML5 with `links` naming the address of an entry's page; entries without one stay plain text. Blocks
    /// without text are left out.
    pub fn html(&self, links: &impl Fn(EntryId) -> Option<String>) -> String {
        self.html_with(links, HtmlOptions::default())
    }

    /// [`Body::html`] with options.
    pub fn html_with(&self, links: &impl Fn(EntryId) -> Option<String>, options: HtmlOptions) -> String {
        let text_len = self.text_len();
        let mut page = Page {
            out: String::with_capacity(text_len + text_len / 4 + 64 * self.blocks.len()),
            lists: Lists::default(),
            is_quoting: false,
        };
        let mut inline = Inline::default();
        for block in &self.blocks {
            page.block(block, &mut inline, links, options);
        }
        page.leave_quote();
        page.leave_lists();
        page.out
    }
}

struct Page {
    out: String,
    lists: Lists,
    is_quoting: bool,
}

impl Page {
    fn block<'a>(
        &mut self,
        block: &'a Block,
        inline: &mut Inline<'a>,
        links: &impl Fn(EntryId) -> Option<String>,
        options: HtmlOptions,
    ) {
        if block.is_empty() {
            return;
        }
        let place = if let Block::Text(text) = block { list_place(text) } else { None };
        let is_quote = place.is_none() && matches!(block, Block::Text(text) if text.style == TextStyle::Blockquote);
        if !is_quote {
            self.leave_quote();
        }
        match place {
            Some((kind, level)) => {
                let Self { lists, out, .. } = self;
                lists.enter(kind, level, |step| list_step(out, step));
            }
            None => self.leave_lists(),
        }
        match block {
            Block::Text(text) => {
                inline.read(text, links);
                if place.is_some() {
                    return write_inline(&mut self.out, inline);
                }
                if is_quote && !self.is_quoting {
                    self.out.push_str("<blockquote>");
                    self.is_quoting = true;
                }
                let (open, close) = text_tags(text.style, options);
                self.out.push_str(open);
                write_inline(&mut self.out, inline);
                self.out.push_str(close);
            }
            Block::Image(block) => self.picture(&block.image),
            Block::Gallery(block) => {
                self.out.push_str("<figure class=\"gallery\">");
                block.items.iter().for_each(|item| self.picture(item));
                self.out.push_str("</figure>");
            }
            Block::Embed(embed) => self.embed(embed),
            Block::Table(table) => self.table(table),
            Block::Code(code) => {
                // A parser drops one newline right after <pre>; the <code> between keeps it.
                self.out.push_str("<pre><code>");
                escape(&mut self.out, &code.text, "\n");
                self.out.push_str("</code></pre>");
            }
            Block::Divider(_) => self.out.push_str("<hr>"),
        }
    }

    fn picture(&mut self, picture: &Picture) {
        let source = safe_src(&picture.url);
        let caption = picture.caption.as_deref().filter(|text| !is_blank(text));
        if source.is_none() && caption.is_none() {
            return;
        }
        self.out.push_str("<figure>");
        if let Some(source) = source {
            self.attribute("<img src", &source);
            self.attribute(" alt", picture.alt.as_deref().unwrap_or_default());
            self.out.push('>');
        }
        self.caption(caption);
        self.out.push_str("</figure>");
    }

    fn embed(&mut self, embed: &EmbedBlock) {
        self.out.push_str("<figure class=\"embed\"");
        if let Some(provider) = &embed.provider {
            self.attribute(" data-provider", provider);
        }
        self.out.push('>');
        let source = safe_src(&embed.url);
        if let Some(source) = &source {
            self.attribute("<a href", source);
            self.out.push('>');
        }
        escape(&mut self.out, &embed.url, "\n");
        if source.is_some() {
            self.out.push_str("</a>");
        }
        self.caption(embed.caption.as_deref().filter(|text| !is_blank(text)));
        self.out.push_str("</figure>");
    }

    fn caption(&mut self, caption: Option<&str>) {
        let Some(caption) = caption else { return };
        self.out.push_str("<figcaption>");
        escape(&mut self.out, caption, "<br>");
        self.out.push_str("</figcaption>");
    }

    fn table(&mut self, table: &TableBlock) {
        self.out.push_str("<table>");
        if let Some(caption) = &table.caption {
            self.out.push_str("<caption>");
            escape(&mut self.out, caption, "<br>");
            self.out.push_str("</caption>");
        }
        let head_len = usize::try_from(table.header_rows).unwrap_or(usize::MAX).min(table.rows.len());
        let (head, rows) = table.rows.split_at(head_len);
        self.rows(head, ["<thead>", "</thead>", "<th scope=\"col\">", "</th>"]);
        self.rows(rows, ["<tbody>", "</tbody>", "<td>", "</td>"]);
        self.out.push_str("</table>");
    }

    fn rows(&mut self, rows: &[Vec<String>], [open, close, open_cell, close_cell]: [&str; 4]) {
        if rows.is_empty() {
            return;
        }
        self.out.push_str(open);
        for row in rows {
            self.out.push_str("<tr>");
            for cell in row {
                self.out.push_str(open_cell);
                escape(&mut self.out, cell, "<br>");
                self.out.push_str(close_cell);
            }
            self.out.push_str("</tr>");
        }
        self.out.push_str(close);
    }

    fn attribute(&mut self, name: &str, value: &str) {
        write_attribute(&mut self.out, name, value);
    }

    fn leave_quote(&mut self) {
        if std::mem::take(&mut self.is_quoting) {
            self.out.push_str("</blockquote>");
        }
    }

    fn leave_lists(&mut self) {
        let Self { lists, out, .. } = self;
        lists.leave(|step| list_step(out, step));
    }
}

fn list_step(out: &mut String, step: Step) {
    out.push_str(match step {
        Step::Open(ListItem::Bullet) => "<ul><li>",
        Step::Open(ListItem::Number) => "<ol><li>",
        Step::Next => "</li><li>",
        Step::Close(ListItem::Bullet) => "</li></ul>",
        Step::Close(ListItem::Number) => "</li></ol>",
    });
}

fn text_tags(style: TextStyle, options: HtmlOptions) -> (&'static str, &'static str) {
    const HEADINGS: [(&str, &str); 6] = [
        ("<h1>", "</h1>"),
        ("<h2>", "</h2>"),
        ("<h3>", "</h3>"),
        ("<h4>", "</h4>"),
        ("<h5>", "</h5>"),
        ("<h6>", "</h6>"),
    ];
    match style.heading_level() {
        Some(level) => {
            let level = usize::from(level) + usize::from(options.base_heading_level.clamp(1, 6)) - 1;
            HEADINGS[level.min(6) - 1]
        }
        None => ("<p>", "</p>"),
    }
}

fn write_inline(out: &mut String, inline: &Inline<'_>) {
    for event in &inline.events {
        match *event {
            Event::Text(text) => escape(out, text, "<br>"),
            Event::Open(Mark::Anchor(at)) => {
                let anchor = &inline.anchors[usize::from(at)];
                write_attribute(out, "<a href", &anchor.href);
                if let Some(entry) = anchor.entry {
                    // A content id is hexadecimal digits and hyphens.
                    let _ = write!(out, " data-entry=\"{entry}\"");
                }
                out.push('>');
            }
            Event::Open(mark) => {
                out.push('<');
                out.push_str(tag(mark));
                out.push('>');
            }
            Event::Close(mark) => {
                out.push_str("</");
                out.push_str(tag(mark));
                out.push('>');
            }
        }
    }
}

/// Name of the element of a mark.
pub(super) fn tag(mark: Mark) -> &'static str {
    match mark {
        Mark::Anchor(_) => "a",
        Mark::Strong => "strong",
        Mark::Em => "em",
        Mark::Underline => "u",
        Mark::Strike => "s",
        Mark::Sub => "sub",
        Mark::Sup => "sup",
        Mark::Code => "code",
    }
}

fn write_attribute(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    escape(out, value, "&#10;");
    out.push('"');
}

/// Writes `text` for element content or a quoted attribute: `& < > " '` become references, newlines `newline`,
/// and other control characters but the tab, which HTML cannot carry, are dropped.
fn escape(out: &mut String, text: &str, newline: &str) {
    let mut rest = text;
    let is_special = |byte: u8| byte < 0x20 || matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'' | 0x7f);
    while let Some(at) = rest.bytes().position(is_special) {
        out.push_str(&rest[..at]);
        match rest.as_bytes()[at] {
            b'&' => out.push_str("&amp;"),
            b'<' => out.push_str("&lt;"),
            b'>' => out.push_str("&gt;"),
            b'"' => out.push_str("&quot;"),
            b'\'' => out.push_str("&#39;"),
            b'\n' => out.push_str(newline),
            b'\t' => out.push('\t'),
            _ => {}
        }
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
}
