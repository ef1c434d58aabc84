//! When a delivery that failed is tried again.

use chrono::{DateTime, TimeDelta, Utc};
use griot_persistence::Lane;

/// Seconds before each try: about three days in all. Source: Standard Webhooks 1.0, "Retry schedule".
const PAUSES: [i64; 10] = [0, 5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600, 14 * 3_600, 20 * 3_600, 24 * 3_600];
/// How long, and how often, a kill is tried besides.
const KILL_HOUR: TimeDelta = TimeDelta::hours(1);
const KILL_EVERY: TimeDelta = TimeDelta::minutes(1);
/// The longest an endpoint may ask to be left alone.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(24);
/// Share of a pause that is added by chance, so that what failed together does not come back together.
const JITTER: f64 = 0.1;

/// From the first try to the last one, without what is added by chance.
pub const GIVEN_UP_AFTER: TimeDelta = TimeDelta::seconds(5 + 300 + 1_800 + 3_600 * 75);

/// What is known of a delivery that failed once more.
#[derive(Clone, Copy, Debug)]
pub struct Failed {
    #[allow(missing_docs)]
    pub lane: Lane,
    /// When it came into the line.
    pub created_at: DateTime<Utc>,
    /// How often it was tried, with this time.
    pub tries: u32,
    /// How long the endpoint asked to be left alone.
    pub asked: Option<TimeDelta>,
}

/// When it is tried again, `None` when that is over. `chance` lies from 0 to 1.
pub fn next_try(failed: &Failed, now: DateTime<Utc>, chance: f64) -> Option<DateTime<Utc>> {
    let pause = match failed.lane {
        Lane::Normal => planned(failed.tries)?,
        Lane::Kill => of_kill(failed, now)?,
    };
    let asked = failed.asked.unwrap_or_default().min(longest_asked(failed, now));
    Some(now + jittered(pause.max(asked), chance))
}

/// The longest that is granted.
pub(crate) fn longest_asked(failed: &Failed, now: DateTime<Utc>) -> TimeDelta {
    match failed.lane {
        Lane::Kill if now - failed.created_at < KILL_HOUR => KILL_EVERY,
        _ => LONGEST_ASKED,
    }
}

fn planned(tries: u32) -> Option<TimeDelta> {
    PAUSES.get(usize::try_from(tries).ok()?).map(|seconds| TimeDelta::seconds(*seconds))
}

/// Each minute of the first hour, then as planned for its age.
fn of_kill(failed: &Failed, now: DateTime<Utc>) -> Option<TimeDelta> {
    let age = now - failed.created_at;
    if age < KILL_HOUR {
        return Some(planned(failed.tries).unwrap_or(KILL_EVERY).min(KILL_EVERY));
    }
    let mut planned_age = TimeDelta::zero();
    let ages = PAUSES.iter().map(|seconds| {
        planned_age += TimeDelta::seconds(*seconds);
        planned_age
    });
    ages.into_iter().find(|planned| *planned > age).map(|planned| planned - age)
}

fn jittered(pause: TimeDelta, chance: f64) -> TimeDelta {
    let milliseconds = pause.num_milliseconds();
    let added = milliseconds as f64 * JITTER * chance.clamp(0.0, 1.0);
    pause + TimeDelta::milliseconds(added as i64)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> DateTime<Utc> {
        "2026-11-24T08:00:00Z".parse().unwrap()
    }

    /// Ages at which a delivery that always fails is tried, the first try left out.
    fn tries(lane: Lane, asked: Option<TimeDelta>, chance: f64) -> Vec<TimeDelta> {
        let mut now = start();
        let mut ages = Vec::new();
        for tries in 1..1_000 {
            let Some(next) = next_try(&Failed { lane, created_at: start(), tries, asked }, now, chance) else {
                return ages;
            };
            now = next;
            ages.push(now - start());
        }
        panic!("it is tried for ever");
    }

    #[test]
    fn ten_tries_in_three_days() {
        let seconds: Vec<i64> = tries(Lane::Normal, None, 0.0).iter().map(TimeDelta::num_seconds).collect();
        let hours = |number: i64| number * 3_600 + 2_105;
        assert_eq!(seconds[..3], [5, 305, 2_105]);
        assert_eq!(seconds[3..], [hours(2), hours(7), hours(17), hours(31), hours(51), hours(75)]);
        assert_eq!(seconds.last(), Some(&GIVEN_UP_AFTER.num_seconds()));
    }

    #[test]
    fn chance_adds_up_to_a_tenth() {
        let (plain, late) = (tries(Lane::Normal, None, 0.0), tries(Lane::Normal, None, 1.0));
        assert_eq!(plain.len(), late.len());
        for (plain, late) in plain.iter().zip(&late) {
            assert_eq!(late.num_milliseconds(), plain.num_milliseconds() * 11 / 10);
        }
    }

    #[test]
    fn a_kill_is_tried_each_minute_of_the_first_hour_and_for_three_days() {
        let ages = tries(Lane::Kill, None, 0.0);
        let first_hour = ages.iter().filter(|age| **age <= TimeDelta::hours(1)).count();
        assert!((59..=62).contains(&first_hour), "{first_hour} tries");
        let gaps = ages.windows(2).take(55).map(|two| two[1] - two[0]);
        assert!(gaps.into_iter().all(|gap| gap <= KILL_EVERY));
        assert_eq!(ages.last(), Some(&GIVEN_UP_AFTER));
        let asked = tries(Lane::Kill, Some(TimeDelta::hours(5)), 0.0);
        assert!(asked.iter().filter(|age| **age <= TimeDelta::hours(1)).count() > 50, "a kill does not wait as asked");
    }

    #[test]
    fn an_endpoint_is_left_alone_as_long_as_it_asks() {
        let ages = tries(Lane::Normal, Some(TimeDelta::minutes(10)), 0.0);
        assert_eq!(ages[0], TimeDelta::minutes(10));
        assert_eq!(ages[1], TimeDelta::minutes(20));
        assert_eq!(ages[2], TimeDelta::minutes(50), "its own pause is longer");
        let endless = tries(Lane::Normal, Some(TimeDelta::days(900)), 0.0);
        assert_eq!(endless[0], LONGEST_ASKED);
    }
}
