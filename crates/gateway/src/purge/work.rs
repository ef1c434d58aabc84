//! The way of one hook through the journal.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use griot_front::fresh::Tag;
use griot_front::{EVERYTHING, MANY, OPERATIONS};
use griot_persistence::{PublishedStore, StoreError};
use tokio::sync::watch;
use tokio::time::{Instant, sleep, sleep_until};

use super::call::Caller;
use super::figures::PurgeFigures;
use super::place::{Keeper, Place};
use crate::tags;

/// Publications told at a time.
const PAGE: u64 = 100;
/// Publications after which everything is dropped instead.
const MOST: i64 = 5_000;
/// Calls after which everything is dropped instead.
const MOST_CALLS: usize = 50;
/// How long another process, or a store out of reach, is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// How long nothing is done where nothing happens.
const IDLE: Duration = Duration::from_secs(3_600);

/// Tells one hook.
pub(super) struct Worker {
    pub caller: Caller,
    pub figures: Arc<PurgeFigures>,
    pub batch: usize,
    pub repeat_after: Duration,
    /// Where places are kept.
    pub folder: PathBuf,
    pub store: PublishedStore,
    /// The last publication that this gateway has dealt with itself.
    pub heard: watch::Receiver<Option<i64>>,
    /// The same of changes of trusted documents.
    pub operations: watch::Receiver<Option<i64>>,
}

/// What to tell next.
struct Step {
    tags: BTreeSet<Tag>,
    /// What has been told then.
    reached: Place,
}

/// What is told again once its time has come.
struct Again {
    upto: Place,
    due: Instant,
}

impl Worker {
    pub async fn run(mut self) {
        let keeper = self.turn().await;
        // What was told once and not again is told anew from the beginning.
        let mut settled = self.resume(&keeper).await;
        let mut confirmed = settled;
        self.tell(settled, confirmed);
        self.figures.is_active.store(true, Ordering::Relaxed);
        let mut again: Option<Again> = None;
        loop {
            let target = self.target();
            let is_behind = target.is_some_and(|(seq, operations)| !is_at(confirmed, seq, operations));
            if let (true, Some((seq, operations))) = (is_behind, target) {
                self.figures.wait();
                confirmed = self.advance(confirmed, seq, operations).await;
                self.tell(settled, confirmed);
            }
            if self.repeat_after.is_zero() {
                if settled != confirmed {
                    settled = confirmed;
                    self.keep(&keeper, settled);
                    self.tell(settled, confirmed);
                }
            } else if let (None, Some(place)) = (&again, confirmed.filter(|_| settled != confirmed)) {
                again = Some(Again { upto: place, due: Instant::now() + self.repeat_after });
            }
            if let Some(Again { upto, .. }) = again.as_ref().filter(|again| again.due <= Instant::now()) {
                settled = self.advance(settled, upto.seq, upto.operations).await;
                self.keep(&keeper, settled);
                self.tell(settled, confirmed);
                if is_at(settled, upto.seq, upto.operations) {
                    again = None;
                }
                continue;
            }
            if self.target().is_some_and(|(seq, operations)| !is_at(confirmed, seq, operations)) {
                continue;
            }
            let due = again.as_ref().map_or_else(|| Instant::now() + IDLE, |again| again.due);
            tokio::select! {
                Ok(()) = self.heard.changed() => {}
                Ok(()) = self.operations.changed() => {}
                () = sleep_until(due) => {}
            }
        }
    }

    /// Waits until no other process tells this hook.
    async fn turn(&self) -> Keeper {
        let name = &self.figures.name;
        let mut is_told = false;
        loop {
            match Keeper::open(&self.folder, name) {
                Ok(Some(keeper)) => return keeper,
                Ok(None) if !is_told => tracing::info!(hook = name, "another process tells this shared cache"),
                Ok(None) => {}
                Err(error) if !is_told => {
                    let (error, folder) = (&error as &dyn std::error::Error, self.folder.display());
                    tracing::error!(hook = name, error, %folder, "a shared cache is told nothing: its place cannot be kept");
                }
                Err(_) => {}
            }
            is_told = true;
            sleep(PAUSE).await;
        }
    }

    /// The place kept; `None` where there is none, or it is of another record.
    async fn resume(&self, keeper: &Keeper) -> Option<Place> {
        let place = keeper.load()?;
        loop {
            match self.store.published_at(place.seq).await {
                Ok(at) => return (at == place.at).then_some(place),
                Err(_) => sleep(PAUSE).await,
            }
        }
    }

    /// What this gateway has dealt with: numbers of a publication and of a change of trusted documents.
    fn target(&mut self) -> Option<(i64, i64)> {
        let seq = *self.heard.borrow_and_update();
        let operations = *self.operations.borrow_and_update();
        Some((seq?, operations?))
    }

    /// Tells what comes next after `from`, no further than to `seq`. The place reached.
    async fn advance(&mut self, from: Option<Place>, seq: i64, operations: i64) -> Option<Place> {
        let Step { tags, reached } = loop {
            match self.step(from, seq, operations).await {
                Ok(step) => break step,
                // The tail tells in the log that the store is out of reach.
                Err(error) => {
                    tracing::debug!(hook = self.figures.name, error = &error as &dyn std::error::Error, "not read");
                    sleep(PAUSE).await;
                }
            }
        };
        let tags: Vec<String> = tags.iter().map(Tag::to_string).collect();
        for batch in tags.chunks(self.batch) {
            self.caller.call(batch).await;
        }
        Some(reached)
    }

    async fn step(&self, from: Option<Place>, seq: i64, operations: i64) -> Result<Step, StoreError> {
        // A journal that got shorter is another one: the record was replaced under us.
        let known = from.filter(|from| from.seq <= seq && seq - from.seq <= MOST);
        let Some(from) = known else {
            let at = self.store.published_at(seq).await?;
            return Ok(Step { tags: everything(), reached: Place { seq, at, operations } });
        };
        let mut page = self.store.touched_after(from.seq, PAGE).await?;
        page.retain(|touched| touched.seq <= seq);
        let mut reached = from;
        if let Some(last) = page.last() {
            reached.seq = last.seq;
            reached.at = self.store.published_at(last.seq).await?;
        }
        let mut tags: BTreeSet<Tag> = page.iter().flat_map(tags::touched_by).collect();
        if reached.seq == seq && operations != from.operations {
            reached.operations = operations;
            tags.insert(Tag::alone(OPERATIONS));
        }
        tags.insert(Tag::alone(MANY));
        // Numbers have no gaps; where one is all the same, nobody knows what was there.
        let is_gap = page.is_empty() && from.seq < seq;
        if is_gap {
            reached = Place { seq, at: self.store.published_at(seq).await?, operations };
        }
        if is_gap || page.iter().any(|touched| touched.is_killed) || tags.len() > MOST_CALLS * self.batch {
            tags = everything();
        }
        Ok(Step { tags, reached })
    }

    /// Writes down how far the hook is, for whoever watches.
    fn tell(&mut self, settled: Option<Place>, confirmed: Option<Place>) {
        let is_all = self.target().is_none_or(|(seq, operations)| is_at(confirmed, seq, operations));
        let seq = |place: Option<Place>| place.map_or(-1, |place| place.seq);
        self.figures.reach(seq(settled), seq(confirmed), is_all);
    }

    fn keep(&self, keeper: &Keeper, place: Option<Place>) {
        let Some(place) = place else { return };
        if let Err(error) = keeper.save(&place) {
            let (hook, error) = (&self.figures.name, &error as &dyn std::error::Error);
            tracing::warn!(hook, error, "how far a shared cache was told is not kept; after a start it is told again");
        }
    }
}

fn is_at(place: Option<Place>, seq: i64, operations: i64) -> bool {
    place.is_some_and(|place| (place.seq, place.operations) == (seq, operations))
}

fn everything() -> BTreeSet<Tag> {
    BTreeSet::from([Tag::alone(EVERYTHING)])
}
