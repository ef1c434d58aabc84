//! How often one address may fail.

use std::collections::{HashMap, VecDeque};
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use tokio::sync::MutexGuard;
use tokio::time::timeout;

/// Failures allowed within [`WINDOW`].
const ALLOWED: usize = 10;
const WINDOW: TimeDelta = TimeDelta::minutes(1);

/// How long a lookup waits for its turn.
const PATIENCE: Duration = Duration::from_secs(2);

/// Addresses remembered at once.
const REMEMBERED: usize = 10_000;

/// Remembers failed attempts by address. Of an IPv6 address the first 64 bits count, since whoever has one address
/// has all of these.
#[derive(Debug, Default)]
pub(crate) struct Throttle {
    failures: Mutex<HashMap<IpAddr, VecDeque<DateTime<Utc>>>>,
    turn: tokio::sync::Mutex<()>,
}

impl Throttle {
    /// How long the failures of an address go on having another answer; `None` while it has not failed too often.
    pub(crate) fn wait(&self, address: IpAddr, now: DateTime<Utc>) -> Option<Duration> {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let recent = failures.get_mut(&network(address))?;
        forget(recent, now);
        let first = recent.front().filter(|_| recent.len() >= ALLOWED)?;
        (*first + WINDOW - now).to_std().ok()
    }

    /// Waits for the turn of a lookup on behalf of an address that has to wait: first come, first served, one at a
    /// time for all such addresses together. Whoever hangs up leaves the queue; `None` when it does not come soon, as
    /// when the store hangs.
    pub(crate) async fn turn(&self) -> Option<MutexGuard<'_, ()>> {
        timeout(PATIENCE, self.turn.lock()).await.ok()
    }

    /// Notes a failure.
    pub(crate) fn note(&self, address: IpAddr, now: DateTime<Utc>) {
        let mut failures = self.failures.lock().unwrap_or_else(PoisonError::into_inner);
        let network = network(address);
        if failures.len() >= REMEMBERED && !failures.contains_key(&network) {
            failures.retain(|_, recent| {
                forget(recent, now);
                !recent.is_empty()
            });
            // Somebody with that many addresses gets a few more attempts; memory has its bounds.
            if failures.len() >= REMEMBERED {
                failures.clear();
            }
        }
        let recent = failures.entry(network).or_default();
        forget(recent, now);
        if recent.len() < ALLOWED {
            recent.push_back(now);
        }
    }
}

/// Drops what is older than the window, and what a clock that was set back left in the future.
fn forget(recent: &mut VecDeque<DateTime<Utc>>, now: DateTime<Utc>) {
    recent.retain(|at| *at <= now && now - *at < WINDOW);
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from(u128::from(address) >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::task::Poll;

    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + second, 0).unwrap()
    }

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn after_ten_failures_an_address_waits_until_the_first_is_a_minute_old() {
        let throttle = Throttle::default();
        let (failing, other) = (address("192.0.2.1"), address("192.0.2.2"));
        for second in 0..10 {
            assert_eq!(throttle.wait(failing, at(second)), None);
            throttle.note(failing, at(second));
        }
        assert_eq!(throttle.wait(failing, at(10)), Some(Duration::from_secs(50)));
        assert_eq!(throttle.wait(other, at(10)), None);
        assert_eq!(throttle.wait(failing, at(60)), None);
        throttle.note(failing, at(60));
        assert_eq!(throttle.wait(failing, at(60)), Some(Duration::from_secs(1)));
    }

    #[test]
    fn one_ipv6_network_is_one_address() {
        let throttle = Throttle::default();
        for host in 0..10 {
            throttle.note(address(&format!("2001:db8:0:1::{host:x}")), at(0));
        }
        assert!(throttle.wait(address("2001:db8:0:1:ffff::9"), at(1)).is_some());
        assert_eq!(throttle.wait(address("2001:db8:0:2::1"), at(1)), None);
    }

    #[test]
    fn an_ipv4_address_is_itself_however_it_is_written() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.note(address("::ffff:192.0.2.1"), at(0));
        }
        assert!(throttle.wait(address("192.0.2.1"), at(1)).is_some());
        assert_eq!(throttle.wait(address("192.0.2.2"), at(1)), None);
    }

    #[test]
    fn a_clock_set_back_locks_nobody_out() {
        let throttle = Throttle::default();
        for _ in 0..10 {
            throttle.note(address("192.0.2.1"), at(3_600));
        }
        assert_eq!(throttle.wait(address("192.0.2.1"), at(0)), None);
    }

    #[tokio::test]
    async fn turns_come_one_at_a_time() {
        let throttle = Throttle::default();
        let first = throttle.turn().await.unwrap();
        let mut second = std::pin::pin!(throttle.turn());
        let is_waiting = poll_fn(|context| Poll::Ready(second.as_mut().poll(context).is_pending())).await;
        assert!(is_waiting);
        drop(first);
        assert!(second.await.is_some());
    }

    #[tokio::test]
    async fn a_turn_that_does_not_come_is_given_up() {
        let throttle = Throttle::default();
        let _first = throttle.turn().await.unwrap();
        assert!(throttle.turn().await.is_none());
    }

    #[test]
    fn memory_has_its_bounds() {
        let throttle = Throttle::default();
        for number in 0..(REMEMBERED as u32 + 10) {
            throttle.note(IpAddr::V4(std::net::Ipv4Addr::from(number)), at(0));
        }
        assert!(throttle.failures.lock().unwrap().len() <= REMEMBERED);
    }
}
