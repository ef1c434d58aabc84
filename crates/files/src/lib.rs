//! Files of assets. Whoever brings one in, a download or an upload, it is told by its first bytes what it is, and it is
//! kept under a name nobody can guess.
//!
//! `media/` holds what delivery may serve, `uploads/` what is not public yet: only a process with the editorial side
//! opens that.

mod folders;
mod incoming;
mod kind;
mod name;

pub use folders::Folders;
pub use incoming::Incoming;
pub use kind::{FileKind, HEAD};
pub use name::StoredName;
