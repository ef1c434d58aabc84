//! Changes in the products of a partner.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::DateTime;
use griot_domain::{EntryId, EntryKind, micros};
use griot_partners::{CursorError, Judge, Judged, Place, Scope};
use griot_persistence::{Embargo, ItemChange, Partner, Product, Received, StoreError};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::Partners;
use super::line::{Gone, Line, Told};
use crate::documents::{Early, Heading, ItemKey, Reason, headings};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::change::is_of_public;
use crate::graphql::delivery::error::{Answer, ApiError};

/// How often it is looked for changes of what is under embargo while a request waits.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a partner receives.
pub(crate) struct Feed<'a> {
    pub partners: &'a Partners,
    pub partner: &'a Partner,
    /// What is under embargo, where the partner may have it.
    pub early: Option<&'a Early>,
}

/// Where in a feed somebody wants to go on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Wanted<'a> {
    /// The token of a place; the beginning when there is none.
    pub since: Option<&'a str>,
    /// Code of the only product to tell of.
    pub product: Option<&'a str>,
    /// Items at most.
    pub limit: u64,
}

/// A place in the feed, found to be good.
pub(crate) struct Entered<'a> {
    feed: Feed<'a>,
    products: Vec<Product>,
    received: Received,
    scope: Scope,
    place: Place,
    limit: u64,
}

/// Why there is no such place.
#[derive(Debug)]
pub(crate) enum NoPlace {
    /// The partner does not receive that product; the codes of those it does.
    Product {
        received: String,
    },
    /// Nobody here has written the token.
    Foreign,
    /// It is of the public's feed.
    OfPublic,
    /// It is of other products, or of another partner.
    OtherScope,
    /// It is of another record, or of a later state of this one.
    OtherRecord,
    Failed(ApiError),
}

impl From<ApiError> for NoPlace {
    fn from(error: ApiError) -> Self {
        Self::Failed(error)
    }
}

impl From<StoreError> for NoPlace {
    fn from(error: StoreError) -> Self {
        Self::Failed(error.into())
    }
}

/// What there is to tell, and the places in it.
pub(crate) struct Page {
    /// Oldest first.
    pub lines: Vec<Line>,
    /// All that is under embargo now, for those who may have it; only when there is nothing more.
    pub embargoed: Option<Vec<Heading>>,
    /// To go on from.
    pub token: String,
    pub has_more: bool,
    /// The last publication that the page knows of.
    pub head: i64,
    sorted: (i64, i64),
}

impl<'a> Feed<'a> {
    /// Goes to the place that a request names.
    pub async fn enter(self, wanted: Wanted<'_>, loads: &Loads) -> Result<Entered<'a>, NoPlace> {
        let mut products = self.partners.store.products().await?;
        products.retain(|product| self.partner.products.contains(&product.id));
        if let Some(code) = wanted.product {
            let received = products.iter().map(|product| product.code.as_str()).collect::<Vec<_>>().join(", ");
            products.retain(|product| product.code.as_str() == code);
            if products.is_empty() {
                return Err(NoPlace::Product { received });
            }
        }
        let mut ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
        ids.sort_unstable();
        // Who asks for one product alone keeps what it had of others apart.
        let former = match wanted.product {
            Some(_) => Vec::new(),
            None => self.partners.store.former_products(Some(self.partner.id)).await?.into_values().flatten().collect(),
        };
        let received = Received { products: ids.clone(), former };
        let scope = Scope { partner: self.partner.id, products: ids };
        let (_, head) = self.partners.store.sorted_to().await?;
        let place = match wanted.since {
            None => Place { number: 0, sorted: (0, 0), snapshot: Some(head), embargoed: 0 },
            Some(since) => {
                let place = self.partners.cursors().await?.read(&scope, since).map_err(|err| match err {
                    CursorError::Foreign if is_of_public(since) => NoPlace::OfPublic,
                    CursorError::Foreign => NoPlace::Foreign,
                    CursorError::OtherScope => NoPlace::OtherScope,
                })?;
                let (seq, at) = place.sorted;
                let known = if seq == 0 { Some(DateTime::UNIX_EPOCH) } else { loads.store.published_at(seq).await? };
                if place.number > head || known.map(micros) != Some(at) {
                    return Err(NoPlace::OtherRecord);
                }
                place
            }
        };
        Ok(Entered { feed: self, products, received, scope, place, limit: wanted.limit })
    }
}

impl Entered<'_> {
    /// Returns when there is something to tell, at `until` at the latest. The store is asked when something was sorted; what
    /// is under embargo nobody tells of, so whoever may have that has it looked for.
    pub async fn wait(&self, until: Instant) -> Answer<()> {
        let mut numbers = self.feed.partners.sorter.numbers();
        let store = &self.feed.partners.store;
        let mut seen = None;
        loop {
            let number = *numbers.borrow_and_update();
            let is_news = seen.replace(number) != Some(number)
                && !store.item_changes(&self.received, self.place.number, 1).await?.is_empty();
            if is_news || self.place.snapshot.is_some() || hash_of(&self.embargoes().await?) != self.place.embargoed {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            let pause = if self.feed.early.is_some() { left.min(LOOK_EVERY) } else { left };
            let _ = timeout(pause, numbers.changed()).await;
        }
    }

    /// What there is to tell after the place, and the token of the place after that.
    pub async fn tell(&self, loads: &Loads) -> Answer<Page> {
        let Self { feed, scope, place, .. } = self;
        let store = &feed.partners.store;
        // Before the rows: what is sorted later is told the next time.
        let (head, _) = store.sorted_to().await?;
        let at =
            if head == 0 { DateTime::UNIX_EPOCH } else { loads.store.published_at(head).await?.unwrap_or_default() };
        let mut rows = store.item_changes(&self.received, place.number, self.limit + 1).await?;
        let has_more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let number = rows.last().map_or(place.number, |row| row.number);
        let lines = self.lines(&rows, loads).await?;
        let embargoes = if has_more { BTreeMap::new() } else { self.embargoes().await? };
        let embargoed = match feed.early {
            Some(early) if !has_more => Some(self.embargoed(early, &embargoes, loads).await?),
            _ => None,
        };
        let sorted = (head, micros(at));
        let told = Place {
            number,
            sorted,
            snapshot: place.snapshot.filter(|_| has_more),
            embargoed: if has_more { place.embargoed } else { hash_of(&embargoes) },
        };
        let token = feed.partners.cursors().await?.write(scope, &told);
        if let Err(error) = store.note_poll(feed.partner.id, feed.partners.clock.now(), number).await {
            // The answer is none the worse for it.
            tracing::warn!(error = &error as &dyn std::error::Error, "that a partner asked for changes was not noted");
        }
        Ok(Page { lines, embargoed, token, has_more, head, sorted })
    }

    /// The token that goes on after a line of a page.
    pub async fn after(&self, line: &Line, page: &Page) -> Answer<String> {
        let place = Place { number: line.number, sorted: page.sorted, ..self.place };
        Ok(self.feed.partners.cursors().await?.write(&self.scope, &place))
    }

    async fn lines(&self, rows: &[ItemChange], loads: &Loads) -> Answer<Vec<Line>> {
        let keys: Vec<ItemKey> = rows.iter().map(|row| (row.entry, row.locale.clone())).collect();
        let headings = headings(&keys, loads).await?;
        let unknown = keys.iter().zip(&headings).filter(|(_, heading)| heading.is_none());
        let unknown: Vec<EntryId> = unknown.map(|((id, _), _)| *id).collect();
        let mut drills = self.feed.partners.store.drills_among(&unknown).await?;
        let lines = rows.iter().zip(headings).filter_map(|(row, heading)| {
            let told = match heading {
                Some(heading) if row.is_former && heading.reason() != Some(Reason::Killed) => return None,
                // In a first copy everything is new.
                Some(heading) => Told::of(heading, row.is_in, row.has_entered && self.is_news(row)),
                None => {
                    let drill = drills.remove(&row.entry)?;
                    if row.is_former && drill.killed_at().is_none() {
                        return None;
                    }
                    Told::of_drill(drill, row.locale.clone(), loads)
                }
            };
            // Whoever makes a first copy has nothing in it yet that could go; but what it had before may have been killed.
            let is_killed = match &told {
                Told::Tombstone(Gone::TakenBack(Reason::Killed), _) => true,
                Told::Tombstone(Gone::Drill, heading) => heading.item().first_created >= self.feed.partner.created_at,
                _ => false,
            };
            let is_item = matches!(&told, Told::Upsert(heading, _) if heading.kind() != EntryKind::Asset);
            let is_told = self.is_news(row) || is_killed || is_item;
            is_told.then_some(Line { number: row.number, seq: row.seq, told })
        });
        Ok(lines.collect())
    }

    /// Whether it happened after a first copy was begun, or that has been made.
    fn is_news(&self, row: &ItemChange) -> bool {
        self.place.snapshot.is_none_or(|begun| row.number > begun)
    }

    async fn embargoes(&self) -> Answer<BTreeMap<EntryId, Embargo>> {
        match self.feed.early {
            Some(early) => early.embargoes().await,
            None => Ok(BTreeMap::new()),
        }
    }

    /// Everything under embargo that belongs to the products.
    async fn embargoed(
        &self,
        early: &Early,
        embargoes: &BTreeMap<EntryId, Embargo>,
        loads: &Loads,
    ) -> Answer<Vec<Heading>> {
        let ids: Vec<EntryId> = embargoes.keys().copied().collect();
        let judge = Judge::new(early.delivery.for_files().clone());
        let judged = judge.judge(&ids, &self.products).await?;
        let taken = judged.into_iter().filter(|one| !one.products.is_empty());
        let mut keys: Vec<ItemKey> = taken.map(|Judged { entry, locale, .. }| (entry, locale)).collect();
        keys.sort_unstable();
        early.headings(&keys, embargoes, loads).await
    }
}

/// Stands for what is under embargo; 0 for nothing.
fn hash_of(embargoes: &BTreeMap<EntryId, Embargo>) -> u64 {
    if embargoes.is_empty() {
        return 0;
    }
    let mut hash = Sha256::new();
    for (entry, Embargo { until, made_at }) in embargoes {
        hash.update(entry.0);
        hash.update(micros(*until).to_be_bytes());
        hash.update(micros(*made_at).to_be_bytes());
    }
    let mut short = [0; 8];
    short.copy_from_slice(&hash.finalize()[..8]);
    u64::from_be_bytes(short)
}
