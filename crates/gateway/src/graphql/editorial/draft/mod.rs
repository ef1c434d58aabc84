//! Drafts, their languages, their history.

mod list;
mod mention;
mod object;
mod revision;
mod suggestion;

pub(super) use list::{DraftConnection, DraftFilter};
pub(super) use object::{Draft, EntryKind};
pub(super) use suggestion::MentionSuggestionConnection;
