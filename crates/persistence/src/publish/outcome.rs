//! What became of a publication.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, Slug};

/// Who publishes, and when.
#[derive(Clone, Debug)]
pub struct Act {
    /// Where the publications come from, such as `import wordpress`.
    pub origin: String,
    /// The present instant.
    pub at: DateTime<Utc>,
}

/// What became of one publication.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The entry is new.
    Created {
        /// Of its record in the journal.
        seq: i64,
    },
    /// The entry was there and has changed.
    Updated {
        /// Of its last record in the journal: parts that become live at several instants make several records.
        seq: i64,
    },
    /// The record holds all of it already.
    Unchanged,
    /// It was not published; the others were.
    Refused(Refusal),
}

/// Why a publication was refused; nothing of it was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Another entry of the kind has the slug in this language.
    #[error("the slug `{slug}` ({locale}) belongs to entry {holder}; choose another slug")]
    #[allow(missing_docs)]
    SlugTaken { locale: Locale, slug: Slug, holder: EntryId },
    /// The record holds something newer.
    #[error(
        "it is dated {given}, but the record holds a version live from {live_from}; \
         leave out `liveFrom` to publish it now"
    )]
    #[allow(missing_docs)]
    OlderThanLive { given: DateTime<Utc>, live_from: DateTime<Utc> },
    /// The id belongs to an entry of another kind.
    #[error("entry {id} is of kind {known}, not {given}")]
    #[allow(missing_docs)]
    KindDiffers { id: EntryId, known: EntryKind, given: EntryKind },
    /// The entry is new and its language-neutral part is missing.
    #[error("entry {id} is not in the record, so its `entry` part is needed")]
    #[allow(missing_docs)]
    MissingEntry { id: EntryId },
    /// The entry is new, or withdrawn in every language, and no text comes with it.
    #[error("entry {id} has no text in any language; give one under `texts`")]
    #[allow(missing_docs)]
    NoEdition { id: EntryId },
    /// A part belongs to another kind of entry.
    #[error("entry {id} is of kind {kind}, but its part for {part} is of another")]
    #[allow(missing_docs)]
    PartDiffers { id: EntryId, kind: EntryKind, part: String },
    /// The kind has a page, so each edition needs a slug; or it has none, and must not have one.
    #[error("the text of entry {id} in {locale} {}", if *needed { "needs a slug" } else { "cannot have a slug" })]
    #[allow(missing_docs)]
    SlugRule { id: EntryId, locale: Locale, needed: bool },
    /// A language is both published and withdrawn.
    #[error("entry {id} has a text in {locale}, which `withdrawn` names too; leave it out of one of them")]
    #[allow(missing_docs)]
    GivenAndWithdrawn { id: EntryId, locale: Locale },
    /// The entry was killed, for ever.
    #[error("entry {id} was killed on {at} and cannot be published again; make a new entry")]
    #[allow(missing_docs)]
    Killed { id: EntryId, at: DateTime<Utc> },
    /// A retraction says only that the entry is taken back.
    #[error(
        "entry {id} is taken back, so nothing of it can be published with that; leave out its texts or the retraction"
    )]
    #[allow(missing_docs)]
    RetractionWithText { id: EntryId },
    /// Only a withdrawn entry has a successor, and that is another entry.
    #[error(
        "entry {id} cannot have {successor} as its successor: a successor is another entry, and stands for one that \
         is withdrawn, not killed"
    )]
    #[allow(missing_docs)]
    Successor { id: EntryId, successor: EntryId },
    /// The old address leads elsewhere.
    #[error("the old address `{path}` already leads to entry {holder}")]
    #[allow(missing_docs)]
    PathTaken { path: String, holder: EntryId },
    /// The external id belongs to another entry.
    #[error("the external id {scheme} `{value}` belongs to entry {holder}")]
    #[allow(missing_docs)]
    ExternalIdTaken { scheme: String, value: String, holder: EntryId },
}
