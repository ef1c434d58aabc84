//! Finding what is public by its words.

mod facet;
mod filter;
mod object;
mod query;

pub(crate) use query::SearchQuery;
