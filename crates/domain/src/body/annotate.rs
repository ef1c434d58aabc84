//! Links on the words that name entries.

use std::collections::HashMap;

use super::{Block, Body, MarkDef, Span, TextBlock};
use crate::{Mention, Passage};

impl Body {
    /// The body with a mark of kind `entry` over the words of each mention. The text stays as it is, and so do
    /// marks; a mention is passed over where a link stands already, where an earlier (or, from the same place, a
    /// longer) one does, and where the text no longer reads as the mention says.
    pub fn annotated(&self, mentions: &[Mention]) -> Self {
        let mut by_block: HashMap<&str, Vec<&Mention>> = HashMap::new();
        for mention in mentions {
            if let Passage::Block(key) = &mention.passage {
                by_block.entry(key).or_default().push(mention);
            }
        }
        let annotate = |block: &Block| match block {
            Block::Text(text) => match by_block.get(text.key.as_str()) {
                Some(mentions) => Block::Text(text.annotated(mentions)),
                None => block.clone(),
            },
            _ => block.clone(),
        };
        Self { blocks: self.blocks.iter().map(annotate).collect() }
    }
}

/// Words to be marked: bytes `start..end` of the block's plain text.
struct Stretch<'a> {
    start: usize,
    end: usize,
    mention: &'a Mention,
    mark: String,
}

impl TextBlock {
    fn annotated(&self, mentions: &[&Mention]) -> Self {
        let stretches = self.stretches(mentions);
        let mut keys = Keys { taken: self.children.iter().map(|span| span.key.clone()).collect() };
        let mut children = Vec::with_capacity(self.children.len() + 2 * stretches.len());
        let mut ahead = stretches.as_slice();
        let mut start = 0;
        for span in &self.children {
            let end = start + span.text.len();
            let mut at = start;
            let mut is_first = true;
            let mut add = |from: usize, to: usize, mark: Option<&str>| {
                let key = if std::mem::take(&mut is_first) { span.key.clone() } else { keys.after(&span.key) };
                let marks = span.marks.iter().cloned().chain(mark.map(str::to_owned)).collect();
                children.push(Span { key, text: span.text[from - start..to - start].to_owned(), marks });
            };
            while let Some(stretch) = ahead.first().filter(|stretch| stretch.start < end) {
                if at < stretch.start {
                    add(at, stretch.start, None);
                    at = stretch.start;
                }
                let until = stretch.end.min(end);
                if at < until {
                    add(at, until, Some(&stretch.mark));
                    at = until;
                }
                if stretch.end > end {
                    break;
                }
                ahead = &ahead[1..];
            }
            if at < end || start == end {
                add(at, end, None);
            }
            start = end;
        }
        let added = stretches.iter().map(|one| MarkDef::Entry { key: one.mark.clone(), target: one.mention.target });
        Self { children, mark_defs: self.mark_defs.iter().cloned().chain(added).collect(), ..self.clone() }
    }

    /// The mentions that can be marked, in order, none touching a link or one another.
    fn stretches<'a>(&self, mentions: &[&'a Mention]) -> Vec<Stretch<'a>> {
        let text = self.plain_text();
        let links = self.linked_ranges();
        let mut sorted = mentions.to_vec();
        sorted.sort_by_key(|mention| (mention.offset, std::cmp::Reverse(mention.length), mention.target));
        let mut keys = Keys { taken: self.mark_defs.iter().map(|def| def.key().to_owned()).collect() };
        let mut found: Vec<Stretch<'a>> = Vec::new();
        let (mut chars, mut bytes) = (0, 0);
        for mention in sorted {
            let Some(ahead) = byte_offset(&text[bytes..], mention.offset - chars) else { break };
            (chars, bytes) = (mention.offset, bytes + ahead);
            let Some(length) = byte_offset(&text[bytes..], mention.length) else { continue };
            let (start, end) = (bytes, bytes + length);
            let is_free = found.last().is_none_or(|last| last.end <= start)
                && !links.iter().any(|(from, to)| *from < end && start < *to);
            if length > 0 && is_free && text[start..end] == mention.words {
                let mark = keys.fresh(format!("mention-{chars}"));
                found.push(Stretch { start, end, mention, mark });
            }
        }
        found
    }

    /// Bytes of the plain text under a mark with a definition.
    fn linked_ranges(&self) -> Vec<(usize, usize)> {
        let mut ranges = Vec::new();
        let mut start = 0;
        for span in &self.children {
            let end = start + span.text.len();
            if span.marks.iter().any(|mark| self.mark_defs.iter().any(|def| def.key() == mark)) {
                ranges.push((start, end));
            }
            start = end;
        }
        ranges
    }
}

/// Keys in use, so that new ones are unlike them and the same input gives the same keys.
struct Keys {
    taken: Vec<String>,
}

impl Keys {
    fn fresh(&mut self, wish: String) -> String {
        let key = if self.taken.contains(&wish) { self.after(&wish) } else { wish };
        self.taken.push(key.clone());
        key
    }

    /// `{key}-2`, or the first number behind it that is free.
    fn after(&mut self, key: &str) -> String {
        let mut number = 2;
        let free = loop {
            let wish = format!("{key}-{number}");
            if !self.taken.contains(&wish) {
                break wish;
            }
            number += 1;
        };
        self.taken.push(free.clone());
        free
    }
}

/// Bytes that `chars` code points from the start of `text` take, `None` when it has fewer.
fn byte_offset(text: &str, chars: u32) -> Option<usize> {
    let chars = usize::try_from(chars).ok()?;
    text.char_indices().map(|(at, _)| at).chain([text.len()]).nth(chars)
}
