//! Sorts items into products as the journal tells of them.

use std::collections::HashMap;
use std::time::Duration;

use griot_domain::{EntryId, EntryKind, ITEM_KINDS, Locale, Moment};
use griot_persistence::{
    Change, Parents, PartnerStore, PictureChange, Placed, Product, PublishedStore, Round, Sorting, StoreError,
};
use tokio::sync::watch;
use uuid::Uuid;

use crate::judge::{Judge, Judged};

/// Publications sorted at a time.
const PAGE: u64 = 200;
/// How often it is looked whether a filter was changed, and the journal where nobody tells of it.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// What is sorted, and what it is sorted by.
const SORTED_KINDS: [EntryKind; 5] =
    [EntryKind::Article, EntryKind::Person, EntryKind::Institution, EntryKind::Event, EntryKind::Topic];
/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Notes which items are in which product. Several processes may do so on one record: a round that another one was faster
/// with is made anew.
pub struct Sorter {
    judge: Judge,
    published: PublishedStore,
    partners: PartnerStore,
    /// What pictures are told in.
    locale: Locale,
    /// Number of the last change noted here.
    number: watch::Sender<i64>,
}

impl Sorter {
    /// A sorter of what is public. Pictures, which have no address in a language, are told in `locale`, that of the site.
    pub fn new(published: PublishedStore, partners: PartnerStore, locale: Locale) -> Self {
        Self { judge: Judge::new(published.clone()), published, partners, locale, number: watch::Sender::new(0) }
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
        let products = self.partners.products().await?;
        let unsorted: Vec<Product> = products.into_iter().filter(|product| !product.is_sorted).collect();
        if unsorted.is_empty() { Ok(()) } else { self.sort_anew(&unsorted).await }
    }

    async fn follow_journal(&self) -> Result<(), StoreError> {
        loop {
            let (from, number) = self.partners.sorted_to().await?;
            self.number.send_if_modified(|known| std::mem::replace(known, number) != number);
            let changes = self.published.changes_after(from, &[], PAGE).await?;
            let Some(to) = changes.last().map(|change| change.seq) else { return Ok(()) };
            let mut products = self.partners.products().await?;
            let removed = self.partners.removed_products().await?;
            // One may have been removed in between.
            products.retain(|product| removed.iter().all(|other| other.id != product.id));
            products.extend(removed);
            let judges: Vec<Uuid> = products.iter().map(|product| product.id).collect();
            self.sort(&changes, &products, Round { from, to, products: &judges, ..Round::default() }, true).await?;
        }
    }

    /// Sorts everything by some filters. The journal is followed meanwhile.
    async fn sort_anew(&self, products: &[Product]) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
        let mut place = 0;
        loop {
            let (from, _) = self.partners.sorted_to().await?;
            let mut changes = self.published.changes_after(place, &SORTED_KINDS, PAGE).await?;
            // What is later is news, which following the journal tells as such.
            changes.retain(|change| change.seq <= from);
            let Some(last) = changes.last().map(|change| change.seq) else { break };
            let round = Round { from, to: from, products: &ids, ..Round::default() };
            if self.sort(&changes, products, round, false).await? {
                place = last;
            }
            self.follow_journal().await?;
        }
        for product in products {
            self.partners.note_sorted(product).await?;
        }
        let (_, number) = self.partners.sorted_to().await?;
        self.number.send_if_modified(|known| std::mem::replace(known, number) != number);
        Ok(())
    }

    /// Sorts the entries of a round. Where a topic or an institution has moved, everything is to be sorted anew by each filter
    /// that looks at what belongs to it. `false` when another process was faster.
    async fn sort(
        &self,
        changes: &[Change],
        products: &[Product],
        round: Round<'_>,
        is_news: bool,
    ) -> Result<bool, StoreError> {
        let entries = self.judge(changes, products, is_news).await?;
        let pictures = self.pictures(changes).await?;
        let (parents, has_moved) = self.moved(changes).await?;
        let unsorted: Vec<Uuid> = match has_moved {
            true => self
                .partners
                .products()
                .await?
                .iter()
                .filter(|one| one.filter.has_descendants())
                .map(|one| one.id)
                .collect(),
            false => Vec::new(),
        };
        self.partners
            .sort(&Round { entries: &entries, pictures: &pictures, parents, unsorted: &unsorted, ..round })
            .await
    }

    /// What is public of the entries, with the products each item belongs to.
    async fn judge(&self, changes: &[Change], products: &[Product], is_news: bool) -> Result<Vec<Sorting>, StoreError> {
        let changes = changes.iter().filter(|change| ITEM_KINDS.contains(&change.kind));
        let mut entries: Vec<Sorting> =
            changes.map(|change| Sorting { id: change.id, seq: change.seq, is_news, items: Vec::new() }).collect();
        let ids: Vec<EntryId> = entries.iter().map(|entry| entry.id).collect();
        let places: HashMap<EntryId, usize> = ids.iter().enumerate().map(|(place, id)| (*id, place)).collect();
        let (judged, broken) = self.judge.judge_whole(&ids, products).await?;
        for Judged { entry, locale, products } in judged {
            if let Some(entry) = places.get(&entry).and_then(|place| entries.get_mut(*place)) {
                entry.items.push(Placed { locale, products });
            }
        }
        entries.retain(|entry| !broken.contains(&entry.id));
        Ok(entries)
    }

    /// The pictures among the changes that were taken back, now or before, and what shows them.
    async fn pictures(&self, changes: &[Change]) -> Result<Vec<PictureChange>, StoreError> {
        let assets: Vec<&Change> = changes.iter().filter(|change| change.kind == EntryKind::Asset).collect();
        let ids: Vec<EntryId> = assets.iter().map(|change| change.id).collect();
        let told = self.published.ever_taken_back(&ids).await?;
        let gone = self.published.notices(Moment::Now, &ids).await?;
        let mut pictures = Vec::new();
        for Change { id, seq, .. } in assets.into_iter().copied().filter(|change| told.contains(&change.id)) {
            let shown_by = self.published.naming(&[id], &ITEM_KINDS).await?;
            let is_back = !gone.contains_key(&id);
            pictures.push(PictureChange { id, seq, locale: self.locale.clone(), is_back, shown_by });
        }
        Ok(pictures)
    }

    /// What topics and institutions among the changes belong to, where that is another than items were sorted by; and
    /// whether there may be such items.
    async fn moved(&self, changes: &[Change]) -> Result<(Parents, bool), StoreError> {
        let moving = changes.iter().filter(|change| matches!(change.kind, EntryKind::Institution | EntryKind::Topic));
        let ids: Vec<EntryId> = moving.map(|change| change.id).collect();
        let known = self.partners.sorted_parents(&ids).await?;
        let now = self.judge.parents_of(&ids).await?;
        let parents = ids.iter().map(|id| (*id, now.get(id).copied().flatten()));
        let moved: Parents = parents.filter(|(id, now)| known.get(id).copied().flatten() != *now).collect();
        if moved.keys().any(|id| known.contains_key(id)) {
            return Ok((moved, true));
        }
        // One that is seen for the first time: mostly nothing is about it yet.
        let new: Vec<EntryId> = moved.keys().copied().collect();
        let has_items = !self.published.naming(&new, &SORTED_KINDS).await?.is_empty();
        Ok((moved, has_items))
    }
}
