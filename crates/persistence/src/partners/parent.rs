//! What topics and institutions belonged to when items were sorted by it.

use std::collections::HashMap;

use griot_domain::EntryId;
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::OnConflict;
use sea_orm::{ColumnTrait, DatabaseTransaction, EntityTrait, QueryFilter};

use super::PartnerStore;
use crate::StoreError;
use crate::entity::product_parent::{ActiveModel, Column, Entity};

/// By topic or institution what it belongs to.
pub type Parents = HashMap<EntryId, Option<EntryId>>;

impl PartnerStore {
    /// What was written down of these with the round that last had them. One that never belonged to anything may be missing.
    pub async fn sorted_parents(&self, ids: &[EntryId]) -> Result<Parents, StoreError> {
        if ids.is_empty() {
            return Ok(Parents::new());
        }
        let rows = Entity::find().filter(Column::EntryId.is_in(ids.iter().map(|id| id.0))).all(&self.reads).await?;
        Ok(rows.into_iter().map(|row| (EntryId(row.entry_id), row.parent_id.map(EntryId))).collect())
    }
}

pub(super) async fn note(tx: &DatabaseTransaction, parents: &Parents) -> Result<(), StoreError> {
    if parents.is_empty() {
        return Ok(());
    }
    let rows = parents
        .iter()
        .map(|(entry, parent)| ActiveModel { entry_id: Set(entry.0), parent_id: Set(parent.map(|parent| parent.0)) });
    Entity::insert_many(rows)
        .on_conflict(OnConflict::column(Column::EntryId).update_column(Column::ParentId).to_owned())
        .exec_without_returning(tx)
        .await?;
    Ok(())
}
