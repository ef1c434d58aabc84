//! Whether the clock can be trusted, and in which order things happened whatever it shows.

mod watch;

use chrono::{DateTime, SubsecRound, TimeDelta, Utc};
use griot_domain::EntryId;
use griot_persistence::{ClockTrace, StoreError};

pub(crate) use self::watch::ClockWatch;
pub use self::watch::{Distrust, trust_clock};
use crate::desk::Work;
use crate::{Command, Desk, UserError};

/// How far the wall clock may stray from the steady one before nothing is published any more.
const MOST_DRIFT: TimeDelta = TimeDelta::seconds(5);
/// How far the machine's clock may be from the database's.
const MOST_APART: TimeDelta = TimeDelta::seconds(2);

/// One start of the machine, and how long ago it was by a clock that nobody can set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Boot {
    /// As the system names it.
    pub id: String,
    /// Sleep included.
    pub up: TimeDelta,
}

impl Boot {
    /// That of this machine, now; `None` where the system does not name its starts.
    pub fn now() -> Option<Self> {
        let id = std::fs::read_to_string("/proc/sys/kernel/random/boot_id").ok()?.trim().to_owned();
        Some(Self { id, up: up()? })
    }

    /// What the wall clock shows at this moment, to be kept.
    fn trace(self, wall: DateTime<Utc>) -> ClockTrace {
        ClockTrace { boot: self.id, up: self.up, wall }
    }
}

/// How long the machine is up, sleep included; `None` where no clock tells.
fn up() -> Option<TimeDelta> {
    #[cfg(target_os = "linux")]
    {
        let up = rustix::time::clock_gettime(rustix::time::ClockId::Boottime);
        Some(TimeDelta::seconds(up.tv_sec) + TimeDelta::nanoseconds(up.tv_nsec))
    }
    #[cfg(not(target_os = "linux"))]
    None
}

/// Compares the wall clock with one that cannot jump. A jump forwards would publish early, one backwards late: nothing
/// is published until the two agree again or somebody says that the clock is right (`griot clock trust`).
#[derive(Clone, Debug)]
pub struct ClockGuard {
    right: Right,
}

/// What is known of the right time.
#[derive(Clone, Copy, Debug)]
enum Right {
    /// What it was when the steady clock showed `steady`.
    At { wall: DateTime<Utc>, steady: TimeDelta },
    /// Before an earlier start of the machine, or on another one: it cannot be earlier now.
    NotBefore(DateTime<Utc>),
}

impl ClockGuard {
    /// Takes the two clocks as they are now for right. Whatever the steady one counts from, it is the same each time.
    pub fn new(wall: DateTime<Utc>, steady: TimeDelta) -> Self {
        Self { right: Right::At { wall, steady } }
    }

    /// Takes for right what was found so since the machine was started, which is `boot`; `None` when nothing was. The
    /// steady clock is how long the machine is up.
    pub fn resume(traces: &[ClockTrace], boot: &str) -> Option<Self> {
        let trace = traces.iter().find(|trace| trace.boot == boot)?;
        Some(Self::new(trace.wall, trace.up))
    }

    /// Takes the clocks as they are for right, unless the wall clock shows what is over for any machine.
    pub fn begin(traces: &[ClockTrace], wall: DateTime<Utc>, steady: TimeDelta) -> Self {
        let last = traces.iter().map(|trace| trace.wall).max();
        let mut guard = Self { right: Right::NotBefore(last.unwrap_or(wall)) };
        guard.look(wall, steady);
        guard
    }

    /// Takes the clocks for right as soon as nothing known speaks against them.
    pub fn look(&mut self, wall: DateTime<Utc>, steady: TimeDelta) {
        if let Right::NotBefore(last) = self.right
            && wall + MOST_DRIFT >= last
        {
            self.right = Right::At { wall, steady };
        }
    }

    /// How far the wall clock has strayed.
    pub fn drift(&self, wall: DateTime<Utc>, steady: TimeDelta) -> TimeDelta {
        wall - self.expected(steady)
    }

    /// What the wall clock would show, had it gone on as the steady one did; the earliest it can be when that is all
    /// that is known.
    pub fn expected(&self, steady: TimeDelta) -> DateTime<Utc> {
        match self.right {
            Right::At { wall, steady: since } => wall + (steady - since),
            Right::NotBefore(last) => last,
        }
    }

    /// Whether it has strayed too far.
    pub fn is_off(&self, wall: DateTime<Utc>, steady: TimeDelta) -> bool {
        self.drift(wall, steady).abs() > MOST_DRIFT
    }
}

/// Whether two clocks that should show the same do not.
fn is_apart(by: TimeDelta) -> bool {
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
