//! Articles.

mod json_ld;
mod named;
mod object;
mod parts;
mod query;
mod related;

pub(crate) use named::Named;
pub(crate) use object::Article;
pub(crate) use parts::{ArticleKind, Correction, CorrectionKind, MentionRole, PassageKind};
pub(crate) use query::{ArticleFilter, ArticleOrder, ArticleQuery, in_order};
