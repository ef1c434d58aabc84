//! Changes in the products of a partner.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::DateTime;
use griot_domain::{EntryId, micros};
use griot_partners::{CursorError, Judge, Judged, Place, Scope};
use griot_persistence::{Drill, Embargo, ItemChange, Partner, Product};
use griot_syndication::item::Issuer;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tokio::time::{Instant, timeout};
use uuid::Uuid;

use super::Partners;
use super::changes::{Answered, Parameters, lost};
use super::journal::line;
use super::problem::Problem;
use crate::documents::{Early, ItemKey, headings, issuer, view_in};
use crate::graphql::delivery::Loads;

/// How often it is looked for changes while a request waits and nobody tells of them.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// What a partner receives.
pub(super) struct Feed<'a> {
    pub partners: &'a Partners,
    pub partner: &'a Partner,
    /// What is under embargo, where the partner may have it.
    pub early: Option<&'a Early>,
    /// Whether what is issued is stated.
    pub is_stated: bool,
}

/// A place in the feed, found to be good.
pub(super) struct Entered<'a> {
    feed: Feed<'a>,
    products: Vec<Product>,
    scope: Scope,
    place: Place,
    limit: u64,
}

impl<'a> Feed<'a> {
    /// Goes to the place that a request names.
    pub async fn enter(self, parameters: &Parameters, loads: &Loads) -> Result<Entered<'a>, Problem> {
        let mut products = self.partners.store.products().await?;
        products.retain(|product| self.partner.products.contains(&product.id));
        if let Some(code) = &parameters.product {
            let codes = products.iter().map(|product| product.code.as_str()).collect::<Vec<_>>().join(", ");
            products.retain(|product| product.code.as_str() == code);
            if products.is_empty() {
                return Err(Problem::bad(format!("`product` is `{code}`: this partner receives {codes}")));
            }
        }
        let mut ids: Vec<Uuid> = products.iter().map(|product| product.id).collect();
        ids.sort_unstable();
        let scope = Scope { partner: self.partner.id, products: ids };
        let (_, head) = self.partners.store.sorted_to().await?;
        let place = match parameters.since() {
            None => Place { number: 0, sorted: (0, 0), snapshot: Some(head), embargoed: 0 },
            Some(since) => {
                let place = self.partners.cursors().await?.read(&scope, since).map_err(|err| match err {
                    CursorError::Foreign => {
                        Problem::bad("`since` is not a token of this feed: pass one back as it was given")
                    }
                    CursorError::OtherScope => {
                        lost("scope-changed", "`since` is of other products than are received now", loads)
                    }
                })?;
                let (seq, at) = place.sorted;
                let known = if seq == 0 { Some(DateTime::UNIX_EPOCH) } else { loads.store.published_at(seq).await? };
                if place.number > head || known.map(micros) != Some(at) {
                    let detail = "`since` is of another record, or of a later state of this one";
                    return Err(lost("other-record", detail, loads));
                }
                place
            }
        };
        Ok(Entered { feed: self, products, scope, place, limit: parameters.limit() })
    }
}

impl Entered<'_> {
    /// Returns when there is something to tell, at `until` at the latest.
    pub async fn wait(&self, until: Instant) -> Result<(), Problem> {
        let mut numbers = self.feed.partners.sorter.numbers();
        loop {
            numbers.mark_unchanged();
            let store = &self.feed.partners.store;
            let is_told = store.item_changes(&self.scope.products, self.place.number, 1).await?.is_empty();
            if !is_told || self.place.snapshot.is_some() || hash_of(&self.embargoes().await?) != self.place.embargoed {
                return Ok(());
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            let _ = timeout(left.min(LOOK_EVERY), numbers.changed()).await;
        }
    }

    /// What there is to tell after the place, and the token of the place after that.
    pub async fn tell(&self, loads: &Loads) -> Result<Answered, Problem> {
        let Self { feed, scope, place, .. } = self;
        let store = &feed.partners.store;
        // Before the rows: what is sorted later is told the next time.
        let (head, _) = store.sorted_to().await?;
        let at =
            if head == 0 { DateTime::UNIX_EPOCH } else { loads.store.published_at(head).await?.unwrap_or_default() };
        let mut rows = store.item_changes(&scope.products, place.number, self.limit + 1).await?;
        let has_more = rows.len() as u64 > self.limit;
        rows.truncate(usize::try_from(self.limit).unwrap_or(usize::MAX));
        let number = rows.last().map_or(place.number, |row| row.number);
        let changes = self.lines(&rows, loads).await?;
        let embargoes = if has_more { BTreeMap::new() } else { self.embargoes().await? };
        let embargoed = match feed.early {
            Some(early) if !has_more => Some(self.embargoed(early, &embargoes, loads).await?),
            _ => None,
        };
        let told = Place {
            number,
            sorted: (head, micros(at)),
            snapshot: place.snapshot.filter(|_| has_more),
            embargoed: if has_more { place.embargoed } else { hash_of(&embargoes) },
        };
        let token = feed.partners.cursors().await?.write(scope, &told);
        if let Err(error) = store.note_poll(feed.partner.id, feed.partners.clock.now(), number).await {
            // The answer is none the worse for it.
            tracing::warn!(error = &error as &dyn std::error::Error, "that a partner asked for changes was not noted");
        }
        Ok(Answered { changes, embargoed, token, has_more, head })
    }

    async fn lines(&self, rows: &[ItemChange], loads: &Loads) -> Result<Vec<Value>, Problem> {
        let keys: Vec<ItemKey> = rows.iter().map(|row| (row.entry, row.locale.clone())).collect();
        let headings = headings(&keys, loads).await?;
        let unknown = keys.iter().zip(&headings).filter(|(_, heading)| heading.is_none());
        let unknown: Vec<EntryId> = unknown.map(|((id, _), _)| *id).collect();
        let drills = self.feed.partners.store.drills_among(&unknown).await?;
        let issuer = issuer(&view_in(None, loads), loads);
        let lines = rows.iter().zip(headings).filter_map(|(row, heading)| {
            let Some(heading) = heading else {
                let drill = drills.get(&row.entry).filter(|_| self.is_news(row))?;
                return Some(of_drill(row, drill, &issuer));
            };
            // Whoever makes a first copy has nothing yet that could go.
            let goes = !row.is_in || heading.reason().is_some();
            (self.is_news(row) || !goes).then(|| line(row.seq, &heading, row.is_in, self.feed.is_stated))
        });
        Ok(lines.collect())
    }

    /// Whether it happened after a first copy was begun, or that has been made.
    fn is_news(&self, row: &ItemChange) -> bool {
        self.place.snapshot.is_none_or(|begun| row.number > begun)
    }

    async fn embargoes(&self) -> Result<BTreeMap<EntryId, Embargo>, Problem> {
        match self.feed.early {
            Some(early) => Ok(early.embargoes().await?),
            None => Ok(BTreeMap::new()),
        }
    }

    /// Everything under embargo that belongs to the products.
    async fn embargoed(
        &self,
        early: &Early,
        embargoes: &BTreeMap<EntryId, Embargo>,
        loads: &Loads,
    ) -> Result<Vec<Value>, Problem> {
        let ids: Vec<EntryId> = embargoes.keys().copied().collect();
        let judge = Judge::new(early.delivery.for_files().clone());
        let judged = judge.judge(&ids, &self.products).await?;
        let taken = judged.into_iter().filter(|one| !one.products.is_empty());
        let mut keys: Vec<ItemKey> = taken.map(|Judged { entry, locale, .. }| (entry, locale)).collect();
        keys.sort_unstable();
        let headings = early.headings(&keys, embargoes, loads).await?;
        Ok(headings.iter().map(|heading| heading.json(false).into()).collect())
    }
}

/// A kill of nothing, told as one of something is.
pub(crate) fn of_drill(row: &ItemChange, drill: &Drill, issuer: &Issuer) -> Value {
    let day = drill.at.format("%Y%m%d");
    json!({
        "seq": row.seq.to_string(),
        "op": "tombstone",
        "reason": "drill",
        "uri": format!("urn:newsml:{}:{day}:drill-{}-{}", issuer.host, drill.id, row.locale),
        "id": drill.id.to_string(),
        "kind": "drill",
        "language": row.locale.to_string(),
        "version": 1,
        "version_created": drill.at,
        "pub_status": "canceled",
        "signal": "drill",
        "ed_note": drill.note,
    })
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
