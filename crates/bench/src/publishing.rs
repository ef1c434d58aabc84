//! What a publication costs, and what readers notice of it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::anyhow;
use futures_util::future::{Either, select};
use griot_access::{Origin, Principal, Role, TwoPerson};
use griot_domain::{DraftPatch, EntryId, EntryKind, Locale, RandomIds, SystemClock, TextPatch};
use griot_editorial::{Command, Desk, Doing, Done, PublishItem};
use griot_persistence::{EditorialStore, Location};
use serde_json::{Value, json};

use crate::load::{self, Tally, Workload};

/// Publications whose time is taken.
const COUNT: u32 = 200;
/// Five a second.
const PERIOD: Duration = Duration::from_millis(200);
/// Rounds with and without publications, taking turns.
const ROUNDS: u32 = 3;

/// See the module.
pub struct Publishing {
    /// From the command to what readers see, one after the other, while nobody reads.
    pub alone: Tally,
    /// The same while readers ask as fast as they can.
    pub busy: Tally,
    /// Readers while nothing is published.
    pub quiet: Tally,
    /// Readers while five articles a second are published.
    pub beside: Tally,
}

/// Publishes into the record at `location`, which a server delivers from meanwhile.
pub async fn measure(
    location: &Location,
    readers: &Workload,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Publishing> {
    let writer = Writer::open(location).await?;
    let mut measured = Publishing {
        alone: Tally::default(),
        busy: Tally::default(),
        quiet: Tally::default(),
        beside: Tally::default(),
    };
    for _ in 0..COUNT {
        writer.publish(&mut measured.alone).await?;
    }
    for round in 0..ROUNDS {
        let seed = u64::from(round) << 16;
        measured.quiet.add(&load::drive(readers, connections, time / ROUNDS, seed).await?);
        let publishing = std::pin::pin!(writer.keep_publishing(&mut measured.busy));
        let reading = std::pin::pin!(load::drive(readers, connections, time / ROUNDS, seed));
        match select(reading, publishing).await {
            Either::Left((tally, _)) => measured.beside.add(&tally?),
            Either::Right((Err(err), _)) => return Err(err),
            Either::Right((Ok(never), _)) => match never {},
        }
    }
    writer.desk.store().clone().close().await?;
    Ok(measured)
}

struct Writer {
    desk: Desk,
    doing: Doing,
}

impl Writer {
    async fn open(location: &Location) -> anyhow::Result<Self> {
        let store = EditorialStore::open(location).await?;
        let desk = Desk::new(store, Arc::new(SystemClock), Arc::new(RandomIds), TwoPerson::default());
        let origin = Origin::Key { id: "bench".to_owned() };
        let principal =
            Principal { id: "key:bench".to_owned(), name: "bench".to_owned(), role: Role::Publisher, origin };
        Ok(Self { desk, doing: Doing { principal, origin: "bench".to_owned(), idempotency_key: None } })
    }

    /// Five times a second, until dropped.
    async fn keep_publishing(&self, tally: &mut Tally) -> anyhow::Result<std::convert::Infallible> {
        let mut period = tokio::time::interval(PERIOD);
        loop {
            period.tick().await;
            self.publish(tally).await?;
        }
    }

    /// Writes an article and publishes it; the time of the latter is taken.
    async fn publish(&self, tally: &mut Tally) -> anyhow::Result<()> {
        let (id, expected) = self.perform(&article()).await?;
        let begin = Instant::now();
        self.perform(&Command::Publish { items: vec![PublishItem { id, expected, locales: None }] }).await?;
        tally.count += 1;
        tally.elapsed += begin.elapsed();
        tally.latencies.saturating_record(begin.elapsed().as_micros() as u64);
        Ok(())
    }

    async fn perform(&self, command: &Command) -> anyhow::Result<(EntryId, i64)> {
        let done: Done = self.desk.perform(&self.doing, command).await?.map_err(|errors| anyhow!("{errors:?}"))?;
        done.entries.first().copied().ok_or_else(|| anyhow!("nothing was changed"))
    }
}

fn article() -> Command {
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    let span = json!({ "_type": "span", "_key": "b", "text": "Un paragraphe de ce jour.", "marks": [] });
    let block = json!({ "_type": "block", "_key": "a", "style": "normal", "markDefs": [], "children": [span] });
    let text = TextPatch {
        text: object(json!({ "headline": "Un communiqué de ce jour", "summary": "En deux mots." })),
        body: serde_json::from_value(json!([block])).ok(),
        ..TextPatch::default()
    };
    let french = Locale::parse("fr").expect("a language");
    let patch = DraftPatch {
        entry: object(json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z" })),
        texts: BTreeMap::from([(french, text)]),
        ..DraftPatch::default()
    };
    Command::Create { kind: EntryKind::Article, patch, note: None }
}
