//! The act that makes versions live.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::{Body, Entry, EntryId, EntryKind, Locale, Slug, Text};

/// One entry's new versions, becoming live together. Parts left out stay as they are.
#[derive(Clone, Debug, PartialEq)]
pub struct Publication {
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
    /// When the versions became live: the original date for imported content, else now.
    pub live_from: DateTime<Utc>,
    /// When the entry was last changed at its source. An entry already live with other content gets its new
    /// versions from this instant if it is later than the live ones, else from the moment of publishing.
    pub revised_at: Option<DateTime<Utc>>,
    /// The new language-neutral part; required when the entry is new.
    pub entry: Option<Entry>,
    /// New editions; a new entry has at least one.
    pub editions: BTreeMap<Locale, Edition>,
    /// Languages that stop being live.
    pub withdrawn: BTreeSet<Locale>,
    /// The entry as a whole is taken back, and the public is told so. Comes without any text.
    pub retraction: Option<Retraction>,
    /// Identifiers in other systems, added to those known.
    pub external_ids: Vec<ExternalId>,
    /// Addresses that shall lead here, added to those known.
    pub old_paths: Vec<OldPath>,
}

/// An entry in one language.
#[derive(Clone, Debug, PartialEq)]
pub struct Edition {
    /// Present for the kinds with [`EntryKind::has_slug`], and only for them.
    pub slug: Option<Slug>,
    #[allow(missing_docs)]
    pub text: Text,
    /// Body, biography, description or introduction; empty when there is none.
    pub body: Body,
}

/// Taking an entry back as a public act: what it was answers no more, that it was is said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retraction {
    #[allow(missing_docs)]
    pub act: RetractionAct,
    /// Why, for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Of a killed entry: the slugs its addresses had, kept from others and added to those known. An export tells
    /// them so, since the text that had them is gone.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub slugs: BTreeMap<Locale, BTreeSet<Slug>>,
    /// Of a withdrawn entry: the one that stands for it from now on, to whose page its addresses lead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub successor: Option<EntryId>,
}

impl Retraction {
    /// An entry is withdrawn with this reason.
    pub fn withdrawn(reason: Option<String>) -> Self {
        Self { act: RetractionAct::Withdrawn, reason, slugs: BTreeMap::new(), successor: None }
    }

    /// An entry is withdrawn because `successor` stands for the same.
    pub fn merged_into(successor: EntryId) -> Self {
        Self { successor: Some(successor), ..Self::withdrawn(None) }
    }

    /// An entry is killed for this reason.
    pub fn killed(reason: Option<String>) -> Self {
        Self { act: RetractionAct::Killed, ..Self::withdrawn(reason) }
    }
}

/// How far an entry is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum RetractionAct {
    /// Every language ends. What was public stays in the past, and the entry may be published again.
    Withdrawn,
    /// Every text leaves the record, at every instant, and the entry never comes back.
    Killed,
}

impl RetractionAct {
    /// Both.
    pub const ALL: [Self; 2] = [Self::Withdrawn, Self::Killed];

    /// The word used in the store and the import format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Withdrawn => "WITHDRAWN",
            Self::Killed => "KILLED",
        }
    }
}

impl Publication {
    /// The retraction that kills the entry, when this is one.
    pub fn kill(&self) -> Option<&Retraction> {
        self.retraction.as_ref().filter(|retraction| retraction.act == RetractionAct::Killed)
    }

    /// The entry that stands for this one from now on, when this merges the two. It takes the external ids over, those
    /// known and those given here.
    pub fn successor(&self) -> Option<EntryId> {
        self.retraction.as_ref().and_then(|retraction| retraction.successor)
    }
}

/// An identifier in another system.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ExternalId {
    /// Name of the system, such as `wikidata` or `wordpress`.
    pub scheme: String,
    /// Identifier in that system.
    pub value: String,
}

/// An address of the site before, as path and query, such as `/?p=12` or `/2023/07/visite/`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct OldPath {
    /// Path and query, beginning with `/`.
    pub path: String,
    /// The language it showed, when it had one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
}

/// Texts for search engines and social cards; absent ones follow the headline and summary.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Seo {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Kept out of search engines.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub no_index: bool,
}

impl Seo {
    /// Whether nothing is set.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}
