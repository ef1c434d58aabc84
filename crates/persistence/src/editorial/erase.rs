//! Forgetting an entry, as when it moves from the embargoed store to the published one.

use griot_domain::EntryId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use crate::entity::{edition, entry, entry_version, external_id, link, naming, notice, old_path, slug};
use crate::{PublishTx, StoreError};

impl PublishTx {
    /// Removes every row of an entry but its records in the journal. For the embargoed store only: what was public
    /// once is withdrawn or killed, never forgotten.
    pub(super) async fn erase(&self, id: EntryId) -> Result<(), StoreError> {
        let tx = &self.tx;
        edition::Entity::delete_many().filter(edition::Column::EntryId.eq(id.0)).exec(tx).await?;
        entry_version::Entity::delete_many().filter(entry_version::Column::EntryId.eq(id.0)).exec(tx).await?;
        naming::Entity::delete_many().filter(naming::Column::EntryId.eq(id.0)).exec(tx).await?;
        link::Entity::delete_many().filter(link::Column::SourceId.eq(id.0)).exec(tx).await?;
        slug::Entity::delete_many().filter(slug::Column::EntryId.eq(id.0)).exec(tx).await?;
        external_id::Entity::delete_many().filter(external_id::Column::EntryId.eq(id.0)).exec(tx).await?;
        old_path::Entity::delete_many().filter(old_path::Column::EntryId.eq(id.0)).exec(tx).await?;
        notice::Entity::delete_many().filter(notice::Column::EntryId.eq(id.0)).exec(tx).await?;
        entry::Entity::delete_many().filter(entry::Column::Id.eq(id.0)).exec(tx).await?;
        Ok(())
    }
}
