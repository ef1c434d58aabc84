//! Time and identity come in from outside, so that tests can set them.

use chrono::{DateTime, SubsecRound, TimeZone, Utc};
use uuid::Uuid;

/// Tells the time in UTC, cut to whole microseconds (what both databases keep).
pub trait Clock: Send + Sync {
    /// The present instant.
    fn now(&self) -> DateTime<Utc>;
}

/// Hands out identities.
pub trait IdSource: Send + Sync {
    /// An identity never handed out before.
    fn next_id(&self) -> Uuid;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "the one place that asks the machine")]
    fn now(&self) -> DateTime<Utc> {
        Utc::now().trunc_subsecs(6)
    }
}

/// Random UUIDs (v4).
#[derive(Clone, Copy, Debug, Default)]
pub struct RandomIds;

impl IdSource for RandomIds {
    #[expect(clippy::disallowed_methods, reason = "the one place that draws ids")]
    fn next_id(&self) -> Uuid {
        Uuid::new_v4()
    }
}

/// The instant as whole microseconds since 1970-01-01T00:00:00Z, as both stores keep it.
pub fn micros(at: DateTime<Utc>) -> i64 {
    at.timestamp_micros()
}

/// The instant at `micros` since 1970, or `None` outside the calendar's range.
pub fn from_micros(micros: i64) -> Option<DateTime<Utc>> {
    Utc.timestamp_micros(micros).single()
}
