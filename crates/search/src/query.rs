//! What somebody typed, taken apart. Nothing of it reaches the index but words.

use crate::analysis::{Word, words};
use crate::language::Language;

/// Longest query, in characters.
pub const MAX_QUERY_CHARS: usize = 300;
/// Most words, phrases and exclusions heeded; those behind are left out.
const MAX_PARTS: usize = 12;
/// Most words of a phrase.
const MAX_PHRASE: usize = 12;

/// A query cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// It is longer than anybody types.
    #[error("has {0} characters; at most {MAX_QUERY_CHARS}")]
    TooLong(usize),
}

/// What is wanted and what is not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub(crate) wanted: Vec<Wanted>,
    pub(crate) excluded: Vec<Wanted>,
}

/// One thing to find.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    Word {
        word: Word,
        /// Words that begin with it will do.
        is_prefix: bool,
    },
    /// Words next to each other.
    Phrase(Vec<Word>),
}

impl Query {
    /// Reads words, `"phrases"`, `-exclusions` and `beginnings*`. `language` decides which words say nothing;
    /// `completes` takes the last word for a beginning, as autocompletion needs it.
    pub fn parse(raw: &str, language: Language, completes: bool) -> Result<Self, QueryError> {
        let count = raw.chars().count();
        if count > MAX_QUERY_CHARS {
            return Err(QueryError::TooLong(count));
        }
        let mut query = Self::default();
        for Part { text, is_quoted, is_excluded, is_prefix } in parts(raw) {
            let found = words(&text);
            let list = if is_excluded { &mut query.excluded } else { &mut query.wanted };
            match found.len() {
                0 => {}
                1 if is_quoted => list.push(Wanted::Phrase(found)),
                // `vice-président` wants both words, and `-vice-président` neither of them side by side.
                _ if is_quoted || is_excluded && found.len() > 1 => {
                    list.push(Wanted::Phrase(found.into_iter().take(MAX_PHRASE).collect()));
                }
                len => {
                    let word =
                        |(at, word)| Wanted::Word { word, is_prefix: is_prefix && at + 1 == len && !is_excluded };
                    list.extend(found.into_iter().enumerate().map(word));
                }
            }
        }
        if let (true, Some(Wanted::Word { is_prefix, .. })) = (completes && ends_in_word(raw), query.wanted.last_mut())
        {
            *is_prefix = true;
        }
        query.drop_stop_words(language);
        query.drop_repeats();
        query.wanted.truncate(MAX_PARTS);
        query.excluded.truncate(MAX_PARTS);
        Ok(query)
    }

    /// Leaves out words that say nothing, unless nothing else is said.
    fn drop_stop_words(&mut self, language: Language) {
        let says_something = |wanted: &Wanted| match wanted {
            Wanted::Word { word, is_prefix } => *is_prefix || !language.is_stop_word(&word.folded),
            Wanted::Phrase(_) => true,
        };
        if self.wanted.iter().any(says_something) {
            self.wanted.retain(says_something);
        }
    }

    fn drop_repeats(&mut self) {
        let mut kept: Vec<Wanted> = Vec::new();
        for wanted in std::mem::take(&mut self.wanted) {
            if !kept.iter().any(|known| known.is_same(&wanted)) {
                kept.push(wanted);
            }
        }
        self.wanted = kept;
    }
}

impl Wanted {
    fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Word { word, is_prefix }, Self::Word { word: other, is_prefix: also }) => {
                word.folded == other.folded && is_prefix == also
            }
            (Self::Phrase(words), Self::Phrase(others)) => {
                words.len() == others.len() && words.iter().zip(others).all(|(a, b)| a.folded == b.folded)
            }
            _ => false,
        }
    }
}

/// Whether the last word is still being typed.
fn ends_in_word(raw: &str) -> bool {
    raw.chars().next_back().is_some_and(|c| !c.is_whitespace())
}

#[derive(Debug, Default)]
struct Part {
    text: String,
    is_quoted: bool,
    is_excluded: bool,
    is_prefix: bool,
}

/// Cuts at white space outside of quotation marks; a mark that is not closed reaches to the end.
fn parts(raw: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut part = Part::default();
    for c in raw.chars() {
        let is_mark = matches!(c, '"' | '“' | '”' | '„' | '«' | '»');
        match c {
            _ if is_mark => {
                let was_quoted = part.is_quoted;
                // A mark after a lone dash excludes the phrase.
                let is_excluded = part.is_excluded && (was_quoted || part.text.is_empty());
                if was_quoted {
                    parts.push(std::mem::take(&mut part));
                } else {
                    if !part.text.is_empty() {
                        parts.push(std::mem::take(&mut part));
                    }
                    part = Part { is_quoted: true, is_excluded, ..Part::default() };
                }
            }
            c if part.is_quoted => part.text.push(c),
            c if c.is_whitespace() => parts.push(std::mem::take(&mut part)),
            '-' if part.text.is_empty() => part.is_excluded = true,
            '*' => part.is_prefix = true,
            c => {
                part.is_prefix = false;
                part.text.push(c);
            }
        }
    }
    parts.push(part);
    parts
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    /// A short form: `word`, `word*`, `"phrase"`, with a dash for what is excluded.
    fn told(query: &Query) -> Vec<String> {
        let one = |wanted: &Wanted| match wanted {
            Wanted::Word { word, is_prefix } => format!("{}{}", word.folded, if *is_prefix { "*" } else { "" }),
            Wanted::Phrase(words) => {
                let words: Vec<_> = words.iter().map(|word| word.folded.as_str()).collect();
                format!("\"{}\"", words.join(" "))
            }
        };
        query.wanted.iter().map(one).chain(query.excluded.iter().map(|wanted| format!("-{}", one(wanted)))).collect()
    }

    #[rstest]
    #[case("coopération santé", &["cooperation", "sante"])]
    #[case("le chef de l'État", &["chef", "etat"])]
    #[case("le la les", &["le", "la", "les"])]
    #[case("\"chef de l’État\" -russie", &["\"chef de etat\"", "-russie"])]
    #[case("« chef de l’État » visite", &["\"chef de etat\"", "visite"])]
    #[case("-\"fonds commun\" mali", &["mali", "-\"fonds commun\""])]
    #[case("gouv* goï*", &["gouv*", "goi*"])]
    #[case("vice-président -vice-premier", &["vice", "president", "-\"vice premier\""])]
    #[case("mali MALI Mali", &["mali"])]
    #[case("\"ouvert jusqu’au bout", &["\"ouvert au bout\""])]
    #[case("NEAR(a b) title:x AND (c OR d)^3 ~", &["near", "b", "title", "x", "and", "c", "or", "d", "3"])]
    #[case("  - -- * \"\" ' ", &[])]
    fn queries_are_taken_apart(#[case] raw: &str, #[case] expected: &[&str]) {
        assert_eq!(told(&Query::parse(raw, Language::French, false).unwrap()), expected);
    }

    #[rstest]
    #[case("président goi", &["president", "goi*"])]
    #[case("président goi ", &["president", "goi"])]
    #[case("président de", &["president", "de*"])]
    fn the_last_word_may_be_a_beginning(#[case] raw: &str, #[case] expected: &[&str]) {
        assert_eq!(told(&Query::parse(raw, Language::French, true).unwrap()), expected);
    }

    #[test]
    fn endless_queries_are_refused() {
        let raw = "é".repeat(MAX_QUERY_CHARS + 1);
        assert_eq!(Query::parse(&raw, Language::French, false), Err(QueryError::TooLong(MAX_QUERY_CHARS + 1)));
    }

    proptest! {
        #[test]
        fn any_text_is_a_query(raw in any::<String>(), completes in any::<bool>()) {
            if let Ok(query) = Query::parse(&raw, Language::French, completes) {
                prop_assert!(query.wanted.len() <= MAX_PARTS && query.excluded.len() <= MAX_PARTS);
            }
        }
    }
}
