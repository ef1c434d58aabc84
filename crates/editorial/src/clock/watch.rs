//! What is known of the clock from before, and said of it by people.

use std::time::Instant;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::Clock;
use griot_persistence::{AuditRecord, EditorialStore, StoreError};
use serde_json::json;

use super::{Boot, ClockGuard, MOST_DRIFT, is_apart, up};
use crate::Desk;

/// How often it is written down that the clock is right.
const PERIOD: TimeDelta = TimeDelta::seconds(60);

/// Watches the clock for the scheduler. What it finds right is written down, so that a start after a jump, which would
/// take the wrong time for right, learns what was known before.
pub(crate) struct ClockWatch {
    /// How the start of the machine is named; `None` where nothing is known or asked of it.
    boot: Option<String>,
    /// What the wall clock, the steady one and that of the process showed at the beginning.
    began: (DateTime<Utc>, TimeDelta, Instant),
    /// The steady clock is that of the machine, and not what the process counts.
    is_real: bool,
    /// `None` before the first look.
    guard: Option<ClockGuard>,
    /// When it was last written down that the clock is right, by the steady clock.
    traced: Option<TimeDelta>,
    asks_database: bool,
    was_frozen: bool,
}

impl ClockWatch {
    /// That of this machine; its clock shows `now`.
    pub fn new(now: DateTime<Utc>) -> Self {
        let boot = Boot::now();
        Self {
            is_real: boot.is_some(),
            began: (now, boot.as_ref().map_or(TimeDelta::zero(), |boot| boot.up), Instant::now()),
            boot: boot.map(|boot| boot.id),
            guard: None,
            traced: None,
            asks_database: true,
            was_frozen: false,
        }
    }

    /// That of a clock which is set by hand, on a machine that is started by hand or not at all.
    pub fn by_hand(self, boot: Option<Boot>) -> Self {
        let (now, _, instant) = self.began;
        let up = boot.as_ref().map_or(TimeDelta::zero(), |boot| boot.up);
        Self { boot: boot.map(|boot| boot.id), began: (now, up, instant), is_real: false, asks_database: false, ..self }
    }

    /// What the steady clock shows at `instant`, which is now.
    fn steady(&self, instant: Instant) -> TimeDelta {
        let (_, steady, began) = self.began;
        let lapsed = TimeDelta::from_std(instant.saturating_duration_since(began)).unwrap_or(TimeDelta::zero());
        up().filter(|_| self.is_real).unwrap_or(steady + lapsed)
    }

    /// Takes the clocks as they are. Returns what the wall clock should show.
    pub async fn look(
        &mut self,
        desk: &Desk,
        now: DateTime<Utc>,
        instant: Instant,
    ) -> Result<DateTime<Utc>, StoreError> {
        let steady = self.steady(instant);
        let guard = match &mut self.guard {
            Some(guard) => guard,
            none => {
                let (wall, since, _) = self.began;
                none.insert(match &self.boot {
                    None => ClockGuard::new(wall, since),
                    Some(boot) => {
                        let traces = desk.store.clock_traces().await?;
                        ClockGuard::resume(&traces, boot).unwrap_or_else(|| ClockGuard::begin(&traces, wall, since))
                    }
                })
            }
        };
        guard.look(now, steady);
        let (is_off, expected) = (guard.is_off(now, steady), guard.expected(steady));
        let is_traced = self.traced.is_some_and(|last| steady - last < PERIOD);
        if let Some(id) = self.boot.clone().filter(|_| !is_off && !is_traced)
            && !self.apart(desk).await?.is_some_and(is_apart)
        {
            let tx = desk.store.begin().await?;
            tx.put_clock_trace(&Boot { id, up: steady }.trace(now)).await?;
            tx.commit().await?;
            self.traced = Some(steady);
        }
        Ok(expected)
    }

    /// Whether nothing may be published, which is logged when it begins; after a look.
    pub async fn is_frozen(&mut self, desk: &Desk, now: DateTime<Utc>, instant: Instant) -> Result<bool, StoreError> {
        let steady = self.steady(instant);
        let mut drift = self.drift(now, steady);
        if let Some(boot) = self.boot.as_ref().filter(|_| drift.is_some()) {
            // Somebody may have said by now that the clock of this machine is right.
            let traces = desk.store.clock_traces().await?;
            self.guard = ClockGuard::resume(&traces, boot).or(self.guard.take());
            drift = self.drift(now, steady);
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
    fn drift(&self, now: DateTime<Utc>, steady: TimeDelta) -> Option<TimeDelta> {
        let guard = self.guard.as_ref().filter(|guard| guard.is_off(now, steady))?;
        Some(guard.drift(now, steady))
    }

    /// By how much the clock is ahead of the database's, where that is asked.
    async fn apart(&self, desk: &Desk) -> Result<Option<TimeDelta>, StoreError> {
        if self.asks_database { desk.ahead_of_database().await } else { Ok(None) }
    }
}

/// Why the clock is not taken for right on somebody's word.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Distrust {
    /// It would misdate what is published.
    #[error("the clock of this machine is {} s {} that of the database: set it right first", .0.abs().num_seconds(), if *.0 > TimeDelta::zero() { "ahead of" } else { "behind" })]
    NotTheDatabases(TimeDelta),
    /// Nothing is known of the clock from before, so that a new start is all it takes.
    #[error("this system does not name its starts: start the server anew instead")]
    NothingKnown,
}

/// Says that the clock of this machine, which was started as `boot`, is right now whatever was known of it: its running
/// servers hear of it at once. `author` is told in the audit log.
pub async fn trust_clock(
    store: &EditorialStore,
    author: String,
    boot: Option<Boot>,
    clock: &dyn Clock,
) -> Result<Result<(), Distrust>, StoreError> {
    let Some(boot) = boot else { return Ok(Err(Distrust::NothingKnown)) };
    let mut tx = store.begin().await?;
    let now = clock.now();
    if let Some(apart) = store.database_clock().await?.map(|database| now - database).filter(|by| is_apart(*by)) {
        return Ok(Err(Distrust::NotTheDatabases(apart)));
    }
    let before = ClockGuard::resume(&store.clock_traces().await?, &boot.id);
    let off = before.map(|guard| guard.drift(now, boot.up).num_milliseconds());
    // What was seen later than now was seen by a clock that was wrong.
    tx.forget_clock_traces_after(now + MOST_DRIFT).await?;
    tx.put_clock_trace(&boot.trace(now)).await?;
    let record = AuditRecord {
        at: now,
        author,
        origin: "griot clock".to_owned(),
        verb: "trust".to_owned(),
        subjects: Vec::new(),
        detail: json!({ "off_ms": off }),
    };
    tx.audit(&record).await?;
    tx.commit().await?;
    Ok(Ok(()))
}
