//! The last part of a page's address.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use unicode_normalization::{UnicodeNormalization, char::is_combining_mark};

use crate::fold;

/// The last part of a page's address: 1 to 200 lower-case letters and digits of any script, combining
/// marks, and `-`; normal form C. `Deserialize` refuses everything else.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Why a text is no slug.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SlugError {
    /// Nothing, or more than [`Slug::MAX_CHARS`] characters.
    #[error("a slug has 1 to 200 characters, `{0}` has {1}")]
    Length(String, usize),
    /// A character that cannot stand in a slug.
    #[error("`{1}` cannot stand in the slug `{0}`: use lower-case letters, digits and `-`")]
    Character(String, char),
}

impl Slug {
    /// Longest slug, in characters.
    pub const MAX_CHARS: usize = 200;

    /// Checks `raw`; the only way in.
    pub fn parse(raw: &str) -> Result<Self, SlugError> {
        let is_plain = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || *byte == b'-';
        if (1..=Self::MAX_CHARS).contains(&raw.len()) && raw.as_bytes().iter().all(is_plain) {
            return Ok(Self(raw.to_owned()));
        }
        let text: String = raw.nfc().collect();
        let count = text.chars().count();
        if count == 0 || count > Self::MAX_CHARS {
            return Err(SlugError::Length(raw.to_owned(), count));
        }
        let fits = |c: char| c == '-' || is_combining_mark(c) || (c.is_alphanumeric() && c.to_lowercase().eq([c]));
        match text.chars().find(|c| !fits(*c)) {
            Some(c) => Err(SlugError::Character(raw.to_owned(), c)),
            None => Ok(Self(text)),
        }
    }

    /// A slug made of a headline or name: folded, other characters become one `-`, cut at a word's
    /// end within 80 characters. `None` when nothing is left.
    pub fn from_title(title: &str) -> Option<Self> {
        let mut words = String::new();
        for word in fold::fold(title).split(|c: char| !c.is_alphanumeric() && !is_combining_mark(c)) {
            if word.is_empty() {
                continue;
            }
            let length = words.chars().count() + 1 + word.chars().count();
            if !words.is_empty() && length > 80 {
                break;
            }
            if !words.is_empty() {
                words.push('-');
            }
            words.extend(word.chars().take(80));
        }
        Self::parse(&words).ok()
    }

    /// The slug with `-{number}` behind it, for a name already taken.
    pub fn numbered(&self, number: u32) -> Self {
        let suffix = format!("-{number}");
        let keep = Self::MAX_CHARS - suffix.len();
        Self(self.0.chars().take(keep).collect::<String>() + &suffix)
    }

    /// The text of the slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(raw: &str) -> Result<Self, SlugError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(raw: String) -> Result<Self, SlugError> {
        Self::parse(&raw)
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_become_folded_words() {
        let slug = Slug::from_title("Coopération Mali-Russie : l’État, N’DAW").unwrap();
        assert_eq!(slug.as_str(), "cooperation-mali-russie-l-etat-n-daw");
        assert_eq!(Slug::from_title(" – "), None);
    }

    #[test]
    fn other_scripts_are_kept_and_capitals_refused() {
        assert!(Slug::parse("بيان-صحفي").is_ok());
        assert!(Slug::parse("ߓߊ߬ߡߊ߬ߞߐ߫").is_ok());
        assert_eq!(Slug::parse("Mali"), Err(SlugError::Character("Mali".into(), 'M')));
        assert!(Slug::parse("a/b").is_err());
        assert!(Slug::parse("").is_err());
        assert!(Slug::parse(&"a".repeat(201)).is_err());
    }

    #[test]
    fn numbers_stay_within_the_limit() {
        let slug = Slug::parse(&"a".repeat(200)).unwrap().numbered(12);
        assert!(Slug::parse(slug.as_str()).is_ok() && slug.as_str().ends_with("a-12"));
    }
}
