//! The feed of a product: for the partners who receive it, since what products there are is nobody else's business.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use griot_domain::{ArticleKind, EntryId, EntryKind, Locale, Slug};
use griot_persistence::{Condition, OrderKey, OrderedBy, Partner, PartnerStore, Product, Window};
use griot_syndication::item::Item;

use super::Shelf;
use super::item::view_in;
use super::lists::{List, STEP, month_of, within};
use super::selection::{Month, Selected};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;

/// Entries of the record that are looked through for what a feed holds, and for the month that one leads to. A product of which
/// there are fewer among them than a feed holds has a shorter feed, which leads to where it was not looked.
const MOST_LOOKED_AT: u64 = 2_000;

/// A product that whoever asks receives.
pub(super) struct Received {
    product: Product,
    store: PartnerStore,
}

impl Received {
    /// The product with this code, if the partner receives it.
    pub async fn of(code: &Slug, partner: Option<Arc<Partner>>, shelf: &Shelf) -> Answer<Option<Self>> {
        let (Some(partner), Some(early)) = (partner, &shelf.early) else { return Ok(None) };
        let mut products = early.partners.products().await?.into_iter();
        let product = products.find(|product| product.code == *code && partner.products.contains(&product.id));
        Ok(product.map(|product| Self { product, store: early.partners.clone() }))
    }

    /// What it is looked for in: every article and event, advisories among them, in whatever language it has. Standing pages are
    /// no news.
    pub fn selected(&self, loads: &Loads) -> Selected {
        Selected {
            view: view_in(None, loads),
            articles: vec![Condition::NotFacets(vec![ArticleKind::Page.as_str()])],
            events: Some(Vec::new()),
            name: Some(self.product.title.clone()),
        }
    }

    /// The newest `limit` items of the list that are in the product, each language one, of the newest 2,000 entries; and the
    /// month from which on everything else is found.
    pub async fn newest(&self, list: &List<'_>, limit: usize, loads: &Loads) -> Answer<(Vec<Item>, Option<Month>)> {
        let (mut items, mut after, mut below) = (Vec::new(), None, None);
        for _ in 0..MOST_LOOKED_AT / STEP {
            let rows = list.page(after, STEP, loads).await?;
            items.extend(self.items(list.kind, &ids_of(&rows), loads).await?);
            // Everything before this step was among the first ones.
            if let Some(next) = items.get(limit) {
                below = rows.iter().find(|(id, _)| *id == next.id).and_then(|(_, key)| month_of(key));
                break;
            }
            let Some((_, last)) = rows.last().filter(|_| rows.len() as u64 == STEP) else {
                below = None;
                break;
            };
            below = month_of(last);
            after = Some(last.clone());
        }
        items.truncate(limit);
        Ok((items, below))
    }

    /// The items that are in the product of the first `limit` entries of the list; `None` when it has no entries at all.
    pub async fn all(&self, list: &List<'_>, limit: u64, loads: &Loads) -> Answer<Option<Vec<Item>>> {
        let (mut items, mut after) = (Vec::new(), None);
        for _ in 0..limit.div_ceil(STEP) {
            let rows = list.page(after.clone(), STEP, loads).await?;
            if rows.is_empty() && after.is_none() {
                return Ok(None);
            }
            items.extend(self.items(list.kind, &ids_of(&rows), loads).await?);
            match rows.last().filter(|_| rows.len() as u64 == STEP) {
                Some((_, last)) => after = Some(last.clone()),
                None => break,
            }
        }
        Ok(Some(items))
    }

    /// The last month before `month` that holds items of the product. Where none of the 2,000 entries before it is in the product,
    /// the month of the earliest of these, from which it can be gone on.
    pub async fn month_before(&self, list: &List<'_>, month: Month, loads: &Loads) -> Answer<Option<Month>> {
        let conditions = [list.conditions, &within(None, Some(month.bounds().0))].concat();
        self.nearest(&List { conditions: &conditions, ..*list }, false, loads).await
    }

    /// The first month after `month` that holds items of the product, or the last of those looked at, as for the one before.
    pub async fn month_after(&self, list: &List<'_>, month: Month, loads: &Loads) -> Answer<Option<Month>> {
        let conditions = [list.conditions, &within(Some(month.bounds().1), None)].concat();
        self.nearest(&List { conditions: &conditions, ..*list }, true, loads).await
    }

    /// The month of the entry in the product that is nearest to an end of the list.
    async fn nearest(&self, list: &List<'_>, from_end: bool, loads: &Loads) -> Answer<Option<Month>> {
        let (mut place, mut month): (Option<OrderKey>, Option<Month>) = (None, None);
        for _ in 0..MOST_LOOKED_AT / STEP {
            let (after, before) = if from_end { (None, place) } else { (place, None) };
            let mut rows = list.window(Window { after, before, limit: STEP, from_end }, loads).await?;
            if from_end {
                rows.reverse();
            }
            let languages = self.store.languages_in(self.product.id, &ids_of(&rows)).await?;
            let is_in = |id: &EntryId| languages.get(id).is_some_and(|known| known.values().any(|is_in| *is_in));
            if let Some((_, key)) = rows.iter().find(|(id, _)| is_in(id)) {
                return Ok(month_of(key));
            }
            let Some((_, last)) = rows.last().filter(|_| rows.len() as u64 == STEP) else { return Ok(None) };
            month = month_of(last);
            place = Some(last.clone());
        }
        Ok(month)
    }

    /// Of these entries the items that are in the product, in their order.
    async fn items(&self, kind: EntryKind, ids: &[EntryId], loads: &Loads) -> Answer<Vec<Item>> {
        let languages = self.store.languages_in(self.product.id, ids).await?;
        let mut by_locale: BTreeMap<&Locale, Vec<EntryId>> = BTreeMap::new();
        for id in ids {
            for (locale, _) in languages.get(id).into_iter().flatten().filter(|(_, is_in)| **is_in) {
                by_locale.entry(locale).or_default().push(*id);
            }
        }
        let mut items = Vec::new();
        for (locale, ids) in by_locale {
            let view = view_in(Some(locale), loads);
            let list = List { kind, view: &view, conditions: &[], by: OrderedBy::Date };
            items.extend(list.items(&ids, loads).await?);
        }
        let places: HashMap<EntryId, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        // Languages of an entry stay in the order they were read in.
        items.sort_by_key(|item| places.get(&item.id).copied());
        Ok(items)
    }

    /// Of what was taken back, what the product had.
    pub async fn had(&self, mut gone: Vec<Item>) -> Answer<Vec<Item>> {
        let ids: Vec<EntryId> = gone.iter().map(|item| item.id).collect();
        let had = self.store.languages_in(self.product.id, &ids).await?;
        // Not by language: of a killed one it may be forgotten which it had, and who has it must hear of it.
        gone.retain(|item| had.contains_key(&item.id));
        Ok(gone)
    }
}

fn ids_of(rows: &[(EntryId, OrderKey)]) -> Vec<EntryId> {
    rows.iter().map(|(id, _)| *id).collect()
}
