//! People.

mod object;
mod post;
mod query;

pub(crate) use object::Person;
pub(crate) use post::{Post, styled, titles};
pub(crate) use query::PersonQuery;
