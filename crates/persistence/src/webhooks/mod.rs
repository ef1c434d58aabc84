//! Webhooks: endpoints of partners, the deliveries that wait in line for each, subscriptions to feeds, and the log of attempts.
//! All of it is in the editorial store.

mod attempt;
mod delivery;
mod endpoint;
mod queue;
mod subscription;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use griot_domain::from_micros;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{
    ColumnTrait, ConnectionTrait, DatabaseConnection, DatabaseTransaction, EntityTrait, QueryFilter,
    SqliteTransactionMode, TransactionOptions, TransactionTrait,
};

pub use attempt::{Attempt, Attempted, LoggedAttempt, Then};
pub use delivery::{Delivery, DeliveryState, Dispatch, Lane, NewDelivery};
pub(crate) use endpoint::begin_all_anew;
pub use endpoint::{Endpoint, EndpointChange, EndpointId, EndpointState, Health, SigningSecrets};
pub use queue::QueueFigures;
pub use subscription::{Subscription, SubscriptionCount, SubscriptionThen};

use crate::editorial::Actor;
use crate::entity::webhook_head;
use crate::keys::is_within_reach;
use crate::location::Access;
use crate::{Location, StoreError, StoreName, migrate};

/// The handle of webhooks. Clones share its connections.
#[derive(Clone, Debug)]
pub struct Webhooks {
    /// On SQLite apart from `writes`, so that nobody who looks waits for who writes.
    reads: DatabaseConnection,
    writes: DatabaseConnection,
    /// Whose acts stand in the audit log; what the sender does by itself does not.
    actor: Option<Arc<Actor>>,
}

impl Webhooks {
    /// Opens a migrated record. [`StoreError::NoEditorialStore`] where there is none, as on a machine that only
    /// delivers.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = StoreName::Editorial;
        let absent = || StoreError::NoEditorialStore { place: location.describe(store) };
        if location.file(store).is_some_and(|file| !file.is_file()) {
            return Err(absent());
        }
        let writes = location.connect(store, Access::Write).await?;
        if !is_within_reach(&writes).await? {
            return Err(absent());
        }
        migrate::check(&writes, location, store).await?;
        let reads = match location {
            Location::Sqlite { .. } => location.connect(store, Access::Read).await?,
            Location::Postgres { .. } => writes.clone(),
        };
        Ok(Self { reads, writes, actor: None })
    }

    /// The handle in somebody's hand: what is done to endpoints by it stands in the audit log with the commit that does it.
    pub fn by(&self, actor: Actor) -> Self {
        Self { actor: Some(Arc::new(actor)), ..self.clone() }
    }

    /// How often endpoints were changed, or given something to send past the dispatcher. One statement.
    pub async fn changes_number(&self) -> Result<i64, StoreError> {
        let head = webhook_head::Entity::find().one(&self.reads).await?;
        head.map(|row| row.number).ok_or_else(|| StoreError::corrupt("webhook_head", "its row is missing"))
    }

    async fn begin(&self) -> Result<DatabaseTransaction, StoreError> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writes.begin_with_options(options).await?)
    }
}

/// Has running senders look at the endpoints again.
async fn note_change(tx: &impl ConnectionTrait) -> Result<(), StoreError> {
    webhook_head::Entity::update_many()
        .col_expr(webhook_head::Column::Number, Expr::col(webhook_head::Column::Number).add(1))
        .filter(webhook_head::Column::Id.eq(1))
        .exec(tx)
        .await?;
    Ok(())
}

fn instant(what: &str, at: i64) -> Result<DateTime<Utc>, StoreError> {
    from_micros(at).ok_or_else(|| StoreError::corrupt(what, format!("{at} is no instant")))
}

fn count(what: &str, number: i64) -> Result<u32, StoreError> {
    u32::try_from(number).map_err(|_| StoreError::corrupt(what, format!("{number} is no count")))
}
