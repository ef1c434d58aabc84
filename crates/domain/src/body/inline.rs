//! The spans of a text block as properly nested openings, texts and closings, for any markup.

use std::borrow::Cow;
use std::cmp::Reverse;

use super::{MarkDef, Span, TextBlock, safe_href};
use crate::EntryId;

/// What a run of text is marked with. The order is the one of nesting where runs are equally long.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Mark {
    /// A link, by its place in [`Inline::anchors`].
    Anchor(u16),
    Strong,
    Em,
    Underline,
    Strike,
    Sub,
    Sup,
    /// Always innermost: markups take its text literally.
    Code,
}

const DECORATORS: [(&str, Mark); 7] = [
    ("strong", Mark::Strong),
    ("em", Mark::Em),
    ("underline", Mark::Underline),
    ("strike-through", Mark::Strike),
    ("sub", Mark::Sub),
    ("sup", Mark::Sup),
    ("code", Mark::Code),
];

/// Whether `mark` is a decorator rather than the key of a definition.
pub(super) fn is_decorator(mark: &str) -> bool {
    DECORATORS.iter().any(|(name, _)| *name == mark)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Event<'a> {
    Open(Mark),
    Close(Mark),
    /// Never empty.
    Text(&'a str),
}

/// A link that may be shown.
pub(super) struct Anchor<'a> {
    key: &'a str,
    pub href: Cow<'a, str>,
    /// The entry linked to, if it is one.
    pub entry: Option<EntryId>,
}

/// Marks of one span, as a set.
#[derive(Clone, Copy, Default)]
struct Marks {
    decorators: u8,
    anchor: Option<u16>,
}

impl Marks {
    fn has(self, mark: Mark) -> bool {
        match mark {
            Mark::Anchor(at) => self.anchor == Some(at),
            mark => DECORATORS.iter().zip(0..).any(|((_, one), bit)| *one == mark && self.decorators & (1 << bit) != 0),
        }
    }

    fn iter(self) -> impl Iterator<Item = Mark> {
        let decorators = DECORATORS.iter().zip(0..).filter(move |(_, bit)| self.decorators & (1 << bit) != 0);
        self.anchor.map(Mark::Anchor).into_iter().chain(decorators.map(|((_, mark), _)| *mark))
    }

    fn is_plain(self) -> bool {
        self.decorators == 0 && self.anchor.is_none()
    }
}

/// How many spans ahead are looked at to learn which of two marks lasts longer; bounds the cost of hostile input.
const LOOK_AHEAD: usize = 32;

/// A read block; reused from block to block to save allocations.
#[derive(Default)]
pub(super) struct Inline<'a> {
    pub events: Vec<Event<'a>>,
    pub anchors: Vec<Anchor<'a>>,
    marks: Vec<Marks>,
    open: Vec<Mark>,
}

impl<'a> Inline<'a> {
    /// Reads `block`. A span has at most one link, its first that may be shown; adjacent spans share the
    /// marks they have in common, the longer lasting ones outside.
    pub fn read(&mut self, block: &'a TextBlock, links: &impl Fn(EntryId) -> Option<String>) {
        self.events.clear();
        self.anchors.clear();
        self.marks.clear();
        self.anchors.extend(block.mark_defs.iter().take(usize::from(u16::MAX)).filter_map(|def| anchor(def, links)));
        let Self { marks, anchors, .. } = self;
        marks.extend(block.children.iter().map(|span| marks_of(span, anchors)));
        for (at, span) in block.children.iter().enumerate() {
            if !span.text.is_empty() {
                self.pass_to(at);
                self.events.push(Event::Text(&span.text));
            }
        }
        while let Some(mark) = self.open.pop() {
            self.events.push(Event::Close(mark));
        }
    }

    /// Closes and opens what differs between the spans before and the one at `at`. A link that begins is not
    /// put inside a mark that ends before it: that would make two links of it.
    fn pass_to(&mut self, at: usize) {
        let here = self.marks[at];
        if here.is_plain() && self.open.is_empty() {
            return;
        }
        let marks = &self.marks;
        let lasts = |mark: Mark| marks[at..].iter().take(LOOK_AHEAD).take_while(|marks| marks.has(mark)).count();
        let link = here.anchor.map(Mark::Anchor).filter(|link| !self.open.contains(link));
        let link_lasts = link.map_or(0, lasts);
        let mut kept = self
            .open
            .iter()
            .take_while(|mark| here.has(**mark) && (link.is_none() || lasts(**mark) >= link_lasts))
            .count();
        let is_new = |open: &[Mark], mark: &Mark| !open.contains(mark);
        if kept > 0 && self.open[kept - 1] == Mark::Code && here.iter().any(|mark| is_new(&self.open[..kept], &mark)) {
            kept -= 1;
        }
        while self.open.len() > kept {
            self.events.extend(self.open.pop().map(Event::Close));
        }
        for mark in here.iter() {
            if !self.open[..kept].contains(&mark) {
                self.open.push(mark);
            }
        }
        self.open[kept..].sort_by_key(|mark| (*mark == Mark::Code, Reverse(lasts(*mark)), *mark));
        self.events.extend(self.open[kept..].iter().copied().map(Event::Open));
    }
}

fn anchor<'a>(def: &'a MarkDef, links: &impl Fn(EntryId) -> Option<String>) -> Option<Anchor<'a>> {
    match def {
        MarkDef::Link { key, href } => Some(Anchor { key, href: safe_href(href)?, entry: None }),
        MarkDef::Entry { key, target } => {
            let href = safe_href(&links(*target)?)?.into_owned();
            Some(Anchor { key, href: Cow::Owned(href), entry: Some(*target) })
        }
    }
}

fn marks_of(span: &Span, anchors: &[Anchor<'_>]) -> Marks {
    let mut marks = Marks::default();
    for mark in &span.marks {
        match DECORATORS.iter().position(|(name, _)| name == mark) {
            Some(bit) => marks.decorators |= 1 << bit,
            None if marks.anchor.is_none() => {
                marks.anchor = anchors.iter().zip(0..).find(|(anchor, _)| anchor.key == mark).map(|(_, at)| at);
            }
            None => {}
        }
    }
    marks
}
