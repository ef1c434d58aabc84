//! Images, documents and recordings.

mod object;
mod query;

pub(crate) use object::{Asset, AssetKind};
pub(crate) use query::AssetQuery;
