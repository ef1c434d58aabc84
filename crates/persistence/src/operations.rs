//! Trusted documents: kept in the published store, where machines that only deliver find them too.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use griot_domain::{from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder, QuerySelect,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};
use sha2::{Digest, Sha256};

use crate::entity::{operation, operation_head};
use crate::location::Access;
use crate::{Location, PublishedStore, StoreError, StoreName, migrate};

/// Rows written at a time; SQLite takes 32,766 values in a statement.
const ROWS: usize = 500;

/// A document that clients may name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredOperation {
    /// What they call it.
    pub id: String,
    #[allow(missing_docs)]
    pub document: String,
    /// Whose manifest it came from.
    pub source: String,
    #[allow(missing_docs)]
    pub added_at: DateTime<Utc>,
}

/// What became of documents to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OperationImport {
    /// All of them are stored.
    Stored {
        /// How many were not before.
        added: usize,
    },
    /// Another document is stored under this id; nothing was written.
    Taken {
        #[allow(missing_docs)]
        id: String,
    },
}

/// The write handle of trusted documents.
#[derive(Debug)]
pub struct Operations {
    db: DatabaseConnection,
}

impl Operations {
    /// Opens a migrated record for writing.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = StoreName::Published;
        let db = location.connect(store, Access::Write).await?;
        migrate::check(&db, location, store).await?;
        Ok(Self { db })
    }

    /// Stores all, or none when one is refused. Documents stored already are left as they are.
    pub async fn import(&self, operations: &[StoredOperation]) -> Result<OperationImport, StoreError> {
        let tx = self.begin_alone().await?;
        let known = operation::Entity::find()
            .select_only()
            .columns([operation::Column::Id, operation::Column::Sha256])
            .into_tuple::<(String, String)>()
            .all(&tx)
            .await?;
        let mut known: HashMap<String, String> = known.into_iter().collect();
        let mut rows = Vec::new();
        for operation in operations {
            let sha256 = sha256_hex(&operation.document);
            match known.get(&operation.id) {
                Some(stored) if *stored == sha256 => continue,
                Some(_) => return Ok(OperationImport::Taken { id: operation.id.clone() }),
                None => {}
            }
            known.insert(operation.id.clone(), sha256.clone());
            rows.push(operation::ActiveModel {
                id: Set(operation.id.clone()),
                sha256: Set(sha256),
                document: Set(operation.document.clone()),
                source: Set(operation.source.clone()),
                added_at: Set(micros(operation.added_at)),
            });
        }
        let added = rows.len();
        for some in rows.chunks(ROWS) {
            operation::Entity::insert_many(some.to_vec()).exec_without_returning(&tx).await?;
        }
        if added > 0 {
            tx.commit().await?;
        }
        Ok(OperationImport::Stored { added })
    }

    /// Takes documents out. Answers which ids there were none of; then nothing was written.
    pub async fn remove(&self, ids: &[String]) -> Result<Vec<String>, StoreError> {
        let tx = self.begin_alone().await?;
        let mut missing = Vec::new();
        for id in ids {
            if operation::Entity::delete_by_id(id.as_str()).exec(&tx).await?.rows_affected == 0 {
                missing.push(id.clone());
            }
        }
        if missing.is_empty() {
            tx.commit().await?;
        }
        Ok(missing)
    }

    /// Every document, by id.
    pub async fn list(&self) -> Result<Vec<StoredOperation>, StoreError> {
        all(&self.db).await
    }

    /// A transaction that counts as a change once it is committed; another one waits for its end.
    async fn begin_alone(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        let tx = self.db.begin_with_options(options).await?;
        operation_head::Entity::update_many()
            .col_expr(operation_head::Column::Number, Expr::col(operation_head::Column::Number).add(1))
            .filter(operation_head::Column::Id.eq(1))
            .exec(&tx)
            .await?;
        Ok(tx)
    }
}

impl PublishedStore {
    /// How often the trusted documents were changed. One statement.
    pub async fn operations_number(&self) -> Result<i64, StoreError> {
        let head = operation_head::Entity::find().one(&self.db).await?;
        head.map(|row| row.number).ok_or_else(|| StoreError::corrupt("operation_head", "its row is missing"))
    }

    /// Every trusted document, by id. One statement.
    pub async fn operations(&self) -> Result<Vec<StoredOperation>, StoreError> {
        all(&self.db).await
    }
}

async fn all(db: &DatabaseConnection) -> Result<Vec<StoredOperation>, StoreError> {
    let rows = operation::Entity::find().order_by_asc(operation::Column::Id).all(db).await?;
    let operations = rows.into_iter().map(|row| {
        let what = || format!("operation {}", row.id);
        if sha256_hex(&row.document) != row.sha256 {
            return Err(StoreError::corrupt(what(), "its document is not the one it was stored with"));
        }
        let added_at = from_micros(row.added_at)
            .ok_or_else(|| StoreError::corrupt(what(), format!("{} is no instant", row.added_at)))?;
        Ok(StoredOperation { id: row.id, document: row.document, source: row.source, added_at })
    });
    operations.collect()
}

fn sha256_hex(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}
