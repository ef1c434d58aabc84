//! Drafts, their languages, their history.

mod list;
mod mention;
mod object;
mod revision;

pub(super) use list::{DraftConnection, DraftFilter};
pub(super) use object::{Draft, EntryKind};
