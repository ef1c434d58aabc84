//! Pictures that were taken back. While they may be used they are told with the items that show them, and are in no product of
//! their own.

use std::collections::BTreeMap;

use griot_domain::{EntryId, Locale};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::items::ROWS;
use crate::StoreError;
use crate::entity::product_item;

/// A picture that was taken back, or that may be used again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PictureChange {
    #[allow(missing_docs)]
    pub id: EntryId,
    /// Its last publication.
    pub seq: i64,
    /// The language it is told in.
    pub locale: Locale,
    /// Whether it may be used again.
    pub is_back: bool,
    /// The items of which any version shows it.
    pub shown_by: Vec<EntryId>,
}

/// The rows to write about a picture: every product that has, or had, an item that shows it is told that it was taken back,
/// and, where that was told, that it may be used again. All of it has one number.
pub(super) async fn changed(
    tx: &DatabaseTransaction,
    picture: &PictureChange,
    products: &[Uuid],
    number: &mut i64,
) -> Result<Vec<product_item::ActiveModel>, StoreError> {
    let known = first_numbers(tx, &[picture.id], products).await?;
    let told = match picture.is_back {
        true => known,
        false => {
            // Whoever received the product when one of these items came into it was told of the picture with that.
            let mut told = first_numbers(tx, &picture.shown_by, products).await?;
            told.extend(known);
            told
        }
    };
    if !told.is_empty() {
        *number += 1;
    }
    let rows = told.into_iter().map(|(product, first_number)| product_item::ActiveModel {
        product_id: Set(product),
        entry_id: Set(picture.id.0),
        locale: Set(picture.locale.as_str().to_owned()),
        number: Set(*number),
        seq: Set(picture.seq),
        is_in: Set(picture.is_back),
        entered: Set(0),
        first_number: Set(first_number),
    });
    Ok(rows.collect())
}

/// The products that any of the entries is known in, each with the change by which the first of them came to be.
async fn first_numbers(
    tx: &DatabaseTransaction,
    entries: &[EntryId],
    products: &[Uuid],
) -> Result<BTreeMap<Uuid, i64>, StoreError> {
    let mut first: BTreeMap<Uuid, i64> = BTreeMap::new();
    for some in entries.chunks(ROWS) {
        let found: Vec<(Uuid, i64)> = product_item::Entity::find()
            .select_only()
            .column(product_item::Column::ProductId)
            .column_as(product_item::Column::FirstNumber.min(), "first")
            .filter(product_item::Column::EntryId.is_in(some.iter().map(|entry| entry.0)))
            .filter(product_item::Column::ProductId.is_in(products.iter().copied()))
            .group_by(product_item::Column::ProductId)
            .into_tuple()
            .all(tx)
            .await?;
        for (product, number) in found {
            first.entry(product).and_modify(|known| *known = number.min(*known)).or_insert(number);
        }
    }
    Ok(first)
}
