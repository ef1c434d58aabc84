//! Text and inline marks in CommonMark. Emphasis is written with `**` and `_` where the flanking rules surely see
//! it, else with tags.

use std::fmt::Write;

use crate::body::html::tag;
use crate::body::inline::{Event, Inline, Mark};

/// White space and punctuation that parsers take for such, never escaped and no part of a delimiter.
const SETS_APART: [char; 14] = [' ', '\n', '\u{a0}', '\u{202f}', '\'', '’', '"', '“', '«', '(', '-', '–', '—', '/'];
const ENDS_PHRASE: [char; 9] = ['.', ',', ';', ':', '!', '?', '»', '”', '…'];

/// Where the writing stands in the present line, which decides what has to be escaped.
#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum Place {
    /// Nothing but tags yet.
    #[default]
    Start,
    /// Digits alone, so that `.` or `)` would begin a list.
    Digits,
    Middle,
}

/// Writes text and inline marks.
#[derive(Default)]
pub(super) struct Line {
    pub(super) out: String,
    place: Place,
    /// What later lines of the block begin with.
    prefix: String,
    /// Whether the line is a heading: it cannot be broken, and `#` at its end would be lost.
    pub(super) is_heading: bool,
    /// Whether a line end is due before the next visible character.
    is_break_due: bool,
}

impl Line {
    pub(super) fn begin(&mut self, prefix: String) {
        self.prefix = prefix;
        self.place = Place::Start;
        self.is_break_due = false;
    }

    pub(super) fn inline(&mut self, inline: &Inline<'_>) {
        let events = &inline.events;
        let mut closings = Vec::new();
        let mut is_delimited = true;
        let mut at = 0;
        while let Some(event) = events.get(at) {
            match *event {
                Event::Text(text) => {
                    self.text(text);
                    is_delimited = false;
                }
                Event::Open(Mark::Code) => {
                    let texts = events[at + 1..].iter().map_while(|event| match event {
                        Event::Text(text) => Some(*text),
                        _ => None,
                    });
                    let code: String = texts.clone().collect();
                    at += texts.count() + 1;
                    self.code(&code);
                    is_delimited = false;
                }
                Event::Open(Mark::Anchor(index)) => {
                    self.pay_break();
                    if self.out.ends_with('!') {
                        // `![` would begin an image.
                        self.out.pop();
                        self.out.push_str("\\!");
                    }
                    self.out.push('[');
                    closings.push(format!("]({})", destination(&inline.anchors[usize::from(index)].href)));
                    self.place = Place::Middle;
                    is_delimited = true;
                }
                Event::Open(mark) => {
                    self.pay_break();
                    let delimiter = match mark {
                        Mark::Strong => Some("**"),
                        Mark::Em => Some("_"),
                        _ => None,
                    };
                    let delimiter = delimiter.filter(|_| self.is_before_word(is_delimited) && is_word(&events[at..]));
                    is_delimited = delimiter.is_some();
                    match delimiter {
                        Some(delimiter) => {
                            self.out.push_str(delimiter);
                            self.place = Place::Middle;
                            closings.push(delimiter.to_owned());
                        }
                        None => {
                            let _ = write!(self.out, "<{}>", tag(mark));
                            closings.push(format!("</{}>", tag(mark)));
                        }
                    }
                }
                Event::Close(_) => {
                    self.out.push_str(&closings.pop().expect("each closing has an opening before it"));
                    is_delimited = false;
                }
            }
            at += 1;
        }
        self.finish();
    }

    /// Whether a delimiter written here has the line's start, another opening, or what sets words apart before it.
    fn is_before_word(&self, follows_opening: bool) -> bool {
        let at_start = self.place == Place::Start && !self.out.ends_with('>');
        at_start || follows_opening || self.out.ends_with(SETS_APART)
    }

    pub(super) fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '\n' => {
                    self.is_break_due = self.place != Place::Start;
                    continue;
                }
                ' ' | '\t' if self.place == Place::Start || self.is_break_due => continue,
                c if c.is_ascii_control() && c != '\t' => continue,
                _ => self.pay_break(),
            }
            let is_escaped = match c {
                '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' => true,
                '#' => self.place == Place::Start || self.is_heading,
                '+' | '-' | '=' | ':' => self.place == Place::Start,
                '.' | ')' => self.place == Place::Digits,
                _ => false,
            };
            if is_escaped {
                self.out.push('\\');
            }
            self.out.push(c);
            self.place = match self.place {
                Place::Start | Place::Digits if c.is_ascii_digit() => Place::Digits,
                _ => Place::Middle,
            };
        }
    }

    fn code(&mut self, code: &str) {
        let shown: String = code.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
        let text = shown.trim_matches(' ');
        if text.is_empty() {
            return self.text(&shown);
        }
        if shown.starts_with(' ') {
            self.text(" ");
        }
        self.pay_break();
        if text.contains(['[', ']']) {
            // Brackets bind tighter than backticks when a paragraph begins with `[…]:`.
            self.out.push_str("<code>");
            self.text(text);
            self.out.push_str("</code>");
        } else {
            self.code_span(text);
        }
        if shown.ends_with(' ') {
            self.text(" ");
        }
    }

    fn code_span(&mut self, text: &str) {
        let fence = "`".repeat(longest_run(text, '`') + 1);
        let pad = if text.starts_with('`') || text.ends_with('`') { " " } else { "" };
        let _ = write!(self.out, "{fence}{pad}{text}{pad}{fence}");
        self.place = Place::Middle;
    }

    /// Writes the line end that is due: a hard break, or a tag in headings, which have one line only.
    fn pay_break(&mut self) {
        if !std::mem::take(&mut self.is_break_due) {
            return;
        }
        self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
        if self.is_heading {
            self.out.push_str("<br>");
        } else {
            self.out.push_str("\\\n");
            self.out.push_str(&self.prefix);
            self.place = Place::Start;
        }
    }

    pub(super) fn finish(&mut self) {
        self.is_break_due = false;
        self.out.truncate(self.out.trim_end_matches([' ', '\t']).len());
    }
}

/// Whether the mark opened by the first of `events` begins and ends with a letter or digit and has no letter
/// right behind it: then its delimiters open and close under every flanking rule.
fn is_word(events: &[Event<'_>]) -> bool {
    let mut depth = 0;
    let closing = events.iter().position(|event| {
        match event {
            Event::Open(_) => depth += 1,
            Event::Close(_) => depth -= 1,
            Event::Text(_) => {}
        }
        depth == 0
    });
    let Some(closing) = closing else { return false };
    let mut texts = events[..closing].iter().filter_map(|event| match event {
        Event::Text(text) => Some(*text),
        _ => None,
    });
    let is_letter = |c: char| c.is_alphanumeric();
    let Some(first) = texts.next() else { return false };
    let last = texts.next_back().unwrap_or(first);
    first.starts_with(is_letter)
        && last.ends_with(is_letter)
        && match events.get(closing + 1) {
            Some(Event::Text(next)) => next.starts_with(SETS_APART) || next.starts_with(ENDS_PHRASE),
            // Whatever closes the mark around begins with punctuation.
            Some(Event::Close(_)) => true,
            Some(Event::Open(_)) => false,
            None => true,
        }
}

/// `address` between the brackets of a link.
pub(super) fn destination(address: &str) -> String {
    let mut out = String::with_capacity(address.len());
    for c in address.chars() {
        match c {
            '(' => out.push_str("%28"),
            ')' => out.push_str("%29"),
            '&' => out.push_str("&amp;"),
            c => out.push(c),
        }
    }
    out
}

/// Length of the longest run of `wanted` in `text`.
pub(super) fn longest_run(text: &str, wanted: char) -> usize {
    text.split(|c| c != wanted).map(str::len).max().unwrap_or_default()
}
