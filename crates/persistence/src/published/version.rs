//! The versions an entry has had in a language.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, Utc};
use griot_domain::{Correction, Entry, EntryId, EntryKind, Locale, Moment, from_micros, micros};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::PublishedStore;
use crate::StoreError;
use crate::entity::{edition, entry_version};
use crate::statements::padded;

/// An interval that does not end.
const FOREVER: i64 = i64::MAX;

/// One state an entry has been public in, in one language: its neutral part and its text, both unchanged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// 1 for the first. A withdrawal counts as one too: what comes back after it has a number of its own.
    pub number: u32,
    #[allow(missing_docs)]
    pub live_from: DateTime<Utc>,
    /// `None` while it is live.
    pub live_to: Option<DateTime<Utc>>,
    /// Those it brought.
    pub corrections: Vec<Correction>,
}

/// A row that is live from one instant to another.
struct Span<T> {
    from: i64,
    to: i64,
    value: T,
}

impl<T> Span<T> {
    fn covers(&self, at: i64) -> bool {
        self.from <= at && at < self.to
    }
}

impl PublishedStore {
    /// The versions of these entries in these languages, oldest first, as far as they were public at `moment`. Two
    /// statements.
    pub async fn versions(
        &self,
        moment: Moment,
        keys: &[(EntryId, Locale)],
    ) -> Result<HashMap<(EntryId, Locale), Vec<Version>>, StoreError> {
        let seen_until = match moment {
            Moment::Now => FOREVER,
            Moment::AsOf(at) => micros(at),
        };
        let end = |live_to: Option<i64>| live_to.filter(|end| *end <= seen_until).unwrap_or(FOREVER);
        let ids: Vec<Uuid> = keys.iter().map(|(id, _)| id.0).collect::<BTreeSet<_>>().into_iter().collect();
        let rows = entry_version::Entity::find()
            .filter(entry_version::Column::EntryId.is_in(padded(&ids)))
            .filter(entry_version::Column::LiveFrom.lte(seen_until))
            .order_by_asc(entry_version::Column::Id)
            .all(&self.db)
            .await?;
        let mut neutral: HashMap<Uuid, Vec<Span<Vec<Correction>>>> = HashMap::new();
        for row in rows {
            let value = corrections(&row)?;
            let span = Span { from: row.live_from, to: end(row.live_to), value };
            neutral.entry(row.entry_id).or_default().push(span);
        }
        let rows: Vec<(Uuid, String, i64, Option<i64>)> = edition::Entity::find()
            .select_only()
            .columns([
                edition::Column::EntryId,
                edition::Column::Locale,
                edition::Column::LiveFrom,
                edition::Column::LiveTo,
            ])
            .filter(edition::Column::EntryId.is_in(padded(&ids)))
            .filter(edition::Column::LiveFrom.lte(seen_until))
            .into_tuple()
            .all(&self.db)
            .await?;
        let mut texts: HashMap<(Uuid, String), Vec<Span<()>>> = HashMap::new();
        for (id, locale, from, live_to) in rows {
            texts.entry((id, locale)).or_default().push(Span { from, to: end(live_to), value: () });
        }
        let mut found = HashMap::new();
        for (id, locale) in keys {
            let (Some(neutral), Some(texts)) = (neutral.get(&id.0), texts.get(&(id.0, locale.to_string()))) else {
                continue;
            };
            let versions = versions_of(neutral, texts);
            let versions = versions.ok_or_else(|| StoreError::corrupt(format!("entry {id}"), "its dates"))?;
            found.insert((*id, locale.clone()), versions);
        }
        Ok(found)
    }
}

fn corrections(row: &entry_version::Model) -> Result<Vec<Correction>, StoreError> {
    if row.kind != EntryKind::Article.as_str() {
        return Ok(Vec::new());
    }
    match Entry::from_json(EntryKind::Article, &row.content) {
        Ok(Entry::Article(article)) => Ok(article.corrections),
        Ok(_) => Ok(Vec::new()),
        Err(err) => Err(StoreError::corrupt(format!("a version of article {}", row.entry_id), err)),
    }
}

/// A version begins wherever one of the two parts changes while both are live. `None` for instants outside the calendar.
fn versions_of(neutral: &[Span<Vec<Correction>>], texts: &[Span<()>]) -> Option<Vec<Version>> {
    let intervals = neutral.iter().map(|one| (one.from, one.to)).chain(texts.iter().map(|one| (one.from, one.to)));
    let instants: BTreeSet<i64> = intervals.filter(|(from, to)| from < to).flat_map(|(from, to)| [from, to]).collect();
    let instants: Vec<i64> = instants.into_iter().collect();
    let mut versions: Vec<Version> = Vec::new();
    let mut known: &[Correction] = &[];
    let (mut number, mut live_to) = (0, None);
    for pair in instants.windows(2) {
        let (from, to) = (pair[0], pair[1]);
        let Some(part) = neutral.iter().find(|one| one.covers(from)) else { continue };
        if !texts.iter().any(|one| one.covers(from)) {
            continue;
        }
        number += if live_to.is_some_and(|end| end < from) { 2 } else { 1 };
        live_to = Some(to);
        versions.push(Version {
            number,
            live_from: from_micros(from)?,
            live_to: if to == FOREVER { None } else { Some(from_micros(to)?) },
            corrections: part.value.iter().filter(|one| !known.contains(one)).cloned().collect(),
        });
        known = &part.value;
    }
    Some(versions)
}
