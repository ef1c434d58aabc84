//! A passage cut into words: folded for comparison, with their places in the original and what stands
//! between them.

use griot_domain::fold::folded_chars;

/// A passage as the finder reads it.
pub(super) struct Words<'a> {
    /// The original.
    pub text: &'a str,
    pub words: Vec<Word>,
    /// The folded words, each between [`OPEN`] and [`CLOSE`], with [`STOP`] where a name cannot go on.
    pub haystack: Vec<u8>,
    pub case: LetterCase,
}

/// One word: a run of letters and digits.
pub(super) struct Word {
    /// First code point in the original.
    pub start: u32,
    /// Code point behind the last.
    pub end: u32,
    /// The same places in bytes of the original.
    pub bytes: (u32, u32),
    /// Where [`OPEN`] stands in the haystack, and the place behind [`CLOSE`].
    pub hay: (u32, u32),
    /// What stands before it.
    pub gap: Gap,
    /// Whether the first letter is a capital.
    pub is_capitalised: bool,
    has_capital: bool,
    has_small: bool,
}

/// What separates a word from the one before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Gap {
    /// White space of any kind and length, line breaks included.
    Space,
    /// An apostrophe of any form, and nothing else.
    Apostrophe,
    /// A hyphen with the next word directly behind it.
    Hyphen,
    /// A full stop, with or without space: an abbreviation or the end of a sentence.
    Dot,
    /// Other punctuation, or the start of the passage.
    Break,
}

/// What capitals tell in a passage.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum LetterCase {
    /// They mark names and sentences.
    Mixed,
    /// Nothing: all is in capitals.
    Capitals,
    /// Nothing: there is none.
    Small,
    /// Little: every long word has one, as in English headlines.
    Title,
}

const OPEN: u8 = 2;
const CLOSE: u8 = 1;
const STOP: u8 = 3;

impl<'a> Words<'a> {
    /// Cuts `text` into words. Linear in its length.
    pub fn of(text: &'a str) -> Self {
        let mut cut = Self { text, words: Vec::new(), haystack: Vec::new(), case: LetterCase::Mixed };
        let mut originals = text.char_indices().enumerate();
        let mut current = originals.next();
        let mut gap = GapReader::default();
        let mut open = false;
        for (offset, c) in folded_chars(text) {
            while current.is_some_and(|(at, _)| at < offset) {
                current = originals.next();
            }
            let Some((_, (byte, original))) = current else { break };
            if c.is_alphanumeric() || (open && unicode_normalization::char::is_combining_mark(c)) {
                if !open {
                    cut.open(offset, byte, gap.take());
                    open = true;
                }
                cut.extend(offset, byte, original, c);
            } else {
                if open {
                    cut.close();
                    open = false;
                }
                gap.add(c);
            }
        }
        if open {
            cut.close();
        }
        cut.case = cut.letter_case();
        cut
    }

    fn open(&mut self, offset: usize, byte: usize, gap: Gap) {
        let gap = if self.words.is_empty() { Gap::Break } else { gap };
        if !self.words.is_empty() && matches!(gap, Gap::Dot | Gap::Break) {
            self.haystack.push(STOP);
        }
        let at = self.haystack.len() as u32;
        self.haystack.push(OPEN);
        self.words.push(Word {
            start: offset as u32,
            end: offset as u32,
            bytes: (byte as u32, byte as u32),
            hay: (at, at),
            gap,
            is_capitalised: false,
            has_capital: false,
            has_small: false,
        });
    }

    fn extend(&mut self, offset: usize, byte: usize, original: char, folded: char) {
        let Some(word) = self.words.last_mut() else { return };
        let is_capital = match original.is_ascii() {
            true => original.is_ascii_uppercase(),
            false => original.is_uppercase() || original.to_lowercase().ne([original]),
        };
        word.is_capitalised |= is_capital && word.end == word.start;
        word.has_capital |= is_capital;
        word.has_small |= original.is_lowercase();
        word.end = offset as u32 + 1;
        word.bytes.1 = (byte + original.len_utf8()) as u32;
        self.haystack.extend_from_slice(folded.encode_utf8(&mut [0; 4]).as_bytes());
    }

    fn close(&mut self) {
        self.haystack.push(CLOSE);
        if let Some(word) = self.words.last_mut() {
            word.hay.1 = self.haystack.len() as u32;
        }
    }

    /// The folded form of word `index`.
    pub fn folded(&self, index: usize) -> &str {
        let (from, to) = self.words[index].hay;
        std::str::from_utf8(&self.haystack[from as usize + 1..to as usize - 1]).unwrap_or_default()
    }

    /// What stands in the original between word `index` and the next.
    pub fn after(&self, index: usize) -> &str {
        let from = self.words[index].bytes.1 as usize;
        let to = self.words.get(index + 1).map_or(self.text.len(), |next| next.bytes.0 as usize);
        &self.text[from..to]
    }

    /// The original from word `first` up to, without, word `end`.
    pub fn original(&self, first: usize, end: usize) -> &'a str {
        &self.text[self.words[first].bytes.0 as usize..self.words[end - 1].bytes.1 as usize]
    }

    /// The word that begins at `at` in the haystack.
    pub fn starting_at(&self, at: usize) -> Option<usize> {
        self.words.binary_search_by_key(&(at as u32), |word| word.hay.0).ok()
    }

    fn letter_case(&self) -> LetterCase {
        let count = |claim: fn(&Word) -> bool| self.words.iter().filter(|word| claim(word)).count();
        let with_capital = count(|word| word.has_capital);
        let with_small = count(|word| word.has_small);
        let long = count(|word| word.end - word.start >= 5);
        let long_capitalised = count(|word| word.end - word.start >= 5 && word.is_capitalised);
        match (with_capital, with_small) {
            (3.., 0) => LetterCase::Capitals,
            (0, 3..) => LetterCase::Small,
            _ if long >= 4 && long_capitalised * 10 >= long * 9 => LetterCase::Title,
            _ => LetterCase::Mixed,
        }
    }
}

impl Word {
    /// Whether there are letters with case and all of them are capitals.
    pub fn is_capitals(&self) -> bool {
        self.has_capital && !self.has_small
    }
}

/// Classifies the characters between two words as they come.
#[derive(Default)]
struct GapReader {
    seen: Option<Gap>,
}

impl GapReader {
    fn add(&mut self, c: char) {
        self.seen = Some(match (self.seen, c) {
            (None | Some(Gap::Space), ' ') => Gap::Space,
            (None, '\'') => Gap::Apostrophe,
            (None | Some(Gap::Space), '-') => Gap::Hyphen,
            (None, '.') | (Some(Gap::Dot), ' ') => Gap::Dot,
            _ => Gap::Break,
        });
    }

    fn take(&mut self) -> Gap {
        self.seen.take().unwrap_or(Gap::Space)
    }
}
