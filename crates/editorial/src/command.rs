//! What can be done. Each command names the entries and revisions it was decided on.

mod create;
mod file;
mod mention;
mod merge;
mod publish;
mod retract;
mod review;

pub(crate) use publish::{erasing, refusals};

use chrono::{DateTime, Utc};
use griot_access::EditorialAct;
use griot_domain::{Body, CorrectionKind, DraftPatch, EntryId, EntryKind, Locale, Localized};
use serde::Serialize;
use uuid::Uuid;

/// One act of an editor.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[allow(missing_docs)]
pub enum Command {
    /// Begins a new entry as a draft.
    Create { kind: EntryKind, patch: DraftPatch, note: Option<String> },
    /// Changes fields, adds languages.
    Edit { id: EntryId, expected: i64, patch: DraftPatch, note: Option<String> },
    /// Changes blocks of one body, in order, all or none.
    EditBody { id: EntryId, expected: i64, locale: Locale, edits: Vec<BlockEdit>, note: Option<String> },
    /// Hands a draft to whoever approves.
    Submit { id: EntryId, expected: i64 },
    /// Takes responsibility for a draft.
    Approve { id: EntryId, expected: i64 },
    /// Gives a draft back to its author, with a note.
    Return { id: EntryId, expected: i64, note: String },
    /// Makes drafts public together, now.
    Publish { items: Vec<PublishItem> },
    /// Makes drafts public together at an instant; entitled keys see them at once when `early`.
    Schedule { items: Vec<PublishItem>, at: DateTime<Utc>, early: bool },
    /// Moves a schedule or an embargo; if `expected` is given, only while it is due then.
    Reschedule {
        schedule: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        expected: Option<DateTime<Utc>>,
        at: DateTime<Utc>,
    },
    /// Takes a schedule or an embargo back; if `expected` is given, only while it is due then.
    Unschedule {
        schedule: Uuid,
        #[serde(skip_serializing_if = "Option::is_none")]
        expected: Option<DateTime<Utc>>,
    },
    /// Publishes a change together with what readers are told of it.
    Correct {
        id: EntryId,
        expected: i64,
        patch: DraftPatch,
        kind: CorrectionKind,
        public_note: Localized,
        note: Option<String>,
    },
    /// Ends languages, or all of them, with a reason readers see.
    Withdraw { id: EntryId, expected: i64, locales: Option<Vec<Locale>>, reason: Option<String> },
    /// Takes every text of an entry out of the public record for ever; a notice stays.
    Kill { id: EntryId, expected: i64, reason: String },
    /// Makes an earlier revision the working state again.
    Restore { id: EntryId, expected: i64, revision: i64, note: Option<String> },
    /// Takes a draft out of lists, or back into them.
    Archive { id: EntryId, expected: i64, archived: bool },
    /// Makes one of two persons, institutions, events or topics that stand for the same: what refers to the dropped
    /// one refers to the kept one, which gains its names; where it was public, its addresses lead there.
    Merge { keep: EntryId, expected_keep: i64, drop: EntryId, expected_drop: i64, note: Option<String> },
    /// Says which of its candidates a naming means that an import left open; `expected` is the article's revision.
    AcceptMention { suggestion: i64, expected: i64, target: EntryId, note: Option<String> },
    /// Says that such a naming means none of them.
    DismissMention { suggestion: i64 },
}

/// One entry to be published.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct PublishItem {
    #[allow(missing_docs)]
    pub id: EntryId,
    /// The revision that was looked at.
    pub expected: i64,
    /// These languages only; all when `None`.
    pub locales: Option<Vec<Locale>>,
}

/// One change of a body. Blocks are named by their `_key`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)]
pub enum BlockEdit {
    /// Puts blocks after one, or at the beginning.
    Insert {
        after: Option<String>,
        blocks: Body,
    },
    /// Puts blocks in the place of one.
    Replace {
        key: String,
        blocks: Body,
    },
    Remove {
        key: String,
    },
    /// Moves a block behind another, or to the beginning.
    Move {
        key: String,
        after: Option<String>,
    },
}

impl Command {
    /// What is done, for the table of roles.
    pub fn act(&self) -> EditorialAct {
        match self {
            Self::Create { kind, .. } => match kind {
                EntryKind::Appointment => EditorialAct::Appoint,
                EntryKind::Asset => EditorialAct::Attach,
                _ => EditorialAct::Create,
            },
            Self::Edit { patch, .. } if patch.entry.contains_key("ranks") => EditorialAct::Rank,
            Self::Edit { .. } | Self::EditBody { .. } => EditorialAct::Edit,
            Self::Submit { .. } => EditorialAct::Submit,
            Self::Approve { .. } | Self::Return { .. } => EditorialAct::Approve,
            Self::Publish { .. } => EditorialAct::Publish,
            Self::Schedule { early: false, .. } => EditorialAct::Schedule,
            Self::Schedule { early: true, .. } => EditorialAct::Embargo,
            Self::Reschedule { .. } | Self::Unschedule { .. } => EditorialAct::Schedule,
            Self::Correct { .. } => EditorialAct::Correct,
            Self::Withdraw { .. } => EditorialAct::Withdraw,
            Self::Kill { .. } => EditorialAct::Kill,
            Self::Restore { .. } => EditorialAct::Restore,
            Self::Archive { .. } => EditorialAct::Archive,
            Self::Merge { .. } => EditorialAct::Merge,
            Self::AcceptMention { .. } | Self::DismissMention { .. } => EditorialAct::Resolve,
        }
    }

    /// The entries it names, when it changes what the public or entitled keys see of them at once.
    pub(crate) fn publishes(&self) -> Vec<EntryId> {
        match self {
            Self::Publish { items } | Self::Schedule { items, early: true, .. } => {
                items.iter().map(|item| item.id).collect()
            }
            Self::Merge { keep, drop, .. } => vec![*keep, *drop],
            Self::Correct { id, .. } | Self::Withdraw { id, .. } | Self::Kill { id, .. } => vec![*id],
            _ => Vec::new(),
        }
    }
}
