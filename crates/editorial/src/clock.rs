//! Whether the clock can be trusted, and in which order things happened whatever it shows.

use std::time::Instant;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use griot_domain::EntryId;
use griot_persistence::StoreError;

use crate::desk::Work;
use crate::{Command, Desk, UserError};

/// How far the wall clock may stray from the steady one before nothing is published any more.
const MOST_DRIFT: TimeDelta = TimeDelta::seconds(5);
/// How far the machine's clock may be from the database's.
const MOST_APART: TimeDelta = TimeDelta::seconds(2);

/// Compares the wall clock with one that cannot jump. A jump forwards would publish early, one backwards late: nothing
/// is published until the two agree again or the process is started anew.
#[derive(Debug)]
pub struct ClockGuard {
    wall: DateTime<Utc>,
    steady: Instant,
}

impl ClockGuard {
    /// Takes the two clocks as they are now for right.
    pub fn new(wall: DateTime<Utc>, steady: Instant) -> Self {
        Self { wall, steady }
    }

    /// How far the wall clock has strayed since.
    pub fn drift(&self, wall: DateTime<Utc>, steady: Instant) -> TimeDelta {
        wall - self.expected(steady)
    }

    /// What the wall clock would show, had it gone on as the steady one did.
    pub fn expected(&self, steady: Instant) -> DateTime<Utc> {
        let lapsed = TimeDelta::from_std(steady.saturating_duration_since(self.steady)).unwrap_or(TimeDelta::zero());
        self.wall + lapsed
    }

    /// Whether it has strayed too far.
    pub fn is_off(&self, wall: DateTime<Utc>, steady: Instant) -> bool {
        self.drift(wall, steady).abs() > MOST_DRIFT
    }
}

/// Whether two clocks that should show the same do not.
pub(crate) fn is_apart(by: TimeDelta) -> bool {
    by.abs() > MOST_APART
}

/// The next instant the stores can tell from `last`, or `clock` when that is later.
pub(crate) fn following(clock: DateTime<Utc>, last: Option<DateTime<Utc>>) -> DateTime<Utc> {
    last.map_or(clock, |last| clock.max(last.trunc_subsecs(6) + TimeDelta::microseconds(1)))
}

impl Desk {
    /// By how much this machine's clock is ahead of the database's; `None` on SQLite, which has that of the machine.
    pub(crate) async fn ahead_of_database(&self) -> Result<Option<TimeDelta>, StoreError> {
        let database = self.store.database_clock().await?;
        Ok(database.map(|database| self.clock.now() - database))
    }

    /// Why nothing is made public now, if the clock is not the database's: it would be dated wrongly for everybody.
    pub(crate) async fn misdates(&self, command: &Command) -> Result<Option<UserError>, StoreError> {
        let makes_public = match command {
            Command::Publish { .. } | Command::Correct { .. } | Command::Merge { .. } => true,
            Command::Schedule { early, .. } => *early,
            _ => false,
        };
        if !(makes_public && self.asks_database) {
            return Ok(None);
        }
        let apart = self.ahead_of_database().await?.filter(|by| is_apart(*by));
        Ok(apart.map(|by| {
            tracing::error!(apart_ms = by.num_milliseconds(), "nothing is published: the clock is not the database's");
            let (by, side) = (by.abs().num_seconds(), if by > TimeDelta::zero() { "ahead of" } else { "behind" });
            UserError::state(format!(
                "the clock of this server is {by} s {side} that of its database, so that what is published now would be \
                 dated wrongly; repeat it when whoever runs the server has set the clock right"
            ))
        }))
    }
}

impl Work<'_, '_> {
    /// Moves this act behind the last public change of what it concerns, which a clock that was ahead may have dated
    /// later than now.
    pub async fn follow(&mut self, ids: &[EntryId]) -> Result<(), StoreError> {
        let last = self.tx.last_public(ids).await?;
        self.at = following(self.at, last);
        Ok(())
    }
}
