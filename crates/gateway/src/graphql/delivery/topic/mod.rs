//! Topics.

mod object;
mod query;

pub(crate) use object::Topic;
pub(crate) use query::{TopicFilter, TopicQuery};
