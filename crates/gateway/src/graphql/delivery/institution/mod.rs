//! Institutions.

mod object;
mod query;

pub(crate) use object::{Institution, InstitutionKind};
pub(crate) use query::{InstitutionFilter, InstitutionQuery};
