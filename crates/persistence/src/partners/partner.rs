//! Partners.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use griot_domain::{from_micros, micros};
use sea_orm::ActiveValue::{NotSet, Set, Unchanged};
use sea_orm::sea_query::{Expr, OnConflict};
use sea_orm::{ActiveModelTrait, ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::{Former, PartnerStore};
use crate::StoreError;
use crate::entity::{partner, partner_product, product};
use crate::webhooks::begin_all_anew;

/// An outlet that receives what is issued.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Partner {
    #[allow(missing_docs)]
    pub id: Uuid,
    /// No two have the same.
    pub name: String,
    /// The version of the terms of embargo it accepted, and when: what entitles its keys to embargoed items.
    pub embargo: Option<(String, DateTime<Utc>)>,
    /// Requests its keys may make in a minute, all together.
    pub requests_per_minute: u32,
    /// After how many minutes without a request for changes it wants to be warned.
    pub idle_after_minutes: Option<u32>,
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
    /// Since when its keys open nothing.
    pub suspended_at: Option<DateTime<Utc>>,
    /// When it asked for changes last, and the number of the last one it has been told.
    pub polled: Option<(DateTime<Utc>, i64)>,
    /// What it receives.
    pub products: Vec<Uuid>,
}

/// What became of a partner to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PartnerSaving {
    #[allow(missing_docs)]
    Saved,
    /// Another one has this name.
    NameTaken,
    /// There is no such product.
    NoProduct(Uuid),
}

impl Partner {
    /// Whether its keys may show embargoed items at all; whether they do depends on the terms that hold.
    pub fn accepted(&self, terms: Option<&str>) -> bool {
        self.embargo.as_ref().is_some_and(|(version, _)| terms.is_none_or(|terms| terms == version))
    }
}

impl PartnerStore {
    /// Every partner, by name.
    pub async fn partners(&self) -> Result<Vec<Partner>, StoreError> {
        let rows = partner::Entity::find().order_by_asc(partner::Column::Name).all(&self.reads).await?;
        let mut products = assigned(partner_product::Entity::find().all(&self.reads).await?);
        rows.into_iter().map(|row| read(row, &mut products)).collect()
    }

    /// The partner with this id.
    pub async fn partner(&self, id: Uuid) -> Result<Option<Partner>, StoreError> {
        let Some(row) = partner::Entity::find_by_id(id).one(&self.reads).await? else { return Ok(None) };
        let products = partner_product::Entity::find().filter(partner_product::Column::PartnerId.eq(id));
        let mut products = assigned(products.all(&self.reads).await?);
        Ok(Some(read(row, &mut products)?))
    }

    /// What partners received before, by partner, or of one alone.
    pub async fn former_products(&self, partner: Option<Uuid>) -> Result<HashMap<Uuid, Vec<Former>>, StoreError> {
        let mut rows = partner_product::Entity::find().filter(partner_product::Column::UntilNumber.is_not_null());
        if let Some(partner) = partner {
            rows = rows.filter(partner_product::Column::PartnerId.eq(partner));
        }
        let mut former: HashMap<Uuid, Vec<Former>> = HashMap::new();
        for row in rows.order_by_asc(partner_product::Column::ProductId).all(&self.reads).await? {
            let of_partner = former.entry(row.partner_id).or_default();
            of_partner.extend(row.until_number.map(|until| Former { product: row.product_id, until }));
        }
        Ok(former)
    }

    /// Keeps a partner, new or changed, with the products it receives from now on; what it asked for last is left alone.
    pub async fn save_partner(&self, changed: &Partner, at: DateTime<Utc>) -> Result<PartnerSaving, StoreError> {
        let tx = self.begin().await?;
        let head = Self::take_head(&tx).await?;
        let named = partner::Entity::find().filter(partner::Column::Name.eq(changed.name.as_str())).one(&tx).await?;
        if named.is_some_and(|other| other.id != changed.id) {
            return Ok(PartnerSaving::NameTaken);
        }
        let there = product::Entity::find().filter(product::Column::RemovedCode.is_null());
        let known: Vec<Uuid> = there.all(&tx).await?.into_iter().map(|row| row.id).collect();
        if let Some(missing) = changed.products.iter().find(|id| !known.contains(id)) {
            return Ok(PartnerSaving::NoProduct(*missing));
        }
        let is_new = partner::Entity::find_by_id(changed.id).one(&tx).await?.is_none();
        let row = partner::ActiveModel {
            id: if is_new { Set(changed.id) } else { Unchanged(changed.id) },
            name: Set(changed.name.clone()),
            embargo_terms: Set(changed.embargo.as_ref().map(|(version, _)| version.clone())),
            embargo_accepted_at: Set(changed.embargo.as_ref().map(|(_, at)| micros(*at))),
            requests_per_minute: Set(i32::try_from(changed.requests_per_minute).unwrap_or(i32::MAX)),
            idle_after_minutes: Set(changed
                .idle_after_minutes
                .map(|minutes| i32::try_from(minutes).unwrap_or(i32::MAX))),
            created_at: Set(micros(changed.created_at)),
            suspended_at: Set(changed.suspended_at.map(micros)),
            polled_at: NotSet,
            polled_number: NotSet,
        };
        if is_new {
            row.insert(&tx).await?
        } else {
            row.update(&tx).await?
        };
        let has_changed = assign(&tx, changed, head.number).await?;
        if has_changed && !is_new {
            begin_all_anew(&tx, changed.id, at).await?;
        }
        let act = if is_new { "add" } else { "set" };
        self.note(&tx, || {
            json!({
                "act": act,
                "partner": changed.name,
                "partnerId": changed.id,
                "products": changed.products,
                "requestsPerMinute": changed.requests_per_minute,
                "embargoTerms": changed.embargo.as_ref().map(|(version, _)| version),
                "idleAfterMinutes": changed.idle_after_minutes,
                "suspended": changed.suspended_at.is_some(),
            })
        })
        .await?;
        tx.commit().await?;
        Ok(PartnerSaving::Saved)
    }

    /// Sets after how many minutes without a request for changes a partner is warned of, and nothing else.
    pub async fn set_idle_warning(&self, id: Uuid, minutes: Option<u32>) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        let stored = minutes.map(|minutes| i32::try_from(minutes).unwrap_or(i32::MAX));
        partner::Entity::update_many()
            .col_expr(partner::Column::IdleAfterMinutes, Expr::value(stored))
            .filter(partner::Column::Id.eq(id))
            .exec(&tx)
            .await?;
        self.note(&tx, || json!({ "act": "set", "partnerId": id, "idleAfterMinutes": minutes })).await?;
        Ok(tx.commit().await?)
    }

    /// Notes that a partner asked for changes, and the number of the last one it has been told.
    pub async fn note_poll(&self, id: Uuid, at: DateTime<Utc>, number: i64) -> Result<(), StoreError> {
        partner::Entity::update_many()
            .col_expr(partner::Column::PolledAt, Expr::value(micros(at)))
            .col_expr(partner::Column::PolledNumber, Expr::value(number))
            .filter(partner::Column::Id.eq(id))
            .exec(&self.writes)
            .await?;
        Ok(())
    }
}

/// Writes down what a partner receives from now on, the change with the `head`'s number being the last one it is told of what it
/// receives no more. Whether that is something else than before.
async fn assign(tx: &DatabaseTransaction, changed: &Partner, head: i64) -> Result<bool, StoreError> {
    use partner_product::{ActiveModel, Column, Entity};
    let rows = Entity::find().filter(Column::PartnerId.eq(changed.id)).all(tx).await?;
    let is_received = |product: &Uuid| changed.products.contains(product);
    let now: Vec<Uuid> = rows.iter().filter(|row| row.until_number.is_none()).map(|row| row.product_id).collect();
    let lost: Vec<Uuid> = now.iter().copied().filter(|product| !is_received(product)).collect();
    let gained: Vec<Uuid> = changed.products.iter().copied().filter(|product| !now.contains(product)).collect();
    if !lost.is_empty() {
        Entity::update_many()
            .col_expr(Column::UntilNumber, Expr::value(Some(head)))
            .filter(Column::PartnerId.eq(changed.id))
            .filter(Column::ProductId.is_in(lost.iter().copied()))
            .exec(tx)
            .await?;
    }
    if !gained.is_empty() {
        let rows = gained.iter().map(|product| ActiveModel {
            partner_id: Set(changed.id),
            product_id: Set(*product),
            until_number: Set(None),
        });
        let again =
            OnConflict::columns([Column::PartnerId, Column::ProductId]).update_column(Column::UntilNumber).to_owned();
        Entity::insert_many(rows).on_conflict(again).exec_without_returning(tx).await?;
    }
    Ok(!lost.is_empty() || !gained.is_empty())
}

fn assigned(rows: Vec<partner_product::Model>) -> Vec<(Uuid, Uuid)> {
    let rows = rows.into_iter().filter(|row| row.until_number.is_none());
    rows.map(|row| (row.partner_id, row.product_id)).collect()
}

fn read(row: partner::Model, assigned: &mut [(Uuid, Uuid)]) -> Result<Partner, StoreError> {
    let corrupt = |detail: String| StoreError::corrupt(format!("partner {}", row.id), detail);
    let instant = |at| from_micros(at).ok_or_else(|| corrupt(format!("{at} is no instant")));
    let count = |number: i32| u32::try_from(number).map_err(|_| corrupt(format!("{number} is no count")));
    let embargo = match (row.embargo_terms.clone(), row.embargo_accepted_at) {
        (Some(terms), Some(at)) => Some((terms, instant(at)?)),
        _ => None,
    };
    let polled = match (row.polled_at, row.polled_number) {
        (Some(at), Some(number)) => Some((instant(at)?, number)),
        _ => None,
    };
    let mut products: Vec<Uuid> =
        assigned.iter().filter(|(partner, _)| *partner == row.id).map(|(_, product)| *product).collect();
    products.sort_unstable();
    Ok(Partner {
        embargo,
        polled,
        products,
        requests_per_minute: count(row.requests_per_minute)?,
        idle_after_minutes: row.idle_after_minutes.map(count).transpose()?,
        created_at: instant(row.created_at)?,
        suspended_at: row.suspended_at.map(instant).transpose()?,
        id: row.id,
        name: row.name,
    })
}
