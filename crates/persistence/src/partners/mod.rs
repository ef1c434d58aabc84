//! Partners and what they receive, kept in the editorial store: no table of drafts is within reach of this handle.

mod drill;
mod embargo;
mod items;
mod parent;
mod partner;
mod picture;
mod product;
mod receipt;
mod usage;

use std::sync::Arc;

use sea_orm::{
    DatabaseConnection, DatabaseTransaction, EntityTrait, QuerySelect, SqliteTransactionMode, TransactionOptions,
    TransactionTrait,
};
use serde_json::Value;

pub use drill::{Drill, DrillKillError, DrillNoteError, Issued};
pub use embargo::Embargo;
pub use items::{Former, ItemChange, Placed, Received, Round, Sorting};
pub use parent::Parents;
pub use partner::{Partner, PartnerSaving};
pub use picture::PictureChange;
pub use product::{EVERYTHING_PRODUCT, LanguagesIn, Product, ProductRemoval, ProductSaving};
pub use receipt::{Receipt, ReceiptState};
pub use usage::{Usage, UsageOf};

use crate::editorial::{Actor, note};
use crate::entity::product_head;
use crate::location::Access;
use crate::{Location, StoreError, StoreName, migrate};

/// The handle of partners, products and which items belong to them. Clones share its connections.
#[derive(Clone, Debug)]
pub struct PartnerStore {
    /// On SQLite apart from `writes`, so that readers wait for nobody.
    reads: DatabaseConnection,
    writes: DatabaseConnection,
    /// Whose acts stand in the audit log; what the machine does by itself does not.
    actor: Option<Arc<Actor>>,
}

impl PartnerStore {
    /// Opens a migrated record. [`StoreError::NoEditorialStore`] where there is none, as on a machine that only
    /// delivers.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = StoreName::Editorial;
        if location.file(store).is_some_and(|file| !file.is_file()) {
            return Err(StoreError::NoEditorialStore { place: location.describe(store) });
        }
        let writes = location.connect(store, Access::Write).await?;
        migrate::check(&writes, location, store).await?;
        let reads = match location {
            Location::Sqlite { .. } => location.connect(store, Access::Read).await?,
            Location::Postgres { .. } => writes.clone(),
        };
        Ok(Self { reads, writes, actor: None })
    }

    /// The handle in somebody's hand: what is done by it stands in the audit log with the commit that does it.
    pub fn by(&self, actor: Actor) -> Self {
        Self { actor: Some(Arc::new(actor)), ..self.clone() }
    }

    /// The handle over connections of the same store.
    pub(crate) fn sharing(reads: &DatabaseConnection, writes: &DatabaseConnection) -> Self {
        Self { reads: reads.clone(), writes: writes.clone(), actor: None }
    }

    /// Ends the handle's connections.
    pub async fn close(self) -> Result<(), StoreError> {
        self.reads.close().await?;
        Ok(self.writes.close().await?)
    }

    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writes.begin_with_options(options).await?)
    }

    /// Writes down what was done, as the last thing before the commit.
    async fn note(&self, tx: &DatabaseTransaction, detail: impl FnOnce() -> Value) -> Result<(), StoreError> {
        note(tx, self.actor.as_deref(), Vec::new(), detail).await
    }

    /// The head, which whoever writes about items or products takes first.
    async fn take_head(tx: &DatabaseTransaction) -> Result<product_head::Model, StoreError> {
        product_head::Entity::find().lock_exclusive().one(tx).await?.ok_or_else(no_head)
    }
}

fn no_head() -> StoreError {
    StoreError::corrupt("product_head", "its row is missing")
}
