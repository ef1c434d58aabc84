//! Whether partners did what they have to when something is taken back.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};
use serde_json::json;
use uuid::Uuid;

use super::{Partner, PartnerStore};
use crate::StoreError;
use crate::editorial::note;
use crate::entity::{partner_product, product_item, receipt};

/// What a partner did with an item that was taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReceiptState {
    /// It knows.
    Received,
    /// It removed what it had published.
    Removed,
    /// It had not used the item.
    NotUsed,
}

impl ReceiptState {
    /// Every state.
    pub const ALL: [Self; 3] = [Self::Received, Self::Removed, Self::NotUsed];

    /// The word in the store and in requests.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Removed => "removed",
            Self::NotUsed => "not_used",
        }
    }
}

/// A partner's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    #[allow(missing_docs)]
    pub partner: Uuid,
    /// The entry that was taken back, or the drill.
    pub entry: EntryId,
    #[allow(missing_docs)]
    pub state: ReceiptState,
    /// What the partner says of it.
    pub note: Option<String>,
    #[allow(missing_docs)]
    pub at: DateTime<Utc>,
}

impl PartnerStore {
    /// The partners that were told of an entry or drill with what each says it did: those that say nothing first, then by
    /// name.
    pub async fn answers(&self, entry: EntryId) -> Result<Vec<(Partner, Option<Receipt>)>, StoreError> {
        let told = self.told_of(entry).await?;
        let mut receipts: BTreeMap<Uuid, Receipt> =
            self.receipts(entry).await?.into_iter().map(|receipt| (receipt.partner, receipt)).collect();
        let partners = self.partners().await?.into_iter().filter(|partner| told.contains(&partner.id));
        let mut answers: Vec<_> = partners.map(|partner| (receipts.remove(&partner.id), partner)).collect();
        answers.sort_by_key(|(receipt, _)| receipt.is_some());
        Ok(answers.into_iter().map(|(receipt, partner)| (partner, receipt)).collect())
    }

    /// Keeps a receipt; a later one of the same partner for the same entry takes its place.
    pub async fn save_receipt(&self, new: &Receipt) -> Result<(), StoreError> {
        use receipt::Column;
        let row = receipt::ActiveModel {
            partner_id: Set(new.partner),
            entry_id: Set(new.entry.0),
            state: Set(new.state.as_str().to_owned()),
            note: Set(new.note.clone()),
            at: Set(micros(new.at)),
        };
        let known = OnConflict::columns([Column::PartnerId, Column::EntryId])
            .update_columns([Column::State, Column::Note, Column::At])
            .to_owned();
        let tx = self.begin().await?;
        receipt::Entity::insert(row).on_conflict(known).exec_without_returning(&tx).await?;
        let detail =
            || json!({ "act": "receipt", "partnerId": new.partner, "state": new.state.as_str(), "note": new.note });
        note(&tx, self.actor.as_deref(), vec![new.entry], detail).await?;
        Ok(tx.commit().await?)
    }

    /// The receipts there are for an entry or drill.
    pub async fn receipts(&self, entry: EntryId) -> Result<Vec<Receipt>, StoreError> {
        let rows = receipt::Entity::find().filter(receipt::Column::EntryId.eq(entry.0)).all(&self.reads).await?;
        let receipts = rows.into_iter().map(|row| {
            let corrupt = |detail: String| StoreError::corrupt(format!("receipt for {}", row.entry_id), detail);
            let state = ReceiptState::ALL.into_iter().find(|state| state.as_str() == row.state);
            Ok(Receipt {
                partner: row.partner_id,
                entry: EntryId(row.entry_id),
                state: state.ok_or_else(|| corrupt(format!("`{}` is no state", row.state)))?,
                at: from_micros(row.at).ok_or_else(|| corrupt(format!("{} is no instant", row.at)))?,
                note: row.note,
            })
        });
        receipts.collect()
    }

    /// The partners that were, or would have been, told of an entry: it is, or was, in one of their products.
    pub async fn told_of(&self, entry: EntryId) -> Result<BTreeSet<Uuid>, StoreError> {
        let items =
            product_item::Entity::find().filter(product_item::Column::EntryId.eq(entry.0)).all(&self.reads).await?;
        let mut known: BTreeMap<Uuid, i64> = BTreeMap::new();
        for row in items {
            let first = known.entry(row.product_id).or_insert(row.first_number);
            *first = row.first_number.min(*first);
        }
        let received = partner_product::Entity::find()
            .filter(partner_product::Column::ProductId.is_in(known.keys().copied()))
            .all(&self.reads)
            .await?;
        // Of a product of before, what it had by then.
        let had = |row: &partner_product::Model| {
            row.until_number.is_none_or(|until| known.get(&row.product_id).is_some_and(|first| *first <= until))
        };
        Ok(received.into_iter().filter(had).map(|row| row.partner_id).collect())
    }
}
