//! What publications change for readers.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, RetractionAct, Slug, from_micros};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect, QueryTrait};
use uuid::Uuid;

use super::PublishedStore;
use crate::StoreError;
use crate::entity::{journal, link, notice, old_path, slug};

/// An entry that was published, withdrawn or killed, with all it is, or was, read by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Touched {
    /// The act in the journal.
    pub seq: i64,
    /// When it was made.
    pub at: DateTime<Utc>,
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
    /// Entries that any of its versions links to.
    pub targets: Vec<EntryId>,
    /// Slugs it has or had, in any language.
    pub slugs: Vec<Slug>,
    /// Addresses of an earlier site that lead to it.
    pub old_paths: Vec<String>,
    /// Entries that stand, or stood, for it: a merge gives them its identifiers in other systems.
    pub successors: Vec<EntryId>,
    /// It was killed: what it linked to is not known any more.
    pub is_killed: bool,
}

impl PublishedStore {
    /// The publications after `seq`, oldest first, at most `limit`. Five statements, however many there are.
    pub async fn touched_after(&self, seq: i64, limit: u64) -> Result<Vec<Touched>, StoreError> {
        let rows = journal::Entity::find()
            .filter(journal::Column::Seq.gt(seq))
            .order_by_asc(journal::Column::Seq)
            .limit(limit)
            .all(&self.db)
            .await?;
        let ids: BTreeSet<Uuid> = rows.iter().map(|row| row.entry_id).collect();
        if ids.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<Uuid> = ids.into_iter().collect();
        let links = link::Entity::find()
            .select_only()
            .columns([link::Column::SourceId, link::Column::TargetId])
            .distinct()
            .filter(link::Column::SourceId.is_in(ids.clone()))
            .into_tuple::<(Uuid, Uuid)>()
            .all(&self.db);
        let slugs = slug::Entity::find()
            .select_only()
            .columns([slug::Column::EntryId, slug::Column::Slug])
            .distinct()
            .filter(slug::Column::EntryId.is_in(ids.clone()))
            .into_tuple::<(Uuid, String)>()
            .all(&self.db);
        let paths = old_path::Entity::find()
            .select_only()
            .columns([old_path::Column::EntryId, old_path::Column::Path])
            .filter(old_path::Column::EntryId.is_in(ids.clone()))
            .into_tuple::<(Uuid, String)>()
            .all(&self.db);
        let notices = notice::Entity::find()
            .select_only()
            .columns([notice::Column::EntryId, notice::Column::Act])
            .column(notice::Column::Successor)
            .filter(notice::Column::EntryId.is_in(ids))
            .into_tuple::<(Uuid, String, Option<Uuid>)>()
            .all(&self.db);
        let (links, slugs, paths) = tokio::try_join!(links, slugs, paths)?;
        // After them: a kill that took the links before they were read is known by now.
        let notices = notices.await?;
        let gone =
            |id: Uuid| notices.iter().any(|(entry, act, _)| *entry == id && act == RetractionAct::Killed.as_str());
        let (links, slugs, paths) = (grouped(links), grouped(slugs), grouped(paths));
        let touched = rows.into_iter().map(|row| {
            let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("journal {}", row.seq), err);
            let slugs = slugs.get(&row.entry_id).into_iter().flatten().map(|name| Slug::parse(name));
            Ok(Touched {
                seq: row.seq,
                at: from_micros(row.at).ok_or_else(|| corrupt(&"a date outside the calendar"))?,
                id: EntryId(row.entry_id),
                kind: row.kind.parse().map_err(|err| corrupt(&err))?,
                targets: links.get(&row.entry_id).into_iter().flatten().copied().map(EntryId).collect(),
                slugs: slugs.collect::<Result<_, _>>().map_err(|err| corrupt(&err))?,
                old_paths: paths.get(&row.entry_id).cloned().unwrap_or_default(),
                successors: notices
                    .iter()
                    .filter(|(entry, ..)| *entry == row.entry_id)
                    .filter_map(|(.., successor)| successor.map(EntryId))
                    .collect(),
                is_killed: gone(row.entry_id),
            })
        });
        touched.collect()
    }

    /// Entries of `kinds` of which any version links to one of `targets`, by itself or through an appointment, in order.
    /// Two statements.
    pub async fn naming(&self, targets: &[EntryId], kinds: &[EntryKind]) -> Result<Vec<EntryId>, StoreError> {
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let names: Vec<&str> = kinds.iter().map(|kind| kind.as_str()).collect();
        let targets: Vec<Uuid> = targets.iter().map(|id| id.0).collect();
        let sources = |kinds: Vec<&str>| {
            let of_targets = link::Column::TargetId.is_in(targets.clone());
            let kinds = link::Column::SourceKind.is_in(kinds);
            link::Entity::find().select_only().filter(of_targets).filter(kinds).distinct()
        };
        let own = sources(names).column(link::Column::SourceId).into_tuple::<Uuid>().all(&self.db);
        let appointments = sources(vec![EntryKind::Appointment.as_str()]).column(link::Column::SourceId);
        let told_with = link::Entity::find()
            .select_only()
            .column(link::Column::TargetId)
            .distinct()
            .filter(link::Column::SourceId.in_subquery(appointments.into_query()))
            .into_tuple::<Uuid>()
            .all(&self.db);
        let (own, told_with) = tokio::try_join!(own, told_with)?;
        let found: BTreeSet<Uuid> = own.into_iter().chain(told_with).collect();
        Ok(found.into_iter().map(EntryId).collect())
    }
}

fn grouped<T>(pairs: Vec<(Uuid, T)>) -> HashMap<Uuid, Vec<T>> {
    let mut groups: HashMap<Uuid, Vec<T>> = HashMap::new();
    for (id, value) in pairs {
        groups.entry(id).or_default().push(value);
    }
    groups
}
