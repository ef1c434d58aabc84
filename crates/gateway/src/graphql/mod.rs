//! GraphQL schemas; async-graphql stops here.

pub(crate) mod delivery;
pub(crate) mod editorial;
