//! Publishing: making versions live, in one transaction, each publication with its own `seq`.

mod held;
mod lookup;
mod outcome;
mod plan;
mod publisher;
mod rows;
mod state;
mod timeline;

pub use lookup::LiveEntry;
pub use outcome::{Act, Outcome, Refusal};
pub use publisher::Publisher;
