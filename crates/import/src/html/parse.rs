//! HTML text to a tree, through the HTML5 algorithm, within limits: its running time grows with the square
//! of nesting, of attributes, and of unclosed formatting elements, and content comes from anyone.

use std::cell::Cell;

use html5ever::buffer_queue::BufferQueue;
use html5ever::interface::TreeSink;
use html5ever::tendril::StrTendril;
use html5ever::tokenizer::{Tag, TagKind, Token, TokenSink, TokenSinkResult, Tokenizer, TokenizerOpts};
use html5ever::tree_builder::{TreeBuilder, TreeBuilderOpts};
use html5ever::{QualName, local_name, ns};

use super::dom::{Dom, Handle, Sink};

/// Deepest nesting; from the first element deeper than this on, tags are left out and text stays.
const MAX_DEPTH: u32 = 256;
/// Most nodes; from there on, tags are left out and text stays.
const MAX_NODES: usize = 100_000;
/// Bytes fed to the tokenizer at a time.
const CHUNK: usize = 4 << 10;
/// Chunks in a row without the end of a tag.
const MAX_SILENT_CHUNKS: u32 = 4;

/// Why HTML is not read at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum HtmlError {
    /// See the message.
    #[error("a tag in the content is longer than {} KiB", CHUNK * MAX_SILENT_CHUNKS as usize / 1024)]
    LongTag,
    /// See the message.
    #[error("the content is {bytes} bytes long, and {} is the limit", super::MAX_CONTENT)]
    #[allow(missing_docs)]
    TooLong { bytes: usize },
}

/// A parsed fragment.
pub(super) struct Parsed {
    pub(super) dom: Dom,
    /// Tags were left out from some point on.
    pub(super) is_flattened: bool,
    /// Control characters, such as `&#1;` makes, were left out.
    pub(super) has_controls: bool,
}

/// Parses the content of a `<div>`.
pub(super) fn parse(html: &str) -> Result<Parsed, HtmlError> {
    let sink = Sink::new();
    let name = QualName::new(None, ns!(html), local_name!("div"));
    let context = html5ever::tree_builder::create_element(&sink, name, Vec::new());
    let options = TreeBuilderOpts { scripting_enabled: false, ..TreeBuilderOpts::default() };
    let tree = TreeBuilder::new_for_fragment(sink, context, None, options);
    let guard = Guard { tree, tokens: Cell::new(0), is_flat: Cell::new(false), has_controls: Cell::new(false) };
    let tokenizer = Tokenizer::new(guard, TokenizerOpts::default());
    let input = BufferQueue::default();
    let (mut silent_chunks, mut rest) = (0, html);
    while !rest.is_empty() {
        let (chunk, after) = rest.split_at(rest.floor_char_boundary(CHUNK));
        rest = after;
        let tokens_before = tokenizer.sink.tokens.get();
        input.push_back(StrTendril::from_slice(chunk));
        // A script is no reason to stop: it is in the tree and will be left out.
        while !matches!(tokenizer.feed(&input), html5ever::TokenizerResult::Done) {}
        silent_chunks = if tokenizer.sink.tokens.get() == tokens_before { silent_chunks + 1 } else { 0 };
        if silent_chunks >= MAX_SILENT_CHUNKS {
            return Err(HtmlError::LongTag);
        }
    }
    tokenizer.end();
    let Guard { tree, is_flat, has_controls, .. } = tokenizer.sink;
    Ok(Parsed { dom: tree.sink.finish(), is_flattened: is_flat.get(), has_controls: has_controls.get() })
}

/// Stands between tokenizer and tree builder.
struct Guard {
    tree: TreeBuilder<Handle, Sink>,
    tokens: Cell<u64>,
    /// Whether tags are left out.
    is_flat: Cell<bool>,
    has_controls: Cell<bool>,
}

impl Guard {
    /// Takes out the control characters, which no text of the record may hold. Those that are white space in HTML
    /// become line feeds.
    fn clean(&self, text: &mut StrTendril) {
        let is_control = |c: char| c < ' ' && !matches!(c, '\t' | '\n');
        if text.bytes().any(|byte| is_control(char::from(byte))) {
            let spaced = text.replace(['\r', '\u{c}'], "\n");
            let cleaned = spaced.replace(is_control, "");
            self.has_controls.set(self.has_controls.get() || cleaned.len() < spaced.len());
            *text = cleaned.into();
        }
    }
}

impl TokenSink for Guard {
    type Handle = Handle;

    fn process_token(&self, mut token: Token, line: u64) -> TokenSinkResult<Handle> {
        if !matches!(token, Token::ParseError(_)) {
            self.tokens.set(self.tokens.get() + 1);
        }
        if !self.is_flat.get() && (self.tree.sink.deepest() > MAX_DEPTH || self.tree.sink.len() > MAX_NODES) {
            self.is_flat.set(true);
        }
        match &mut token {
            Token::CharacterTokens(text) => self.clean(text),
            Token::TagToken(tag) => tag.attrs.iter_mut().for_each(|attribute| self.clean(&mut attribute.value)),
            _ => {}
        }
        match &mut token {
            Token::TagToken(_) | Token::CommentToken(_) if self.is_flat.get() => {
                token = Token::CharacterTokens(StrTendril::from_slice(" "));
            }
            // At most three alike are kept open by the algorithm; without attributes all are alike.
            Token::TagToken(tag) if tag.kind == TagKind::StartTag && is_formatting(tag) => tag.attrs.clear(),
            _ => {}
        }
        self.tree.process_token(token, line)
    }

    fn end(&self) {
        self.tree.end();
    }

    fn adjusted_current_node_present_but_not_in_html_namespace(&self) -> bool {
        self.tree.adjusted_current_node_present_but_not_in_html_namespace()
    }
}

/// Elements the algorithm opens again after each block they are not closed in.
fn is_formatting(tag: &Tag) -> bool {
    let names = ["b", "big", "code", "em", "font", "i", "nobr", "s", "small", "strike", "strong", "tt", "u"];
    names.contains(&&*tag.name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::html::dom::Data;

    fn text_of(parsed: &Parsed) -> String {
        let texts = parsed.dom.descendants(Dom::ROOT).filter_map(|id| match parsed.dom.data(id) {
            Data::Text(text) => Some(text.as_str()),
            _ => None,
        });
        texts.collect()
    }

    #[test]
    fn hostile_nesting_costs_little_and_keeps_the_text() {
        let deep = |tag: &str| format!("{}<p>end", tag.repeat(100_000));
        for html in [deep("<div>"), deep("<b id=x>"), deep("<div></x>"), deep("<div><table></div>"), deep("<b><p>")] {
            let parsed = parse(&html).unwrap();
            assert!(text_of(&parsed).contains("end"), "{}", &html[..20]);
        }
        assert!(parse(&"<div>".repeat(300)).unwrap().is_flattened);
        assert!(!parse(&"<div></div>".repeat(300)).unwrap().is_flattened);
    }

    #[test]
    fn a_tag_of_many_attributes_is_refused() {
        let attributes: String = (0..100_000).map(|number| format!(" a{number}")).collect();
        assert_eq!(parse(&format!("<p{attributes}>x</p>")).err(), Some(HtmlError::LongTag));
        assert!(parse(&"word ".repeat(100_000)).is_ok());
        assert!(parse(&format!("<script>{}</script>", "x = 1; ".repeat(100_000))).is_ok());
    }
}
