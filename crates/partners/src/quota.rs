//! How much a partner may ask for: a bucket of requests that fills steadily.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use uuid::Uuid;

/// The buckets of one process, a minute's requests in each. They are full at its start.
#[derive(Debug, Default)]
pub struct Quotas {
    buckets: Mutex<HashMap<Uuid, Bucket>>,
}

#[derive(Clone, Copy, Debug)]
struct Bucket {
    /// Requests left, in parts of one too.
    left: f64,
    at: Instant,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grant {
    /// It may be answered.
    Granted {
        /// Whole requests left at once.
        left: u32,
        /// Until the bucket is full.
        full_in: Duration,
    },
    /// The bucket is empty.
    Refused {
        /// Until one may be answered.
        retry_in: Duration,
    },
}

impl Quotas {
    /// Takes one request out of a partner's bucket of `per_minute`.
    pub fn take(&self, partner: Uuid, per_minute: u32, now: Instant) -> Grant {
        let most = f64::from(per_minute.max(1));
        let per_second = most / 60.0;
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let bucket = buckets.entry(partner).or_insert(Bucket { left: most, at: now });
        let passed = now.saturating_duration_since(bucket.at).as_secs_f64();
        let filled = (bucket.left + passed * per_second).min(most);
        if filled < 1.0 {
            *bucket = Bucket { left: filled, at: now };
            return Grant::Refused { retry_in: Duration::from_secs_f64((1.0 - filled) / per_second) };
        }
        let left = filled - 1.0;
        *bucket = Bucket { left, at: now };
        Grant::Granted { left: left as u32, full_in: Duration::from_secs_f64((most - left) / per_second) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minutes_requests_may_come_at_once_and_then_as_they_fill() {
        let (quotas, partner, start) = (Quotas::default(), Uuid::from_u128(1), Instant::now());
        let take = |after: Duration| quotas.take(partner, 60, start + after);
        for left in (0..60).rev() {
            let Grant::Granted { left: told, .. } = take(Duration::ZERO) else { panic!("{left} were left") };
            assert_eq!(told, left);
        }
        assert_eq!(take(Duration::ZERO), Grant::Refused { retry_in: Duration::from_secs(1) });
        assert_eq!(take(Duration::from_millis(500)), Grant::Refused { retry_in: Duration::from_millis(500) });
        assert!(matches!(take(Duration::from_secs(1)), Grant::Granted { left: 0, .. }));
        assert!(matches!(take(Duration::from_secs(3_600)), Grant::Granted { left: 59, .. }), "no more than a minute's");
        let other = quotas.take(Uuid::from_u128(2), 60, start);
        assert!(matches!(other, Grant::Granted { left: 59, .. }), "each partner has its own");
    }

    #[test]
    fn a_changed_quota_holds_at_once() {
        let (quotas, partner, now) = (Quotas::default(), Uuid::from_u128(1), Instant::now());
        quotas.take(partner, 600, now);
        assert!(matches!(quotas.take(partner, 10, now), Grant::Granted { left: 9, .. }));
    }
}
