//! Events.

mod object;
mod query;

pub(crate) use object::{Event, EventState};
pub(crate) use query::{EventFilter, EventQuery};
