//! Articles.

mod json_ld;
mod named;
mod object;
mod parts;
mod query;
mod related;

pub(crate) use named::Named;
pub(crate) use object::Article;
pub(crate) use parts::Correction;
pub(crate) use query::{ArticleFilter, ArticleOrder, ArticleQuery, in_order};
