//! Publishing in a transaction that stays open.

use std::sync::atomic::{AtomicBool, Ordering};

use griot_domain::Publication;
use sea_orm::sea_query::Expr;
use sea_orm::{
    ConnectionTrait, DatabaseTransaction, DbBackend, EntityTrait, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};

use super::run::{publish_in, take_head};
use super::{Act, Outcome, Publisher};
use crate::StoreError;
use crate::entity::applied;

/// An open transaction of one store. Nothing of it is seen before [`PublishTx::commit`]; dropped, it is as if it had
/// never been. Others that publish into the store wait for it from the first call on, on SQLite from the beginning.
#[derive(Debug)]
pub struct PublishTx {
    pub(crate) tx: DatabaseTransaction,
    publisher: Publisher,
    has_killed: AtomicBool,
}

impl Publisher {
    /// Empties the write-ahead log, which keeps what the file has lost.
    async fn forget(&self) -> Result<(), StoreError> {
        if self.db.get_database_backend() == DbBackend::Sqlite {
            self.db.execute_unprepared("PRAGMA wal_checkpoint(TRUNCATE)").await?;
        }
        Ok(())
    }

    /// Begins a transaction. On SQLite a second one of this handle waits until the first has ended.
    pub async fn begin(&self) -> Result<PublishTx, StoreError> {
        // SQLite takes the write lock at once: a transaction that begins by reading could not take it later.
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.db.begin_with_options(options).await?;
        Ok(PublishTx { tx, publisher: self.clone(), has_killed: AtomicBool::new(false) })
    }
}

impl PublishTx {
    /// What [`Publisher::publish`] does, without the end. A refused publication leaves nothing behind and does not
    /// stop the others; after an error only [`PublishTx::rollback`] is left.
    pub async fn publish(&self, publications: &[Publication], act: &Act) -> Result<Vec<Outcome>, StoreError> {
        let outcomes = publish_in(&self.tx, self.publisher.store(), publications, act).await?;
        let kills = publications.iter().zip(&outcomes).filter(|(publication, _)| publication.kill().is_some());
        if kills.into_iter().any(|(_, outcome)| matches!(outcome, Outcome::Created { .. } | Outcome::Updated { .. })) {
            self.has_killed.store(true, Ordering::Relaxed);
        }
        Ok(outcomes)
    }

    /// Number of the last editorial act this store has taken up; 0 before the first.
    pub async fn applied(&self) -> Result<i64, StoreError> {
        // The head of the journal is the one lock of those who publish, so that no two wait for each other.
        take_head(&self.tx).await?;
        let row = applied::Entity::find().one(&self.tx).await?;
        row.map(|row| row.number).ok_or_else(|| StoreError::corrupt("applied", "its row is missing"))
    }

    /// Notes that the act `number` is taken up. It has to follow the last one.
    pub async fn set_applied(&self, number: i64) -> Result<(), StoreError> {
        let last = self.applied().await?;
        if number != last + 1 {
            let why = format!("act {number} was to follow act {last}");
            return Err(StoreError::corrupt("the row of editorial acts", why));
        }
        applied::Entity::update_many().col_expr(applied::Column::Number, Expr::value(number)).exec(&self.tx).await?;
        Ok(())
    }

    /// Ends the transaction and keeps what it did.
    pub async fn commit(self) -> Result<(), StoreError> {
        self.tx.commit().await?;
        if self.has_killed.into_inner()
            && let Err(error) = self.publisher.forget().await
        {
            // What was to be done is done; the text leaves the log at the next checkpoint.
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the killed text is still in the write-ahead log"
            );
        }
        Ok(())
    }

    /// Ends the transaction as if it had never been.
    pub async fn rollback(self) -> Result<(), StoreError> {
        Ok(self.tx.rollback().await?)
    }
}
