//! Keys by which a client that heard no answer may ask again.

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::micros;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::EditorialTx;
use crate::StoreError;
use crate::entity::idempotency;

/// How long a key is kept.
const KEPT: TimeDelta = TimeDelta::hours(24);

/// What is known of a key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replay {
    /// It was used for the same input; the answer it had.
    Same(String),
    /// It was used for another input.
    Other,
}

impl EditorialTx<'_> {
    /// What this principal did with `key` in the last 24 hours; `digest` tells one input from another.
    pub async fn replay(
        &self,
        principal: &str,
        key: &str,
        digest: &str,
        at: DateTime<Utc>,
    ) -> Result<Option<Replay>, StoreError> {
        let known = idempotency::Entity::find_by_id((principal.to_owned(), key.to_owned()))
            .filter(idempotency::Column::At.gt(micros(at - KEPT)))
            .one(&self.tx.tx)
            .await?;
        Ok(known.map(|row| if row.digest == digest { Replay::Same(row.answer) } else { Replay::Other }))
    }

    /// Keeps the answer to `key` with the act itself, and forgets keys that are too old.
    pub async fn remember(
        &self,
        principal: &str,
        key: &str,
        digest: &str,
        answer: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        idempotency::Entity::delete_many()
            .filter(idempotency::Column::At.lte(micros(at - KEPT)))
            .exec(&self.tx.tx)
            .await?;
        let row = idempotency::ActiveModel::from(idempotency::Model {
            principal: principal.to_owned(),
            key: key.to_owned(),
            digest: digest.to_owned(),
            at: micros(at),
            answer: answer.to_owned(),
        });
        idempotency::Entity::insert(row).exec_without_returning(&self.tx.tx).await?;
        Ok(())
    }
}
