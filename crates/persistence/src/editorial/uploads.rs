//! Files that editors brought in, until they are public or gone.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use griot_domain::{AssetFile, EntryId, EntryKind, RetractionAct, from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::{EditorialStore, EditorialTx};
use crate::StoreError;
use crate::entity::{entry_version, notice, upload};

/// Ids or names in one statement.
const CHUNK: usize = 500;

/// A file that was brought in.
#[derive(Clone, Debug, PartialEq)]
pub struct Upload {
    #[allow(missing_docs)]
    pub id: Uuid,
    /// What was measured, its name in the data folder, and the name it came with.
    pub file: AssetFile,
    /// Id of the principal who brought it.
    pub author: String,
    #[allow(missing_docs)]
    pub at: DateTime<Utc>,
    /// It is forgotten then, unless an asset has it.
    pub expires_at: DateTime<Utc>,
    /// The asset that has it, in its draft or in an earlier revision.
    pub entry: Option<EntryId>,
    #[allow(missing_docs)]
    pub place: UploadPlace,
}

/// Where the bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UploadPlace {
    /// Where delivery cannot read.
    Private,
    /// In the media folder.
    Public,
    /// Nowhere any more: the asset was killed.
    Removed,
}

impl UploadPlace {
    const ALL: [Self; 3] = [Self::Private, Self::Public, Self::Removed];

    /// The word in the store.
    fn as_str(self) -> &'static str {
        match self {
            Self::Private => "private",
            Self::Public => "public",
            Self::Removed => "removed",
        }
    }
}

impl Upload {
    /// The name in the data folder.
    pub fn stored(&self) -> &str {
        self.file.stored.as_deref().unwrap_or_default()
    }
}

impl EditorialTx<'_> {
    /// Keeps a new upload.
    pub async fn add_upload(&self, new: &Upload) -> Result<(), StoreError> {
        let row = upload::ActiveModel {
            id: Set(new.id),
            stored: Set(new.stored().to_owned()),
            facts: Set(serde_json::to_string(&new.file).expect("facts have string keys only")),
            author: Set(new.author.clone()),
            at: Set(micros(new.at)),
            expires_at: Set(micros(new.expires_at)),
            entry_id: Set(new.entry.map(|id| id.0)),
            place: Set(new.place.as_str().to_owned()),
        };
        upload::Entity::insert(row).exec_without_returning(&self.tx.tx).await?;
        Ok(())
    }

    /// An upload that has not been forgotten.
    pub async fn upload(&self, id: Uuid) -> Result<Option<Upload>, StoreError> {
        upload::Entity::find_by_id(id).one(&self.tx.tx).await?.map(read).transpose()
    }

    /// Makes it the file of an asset, for good.
    pub async fn attach_upload(&self, id: Uuid, entry: EntryId) -> Result<(), StoreError> {
        upload::Entity::update_many()
            .col_expr(upload::Column::EntryId, Expr::value(entry.0))
            .filter(upload::Column::Id.eq(id))
            .exec(&self.tx.tx)
            .await?;
        Ok(())
    }

    /// Says where the bytes are now.
    pub async fn place_uploads(&self, ids: &[Uuid], place: UploadPlace) -> Result<(), StoreError> {
        for chunk in ids.chunks(CHUNK) {
            upload::Entity::update_many()
                .col_expr(upload::Column::Place, Expr::value(place.as_str()))
                .filter(upload::Column::Id.is_in(chunk.iter().copied()))
                .exec(&self.tx.tx)
                .await?;
        }
        Ok(())
    }

    /// Forgets what no asset has at `at` and has expired; the files are the caller's to remove after the commit.
    pub async fn forget_uploads(&self, at: DateTime<Utc>) -> Result<Vec<Upload>, StoreError> {
        let rows = upload::Entity::find()
            .filter(upload::Column::Place.eq(UploadPlace::Private.as_str()))
            .filter(upload::Column::EntryId.is_null())
            .filter(upload::Column::ExpiresAt.lte(micros(at)))
            .limit(CHUNK as u64)
            .all(&self.tx.tx)
            .await?;
        let ids = rows.iter().map(|row| row.id);
        upload::Entity::delete_many().filter(upload::Column::Id.is_in(ids)).exec(&self.tx.tx).await?;
        rows.into_iter().map(read).collect()
    }
}

impl EditorialStore {
    /// Uploads that an asset has and that are not public yet, in the order of ids: those after `after`, at most 500.
    pub async fn private_uploads(&self, after: Uuid) -> Result<Vec<Upload>, StoreError> {
        let rows = upload::Entity::find()
            .filter(upload::Column::Place.eq(UploadPlace::Private.as_str()))
            .filter(upload::Column::EntryId.is_not_null())
            .filter(upload::Column::Id.gt(after))
            .order_by_asc(upload::Column::Id)
            .limit(CHUNK as u64)
            .all(&self.reading.editorial)
            .await?;
        rows.into_iter().map(read).collect()
    }

    /// Uploads of these assets whose bytes are somewhere.
    pub async fn uploads_of(&self, entries: &[EntryId]) -> Result<Vec<Upload>, StoreError> {
        let mut found = Vec::new();
        for chunk in entries.chunks(CHUNK) {
            let rows = upload::Entity::find()
                .filter(upload::Column::EntryId.is_in(chunk.iter().map(|id| id.0)))
                .filter(upload::Column::Place.ne(UploadPlace::Removed.as_str()))
                .all(&self.reading.editorial);
            found.extend(rows.await?);
        }
        found.into_iter().map(read).collect()
    }

    /// Those of `names` that no upload has.
    pub async fn strange_files(&self, names: Vec<String>) -> Result<Vec<String>, StoreError> {
        let mut known: HashSet<String> = HashSet::new();
        for chunk in names.chunks(CHUNK) {
            let query = upload::Entity::find()
                .select_only()
                .column(upload::Column::Stored)
                .filter(upload::Column::Stored.is_in(chunk.iter().map(String::as_str)))
                .into_tuple::<String>();
            known.extend(query.all(&self.reading.editorial).await?);
        }
        Ok(names.into_iter().filter(|name| !known.contains(name)).collect())
    }

    /// Who has each of these files in the public record, now or in a version that is still told of.
    pub async fn holders_of_files(&self, names: &[&str]) -> Result<HashMap<String, HashSet<EntryId>>, StoreError> {
        let mut holders: HashMap<String, HashSet<EntryId>> = HashMap::new();
        for chunk in names.chunks(CHUNK) {
            let rows: Vec<(String, Uuid)> = entry_version::Entity::find()
                .select_only()
                .columns([entry_version::Column::File, entry_version::Column::EntryId])
                .filter(entry_version::Column::File.is_in(chunk.iter().copied()))
                .into_tuple()
                .all(&self.reading.published)
                .await?;
            for (name, id) in rows {
                holders.entry(name).or_default().insert(EntryId(id));
            }
        }
        Ok(holders)
    }

    /// The assets that were killed, with the names of the files each had in public; among `entries` when given.
    pub async fn killed_assets(&self, entries: Option<&[EntryId]>) -> Result<Vec<(EntryId, Vec<String>)>, StoreError> {
        let mut query = notice::Entity::find()
            .select_only()
            .columns([notice::Column::EntryId, notice::Column::Files])
            .filter(notice::Column::Kind.eq(EntryKind::Asset.as_str()))
            .filter(notice::Column::Act.eq(RetractionAct::Killed.as_str()));
        if let Some(entries) = entries {
            query = query.filter(notice::Column::EntryId.is_in(entries.iter().map(|id| id.0)));
        }
        let rows: Vec<(Uuid, Option<String>)> = query.into_tuple().all(&self.reading.published).await?;
        let named = rows.into_iter().map(|(id, files)| {
            let files = files.map(|files| serde_json::from_str(&files)).transpose();
            let files = files.map_err(|err| StoreError::corrupt("the files of a notice", err))?;
            Ok((EntryId(id), files.unwrap_or_default()))
        });
        named.collect()
    }
}

fn read(row: upload::Model) -> Result<Upload, StoreError> {
    let corrupt = |why: &dyn std::fmt::Display| StoreError::corrupt(format!("upload {}", row.id), why);
    let instant = |micros| from_micros(micros).ok_or_else(|| corrupt(&"a date outside the calendar"));
    let place = UploadPlace::ALL.into_iter().find(|place| place.as_str() == row.place);
    Ok(Upload {
        id: row.id,
        file: serde_json::from_str(&row.facts).map_err(|err| corrupt(&err))?,
        at: instant(row.at)?,
        expires_at: instant(row.expires_at)?,
        entry: row.entry_id.map(EntryId),
        place: place.ok_or_else(|| corrupt(&"an unknown place"))?,
        author: row.author,
    })
}
