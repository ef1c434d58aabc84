//! Words that stand nowhere but in what is not public, and the search for them.

use std::collections::BTreeSet;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD_NO_PAD, URL_SAFE_NO_PAD};

/// Letters of a marker: 75 bits, so that none comes about by chance.
const LETTERS: usize = 16;

/// Makes markers.
pub struct Canaries {
    rng: fastrand::Rng,
    made: Vec<String>,
}

/// Looks for markers as they are, in any case, JSON-escaped, in hexadecimal, and in base64 at each of its three phases.
pub struct Sweep {
    words: Vec<String>,
    plain: AhoCorasick,
    encoded: AhoCorasick,
    /// The word each pattern of `plain` and of `encoded` stands for.
    plain_of: Vec<usize>,
    encoded_of: Vec<usize>,
}

impl Canaries {
    pub fn new(rng: fastrand::Rng) -> Self {
        Self { rng, made: Vec::new() }
    }

    /// A new marker, of lower-case letters, so that folding and slugs leave it as it is.
    pub fn word(&mut self) -> String {
        let word: String = (0..LETTERS).map(|_| self.rng.lowercase()).collect();
        self.made.push(word.clone());
        word
    }

    /// A phrase with a new marker in it.
    pub fn phrase(&mut self) -> String {
        format!("Secret {} « non public »", self.word())
    }

    /// Makes a word that came about elsewhere a marker too.
    pub fn add(&mut self, word: String) {
        self.made.push(word);
    }

    pub fn sweep(&self) -> Sweep {
        Sweep::new(self.made.clone())
    }
}

impl Sweep {
    fn new(words: Vec<String>) -> Self {
        let (mut plain, mut plain_of, mut encoded, mut encoded_of) = (vec![], vec![], vec![], vec![]);
        for (number, word) in words.iter().enumerate() {
            let escaped: String = word.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
            let hex: String = word.bytes().map(|byte| format!("{byte:02x}")).collect();
            for form in [word.clone(), escaped, hex] {
                plain.push(form);
                plain_of.push(number);
            }
            for phase in 0..3 {
                let forms = [in_base64(&STANDARD_NO_PAD, word, phase), in_base64(&URL_SAFE_NO_PAD, word, phase)];
                for form in BTreeSet::from(forms) {
                    encoded.push(form);
                    encoded_of.push(number);
                }
            }
        }
        let build = |patterns: &[String], any_case| {
            AhoCorasick::builder()
                .match_kind(MatchKind::Standard)
                .ascii_case_insensitive(any_case)
                .build(patterns)
                .expect("the patterns are few and short")
        };
        Self { plain: build(&plain, true), encoded: build(&encoded, false), words, plain_of, encoded_of }
    }

    /// The markers among `bytes`.
    pub fn found(&self, bytes: &[u8]) -> BTreeSet<&str> {
        let plain = self.plain.find_overlapping_iter(bytes).map(|hit| self.plain_of[hit.pattern()]);
        let encoded = self.encoded.find_overlapping_iter(bytes).map(|hit| self.encoded_of[hit.pattern()]);
        plain.chain(encoded).map(|number| self.words[number].as_str()).collect()
    }

    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.words.iter().map(String::as_str)
    }
}

/// The characters that stand for `word` alone when `phase` bytes come before it.
fn in_base64(engine: &impl Engine, word: &str, phase: usize) -> String {
    let whole = engine.encode([&b"\0\0"[..phase], word.as_bytes()].concat());
    let skipped = [0, 2, 3][phase];
    // The last character also carries bits of what follows, unless the bytes come out even.
    let shared = usize::from(!(phase + word.len()).is_multiple_of(3));
    whole[skipped..whole.len() - shared].to_owned()
}

#[test]
fn a_marker_is_found_in_every_form() {
    let mut canaries = Canaries::new(fastrand::Rng::with_seed(1));
    let word = canaries.word();
    let sweep = canaries.sweep();
    let hidden = BTreeSet::from([word.as_str()]);
    let escaped: String = word.chars().map(|letter| format!("\\u{:04X}", letter as u32)).collect();
    for form in [word.clone(), word.to_uppercase(), escaped] {
        assert_eq!(sweep.found(format!("..{form}..").as_bytes()), hidden, "{form}");
    }
    for before in ["", "a", "ab", "abc", "abcd"] {
        for after in ["", "z", "zy", "zyx"] {
            let text = STANDARD_NO_PAD.encode(format!("{before}{word}{after}"));
            assert_eq!(sweep.found(text.as_bytes()), hidden, "{before}…{after}");
        }
    }
    assert_eq!(sweep.found(&word.as_bytes()[1..]), BTreeSet::new());
}
