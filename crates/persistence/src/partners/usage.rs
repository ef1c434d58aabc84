//! What partners asked for, day by day.

use chrono::NaiveDate;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait, OnConflict};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};
use uuid::Uuid;

use super::PartnerStore;
use crate::StoreError;
use crate::entity::partner_usage;

/// Counts of requests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usage {
    #[allow(missing_docs)]
    pub requests: i64,
    /// Of these, refused because the quota was used up.
    pub refused: i64,
    /// Of these, answered with an error.
    pub errors: i64,
    /// Changes told.
    pub items: i64,
    /// Of answers.
    pub bytes: i64,
}

/// Whose requests, when, and to what.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UsageOf {
    #[allow(missing_docs)]
    pub partner: Uuid,
    /// In UTC.
    pub day: NaiveDate,
    /// Such as `graphql`, `items`, `feeds`, `changes`.
    pub channel: String,
}

impl PartnerStore {
    /// Adds counts to what is known.
    pub async fn add_usage(&self, counts: &[(UsageOf, Usage)]) -> Result<(), StoreError> {
        use partner_usage::Column;
        if counts.is_empty() {
            return Ok(());
        }
        let tx = self.begin().await?;
        for (of, usage) in counts {
            let row = partner_usage::ActiveModel {
                partner_id: Set(of.partner),
                day: Set(of.day.to_string()),
                channel: Set(of.channel.clone()),
                requests: Set(usage.requests),
                refused: Set(usage.refused),
                errors: Set(usage.errors),
                items: Set(usage.items),
                bytes: Set(usage.bytes),
            };
            let mut known = OnConflict::columns([Column::PartnerId, Column::Day, Column::Channel]);
            for (column, more) in [
                (Column::Requests, usage.requests),
                (Column::Refused, usage.refused),
                (Column::Errors, usage.errors),
                (Column::Items, usage.items),
                (Column::Bytes, usage.bytes),
            ] {
                known.value(column, Expr::col((partner_usage::Entity, column)).add(more));
            }
            partner_usage::Entity::insert(row).on_conflict(known).exec_without_returning(&tx).await?;
        }
        Ok(tx.commit().await?)
    }

    /// What a partner asked for between two days, both included; by day, then channel.
    pub async fn usage(
        &self,
        partner: Uuid,
        from: NaiveDate,
        until: NaiveDate,
    ) -> Result<Vec<(UsageOf, Usage)>, StoreError> {
        let rows = partner_usage::Entity::find()
            .filter(partner_usage::Column::PartnerId.eq(partner))
            .filter(partner_usage::Column::Day.between(from.to_string(), until.to_string()))
            .order_by_asc(partner_usage::Column::Day)
            .order_by_asc(partner_usage::Column::Channel)
            .all(&self.reads)
            .await?;
        let counts = rows.into_iter().map(|row| {
            let day =
                row.day.parse().map_err(|err| StoreError::corrupt("partner_usage", format!("{}: {err}", row.day)))?;
            let of = UsageOf { partner: row.partner_id, day, channel: row.channel };
            let (requests, refused, errors) = (row.requests, row.refused, row.errors);
            Ok((of, Usage { requests, refused, errors, items: row.items, bytes: row.bytes }))
        });
        counts.collect()
    }
}
