//! What stays known of an entry whatever became of it.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, Moment, from_micros, micros};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::PublishedStore;
use super::notice::{Notice, standing, told};
use crate::StoreError;
use crate::entity::{journal, notice, slug};
use crate::statements::padded;

/// What the journal and its addresses tell of an entry, be it live, withdrawn or killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    #[allow(missing_docs)]
    pub kind: EntryKind,
    /// Each time it was published, withdrawn or killed, in order; at least one. No version of it has a higher number than
    /// there are acts.
    pub acts: Vec<PublishedAct>,
    /// The languages it has, or had, an address in.
    pub locales: BTreeSet<Locale>,
}

/// One publication of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedAct {
    /// When it was made.
    pub at: DateTime<Utc>,
    /// When what it published became live: before `at` for what was public elsewhere already.
    pub live_from: DateTime<Utc>,
}

impl Trace {
    /// When what was published first became public.
    pub fn first_live(&self) -> DateTime<Utc> {
        self.acts[0].live_from
    }

    /// The instant at which what a version live since `live_from` was issued with could be read first.
    pub fn issued(&self, live_from: DateTime<Utc>) -> DateTime<Utc> {
        let first = self.acts.iter().find(|act| act.live_from == live_from);
        first.map_or(live_from, |act| act.at.max(live_from))
    }
}

impl PublishedStore {
    /// The traces of those of `ids` that were ever published. Two statements.
    pub async fn traces(&self, ids: &[EntryId]) -> Result<HashMap<EntryId, Trace>, StoreError> {
        let ids = padded(&ids.iter().map(|id| id.0).collect::<Vec<Uuid>>());
        let acts: Vec<(Uuid, String, i64, i64)> = journal::Entity::find()
            .select_only()
            .columns([journal::Column::EntryId, journal::Column::Kind, journal::Column::At, journal::Column::LiveFrom])
            .filter(journal::Column::EntryId.is_in(ids.iter().copied()))
            .order_by_asc(journal::Column::Seq)
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut traces: HashMap<EntryId, Trace> = HashMap::new();
        for (id, kind, at, live_from) in acts {
            let corrupt = |err: &dyn std::fmt::Display| StoreError::corrupt(format!("the journal of entry {id}"), err);
            let instant = |at| from_micros(at).ok_or_else(|| corrupt(&"a date outside the calendar"));
            let act = PublishedAct { at: instant(at)?, live_from: instant(live_from)? };
            if let Some(trace) = traces.get_mut(&EntryId(id)) {
                trace.acts.push(act);
                continue;
            }
            let kind = kind.parse().map_err(|err| corrupt(&err))?;
            traces.insert(EntryId(id), Trace { kind, acts: vec![act], locales: BTreeSet::new() });
        }
        let held: Vec<(Uuid, String)> = slug::Entity::find()
            .select_only()
            .columns([slug::Column::EntryId, slug::Column::Locale])
            .distinct()
            .filter(slug::Column::EntryId.is_in(ids))
            .into_tuple()
            .all(&self.db)
            .await?;
        for (id, locale) in held {
            let locale = Locale::parse(&locale)
                .map_err(|err| StoreError::corrupt(format!("the addresses of entry {id}"), &err))?;
            if let Some(trace) = traces.get_mut(&EntryId(id)) {
                trace.locales.insert(locale);
            }
        }
        Ok(traces)
    }

    /// The notices that stand now of entries of `kind` taken back from `since` on, the newest first; at most `limit`.
    /// One statement.
    pub async fn retracted(
        &self,
        kind: EntryKind,
        since: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<Notice>, StoreError> {
        let rows = notice::Entity::find()
            .filter(notice::Column::Kind.eq(kind.as_str()))
            .filter(notice::Column::At.gte(micros(since)))
            .filter(standing(Moment::Now))
            .order_by_desc(notice::Column::Seq)
            .limit(limit)
            .all(&self.db)
            .await?;
        rows.into_iter().map(told).collect()
    }
}
