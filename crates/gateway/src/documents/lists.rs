//! Lists of items: the newest, a month's, those taken back.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::{DateTime, NaiveTime, TimeDelta, Utc};
use futures_util::future::try_join_all;
use griot_domain::{EntryId, EntryKind, RetractionAct, from_micros};
use griot_persistence::{Condition, ListQuery, Order, OrderKey, OrderedBy, Record, Trace, Window};
use griot_syndication::item::Item;
use griot_syndication::sitemap::Listed;

use super::item::{current, locales, stub, translations};
use super::selection::Month;
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::seen::{Seen, is_indexable, page_url};
use crate::graphql::delivery::shared_view::SharedView;

/// Entries read at once.
pub(super) const STEP: u64 = 100;
/// How long feeds tell that something was taken back.
const TOLD_FOR: TimeDelta = TimeDelta::days(90);
/// Notices that a feed tells at most.
const MOST_TOLD: u64 = 1_000;

/// A list of entries of one kind.
pub(super) struct List<'a> {
    pub kind: EntryKind,
    pub view: &'a SharedView,
    pub conditions: &'a [Condition],
    pub by: OrderedBy,
}

impl List<'_> {
    /// The newest `limit` entries after a place.
    pub async fn page(&self, after: Option<OrderKey>, limit: u64, loads: &Loads) -> Answer<Vec<(EntryId, OrderKey)>> {
        self.window(Window { after, before: None, limit, from_end: false }, loads).await
    }

    /// The entries of a part of the list.
    pub async fn window(&self, window: Window, loads: &Loads) -> Answer<Vec<(EntryId, OrderKey)>> {
        let order = Order { by: self.by, is_descending: self.by == OrderedBy::Date };
        let conditions = self.conditions.to_vec();
        let page = loads.page(self.view, &ListQuery { kind: self.kind, conditions, order, window }).await?;
        Ok(page.rows.iter().map(|row| (row.id, row.key.clone())).collect())
    }

    /// The first `limit` entries as items: the newest, of a list by date.
    pub async fn first(&self, limit: u64, loads: &Loads) -> Answer<Vec<Item>> {
        let mut items = Vec::new();
        for ids in self.steps(limit, loads).await? {
            items.extend(self.items(&ids, loads).await?);
        }
        Ok(items)
    }

    /// The first `limit` entries as pages of the site.
    pub async fn pages(&self, limit: u64, loads: &Loads) -> Answer<Vec<Listed>> {
        let mut pages = Vec::new();
        for ids in self.steps(limit, loads).await? {
            let records = loads.records(self.view, &ids).await?;
            pages.extend(records.into_iter().filter_map(|record| listed(&record, self.view, loads)));
        }
        Ok(pages)
    }

    /// Whether it holds anything.
    pub async fn has_any(&self, loads: &Loads) -> Answer<bool> {
        Ok(!self.page(None, 1, loads).await?.is_empty())
    }

    /// The ids of the first `limit` entries, as many together as are read at once.
    async fn steps(&self, limit: u64, loads: &Loads) -> Answer<Vec<Vec<EntryId>>> {
        let mut steps = Vec::new();
        let (mut after, mut left) = (None, limit);
        while left > 0 {
            let step = STEP.min(left);
            let rows = self.page(after, step, loads).await?;
            left = if rows.len() as u64 == step { left - step } else { 0 };
            after = rows.last().map(|(_, key)| key.clone());
            steps.push(rows.into_iter().map(|(id, _)| id).collect());
        }
        Ok(steps)
    }

    /// These entries as items, in their order.
    pub async fn items(&self, ids: &[EntryId], loads: &Loads) -> Answer<Vec<Item>> {
        let traces = loads.store.traces(ids).await?;
        let records = loads.records(self.view, ids).await?;
        let seens: Vec<Seen> = records
            .into_iter()
            .map(|record| Seen { day: record.updated_at.date_naive(), record, view: self.view.clone() })
            .collect();
        let items = seens.iter().map(|seen| current(seen, traces.get(&seen.record.id), loads));
        Ok(try_join_all(items).await?.into_iter().flatten().collect())
    }

    /// The month of the newest entry that is not among the newest `limit`.
    pub async fn month_below(&self, limit: u64, loads: &Loads) -> Answer<Option<Month>> {
        let rows = self.page(None, limit + 1, loads).await?;
        Ok(rows.get(usize::try_from(limit).unwrap_or(usize::MAX)).and_then(|(_, key)| month_of(key)))
    }

    /// The last month before `month` that holds entries, the last of all where none is given.
    pub async fn month_before(&self, month: Option<Month>, loads: &Loads) -> Answer<Option<Month>> {
        let conditions = [self.conditions, &within(None, month.map(|month| month.bounds().0))].concat();
        let rows = List { conditions: &conditions, ..*self }.page(None, 1, loads).await?;
        Ok(rows.first().and_then(|(_, key)| month_of(key)))
    }

    /// The first month after `month` that holds entries.
    pub async fn month_after(&self, month: Month, loads: &Loads) -> Answer<Option<Month>> {
        let conditions = [self.conditions, &within(Some(month.bounds().1), None)].concat();
        let window = Window { after: None, before: None, limit: 1, from_end: true };
        let rows = List { conditions: &conditions, ..*self }.window(window, loads).await?;
        Ok(rows.first().and_then(|(_, key)| month_of(key)))
    }
}

/// The page of an entry; `None` when it has none, or search engines shall not know it.
fn listed(record: &Record, view: &SharedView, loads: &Loads) -> Option<Listed> {
    if !is_indexable(&record.text) {
        return None;
    }
    let page = page_url(loads, record.kind, &record.locale, record.slug.as_ref())?;
    Some(Listed {
        page: page.0,
        locale: record.locale.clone(),
        title: record.title().to_owned(),
        publisher: loads.site.publisher.pick(&view.locales.locales).to_owned(),
        first_created: record.since,
        updated: record.updated_at,
        translations: translations(record, loads),
    })
}

/// The month of a place in a list by date.
pub(super) fn month_of(key: &OrderKey) -> Option<Month> {
    let OrderKey::Date(at, _) = key else { return None };
    Some(Month::of(from_micros(*at)?.date_naive()))
}

/// The condition that entries are dated in a half-open range of microseconds; none when it has no bounds.
pub(super) fn within(from: Option<i64>, until: Option<i64>) -> Vec<Condition> {
    let is_bounded = from.is_some() || until.is_some();
    is_bounded.then_some(Condition::DatedWithin { from, until }).into_iter().collect()
}

/// What stands for the entries of a kind that were taken back in the last 90 days, one for each language they had and
/// `locale` wants; the newest first. What a killed one was about is not known any more, so that every feed tells of it.
pub(super) async fn gone(kind: EntryKind, view: &SharedView, loads: &Loads) -> Answer<Vec<Item>> {
    let since = loads.today().and_time(NaiveTime::MIN).and_utc() - TOLD_FOR;
    let notices = loads.store.retracted(kind, since, MOST_TOLD).await?;
    let ids: Vec<EntryId> = notices.iter().map(|notice| notice.id).collect();
    let traces: HashMap<EntryId, Trace> = loads.store.traces(&ids).await?.into_iter().collect();
    let wanted =
        notices.iter().filter_map(|notice| Some((notice, traces.get(&notice.id)?))).flat_map(|(notice, trace)| {
            let had = locales(trace, loads).into_iter();
            let wanted = had.filter(|one| view.locales.or_any || view.locales.locales.contains(one));
            wanted.map(move |locale| (notice, trace, locale))
        });
    let items = wanted.map(async |(notice, trace, locale)| {
        // Of what was killed there are no versions any more.
        let known = match notice.act {
            RetractionAct::Withdrawn => loads.versions(view, notice.id, &locale).await?,
            RetractionAct::Killed => Arc::default(),
        };
        Ok(stub(notice, &locale, trace, &known, loads))
    });
    try_join_all(items).await
}

/// When anything in a feed changed last.
pub(super) fn last_change(entries: &[Item], gone: &[Item]) -> DateTime<Utc> {
    let changes = entries.iter().chain(gone).map(|item| item.version_created);
    changes.max().unwrap_or(DateTime::UNIX_EPOCH)
}
