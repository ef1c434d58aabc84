//! The tables, one file each. Nothing of this leaves the crate.

pub mod access_key;
pub mod act;
pub mod applied;
pub mod audit;
pub mod clock_trace;
pub mod draft;
pub mod drafting_head;
pub mod edition;
pub mod entry;
pub mod entry_version;
pub mod external_id;
pub mod idempotency;
pub mod journal;
pub mod journal_head;
pub mod link;
pub mod mention_suggestion;
pub mod naming;
pub mod notice;
pub mod old_path;
pub mod operation;
pub mod operation_head;
pub mod preview_token;
pub mod revision;
pub mod schedule;
pub mod slug;
pub mod upload;
