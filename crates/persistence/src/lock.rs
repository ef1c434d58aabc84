//! What only one process at a time may do to a record. A lock goes with its process, however that ends.

use std::fs::{File, TryLockError};
use std::path::Path;

use sea_orm::{ConnectionTrait, DatabaseTransaction, DbBackend, Statement, TransactionTrait};

use crate::location::Access;
use crate::{Location, StoreError, StoreName};

/// Numbers of locks in PostgreSQL; they only have to be the same in every Griot.
pub(crate) const MIGRATION: i64 = 7_471_104_371;
const IMPORT: i64 = 7_471_104_372;
const SENDER: i64 = 7_471_104_373;

/// Held while a process imports; let go when dropped.
#[derive(Debug)]
pub struct ImportLock {
    _held: Held,
}

#[derive(Debug)]
enum Held {
    File { _file: File },
    // Inside a transaction, since a pool may close a connection that rests.
    Transaction { tx: DatabaseTransaction },
}

impl ImportLock {
    /// Takes the lock of a migrated record, or refuses with [`StoreError::Busy`] when another import runs: two that
    /// create the same entries would each take the other's slugs for somebody else's.
    pub async fn take(location: &Location) -> Result<Self, StoreError> {
        let busy = || StoreError::Busy { place: location.describe(StoreName::Published) };
        let held = take(location, StoreName::Published, "import.lock", IMPORT).await?;
        held.map(|held| Self { _held: held }).ok_or_else(busy)
    }
}

/// Held by the process that sends webhooks; let go when dropped.
#[derive(Debug)]
pub struct SenderLock {
    held: Held,
}

impl SenderLock {
    /// Takes the lock of a migrated record; `None` when another process has it.
    pub async fn take(location: &Location) -> Result<Option<Self>, StoreError> {
        let held = take(location, StoreName::Editorial, "webhooks.lock", SENDER).await?;
        Ok(held.map(|held| Self { held }))
    }

    /// Whether it is still ours: PostgreSQL lets go of it where it loses the connection.
    pub async fn is_held(&self) -> bool {
        match &self.held {
            Held::File { .. } => true,
            Held::Transaction { tx } => tx.execute_unprepared("SELECT 1").await.is_ok(),
        }
    }
}

/// Takes a lock: of a file in the folder, or by its number in PostgreSQL. `None` when another process has it.
async fn take(location: &Location, store: StoreName, file: &str, number: i64) -> Result<Option<Held>, StoreError> {
    match location {
        Location::Sqlite { data_dir } => {
            let file = lock_file(data_dir, file)?;
            match file.try_lock() {
                Ok(()) => Ok(Some(Held::File { _file: file })),
                Err(TryLockError::WouldBlock) => Ok(None),
                Err(TryLockError::Error(source)) => Err(unusable(data_dir, source)),
            }
        }
        Location::Postgres { .. } => {
            let tx = location.connect(store, Access::Write).await?.begin().await?;
            let ask = Statement::from_sql_and_values(
                DbBackend::Postgres,
                "SELECT pg_try_advisory_xact_lock($1)",
                [number.into()],
            );
            let is_ours = tx.query_one_raw(ask).await?.map(|row| row.try_get_by_index(0)).transpose()?;
            Ok((is_ours == Some(true)).then_some(Held::Transaction { tx }))
        }
    }
}

/// Waits until no other process migrates the record in this folder. SQLite's own locks are not enough: two connections
/// that turn a new file to write-ahead logging do not wait for each other, one of them fails.
pub(crate) async fn lock_migration(data_dir: &Path) -> Result<File, StoreError> {
    let data_dir = data_dir.to_owned();
    let waiting = tokio::task::spawn_blocking(move || {
        let file = lock_file(&data_dir, "migrate.lock")?;
        file.lock().map_err(|source| unusable(&data_dir, source))?;
        Ok(file)
    });
    waiting.await.unwrap_or_else(|panic| std::panic::resume_unwind(panic.into_panic()))
}

fn lock_file(data_dir: &Path, name: &str) -> Result<File, StoreError> {
    let mut options = File::options();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(data_dir.join(name)).map_err(|source| unusable(data_dir, source))
}

fn unusable(data_dir: &Path, source: std::io::Error) -> StoreError {
    StoreError::DataFolder { path: data_dir.to_owned(), source }
}
