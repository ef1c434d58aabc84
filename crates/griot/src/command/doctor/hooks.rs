//! Shared caches that are behind.

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_gateway::{PurgePlace, purge_place};
use griot_persistence::{Finding, Location, PublishedStore};

use super::{ok, warning};
use crate::config::Config;
use crate::purges;

/// What a running server has told within this time is in order; the second time it tells something comes later.
const IN_ORDER: TimeDelta = TimeDelta::minutes(1);

/// One line for each hook. A record that cannot be read is told of already.
pub async fn lagging(config: &Config, location: &Location) -> Vec<Finding> {
    let mut findings = Vec::new();
    let Ok(store) = PublishedStore::open(location).await else { return findings };
    let Ok(last) = store.last_seq().await else { return findings };
    for hook in &config.purge.hooks {
        let place = purge_place(&purges::folder(config), &hook.name);
        let next = place.map_or(1, |place| place.seq.saturating_add(1));
        let waiting_since = store.published_at(next).await.unwrap_or_default();
        let repeated = TimeDelta::milliseconds(hook.repeat_after_ms.saturating_mul(2));
        findings.push(finding(&hook.name, place, last, waiting_since, SystemClock.now() - IN_ORDER - repeated));
    }
    findings
}

fn finding(
    name: &str,
    place: Option<PurgePlace>,
    last: i64,
    waiting_since: Option<DateTime<Utc>>,
    in_order_since: DateTime<Utc>,
) -> Finding {
    let check = format!("purge hook {name}");
    let Some(place) = place else {
        let detail = "nothing was ever confirmed";
        return warning(
            &check,
            detail,
            "start `griot serve`; if it runs, its log says what hinders, or another data folder is its own",
        );
    };
    match waiting_since {
        Some(since) if since < in_order_since => {
            let shown = since.format("%Y-%m-%dT%H:%M:%SZ");
            let detail = format!("confirmed up to publication {} of {last}; the next waits since {shown}", place.seq);
            warning(
                &check,
                &detail,
                "start `griot serve`, or see in its log what hinders; purge the cache by hand meanwhile",
            )
        }
        _ => ok(&check, &format!("confirmed up to publication {} of {last}", place.seq)),
    }
}

#[cfg(test)]
mod tests {
    use griot_persistence::Level;

    use super::*;

    #[test]
    fn a_hook_that_lags_is_a_warning() {
        let at = |raw: &str| raw.parse::<DateTime<Utc>>().unwrap();
        let place = Some(PurgePlace { seq: 4, at: None, operations: 0 });
        let of = |place, since| finding("edge", place, 6, since, at("2026-11-24T08:00:00Z"));
        assert_eq!(of(place, None).level, Level::Ok);
        assert_eq!(of(place, Some(at("2026-11-24T08:00:01Z"))).level, Level::Ok);
        let late = of(place, Some(at("2026-11-24T07:00:00Z")));
        assert_eq!(late.level, Level::Warning);
        assert!(late.detail.contains("4 of 6; the next waits since 2026-11-24T07:00:00Z"), "{}", late.detail);
        assert_eq!(of(None, None).level, Level::Warning);
    }
}
