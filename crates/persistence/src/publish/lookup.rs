//! What an importer asks of the store it writes to.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use griot_domain::{
    Edition, Entry, EntryId, EntryKind, ExternalId, Locale, OldPath, Publication, Retraction, RetractionAct, Slug,
    Text, from_micros,
};
use sea_orm::sea_query::{Expr, ExprTrait, Query, SelectStatement};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::Publisher;
use super::publisher::parse_entry;
use crate::StoreError;
use crate::entity::{edition, entry, entry_version, external_id, journal, notice, old_path, slug};

/// Ids in one statement.
const CHUNK: usize = 500;
/// How many entries may stand for one another.
const MAX_SUCCESSORS: usize = 8;

/// The entry an external id or a slug leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Holder {
    #[allow(missing_docs)]
    pub id: EntryId,
    /// It was the name of another entry, which was made one with this.
    pub is_merged: bool,
}

/// A live entry with its texts in every language.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct LiveEntry {
    pub id: EntryId,
    pub entry: Entry,
    pub texts: BTreeMap<Locale, Text>,
}

impl Publisher {
    /// The entries known under these external ids.
    pub async fn ids_by_external(
        &self,
        scheme: &str,
        values: &[String],
    ) -> Result<HashMap<String, EntryId>, StoreError> {
        let holders = self.holders_by_external(scheme, values).await?;
        Ok(holders.into_iter().map(|(value, holder)| (value, holder.id)).collect())
    }

    /// The entries known under these external ids, and whether a merge brought the ids there.
    pub async fn holders_by_external(
        &self,
        scheme: &str,
        values: &[String],
    ) -> Result<HashMap<String, Holder>, StoreError> {
        let mut found = HashMap::new();
        for chunk in values.chunks(CHUNK) {
            let rows = external_id::Entity::find()
                .filter(Expr::col(external_id::Column::Scheme).eq(scheme))
                .filter(external_id::Column::Value.is_in(chunk.iter().map(String::as_str)))
                .all(&self.db)
                .await?;
            found.extend(rows.into_iter().map(|row| {
                let holder = Holder { id: EntryId(row.entry_id), is_merged: row.merged_from.is_some() };
                (row.value, holder)
            }));
        }
        Ok(found)
    }

    /// The entries that stand for those that last had these slugs and were made one with them.
    pub async fn successors_by_slug(
        &self,
        kind: EntryKind,
        slugs: &[Slug],
    ) -> Result<HashMap<Slug, EntryId>, StoreError> {
        let mut last: HashMap<Slug, Uuid> = HashMap::new();
        for chunk in slugs.chunks(CHUNK) {
            let rows = slug::Entity::find()
                .filter(Expr::col(slug::Column::Kind).eq(kind.as_str()))
                .filter(slug::Column::Slug.is_in(chunk.iter().map(Slug::as_str)))
                .order_by_asc(slug::Column::LiveFrom)
                .order_by_asc(slug::Column::Id)
                .all(&self.db)
                .await?;
            for row in rows {
                let name =
                    Slug::parse(&row.slug).map_err(|err| StoreError::corrupt(format!("slug {}", row.id), err))?;
                last.insert(name, row.entry_id);
            }
        }
        let mut at: HashMap<Slug, Uuid> = last.clone();
        for _ in 0..MAX_SUCCESSORS {
            let ids: BTreeSet<Uuid> = at.values().copied().collect();
            let next = self.successors(&ids.into_iter().collect::<Vec<_>>()).await?;
            if next.is_empty() {
                break;
            }
            at.values_mut().for_each(|id| *id = next.get(id).copied().unwrap_or(*id));
        }
        at.retain(|name, id| last.get(name) != Some(id));
        Ok(at.into_iter().map(|(name, id)| (name, EntryId(id))).collect())
    }

    /// Who stands for those of `ids` that are withdrawn in favour of another.
    async fn successors(&self, ids: &[Uuid]) -> Result<HashMap<Uuid, Uuid>, StoreError> {
        let mut found = HashMap::new();
        for chunk in ids.chunks(CHUNK) {
            let told = notice::Entity::find()
                .filter(notice::Column::EntryId.is_in(chunk.iter().copied()))
                .filter(notice::Column::Successor.is_not_null())
                .filter(notice::Column::Until.is_null())
                .all(&self.db)
                .await?;
            found.extend(told.into_iter().filter_map(|row| Some((row.entry_id, row.successor?))));
        }
        Ok(found)
    }

    /// The entries whose live editions have these slugs, in whatever language.
    pub async fn ids_by_slug(&self, kind: EntryKind, slugs: &[Slug]) -> Result<HashMap<Slug, EntryId>, StoreError> {
        let mut found = HashMap::new();
        for chunk in slugs.chunks(CHUNK) {
            let rows = slug::Entity::find()
                .filter(Expr::col(slug::Column::Kind).eq(kind.as_str()))
                .filter(slug::Column::Slug.is_in(chunk.iter().map(Slug::as_str)))
                .filter(slug::Column::LiveTo.is_null())
                .order_by_desc(slug::Column::Id)
                .all(&self.db)
                .await?;
            for row in rows {
                let name =
                    Slug::parse(&row.slug).map_err(|err| StoreError::corrupt(format!("slug {}", row.id), err))?;
                found.insert(name, EntryId(row.entry_id));
            }
        }
        Ok(found)
    }

    /// The kinds of those of `ids` the store knows.
    pub async fn kinds_of(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, EntryKind>, StoreError> {
        let mut found = HashMap::new();
        for chunk in ids.chunks(CHUNK) {
            let ids = chunk.iter().map(|id| id.0);
            for row in entry::Entity::find().filter(entry::Column::Id.is_in(ids)).all(&self.db).await? {
                found.insert(EntryId(row.id), parse_kind(&row.kind, row.id)?);
            }
        }
        Ok(found)
    }

    /// The languages in which those of `ids` are live.
    pub async fn live_editions(&self, ids: &[EntryId]) -> Result<HashSet<(EntryId, Locale)>, StoreError> {
        let mut live = HashSet::new();
        for chunk in ids.chunks(CHUNK) {
            let rows: Vec<(Uuid, String)> = edition::Entity::find()
                .select_only()
                .columns([edition::Column::EntryId, edition::Column::Locale])
                .filter(edition::Column::EntryId.is_in(chunk.iter().map(|id| id.0)))
                .filter(edition::Column::LiveTo.is_null())
                .into_tuple()
                .all(&self.db)
                .await?;
            for (id, locale) in rows {
                live.insert((EntryId(id), parse_locale(&locale, id)?));
            }
        }
        Ok(live)
    }

    /// Every live entry of a kind, by id.
    pub async fn live_entries(&self, kind: EntryKind) -> Result<Vec<LiveEntry>, StoreError> {
        live_entries(&self.db, kind).await
    }

    /// Whether nothing was ever published here.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        Ok(journal::Entity::find().limit(1).count(&self.db).await? == 0)
    }

    /// The publications after `after_seq` in order, at most `limit`; of a killed entry only the kill. Published one
    /// after the other into an empty store they make the same record again.
    pub async fn journal_page(&self, after_seq: i64, limit: u64) -> Result<Vec<(i64, Publication)>, StoreError> {
        let records = journal::Entity::find()
            .filter(journal::Column::Seq.gt(after_seq))
            // Whoever publishes the post again publishes these with it.
            .filter(journal::Column::PostId.is_null())
            .filter(Expr::exists(later_kill()).not())
            .order_by_asc(journal::Column::Seq)
            .limit(limit)
            .all(&self.db)
            .await?;
        let (Some(first), Some(last)) = (records.first(), records.last()) else { return Ok(Vec::new()) };
        let mut parts = self.parts_between(first.seq, last.seq).await?;
        records
            .iter()
            .map(|record| Ok((record.seq, publication_of(record, parts.remove(&record.seq).unwrap_or_default())?)))
            .collect()
    }

    async fn parts_between(&self, first: i64, last: i64) -> Result<HashMap<i64, Parts>, StoreError> {
        let mut parts: HashMap<i64, Parts> = HashMap::new();
        let versions =
            entry_version::Entity::find().filter(entry_version::Column::Seq.between(first, last)).all(&self.db).await?;
        for row in versions {
            let seq = row.seq;
            parts.entry(seq).or_default().version = Some(row);
        }
        let editions = edition::Entity::find().filter(edition::Column::Seq.between(first, last)).all(&self.db).await?;
        for row in editions {
            let seq = row.seq;
            parts.entry(seq).or_default().editions.push(row);
        }
        let external = external_id::Entity::find()
            .filter(external_id::Column::Seq.between(first, last))
            .order_by_asc(external_id::Column::Scheme)
            .order_by_asc(external_id::Column::Value)
            .all(&self.db)
            .await?;
        for row in external {
            let one = ExternalId { scheme: row.scheme, value: row.value };
            parts.entry(row.seq).or_default().external_ids.push(one);
        }
        let paths = old_path::Entity::find()
            .filter(old_path::Column::Seq.between(first, last))
            .order_by_asc(old_path::Column::Path)
            .all(&self.db)
            .await?;
        let told = notice::Entity::find().filter(notice::Column::Seq.between(first, last)).all(&self.db).await?;
        self.add_retractions(told, &mut parts).await?;
        for row in paths {
            let locale = row.locale.as_deref().map(|tag| parse_locale(tag, row.entry_id)).transpose()?;
            parts.entry(row.seq).or_default().old_paths.push(OldPath { path: row.path, locale });
        }
        Ok(parts)
    }

    async fn add_retractions(
        &self,
        told: Vec<notice::Model>,
        parts: &mut HashMap<i64, Parts>,
    ) -> Result<(), StoreError> {
        for row in told {
            let act = parse_act(&row)?;
            let mut slugs: BTreeMap<Locale, BTreeSet<Slug>> = BTreeMap::new();
            if act == RetractionAct::Killed {
                let kept = slug::Entity::find().filter(Expr::col(slug::Column::EntryId).eq(row.entry_id));
                for kept in kept.all(&self.db).await? {
                    let name = Slug::parse(&kept.slug);
                    let name = name.map_err(|err| StoreError::corrupt(format!("slug {}", kept.id), err))?;
                    slugs.entry(parse_locale(&kept.locale, row.entry_id)?).or_default().insert(name);
                }
            }
            let successor = row.successor.map(EntryId);
            let retraction = Retraction { act, reason: row.reason, slugs, successor };
            parts.entry(row.seq).or_default().retraction = Some(retraction);
        }
        Ok(())
    }
}

/// Every live entry of a kind in a store, by id.
pub(crate) async fn live_entries(db: &impl ConnectionTrait, kind: EntryKind) -> Result<Vec<LiveEntry>, StoreError> {
    let mut live: BTreeMap<Uuid, LiveEntry> = BTreeMap::new();
    let versions = entry_version::Entity::find()
        .filter(Expr::col(entry_version::Column::Kind).eq(kind.as_str()))
        .filter(entry_version::Column::LiveTo.is_null())
        .all(db)
        .await?;
    for row in versions {
        let entry = parse_entry(kind, &row.content, row.entry_id)?;
        live.insert(row.entry_id, LiveEntry { id: EntryId(row.entry_id), entry, texts: BTreeMap::new() });
    }
    let editions: Vec<(Uuid, String, String)> = edition::Entity::find()
        .select_only()
        .columns([edition::Column::EntryId, edition::Column::Locale, edition::Column::Content])
        .filter(Expr::col(edition::Column::Kind).eq(kind.as_str()))
        .filter(edition::Column::LiveTo.is_null())
        .into_tuple()
        .all(db)
        .await?;
    for (id, locale, content) in editions {
        if let Some(entry) = live.get_mut(&id) {
            entry.texts.insert(parse_locale(&locale, id)?, parse_text(kind, &content, id)?);
        }
    }
    Ok(live.into_values().collect())
}

/// The kill of a journal record's entry, when it is another record.
fn later_kill() -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from(notice::Entity)
        .and_where(
            Expr::col((notice::Entity, notice::Column::EntryId)).equals((journal::Entity, journal::Column::EntryId)),
        )
        .and_where(Expr::col((notice::Entity, notice::Column::Act)).eq(RetractionAct::Killed.as_str()))
        .and_where(
            Expr::col((notice::Entity, notice::Column::Seq)).ne(Expr::col((journal::Entity, journal::Column::Seq))),
        )
        .take()
}

/// The publication a journal record tells of.
fn publication_of(record: &journal::Model, parts: Parts) -> Result<Publication, StoreError> {
    let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("journal record {}", record.seq), err);
    let (id, kind) = (record.entry_id, parse_kind(&record.kind, record.entry_id)?);
    let version = parts.version.as_ref();
    let editions = parts.editions.iter().map(|row| Ok((parse_locale(&row.locale, id)?, parse_edition(kind, row)?)));
    Ok(Publication {
        id: EntryId(id),
        kind,
        live_from: from_micros(record.live_from).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
        revised_at: None,
        entry: version.map(|row| parse_entry(kind, &row.content, id)).transpose()?,
        editions: editions.collect::<Result<BTreeMap<Locale, Edition>, StoreError>>()?,
        withdrawn: serde_json::from_str(&record.withdrawn).map_err(|err| corrupt(&err))?,
        retraction: parts.retraction,
        external_ids: parts.external_ids,
        old_paths: parts.old_paths,
    })
}

/// The rows one journal record made.
#[derive(Default)]
struct Parts {
    version: Option<entry_version::Model>,
    editions: Vec<edition::Model>,
    external_ids: Vec<ExternalId>,
    old_paths: Vec<OldPath>,
    retraction: Option<Retraction>,
}

/// The act of a notice.
pub(crate) fn parse_act(row: &notice::Model) -> Result<RetractionAct, StoreError> {
    let act = RetractionAct::ALL.into_iter().find(|act| act.as_str() == row.act);
    act.ok_or_else(|| StoreError::corrupt(format!("notice {}", row.seq), "its act is unknown"))
}

pub(crate) fn parse_kind(kind: &str, id: Uuid) -> Result<EntryKind, StoreError> {
    kind.parse().map_err(|err| StoreError::corrupt(format!("entry {id}"), err))
}

pub(crate) fn parse_locale(tag: &str, id: Uuid) -> Result<Locale, StoreError> {
    Locale::parse(tag).map_err(|err| StoreError::corrupt(format!("an edition of {id}"), err))
}

pub(super) fn parse_text(kind: EntryKind, content: &str, id: Uuid) -> Result<Text, StoreError> {
    Text::from_json(kind, content).map_err(|err| StoreError::corrupt(format!("an edition of {kind} {id}"), err))
}

pub(crate) fn parse_edition(kind: EntryKind, row: &edition::Model) -> Result<Edition, StoreError> {
    let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("edition {}", row.id), err);
    Ok(Edition {
        slug: row.slug.as_deref().map(Slug::parse).transpose().map_err(|err| corrupt(&err))?,
        text: parse_text(kind, &row.content, row.entry_id)?,
        body: serde_json::from_str(&row.body).map_err(|err| corrupt(&err))?,
    })
}
