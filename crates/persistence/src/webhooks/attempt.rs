//! What came of each attempt to deliver.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use griot_domain::micros;
use sea_orm::ActiveValue::{NotSet, Set};
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{DeliveryState, EndpointId, Health, NewDelivery, Webhooks, count, delivery, endpoint, instant};
use crate::StoreError;
use crate::entity::{webhook_attempt, webhook_delivery};

/// An attempt, as it goes into the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    #[allow(missing_docs)]
    pub endpoint: EndpointId,
    #[allow(missing_docs)]
    pub event_id: String,
    #[allow(missing_docs)]
    pub event_type: String,
    /// When it began.
    pub at: DateTime<Utc>,
    /// 1 for the first.
    pub number_of_try: u32,
    /// Of the answer, when there was one.
    pub status: Option<u16>,
    /// Why there was none, or why it does not count.
    pub failure: Option<String>,
    /// How long it took.
    pub ms: u32,
    /// The beginning of the answer.
    pub answer: Option<String>,
}

/// An attempt that was logged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LoggedAttempt {
    /// Rises with each one.
    pub number: i64,
    #[allow(missing_docs)]
    pub attempt: Attempt,
}

/// An attempt with what it leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempted {
    #[allow(missing_docs)]
    pub attempt: Attempt,
    /// Where it went.
    pub url: String,
    /// Number of the delivery.
    pub delivery: i64,
    #[allow(missing_docs)]
    pub then: Then,
    /// How the endpoint does, with this attempt.
    pub health: Health,
    /// Why the endpoint is to get nothing any more.
    pub disable: Option<String>,
    /// What other endpoints are told of that.
    pub notices: Vec<(EndpointId, NewDelivery)>,
}

/// What an attempt leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    #[allow(missing_docs)]
    Delivered,
    /// It is tried again.
    Again {
        #[allow(missing_docs)]
        at: DateTime<Utc>,
    },
    /// It was tried for as long as anything is.
    GivenUp,
}

impl Webhooks {
    /// Writes down an attempt and all it leads to, in one transaction. What waits for an endpoint that does again what it
    /// should is due at once. Answers whether the endpoint is still there.
    pub async fn record(&self, attempted: &Attempted, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let id = attempted.attempt.endpoint;
        let tx = self.begin().await?;
        // Always in the same order, so that no two wait for each other.
        let mut ids: Vec<EndpointId> = attempted.notices.iter().map(|(other, _)| *other).chain([id]).collect();
        ids.sort_unstable();
        let mut rows = HashMap::new();
        for id in ids {
            rows.extend(endpoint::locked(&tx, id).await?.map(|row| (id, row)));
        }
        let Some(mut row) = rows.remove(&id) else { return Ok(false) };
        log(&tx, &attempted.attempt).await?;
        let this = || webhook_delivery::Column::Number.eq(attempted.delivery);
        match attempted.then {
            Then::Delivered => {
                // It may have been replaced meanwhile, and arrived all the same.
                webhook_delivery::Entity::update_many()
                    .col_expr(webhook_delivery::Column::State, Expr::value(DeliveryState::Delivered.as_str()))
                    .col_expr(webhook_delivery::Column::Body, Expr::value(""))
                    .col_expr(webhook_delivery::Column::EndedAt, Expr::value(micros(now)))
                    .filter(this())
                    .exec(&tx)
                    .await?;
            }
            Then::Again { at } => {
                webhook_delivery::Entity::update_many()
                    .col_expr(webhook_delivery::Column::NextAt, Expr::value(micros(at)))
                    .filter(this())
                    .exec(&tx)
                    .await?;
            }
            Then::GivenUp => delivery::end(&tx, this(), DeliveryState::Failed, now).await?,
        }
        webhook_delivery::Entity::update_many()
            .col_expr(webhook_delivery::Column::Tries, Expr::value(i64::from(attempted.attempt.number_of_try)))
            .filter(this())
            .exec(&tx)
            .await?;
        let before = Health::try_from(&row)?;
        if before.failures > 0 && attempted.health.failures == 0 {
            delivery::hasten(&tx, id, now).await?;
        }
        if before != attempted.health {
            endpoint::store_health(&tx, id, attempted.health).await?;
        }
        // What the address before said is nothing to the one of now.
        let disable = attempted.disable.as_ref().filter(|_| row.url == attempted.url);
        if let Some(reason) = disable {
            row.failures = i64::from(attempted.health.failures);
            row.failing_since = attempted.health.failing_since.map(micros);
            row.paused_until = attempted.health.paused_until.map(micros);
            endpoint::disable(&tx, &mut row, reason, now).await?;
            endpoint::store(&tx, row).await?;
        }
        let notices = attempted.notices.iter().filter(|_| disable.is_some());
        for (other, notice) in notices.filter(|(other, _)| rows.contains_key(other)) {
            delivery::put(&tx, *other, notice, now).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Writes down an attempt that is none of a delivery in a line.
    pub async fn log_attempt(&self, attempt: &Attempt) -> Result<(), StoreError> {
        log(&self.writes, attempt).await
    }

    /// Forgets what was tried with an endpoint.
    pub(super) async fn forget_attempts(&self, id: EndpointId) -> Result<(), StoreError> {
        let of_endpoint = webhook_attempt::Column::EndpointId.eq(id.0);
        webhook_attempt::Entity::delete_many().filter(of_endpoint).exec(&self.writes).await?;
        Ok(())
    }

    /// What was tried with an endpoint, latest first; `before` is a number.
    pub async fn attempts(
        &self,
        id: EndpointId,
        before: Option<i64>,
        limit: u64,
    ) -> Result<Vec<LoggedAttempt>, StoreError> {
        let mut rows = webhook_attempt::Entity::find()
            .filter(webhook_attempt::Column::EndpointId.eq(id.0))
            .order_by_desc(webhook_attempt::Column::Number)
            .limit(limit);
        if let Some(before) = before {
            rows = rows.filter(webhook_attempt::Column::Number.lt(before));
        }
        rows.all(&self.reads).await?.into_iter().map(LoggedAttempt::try_from).collect()
    }

    /// Forgets attempts, and deliveries that came to an end, before `before`. Answers how many rows these were.
    pub async fn forget(&self, before: DateTime<Utc>) -> Result<u64, StoreError> {
        let attempts = webhook_attempt::Entity::delete_many()
            .filter(webhook_attempt::Column::At.lt(micros(before)))
            .exec(&self.writes)
            .await?;
        let deliveries = webhook_delivery::Entity::delete_many()
            .filter(webhook_delivery::Column::State.ne(DeliveryState::Waiting.as_str()))
            .filter(webhook_delivery::Column::EndedAt.lt(micros(before)))
            .exec(&self.writes)
            .await?;
        Ok(attempts.rows_affected + deliveries.rows_affected)
    }
}

async fn log(db: &impl ConnectionTrait, attempt: &Attempt) -> Result<(), StoreError> {
    let row = webhook_attempt::ActiveModel {
        number: NotSet,
        endpoint_id: Set(attempt.endpoint.0),
        event_id: Set(attempt.event_id.clone()),
        event_type: Set(attempt.event_type.clone()),
        at: Set(micros(attempt.at)),
        number_of_try: Set(i64::from(attempt.number_of_try)),
        status: Set(attempt.status.map(i64::from)),
        failure: Set(attempt.failure.clone()),
        ms: Set(i64::from(attempt.ms)),
        answer: Set(attempt.answer.clone()),
    };
    webhook_attempt::Entity::insert(row).exec_without_returning(db).await?;
    Ok(())
}

impl TryFrom<webhook_attempt::Model> for LoggedAttempt {
    type Error = StoreError;

    fn try_from(row: webhook_attempt::Model) -> Result<Self, StoreError> {
        let what = format!("webhook attempt {}", row.number);
        let status = row.status.map(u16::try_from).transpose();
        Ok(Self {
            number: row.number,
            attempt: Attempt {
                endpoint: EndpointId(row.endpoint_id),
                at: instant(&what, row.at)?,
                number_of_try: count(&what, row.number_of_try)?,
                status: status.map_err(|_| StoreError::corrupt(&what, "its status is none"))?,
                ms: count(&what, row.ms)?,
                event_id: row.event_id,
                event_type: row.event_type,
                failure: row.failure,
                answer: row.answer,
            },
        })
    }
}
