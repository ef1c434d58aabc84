//! Which documents the holder of a delivery key may have run.

use std::fmt;
use std::str::FromStr;

/// Which documents are run for somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum OperationGrant {
    /// Any.
    Open,
    /// Those that come with their hash, or are known by one.
    Apq,
    /// Trusted ones alone.
    Trusted,
}

/// Not a word for documents that are run.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` does not say which documents are run; use open, apq or trusted")]
pub struct UnknownOperationGrant(pub String);

impl OperationGrant {
    /// From the most to the fewest.
    pub const ALL: [Self; 3] = [Self::Open, Self::Apq, Self::Trusted];

    /// Its word on the command line and in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Apq => "apq",
            Self::Trusted => "trusted",
        }
    }
}

impl fmt::Display for OperationGrant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for OperationGrant {
    type Err = UnknownOperationGrant;

    fn from_str(word: &str) -> Result<Self, UnknownOperationGrant> {
        let found = Self::ALL.into_iter().find(|grant| grant.as_str() == word);
        found.ok_or_else(|| UnknownOperationGrant(word.to_owned()))
    }
}
