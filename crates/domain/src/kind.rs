//! The seven kinds of entry.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The kind of an entry; it never changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum EntryKind {
    Article,
    Person,
    Institution,
    Event,
    Topic,
    Asset,
    Appointment,
}

/// A word that names no kind of entry.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a kind of entry; use article, person, institution, event, topic, asset or appointment")]
pub struct UnknownKind(pub String);

impl EntryKind {
    /// Every kind, in the order documents list them.
    pub const ALL: [Self; 7] =
        [Self::Article, Self::Person, Self::Institution, Self::Event, Self::Topic, Self::Asset, Self::Appointment];

    /// Lower-case word used in the store and in the import format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::Person => "person",
            Self::Institution => "institution",
            Self::Event => "event",
            Self::Topic => "topic",
            Self::Asset => "asset",
            Self::Appointment => "appointment",
        }
    }

    /// Segment of public paths, `None` for kinds without a page of their own.
    pub fn path_segment(self) -> Option<&'static str> {
        match self {
            Self::Article => Some("articles"),
            Self::Person => Some("people"),
            Self::Institution => Some("institutions"),
            Self::Event => Some("events"),
            Self::Topic => Some("topics"),
            Self::Asset | Self::Appointment => None,
        }
    }

    /// Whether editions of this kind carry a slug.
    pub fn has_slug(self) -> bool {
        self.path_segment().is_some()
    }
}

impl fmt::Display for EntryKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for EntryKind {
    type Err = UnknownKind;

    fn from_str(raw: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == raw).ok_or_else(|| UnknownKind(raw.to_owned()))
    }
}
