//! Sorts items into products as the journal tells of them.

use std::collections::HashMap;
use std::time::Duration;

use chrono::TimeDelta;
use griot_domain::{EntryId, EntryKind, ITEM_KINDS, Moment};
use griot_persistence::{Change, PartnerStore, Placed, Product, PublishedStore, Round, Sorting, StoreError};
use tokio::sync::watch;
use uuid::Uuid;

use crate::judge::{Judge, Judged};

/// Publications sorted at a time.
const PAGE: u64 = 200;
/// How often it is looked whether a filter was changed, and the journal where nobody tells of it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Notes which items are in which product. Several processes may do so on one record: a round that another one was faster
/// with is made anew.
pub struct Sorter {
    judge: Judge,
    published: PublishedStore,
    partners: PartnerStore,
    /// Number of the last change noted here.
    number: watch::Sender<i64>,
}

impl Sorter {
    /// A sorter of what is public.
    pub fn new(published: PublishedStore, partners: PartnerStore) -> Self {
        Self { judge: Judge::new(published.clone()), published, partners, number: watch::Sender::new(0) }
    }

    /// Number of the last change noted, for whoever waits for one.
    pub fn numbers(&self) -> watch::Receiver<i64> {
        self.number.subscribe()
    }

    /// Sorts for as long as it is polled, at once when `heard` changes.
    pub async fn run(&self, mut heard: watch::Receiver<Option<i64>>) {
        let mut is_failing = false;
        loop {
            match self.catch_up().await {
                Ok(()) => is_failing = false,
                Err(error) => {
                    if !std::mem::replace(&mut is_failing, true) {
                        let error = &error as &dyn std::error::Error;
                        tracing::error!(error, "items are not sorted into products; this is tried again");
                    }
                    tokio::time::sleep(PAUSE).await;
                }
            }
            // When nobody can tell any more, the pause alone goes on.
            let news = async {
                if heard.changed().await.is_err() {
                    std::future::pending::<()>().await;
                }
            };
            let _ = tokio::time::timeout(LOOK_EVERY, news).await;
        }
    }

    /// Sorts all that was published up to now, and by each filter that was changed.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        let (sorted, _) = self.partners.sorted_to().await?;
        if sorted > self.published.last_seq().await? {
            tracing::warn!(sorted, "the journal is shorter than what was sorted of it: everything is sorted anew");
            self.partners.begin_anew().await?;
        }
        self.follow_journal().await?;
        let unsorted = self.partners.products().await?.into_iter().filter(|product| !product.is_sorted);
        for product in unsorted.collect::<Vec<_>>() {
            self.sort_anew(&product).await?;
        }
        Ok(())
    }

    async fn follow_journal(&self) -> Result<(), StoreError> {
        loop {
            let (from, number) = self.partners.sorted_to().await?;
            self.number.send_if_modified(|known| std::mem::replace(known, number) != number);
            let changes = self.published.changes_after(from, &[], PAGE).await?;
            let Some(to) = changes.last().map(|change| change.seq) else { return Ok(()) };
            let products = self.partners.products().await?;
            if self.has_moved(&changes).await? {
                let moved = products.iter().filter(|product| product.filter.has_descendants());
                self.partners.unsort(&moved.map(|product| product.id).collect::<Vec<_>>()).await?;
            }
            let entries = self.judge(&changes, &products, true).await?;
            let judges: Vec<Uuid> = products.iter().map(|product| product.id).collect();
            self.partners.sort(&Round { from, to, products: &judges, entries: &entries }).await?;
        }
    }

    /// Sorts everything by one filter. The journal is followed meanwhile.
    async fn sort_anew(&self, product: &Product) -> Result<(), StoreError> {
        let mut place = 0;
        loop {
            let changes = self.published.changes_after(place, &ITEM_KINDS, PAGE).await?;
            let Some(last) = changes.last().map(|change| change.seq) else { break };
            let (from, _) = self.partners.sorted_to().await?;
            let entries = self.judge(&changes, std::slice::from_ref(product), false).await?;
            let round = Round { from, to: from, products: &[product.id], entries: &entries };
            if self.partners.sort(&round).await? {
                place = last;
            }
            self.follow_journal().await?;
        }
        self.partners.note_sorted(product).await?;
        let (_, number) = self.partners.sorted_to().await?;
        self.number.send_if_modified(|known| std::mem::replace(known, number) != number);
        Ok(())
    }

    /// What is public of the entries, with the products each item belongs to.
    async fn judge(&self, changes: &[Change], products: &[Product], is_news: bool) -> Result<Vec<Sorting>, StoreError> {
        let changes = changes.iter().filter(|change| ITEM_KINDS.contains(&change.kind));
        let mut entries: Vec<Sorting> =
            changes.map(|change| Sorting { id: change.id, seq: change.seq, is_news, items: Vec::new() }).collect();
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        let places: HashMap<EntryId, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        for Judged { entry, locale, products } in self.judge.judge(&ids, products).await? {
            if let Some(entry) = places.get(&entry).and_then(|place| entries.get_mut(*place)) {
                entry.items.push(Placed { locale, products });
            }
        }
        Ok(entries)
    }

    /// Whether an institution or topic belongs to another than before.
    async fn has_moved(&self, changes: &[Change]) -> Result<bool, StoreError> {
        let moving = |change: &&Change| matches!(change.kind, EntryKind::Institution | EntryKind::Topic);
        let moving: Vec<&Change> = changes.iter().filter(moving).collect();
        let ids: Vec<EntryId> = moving.iter().map(|change| change.id).collect();
        let now = self.judge.parents_at(Moment::Now, &ids).await?;
        for change in moving {
            let before = change.at - TimeDelta::microseconds(1);
            let before = self.judge.parents_at(Moment::AsOf(before), &[change.id]).await?;
            let Some(before) = before.get(&change.id) else { continue };
            if now.get(&change.id).copied().flatten() != *before {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
