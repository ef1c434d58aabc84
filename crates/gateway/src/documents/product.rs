//! The feed of a product: for the partners who receive it, since what products there are is nobody else's business.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use griot_domain::{ArticleKind, EntryId, EntryKind, Locale, Slug};
use griot_persistence::{Condition, OrderedBy, Partner, PartnerStore, Product};
use griot_syndication::item::Item;

use super::Shelf;
use super::item::view_in;
use super::lists::{List, STEP};
use super::selection::Selected;
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;

/// Entries of the record that are looked through for one answer. A product of which there are fewer than a feed holds among
/// them has a shorter feed.
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

    /// The newest `limit` items of the list that are in the product, each language one, of the newest 2,000 entries.
    pub async fn newest(&self, list: &List<'_>, limit: u64, loads: &Loads) -> Answer<Vec<Item>> {
        let (mut items, mut after) = (Vec::new(), None);
        for _ in 0..MOST_LOOKED_AT / STEP {
            let rows = list.page(after, STEP, loads).await?;
            let is_last = (rows.len() as u64) < STEP;
            after = rows.last().map(|(_, key)| key.clone());
            let ids: Vec<EntryId> = rows.into_iter().map(|(id, _)| id).collect();
            items.extend(self.items(list.kind, &ids, loads).await?);
            if is_last || items.len() as u64 >= limit {
                break;
            }
        }
        items.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        Ok(items)
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
