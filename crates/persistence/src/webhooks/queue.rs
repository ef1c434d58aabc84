//! How much waits.

use chrono::{DateTime, Utc};
use sea_orm::{ColumnTrait, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect};

use super::{DeliveryState, Lane, Webhooks, instant};
use crate::StoreError;
use crate::entity::{webhook_delivery, webhook_endpoint};

/// How much waits, over all endpoints.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct QueueFigures {
    /// Kills that wait.
    pub kills: u64,
    /// Other deliveries that wait.
    pub others: u64,
    /// Since when the oldest of all has waited.
    pub oldest: Option<DateTime<Utc>>,
    /// Endpoints that are disabled.
    pub disabled: u64,
}

impl Webhooks {
    /// How much waits now. Three statements.
    pub async fn queue_figures(&self) -> Result<QueueFigures, StoreError> {
        let waiting = || {
            webhook_delivery::Entity::find().filter(webhook_delivery::Column::State.eq(DeliveryState::Waiting.as_str()))
        };
        let lanes = waiting()
            .select_only()
            .column(webhook_delivery::Column::Lane)
            .column_as(webhook_delivery::Column::Number.count(), "count")
            .group_by(webhook_delivery::Column::Lane)
            .into_tuple::<(i64, i64)>()
            .all(&self.reads)
            .await?;
        let count = |lane: Lane| {
            let found = lanes.iter().find(|(number, _)| *number == lane.number());
            found.map_or(0, |(_, count)| count.unsigned_abs())
        };
        let oldest = waiting()
            .select_only()
            .column_as(webhook_delivery::Column::CreatedAt.min(), "oldest")
            .into_tuple::<Option<i64>>()
            .one(&self.reads)
            .await?;
        let disabled = webhook_endpoint::Entity::find()
            .filter(webhook_endpoint::Column::State.eq("disabled"))
            .count(&self.reads)
            .await?;
        Ok(QueueFigures {
            kills: count(Lane::Kill),
            others: count(Lane::Normal),
            oldest: oldest.flatten().map(|at| instant("webhook delivery", at)).transpose()?,
            disabled,
        })
    }
}
