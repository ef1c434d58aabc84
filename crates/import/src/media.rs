//! Fetching the files of assets, from the public internet only: an export names any address it likes, and a
//! server that asks all of them would look into its own network for strangers.

mod client;

pub(crate) use client::Fetcher;
pub use client::MediaError;
