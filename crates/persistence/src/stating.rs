//! Adding to the log of statements. One writer at a time, and no number is given twice.

use griot_domain::micros;
use sea_orm::ActiveValue::Set;
use sea_orm::{
    DatabaseConnection, DatabaseTransaction, EntityTrait, IntoActiveModel, QuerySelect, SqliteTransactionMode,
    TransactionOptions, TransactionTrait,
};

use crate::entity::{log_hash, statement, statement_digest, statement_head};
use crate::location::Access;
use crate::published::{Stated, StatedDigest, StatementHead, head, signed};
use crate::{Location, StoreError, StoreName, migrate};

/// Rows written at a time; SQLite takes 32,766 values in a statement.
const ROWS: usize = 2_000;

/// The write handle of the log of statements.
#[derive(Clone, Debug)]
pub struct StatementLog {
    db: DatabaseConnection,
}

/// What comes after a state of the log.
#[derive(Clone, Debug, Default)]
pub struct Addition {
    /// With the places that follow those there are, each with the hashes it holds.
    pub statements: Vec<(Stated, Vec<StatedDigest>)>,
    /// What is to be kept of the tree for them: level, place there, hash.
    pub hashes: Vec<(u8, u64, [u8; 32])>,
    /// How far the log is with them.
    pub head: StatementHead,
}

impl StatementLog {
    /// Opens a migrated record for writing.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = StoreName::Published;
        let db = location.connect(store, Access::Write).await?;
        migrate::check(&db, location, store).await?;
        Ok(Self { db })
    }

    /// Adds all of it in one transaction, if the log is still as `known`; answers whether it was. Then it is on disk, and what
    /// it was before can be proven to be a part of it. Otherwise another process has added to it, and nothing was written.
    pub async fn append(&self, known: &StatementHead, addition: Addition) -> Result<bool, StoreError> {
        let Addition { statements, hashes, head: next } = addition;
        let follows = statements.iter().zip(known.size..).all(|((one, _), place)| one.index == place);
        if !follows || next.size != known.size + statements.len() as u64 {
            return Err(StoreError::corrupt("an addition to the log of statements", "it does not follow"));
        }
        let tx = self.begin().await?;
        if take_head(&tx).await? != *known {
            tx.rollback().await?;
            return Ok(false);
        }
        let mut digests = Vec::new();
        let mut rows = Vec::new();
        for (one, of_one) in statements {
            let log_index = signed(one.index)?;
            for (position, digest) in (0..).zip(of_one) {
                let StatedDigest { sha256, form, made_of } = digest;
                let row = statement_digest::Model { log_index, position, sha256, form, made_of };
                digests.push(row.into_active_model());
            }
            rows.push(row(one)?.into_active_model());
        }
        let hashes = hashes.into_iter().map(|(level, place, hash)| {
            let row = log_hash::Model { level: level.into(), place: signed(place)?, hash: hash.to_vec() };
            Ok(row.into_active_model())
        });
        let hashes = hashes.collect::<Result<Vec<_>, StoreError>>()?;
        insert::<statement::Entity, _>(&tx, rows).await?;
        insert::<statement_digest::Entity, _>(&tx, digests).await?;
        insert::<log_hash::Entity, _>(&tx, hashes).await?;
        let head = statement_head::ActiveModel {
            id: Set(1),
            size: Set(signed(next.size)?),
            seq: Set(next.seq),
            made_with: Set(next.made_with),
            checkpoint: Set(next.checkpoint),
            keys: Set(next.keys),
        };
        statement_head::Entity::update(head).exec(&tx).await?;
        tx.commit().await?;
        Ok(true)
    }

    /// A transaction for which another one waits: on SQLite from now on, on PostgreSQL once it has the head.
    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.db.begin_with_options(options).await?)
    }
}

/// The state of the log, which nobody else changes until the transaction ends.
async fn take_head(tx: &DatabaseTransaction) -> Result<StatementHead, StoreError> {
    let row = statement_head::Entity::find().lock_exclusive().one(tx).await?;
    head(row.ok_or_else(|| StoreError::corrupt("statement_head", "its row is missing"))?)
}

async fn insert<E, A>(tx: &DatabaseTransaction, rows: Vec<A>) -> Result<(), StoreError>
where
    E: EntityTrait,
    A: sea_orm::ActiveModelTrait<Entity = E>,
{
    for some in rows.chunks(ROWS) {
        E::insert_many(some.to_vec()).exec_without_returning(tx).await?;
    }
    Ok(())
}

fn row(stated: Stated) -> Result<statement::Model, StoreError> {
    Ok(statement::Model {
        log_index: signed(stated.index)?,
        entry_id: stated.id.0,
        locale: stated.locale.to_string(),
        version: stated.version.into(),
        pub_status: stated.pub_status,
        stated_at: micros(stated.at),
        jws: stated.jws,
        log_entry: stated.log_entry,
    })
}
