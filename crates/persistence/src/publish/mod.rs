//! Publishing: making versions live, in one transaction, each publication with its own `seq`.

mod held;
mod holder;
mod kill;
mod lookup;
mod outcome;
mod plan;
mod publisher;
mod rows;
mod run;
mod state;
mod timeline;
mod transaction;

pub use lookup::{Holder, LiveEntry};
pub(crate) use lookup::{live_entries, parse_act, parse_edition, parse_kind, parse_locale};
pub use outcome::{Act, Outcome, Refusal};
pub use publisher::Publisher;
pub(crate) use publisher::parse_entry;
pub(crate) use rows::{digest, free_external_ids, mark_merged};
pub use transaction::PublishTx;
