//! Plain text from blocks.

use unicode_normalization::char::is_combining_mark;

use super::{Block, Body, Picture, TableBlock, TextStyle};

impl Body {
    /// The text alone. Blocks are separated by a blank line, items of one list by a line end. Images give their
    /// captions, tables lines of tab-separated cells, embeds their address and caption; dividers nothing.
    pub fn plain_text(&self) -> String {
        let mut out = String::with_capacity(self.text_len() + 2 * self.blocks.len());
        self.write_plain(&mut out, usize::MAX);
        out
    }

    /// The beginning of the plain text: all of it when it has at most `max_chars` characters, else as many whole
    /// words as fit with `…` behind them. A single longer word is cut.
    pub fn plain_text_up_to(&self, max_chars: usize) -> String {
        let mut out = String::new();
        self.write_plain(&mut out, max_chars);
        let Some((limit, _)) = out.char_indices().nth(max_chars) else { return out };
        if max_chars == 0 {
            return String::new();
        }
        // One character is kept for the ellipsis; a word that ends exactly there is whole.
        let room = out.char_indices().nth(max_chars - 1).map_or(limit, |(at, _)| at);
        let ends_word = out[room..].starts_with(char::is_whitespace);
        let cut = match out[..room].rfind(char::is_whitespace) {
            _ if ends_word => room,
            Some(at) => at,
            None => within_character(&out, room),
        };
        let is_loose = |c: char| c.is_whitespace() || matches!(c, ',' | ';' | ':' | '-' | '–' | '—' | '(' | '«' | '“');
        let kept = out[..cut].trim_end_matches(is_loose).len();
        out.truncate(kept);
        out.push('…');
        out
    }

    /// Number of words: runs without white space that hold a letter or digit.
    pub fn word_count(&self) -> usize {
        self.plain_text().split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count()
    }

    /// Bytes of text in the blocks, roughly: what a rendering has room for from the start.
    pub(super) fn text_len(&self) -> usize {
        self.blocks.iter().map(Block::text_len).sum()
    }

    /// Writes blocks until more than `max_chars` characters stand in `out`.
    fn write_plain(&self, out: &mut String, max_chars: usize) {
        let mut follows_item = false;
        for block in &self.blocks {
            if matches!(block, Block::Divider(_)) || block.is_empty() {
                follows_item &= block.is_empty();
                continue;
            }
            let is_item = matches!(block, Block::Text(text) if text.list_item.is_some());
            if !out.is_empty() {
                out.push_str(if is_item && follows_item { "\n" } else { "\n\n" });
            }
            block.write_plain(out);
            follows_item = is_item;
            if out.len() > max_chars && out.chars().nth(max_chars).is_some() {
                return;
            }
        }
    }
}

impl Block {
    /// Whether the block shows nothing.
    pub(super) fn is_empty(&self) -> bool {
        let is_unseen = |picture: &Picture| {
            super::safe_src(&picture.url).is_none() && picture.caption.as_deref().is_none_or(is_blank)
        };
        match self {
            Self::Text(block) => block.children.iter().all(|span| is_blank(&span.text)),
            Self::Image(block) => is_unseen(&block.image),
            Self::Gallery(block) => block.items.iter().all(is_unseen),
            Self::Embed(block) => is_blank(&block.url) && block.caption.as_deref().is_none_or(is_blank),
            Self::Table(block) => {
                block.caption.as_deref().is_none_or(is_blank) && block.rows.iter().flatten().all(|cell| is_blank(cell))
            }
            Self::Code(block) => is_blank(&block.text),
            Self::Divider(_) => false,
        }
    }

    fn write_plain(&self, out: &mut String) {
        match self {
            Self::Text(block) => block.children.iter().for_each(|span| out.push_str(&span.text)),
            Self::Image(block) => write_lines(out, block.image.caption.as_deref()),
            Self::Gallery(block) => write_lines(out, block.items.iter().filter_map(|item| item.caption.as_deref())),
            Self::Embed(block) => write_lines(out, [block.url.as_str()].into_iter().chain(block.caption.as_deref())),
            Self::Table(block) => write_table(out, block),
            Self::Code(block) => out.push_str(&block.text),
            Self::Divider(_) => {}
        }
    }

    fn text_len(&self) -> usize {
        match self {
            Self::Text(block) => block.children.iter().map(|span| span.text.len() + 16 * span.marks.len()).sum(),
            Self::Table(block) => block.rows.iter().flatten().map(|cell| cell.len() + 9).sum(),
            Self::Code(block) => block.text.len(),
            Self::Gallery(block) => block.items.len() * 160,
            _ => 160,
        }
    }
}

impl TextStyle {
    /// 1 to 6 for headings.
    pub(super) fn heading_level(self) -> Option<u8> {
        match self {
            Self::H1 => Some(1),
            Self::H2 => Some(2),
            Self::H3 => Some(3),
            Self::H4 => Some(4),
            Self::H5 => Some(5),
            Self::H6 => Some(6),
            Self::Normal | Self::Blockquote => None,
        }
    }
}

/// Whether nothing of `text` can be seen.
pub(super) fn is_blank(text: &str) -> bool {
    text.chars().all(|c| c.is_whitespace() || c.is_ascii_control())
}

fn write_lines<'a>(out: &mut String, lines: impl IntoIterator<Item = &'a str>) {
    let mut separator = "";
    for line in lines.into_iter().filter(|line| !is_blank(line)) {
        out.push_str(separator);
        out.push_str(line);
        separator = "\n";
    }
}

fn write_table(out: &mut String, table: &TableBlock) {
    if let Some(caption) = table.caption.as_deref().filter(|caption| !is_blank(caption)) {
        out.push_str(caption);
        out.push('\n');
    }
    for row in &table.rows {
        for (column, cell) in row.iter().enumerate() {
            if column > 0 {
                out.push('\t');
            }
            out.extend(cell.chars().map(|c| if matches!(c, '\t' | '\n' | '\r') { ' ' } else { c }));
        }
        out.push('\n');
    }
    out.truncate(out.trim_end_matches('\n').len());
}

/// The greatest place up to `at` that does not part a letter from its accents or a joined emoji.
fn within_character(text: &str, at: usize) -> usize {
    let joins = |c: char| is_combining_mark(c) || c == '\u{200d}';
    let mut cut = at;
    while let (Some(before), Some(after)) = (text[..cut].chars().next_back(), text[cut..].chars().next())
        && (joins(after) || before == '\u{200d}')
    {
        cut -= before.len_utf8();
    }
    if cut == 0 { at } else { cut }
}
