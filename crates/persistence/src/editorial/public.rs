//! What an editor has to know of the public record before an act.

use std::collections::{BTreeSet, HashMap, HashSet};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, Moment, RetractionAct, Slug, from_micros};
use sea_orm::{
    ColumnTrait, Condition, ConnectionTrait, DbBackend, EntityTrait, PaginatorTrait, QueryFilter, QuerySelect,
    Statement,
};
use uuid::Uuid;

use super::{EditorialStore, EditorialTx};
use crate::entity::{edition, entry, entry_version, journal, journal_head, notice, slug};
use crate::keys::revoke_naming;
use crate::publish::parse_locale;
use crate::published::standing_for;
use crate::{Notice, StoreError, StoreName};

/// Ids in one statement.
const CHUNK: usize = 500;

/// Runs a read in the open transaction of the published store, or beside it when there is none.
macro_rules! in_public {
    ($tx:expr, $db:ident => $read:expr) => {
        match $tx.published() {
            Some(public) => {
                let $db = &public.tx;
                $read
            }
            None => {
                let $db = &$tx.store.published.db;
                $read
            }
        }
    };
}

impl EditorialTx<'_> {
    /// Those of `ids` that are public now.
    pub async fn live_in_public(&self, ids: &[EntryId]) -> Result<HashSet<EntryId>, StoreError> {
        let mut live = HashSet::new();
        for chunk in ids.chunks(CHUNK) {
            let query = entry_version::Entity::find()
                .select_only()
                .column(entry_version::Column::EntryId)
                .filter(entry_version::Column::EntryId.is_in(chunk.iter().map(|id| id.0)))
                .filter(entry_version::Column::LiveTo.is_null())
                .into_tuple::<Uuid>();
            live.extend(in_public!(self, db => query.all(db).await?).into_iter().map(EntryId));
        }
        Ok(live)
    }

    /// Those of `ids` that were killed: nothing of them is shown to anybody again.
    pub async fn killed(&self, ids: &[EntryId]) -> Result<HashSet<EntryId>, StoreError> {
        let mut killed = HashSet::new();
        for chunk in ids.chunks(CHUNK) {
            let query = notice::Entity::find()
                .select_only()
                .column(notice::Column::EntryId)
                .filter(notice::Column::EntryId.is_in(chunk.iter().map(|id| id.0)))
                .filter(notice::Column::Act.eq(RetractionAct::Killed.as_str()))
                .into_tuple::<Uuid>();
            killed.extend(in_public!(self, db => query.all(db).await?).into_iter().map(EntryId));
        }
        Ok(killed)
    }

    /// Ends the preview tokens that name an entry.
    pub async fn end_previews_of(&self, id: EntryId, at: DateTime<Utc>) -> Result<(), StoreError> {
        revoke_naming(&self.tx.tx, id, at).await
    }

    /// The languages an entry is public in now.
    pub async fn public_locales(&self, id: EntryId) -> Result<Vec<Locale>, StoreError> {
        in_public!(self, db => live_locales(db, id).await)
    }

    /// Whether an entry ever was public.
    pub async fn was_public(&self, id: EntryId) -> Result<bool, StoreError> {
        let query = entry::Entity::find_by_id(id.0);
        Ok(in_public!(self, db => query.count(db).await?) > 0)
    }

    /// The last `seq` of the public record, with every act taken up. Nothing is published there until this ends.
    pub async fn last_published(&mut self) -> Result<i64, StoreError> {
        self.open(StoreName::Published).await?;
        let head = in_public!(self, db => journal_head::Entity::find().one(db).await?);
        head.map(|row| row.seq).ok_or_else(|| StoreError::corrupt("journal_head", "its row is missing"))
    }

    /// Those of `ids` that were published, or taken back, after `seq`, whoever did it; not people of whom a post was.
    pub async fn published_since(&mut self, ids: &[EntryId], seq: i64) -> Result<BTreeSet<EntryId>, StoreError> {
        self.open(StoreName::Published).await?;
        let mut found = BTreeSet::new();
        for chunk in ids.chunks(CHUNK) {
            let query = journal::Entity::find()
                .select_only()
                .column(journal::Column::EntryId)
                .filter(journal::Column::EntryId.is_in(chunk.iter().map(|id| id.0)))
                .filter(journal::Column::Seq.gt(seq))
                .filter(journal::Column::PostId.is_null())
                .into_tuple::<Uuid>();
            found.extend(in_public!(self, db => query.all(db).await?).into_iter().map(EntryId));
        }
        Ok(found)
    }

    /// Every entry that refers to this one, as a draft or in public: in its fields, mentions or bodies. Goes over the
    /// bodies of all that is live.
    pub async fn referring_to(&self, id: EntryId) -> Result<BTreeSet<EntryId>, StoreError> {
        let mut found = naming(&self.tx.tx, id).await?;
        found.extend(in_public!(self, db => naming(db, id).await?));
        Ok(found)
    }

    /// The entry that has a slug, as a draft or in public.
    pub async fn slug_holder(
        &self,
        kind: EntryKind,
        locale: &Locale,
        wanted: &Slug,
    ) -> Result<Option<EntryId>, StoreError> {
        let query = slug::Entity::find()
            .filter(slug::Column::Kind.eq(kind.as_str()))
            .filter(slug::Column::Locale.eq(locale.as_str()))
            .filter(slug::Column::Slug.eq(wanted.as_str()))
            .filter(slug::Column::LiveTo.is_null());
        if let Some(row) = query.clone().one(&self.tx.tx).await? {
            return Ok(Some(EntryId(row.entry_id)));
        }
        let row = in_public!(self, db => query.one(db).await?);
        Ok(row.map(|row| EntryId(row.entry_id)))
    }
}

async fn live_locales(db: &impl ConnectionTrait, id: EntryId) -> Result<Vec<Locale>, StoreError> {
    let tags: Vec<String> = edition::Entity::find()
        .select_only()
        .column(edition::Column::Locale)
        .filter(edition::Column::EntryId.eq(id.0))
        .filter(edition::Column::LiveTo.is_null())
        .into_tuple()
        .all(db)
        .await?;
    let locales: BTreeSet<Locale> = tags.iter().map(|tag| parse_locale(tag, id.0)).collect::<Result<_, _>>()?;
    Ok(locales.into_iter().collect())
}

/// The entries of a store whose live content holds the id of another.
async fn naming(db: &impl ConnectionTrait, id: EntryId) -> Result<BTreeSet<EntryId>, StoreError> {
    let written = id.to_string();
    let mut found: Vec<Uuid> = entry_version::Entity::find()
        .select_only()
        .column(entry_version::Column::EntryId)
        .filter(entry_version::Column::LiveTo.is_null())
        .filter(entry_version::Column::Content.contains(&written))
        .into_tuple()
        .all(db)
        .await?;
    let in_texts = edition::Entity::find()
        .select_only()
        .column(edition::Column::EntryId)
        .filter(edition::Column::LiveTo.is_null())
        .filter(
            Condition::any()
                .add(edition::Column::Content.contains(&written))
                .add(edition::Column::Body.contains(&written)),
        )
        .into_tuple::<Uuid>();
    found.extend(in_texts.all(db).await?);
    Ok(found.into_iter().map(EntryId).collect())
}

impl EditorialStore {
    /// What the public is told now of those of `ids` that were taken back. One statement.
    pub async fn notices(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Notice>, StoreError> {
        standing_for(&self.reading.published, Moment::Now, ids).await
    }

    /// The languages an entry is public in now.
    pub async fn public_locales(&self, id: EntryId) -> Result<Vec<Locale>, StoreError> {
        live_locales(&self.reading.published, id).await
    }

    /// The database's own clock; `None` on SQLite, which has that of the machine.
    pub async fn database_clock(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let db = &self.reading.editorial;
        if db.get_database_backend() != DbBackend::Postgres {
            return Ok(None);
        }
        let sql = "SELECT (EXTRACT(EPOCH FROM clock_timestamp()) * 1000000)::bigint";
        let row = db.query_one_raw(Statement::from_string(DbBackend::Postgres, sql)).await?;
        let micros: Option<i64> = row.map(|row| row.try_get_by_index(0)).transpose()?;
        Ok(micros.and_then(from_micros))
    }
}
