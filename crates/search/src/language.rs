//! Languages whose words are reduced to stems.

use frostem::{Algorithm, Stemmer};
use griot_domain::Locale;

/// A language of texts and queries, as far as search knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Language {
    French,
    English,
    Arabic,
    /// Any other: its words are found as they are written.
    Other,
}

impl Language {
    /// Those that have stems.
    pub(crate) const STEMMED: [Self; 3] = [Self::French, Self::English, Self::Arabic];

    /// The language of a tag, whatever its region.
    pub fn of(locale: &Locale) -> Self {
        match locale.as_str().split('-').next() {
            Some("fr") => Self::French,
            Some("en") => Self::English,
            Some("ar") => Self::Arabic,
            _ => Self::Other,
        }
    }

    /// What stems begin with in the index, so that those of two languages are never taken for each other.
    fn sign(self) -> Option<(char, Algorithm)> {
        match self {
            Self::French => Some(('f', Algorithm::French)),
            Self::English => Some(('e', Algorithm::English)),
            Self::Arabic => Some(('a', Algorithm::Arabic)),
            Self::Other => None,
        }
    }

    /// Hands the stems of a word to `take`: that of the word as written, without its accents, and that of the word
    /// without accents, where it is another one. A query may lack the accents its stem depends on (`retirée`).
    pub(crate) fn stems(self, folded: &str, written: &str, mut take: impl FnMut(String)) {
        let Some((sign, algorithm)) = self.sign() else { return };
        let stemmer = Stemmer::new(algorithm);
        let of_folded = stemmer.stem(folded);
        take(format!("{sign}{of_folded}"));
        if folded != written {
            let of_written = griot_domain::fold::fold(&stemmer.stem(written));
            if of_written != of_folded {
                take(format!("{sign}{of_written}"));
            }
        }
    }

    /// Whether a folded word says nothing of what a text is about.
    pub(crate) fn is_stop_word(self, folded: &str) -> bool {
        let words: &[&str] = match self {
            Self::French => FRENCH,
            Self::English => ENGLISH,
            Self::Arabic => ARABIC,
            Self::Other => &[],
        };
        words.contains(&folded)
    }
}

const FRENCH: &[&str] = &[
    "a", "au", "aux", "avec", "ce", "ces", "cet", "cette", "dans", "de", "des", "du", "elle", "en", "entre", "et",
    "il", "ils", "je", "la", "le", "les", "leur", "leurs", "lui", "mais", "ne", "nos", "notre", "nous", "on", "ou",
    "par", "pas", "pour", "qu", "que", "qui", "sa", "se", "ses", "son", "sont", "sur", "un", "une", "vos", "votre",
    "vous", "y",
];
const ENGLISH: &[&str] = &[
    "a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "in", "is", "it", "its", "of", "on", "or",
    "that", "the", "their", "to", "was", "were", "with",
];
const ARABIC: &[&str] = &["في", "من", "الى", "على", "عن", "مع", "و", "ان", "هذا", "هذه", "التي", "الذي"];
