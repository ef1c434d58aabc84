//! What is known of the clock from before, and said of it by people.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::Clock;
use griot_persistence::{AuditRecord, EditorialStore, StoreError};
use serde_json::json;

use super::{Boot, ClockGuard, is_apart, lapsed};
use crate::Desk;

/// How often it is written down that the clock is right.
const PERIOD: TimeDelta = TimeDelta::seconds(60);

/// Watches the clock for the scheduler. What it finds right is written down, so that a start after a jump, which would
/// take the wrong time for right, learns what was known before.
pub(crate) struct ClockWatch {
    /// The start of the machine, as of the beginning of the watch; `None` where nothing is known or asked of it.
    boot: Option<Boot>,
    /// What the wall clock and the steady one showed at the beginning.
    began: (DateTime<Utc>, Instant),
    /// `None` before the first look.
    guard: Option<ClockGuard>,
    /// When it was last written down that the clock is right, by the steady clock.
    traced: Option<Instant>,
    asks_database: bool,
    was_frozen: bool,
}

impl ClockWatch {
    /// That of this machine; its clock shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        Self {
            boot: Boot::now(),
            began: (now, Instant::now()),
            guard: None,
            traced: None,
            asks_database: true,
            was_frozen: false,
        }
    }

    /// That of a clock which is set by hand, on a machine that is started by hand or not at all.
    pub fn by_hand(self, boot: Option<Boot>) -> Self {
        Self { boot, asks_database: false, ..self }
    }

    /// Takes the clocks as they are. Returns what the wall clock should show.
    pub async fn look(
        &mut self,
        desk: &Desk,
        now: DateTime<Utc>,
        steady: Instant,
    ) -> Result<DateTime<Utc>, StoreError> {
        let (wall, since) = self.began;
        let guard = match (&mut self.guard, &self.boot) {
            (Some(guard), _) => guard,
            (none, None) => none.insert(ClockGuard::new(wall, since)),
            (none, Some(boot)) => none.insert(ClockGuard::resume(&desk.store.clock_traces().await?, boot, wall, since)),
        };
        guard.look(now, steady);
        let (is_off, expected) = (guard.is_off(now, steady), guard.expected(steady));
        let is_traced = self.traced.is_some_and(|last| lapsed(last, steady) < PERIOD);
        if let Some(boot) = self.boot(steady).filter(|_| !is_off && !is_traced)
            && !self.apart(desk).await?.is_some_and(is_apart)
        {
            let tx = desk.store.begin().await?;
            tx.put_clock_trace(&boot.trace(now)).await?;
            tx.commit().await?;
            self.traced = Some(steady);
        }
        Ok(expected)
    }

    /// Whether nothing may be published, which is logged when it begins; after a look.
    pub async fn is_frozen(&mut self, desk: &Desk, now: DateTime<Utc>, steady: Instant) -> Result<bool, StoreError> {
        let mut drift = self.drift(now, steady);
        if let Some(boot) = self.boot(steady).filter(|_| drift.is_some()) {
            // Somebody may have said by now that the clock is right.
            let traces = desk.store.clock_traces().await?;
            if !traces.is_empty() {
                self.guard = Some(ClockGuard::resume(&traces, &boot, now, steady));
                drift = self.drift(now, steady);
            }
        }
        let apart = self.apart(desk).await?.filter(|apart| is_apart(*apart));
        let is_frozen = drift.is_some() || apart.is_some();
        if is_frozen && !self.was_frozen {
            tracing::error!(
                drift_ms = drift.map(|drift| drift.num_milliseconds()),
                apart_ms = apart.map(|apart| apart.num_milliseconds()),
                "the clock has jumped: nothing scheduled is published until it is right; if it is right now and was \
                 wrong before, run `griot clock trust`"
            );
        }
        self.was_frozen = is_frozen;
        Ok(is_frozen)
    }

    /// How far the wall clock has strayed, if too far.
    fn drift(&self, now: DateTime<Utc>, steady: Instant) -> Option<TimeDelta> {
        let guard = self.guard.as_ref().filter(|guard| guard.is_off(now, steady))?;
        Some(guard.drift(now, steady))
    }

    /// The start of the machine when the steady clock shows `steady`.
    fn boot(&self, steady: Instant) -> Option<Boot> {
        let boot = self.boot.as_ref()?;
        Some(Boot { id: boot.id.clone(), up: boot.up + lapsed(self.began.1, steady) })
    }

    /// By how much the clock is ahead of the database's, where that is asked.
    async fn apart(&self, desk: &Desk) -> Result<Option<TimeDelta>, StoreError> {
        if self.asks_database { desk.ahead_of_database().await } else { Ok(None) }
    }
}

/// Says that this machine's clock is right now, whatever was known of it: running servers hear of it at once. `author`
/// is told in the audit log.
pub async fn trust_clock(store: &EditorialStore, author: String, clock: &dyn Clock) -> Result<(), StoreError> {
    let mut tx = store.begin().await?;
    let (now, before) = (clock.now(), store.clock_traces().await?);
    tx.forget_clock_traces().await?;
    let boot = Boot::now();
    let off =
        boot.as_ref().map(|boot| ClockGuard::resume(&before, boot, now, Instant::now()).drift(now, Instant::now()));
    if let Some(boot) = boot {
        tx.put_clock_trace(&boot.trace(now)).await?;
    }
    let record = AuditRecord {
        at: now,
        author,
        origin: "griot clock".to_owned(),
        verb: "trust".to_owned(),
        subjects: Vec::new(),
        detail: json!({ "off_ms": off.map(|off| off.num_milliseconds()) }),
    };
    tx.audit(&record).await?;
    tx.commit().await?;
    Ok(())
}
