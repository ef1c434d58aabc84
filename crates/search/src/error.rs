//! What can go wrong with an index.

use std::path::PathBuf;

use griot_persistence::StoreError;

/// The index cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// The record cannot be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The index itself is at fault.
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
    /// A file of the index cannot be read or written.
    #[error("the search index in {}: {source}", place.display())]
    Files {
        #[allow(missing_docs)]
        place: PathBuf,
        #[allow(missing_docs)]
        source: std::io::Error,
    },
    /// Files are not what was written.
    #[error("the search index in {}: {detail}", place.display())]
    Damaged {
        #[allow(missing_docs)]
        place: PathBuf,
        /// What was found.
        detail: String,
    },
    /// The index was given up meanwhile.
    #[error("the search index was given up for a new one")]
    GivenUp,
    /// Every place for an index is taken by another process.
    #[error("{} processes keep an index in {} already; give this one a folder of its own with `search.dir`", crate::slot::MOST, .0.display())]
    NoPlace(PathBuf),
    /// A search ended before its time: the code, or what it read, is at fault.
    #[error("a search broke off: {0}")]
    BrokenOff(#[from] tokio::task::JoinError),
}

impl From<std::io::Error> for SearchError {
    fn from(source: std::io::Error) -> Self {
        Self::Index(source.into())
    }
}
