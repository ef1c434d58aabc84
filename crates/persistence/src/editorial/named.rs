//! Whom and what an editor may mean: the public record with the drafts over it.

use std::collections::{BTreeMap, BTreeSet};

use griot_domain::{EntryId, EntryKind, RetractionAct};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QuerySelect};
use uuid::Uuid;

use super::EditorialStore;
use crate::entity::{draft, notice};
use crate::publish::live_entries;
use crate::{LiveEntry, StoreError};

impl EditorialStore {
    /// Every entry of a kind, by id: as its draft is, or as it is public when nobody has edited it. Without what was put
    /// away, such as what was merged into another, and without what was killed.
    pub async fn entries_of(&self, kind: EntryKind) -> Result<Vec<LiveEntry>, StoreError> {
        let mut entries = BTreeMap::new();
        for db in [&self.reading.published, &self.reading.editorial] {
            entries.extend(live_entries(db, kind).await?.into_iter().map(|entry| (entry.id, entry)));
        }
        let gone = self.gone(kind).await?;
        entries.retain(|id, _| !gone.contains(id));
        Ok(entries.into_values().collect())
    }

    async fn gone(&self, kind: EntryKind) -> Result<BTreeSet<EntryId>, StoreError> {
        let archived = draft::Entity::find()
            .select_only()
            .column(draft::Column::EntryId)
            .filter(draft::Column::Kind.eq(kind.as_str()))
            .filter(draft::Column::IsArchived.eq(1))
            .into_tuple::<Uuid>()
            .all(&self.reading.editorial);
        let killed = notice::Entity::find()
            .select_only()
            .column(notice::Column::EntryId)
            .filter(notice::Column::Kind.eq(kind.as_str()))
            .filter(notice::Column::Act.eq(RetractionAct::Killed.as_str()))
            .into_tuple::<Uuid>()
            .all(&self.reading.published);
        Ok(archived.await?.into_iter().chain(killed.await?).map(EntryId).collect())
    }
}
