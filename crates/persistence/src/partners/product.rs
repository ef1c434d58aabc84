//! Products.

use std::collections::{BTreeMap, HashMap};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, Locale, ProductFilter, Slug, from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::{Expr, ExprTrait};
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder};
use serde_json::json;
use uuid::Uuid;

use super::PartnerStore;
use super::items::locale_of;
use crate::StoreError;
use crate::entity::{partner_product, product, product_item};

/// The product of everything that is public. It is there from the beginning, and stays as it is.
pub const EVERYTHING_PRODUCT: Uuid = Uuid::nil();

/// A saved filter that partners receive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Product {
    #[allow(missing_docs)]
    pub id: Uuid,
    /// What addresses and commands call it; no two have the same.
    pub code: Slug,
    /// In a person's words.
    pub title: String,
    #[allow(missing_docs)]
    pub filter: ProductFilter,
    /// Whether every item has been sorted by the filter as it is now.
    pub is_sorted: bool,
    /// How often the filter was set.
    pub revision: i64,
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
}

/// By entry its languages, and whether an item is in a product now or was once.
pub type LanguagesIn = HashMap<EntryId, BTreeMap<Locale, bool>>;

/// What became of a product to keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductSaving {
    #[allow(missing_docs)]
    Saved,
    /// Another one has this code.
    CodeTaken,
    /// It is the product of everything.
    Fixed,
    /// It is called this, and by addresses and endpoints of partners too: the code stays.
    CodeKept(String),
    /// It was removed, and is kept for its kills alone.
    Removed,
}

/// What became of a product to remove.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProductRemoval {
    #[allow(missing_docs)]
    Removed,
    /// Partners receive it, so many.
    InUse(u64),
    /// It is the product of everything.
    Fixed,
}

impl PartnerStore {
    /// Every product, by code.
    pub async fn products(&self) -> Result<Vec<Product>, StoreError> {
        let there = product::Entity::find().filter(product::Column::RemovedCode.is_null());
        let rows = there.order_by_asc(product::Column::Code).all(&self.reads).await?;
        rows.into_iter().map(read).collect()
    }

    /// Products that were removed and that a partner received once, under the code they had: what they hold is sorted on, so
    /// that kills of it are told. Nothing comes into them any more.
    pub async fn removed_products(&self) -> Result<Vec<Product>, StoreError> {
        let rows = product::Entity::find().filter(product::Column::RemovedCode.is_not_null()).all(&self.reads).await?;
        rows.into_iter().map(read).collect()
    }

    /// Keeps a product, new or changed. With another filter every item is sorted anew.
    pub async fn save_product(&self, changed: &Product) -> Result<ProductSaving, StoreError> {
        if changed.id == EVERYTHING_PRODUCT {
            return Ok(ProductSaving::Fixed);
        }
        let tx = self.begin().await?;
        Self::take_head(&tx).await?;
        let named = product::Entity::find().filter(product::Column::Code.eq(changed.code.as_str())).one(&tx).await?;
        if named.is_some_and(|other| other.id != changed.id) {
            return Ok(ProductSaving::CodeTaken);
        }
        let filter = serde_json::to_string(&changed.filter).expect("a filter has string keys only");
        let known = product::Entity::find_by_id(changed.id).one(&tx).await?;
        let act = if known.is_none() { "add" } else { "set" };
        match known {
            None => {
                let row = product::ActiveModel {
                    id: Set(changed.id),
                    code: Set(changed.code.as_str().to_owned()),
                    title: Set(changed.title.clone()),
                    filter: Set(filter),
                    revision: Set(1),
                    sorted_revision: Set(0),
                    created_at: Set(micros(changed.created_at)),
                    removed_code: Set(None),
                };
                product::Entity::insert(row).exec_without_returning(&tx).await?;
            }
            Some(known) if known.removed_code.is_some() => return Ok(ProductSaving::Removed),
            Some(known) if known.code != changed.code.as_str() => return Ok(ProductSaving::CodeKept(known.code)),
            Some(known) => {
                let more = i64::from(known.filter != filter);
                product::Entity::update_many()
                    .col_expr(product::Column::Title, Expr::value(changed.title.as_str()))
                    .col_expr(product::Column::Filter, Expr::value(filter))
                    .col_expr(product::Column::Revision, Expr::col(product::Column::Revision).add(more))
                    .filter(product::Column::Id.eq(changed.id))
                    .exec(&tx)
                    .await?;
            }
        }
        let code = changed.code.as_str();
        let detail = || json!({ "act": act, "product": code, "title": changed.title, "filter": changed.filter });
        self.note(&tx, detail).await?;
        tx.commit().await?;
        Ok(ProductSaving::Saved)
    }

    /// Removes a product that no partner receives. Of one that somebody received before it is kept what it held: whoever was told
    /// of an item is told when it is killed.
    pub async fn remove_product(&self, id: Uuid) -> Result<ProductRemoval, StoreError> {
        if id == EVERYTHING_PRODUCT {
            return Ok(ProductRemoval::Fixed);
        }
        let tx = self.begin().await?;
        Self::take_head(&tx).await?;
        let of_product = partner_product::Column::ProductId.eq(id);
        let receive = partner_product::Entity::find().filter(of_product.clone());
        let count = receive.filter(partner_product::Column::UntilNumber.is_null()).count(&tx).await?;
        if count > 0 {
            return Ok(ProductRemoval::InUse(count));
        }
        let there = product::Entity::find_by_id(id).filter(product::Column::RemovedCode.is_null());
        let Some(gone) = there.one(&tx).await? else { return Ok(ProductRemoval::Removed) };
        if partner_product::Entity::find().filter(of_product).count(&tx).await? == 0 {
            product_item::Entity::delete_many().filter(product_item::Column::ProductId.eq(id)).exec(&tx).await?;
            product::Entity::delete_by_id(id).exec(&tx).await?;
        } else {
            let nothing = serde_json::to_string(&ProductFilter::nothing()).expect("a filter has string keys only");
            product::Entity::update_many()
                // No two have the same, and what it was called is for another one to have.
                .col_expr(product::Column::RemovedCode, Expr::value(gone.code.as_str()))
                .col_expr(product::Column::Code, Expr::value(id.to_string()))
                .col_expr(product::Column::Filter, Expr::value(nothing))
                .col_expr(product::Column::SortedRevision, Expr::col(product::Column::Revision))
                .filter(product::Column::Id.eq(id))
                .exec(&tx)
                .await?;
        }
        self.note(&tx, || json!({ "act": "remove", "product": gone.code })).await?;
        tx.commit().await?;
        Ok(ProductRemoval::Removed)
    }

    /// Of `entries` the languages in which a product has them, and, with `false`, those in which it had them once. One
    /// statement.
    pub async fn languages_in(&self, product: Uuid, entries: &[EntryId]) -> Result<LanguagesIn, StoreError> {
        let rows = product_item::Entity::find()
            .filter(product_item::Column::ProductId.eq(product))
            .filter(product_item::Column::EntryId.is_in(entries.iter().map(|entry| entry.0)))
            .all(&self.reads)
            .await?;
        let mut languages = LanguagesIn::new();
        for row in rows {
            let locale = locale_of(row.entry_id, &row.locale)?;
            languages.entry(EntryId(row.entry_id)).or_default().insert(locale, row.is_in);
        }
        Ok(languages)
    }

    /// Notes that every item has been sorted by a filter, in its `revision`.
    pub async fn note_sorted(&self, product: &Product) -> Result<(), StoreError> {
        product::Entity::update_many()
            .col_expr(product::Column::SortedRevision, Expr::value(product.revision))
            .filter(product::Column::Id.eq(product.id))
            .exec(&self.writes)
            .await?;
        Ok(())
    }
}

/// Has everything sorted anew by the filters of `products`.
pub(super) async fn unsort(tx: &DatabaseTransaction, products: &[Uuid]) -> Result<(), StoreError> {
    if products.is_empty() {
        return Ok(());
    }
    product::Entity::update_many()
        .col_expr(product::Column::Revision, Expr::col(product::Column::Revision).add(1))
        .filter(product::Column::Id.is_in(products.iter().copied()))
        .exec(tx)
        .await?;
    Ok(())
}

fn read(row: product::Model) -> Result<Product, StoreError> {
    let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("product {}", row.id), err);
    Ok(Product {
        code: Slug::parse(row.removed_code.as_ref().unwrap_or(&row.code)).map_err(|err| corrupt(&err))?,
        filter: serde_json::from_str(&row.filter).map_err(|err| corrupt(&err))?,
        is_sorted: row.sorted_revision == row.revision,
        revision: row.revision,
        created_at: from_micros(row.created_at).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
        id: row.id,
        title: row.title,
    })
}
