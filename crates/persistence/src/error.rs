//! What can go wrong with a store.

use std::path::PathBuf;

use sea_orm::DbErr;

/// A failure of a store. That something is not there is no failure: reads answer `None`.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The place of the record cannot be used as it is.
    #[error("cannot use the data folder {}: {source}; choose another with --data, or give this user the right to write there", path.display())]
    DataFolder {
        #[allow(missing_docs)]
        path: PathBuf,
        #[allow(missing_docs)]
        source: std::io::Error,
    },
    /// The database did not let us in.
    #[error("cannot open {place}: {source}")]
    Unreachable {
        /// File, or address without the password.
        place: String,
        #[allow(missing_docs)]
        source: DbErr,
    },
    /// The address of the database cannot be used.
    #[error("`{url}` is not a PostgreSQL address: use postgres://USER:PASSWORD@HOST:PORT/DATABASE")]
    Address {
        #[allow(missing_docs)]
        url: String,
    },
    /// The store was written by a newer or older Griot, or by something else.
    #[error("{place} is not migrated ({detail}); run `griot migrate`")]
    NotMigrated {
        #[allow(missing_docs)]
        place: String,
        #[allow(missing_docs)]
        detail: String,
    },
    /// There is no editorial store, or this login may not see it: a record that is only delivered from here.
    #[error("there is no editorial store at {place}, or this login may not see it; `griot migrate` makes one")]
    NoEditorialStore {
        #[allow(missing_docs)]
        place: String,
    },
    /// A newer Griot has changed the store in a way this one does not know.
    #[error("{place} was migrated by a newer Griot ({migration}); run that one")]
    Newer {
        #[allow(missing_docs)]
        place: String,
        /// Name of the change.
        migration: String,
    },
    /// Another process does what only one may do.
    #[error("another import into {place} is running; wait until it has ended")]
    Busy {
        #[allow(missing_docs)]
        place: String,
    },
    /// A row no longer fits the domain.
    #[error("the store is corrupt: {what}; run `griot doctor`")]
    Corrupt {
        #[allow(missing_docs)]
        what: String,
    },
    /// The database refused or failed.
    #[error("the database failed: {0}")]
    Database(#[from] DbErr),
}

impl StoreError {
    /// A row that no longer fits the domain.
    pub(crate) fn corrupt(what: impl std::fmt::Display, why: impl std::fmt::Display) -> Self {
        Self::Corrupt { what: format!("{what}: {why}") }
    }
}
