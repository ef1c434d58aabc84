//! Institutions.

mod object;
mod query;

pub(crate) use object::Institution;
pub(crate) use query::{InstitutionFilter, InstitutionQuery};
