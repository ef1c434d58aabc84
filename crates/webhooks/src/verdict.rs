//! What an attempt leads to.

use chrono::{DateTime, TimeDelta, Utc};
use griot_persistence::{Delivery, Health, Then};

use crate::caller::Reply;
use crate::schedule::{Failed, longest_asked, next_try};

/// An endpoint that only failed for so long gets nothing any more.
const DISABLED_AFTER: TimeDelta = TimeDelta::days(5);
/// And so often.
const DISABLED_AFTER_FAILURES: u32 = 10;
/// The longest an endpoint is left alone because it fails, beside what each delivery waits.
const LONGEST_PAUSE: u32 = 60;

/// What an attempt leads to, for its delivery and its endpoint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Verdict {
    pub then: Then,
    pub health: Health,
    /// Why the endpoint gets nothing any more.
    pub disable: Option<String>,
}

/// Judges the answer to `delivery`, of an endpoint that did as `before`.
pub(crate) fn verdict(delivery: &Delivery, reply: &Reply, before: Health, now: DateTime<Utc>) -> Verdict {
    let Some(failure) = &reply.failure else {
        return Verdict { then: Then::Delivered, health: Health::default(), disable: None };
    };
    let failures = before.failures.saturating_add(1);
    let failing_since = before.failing_since.unwrap_or(now);
    let failed = Failed {
        lane: delivery.event.lane,
        created_at: delivery.created_at,
        tries: delivery.tries.saturating_add(1),
        asked: reply.asked,
    };
    let asked = reply.asked.unwrap_or_default().min(longest_asked(&failed, now));
    let pause = asked.max(TimeDelta::seconds(i64::from(failures.min(LONGEST_PAUSE))));
    let health = Health {
        failures,
        failing_since: Some(failing_since),
        paused_until: before.paused_until.max(Some(now + pause)),
    };
    let disable = if reply.status == Some(410) {
        Some("it answered 410 Gone".to_owned())
    } else if now - failing_since >= DISABLED_AFTER && failures >= DISABLED_AFTER_FAILURES {
        Some(format!("nothing arrived for {} days; the last failure: {failure}", DISABLED_AFTER.num_days()))
    } else {
        None
    };
    let then = next_try(&failed, now, fastrand::f64()).map_or(Then::GivenUp, |at| Then::Again { at });
    Verdict { then, health, disable }
}

#[cfg(test)]
mod tests {
    use griot_persistence::{Lane, NewDelivery};

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-11-24T08:00:00Z".parse().unwrap()
    }

    fn delivery() -> Delivery {
        let event = NewDelivery {
            event_id: "evt_1".to_owned(),
            event_type: "item.published".to_owned(),
            item: None,
            version: None,
            change: None,
            lane: Lane::Normal,
            body: "{}".to_owned(),
        };
        Delivery { number: 1, event, created_at: now(), tries: 0 }
    }

    fn failed(status: u16) -> Reply {
        Reply { status: Some(status), failure: Some(format!("it answered {status}")), ..Reply::default() }
    }

    #[test]
    fn an_endpoint_that_is_gone_gets_nothing_any_more() {
        let told = verdict(&delivery(), &failed(410), Health::default(), now());
        assert_eq!(told.disable.as_deref(), Some("it answered 410 Gone"));
        assert_eq!(verdict(&delivery(), &failed(404), Health::default(), now()).disable, None);
    }

    #[test]
    fn five_days_of_failures_disable_and_one_success_forgives() {
        let mut health = Health::default();
        for hour in 0..5 * 24 {
            let told = verdict(&delivery(), &failed(500), health, now() + TimeDelta::hours(hour));
            assert_eq!(told.disable, None, "hour {hour}");
            health = told.health;
        }
        let disabled = verdict(&delivery(), &failed(500), health, now() + TimeDelta::days(5)).disable;
        assert!(disabled.is_some_and(|why| why.contains("5 days") && why.contains("500")));
        let few = Health { failures: 2, failing_since: Some(now()), paused_until: None };
        assert_eq!(verdict(&delivery(), &failed(500), few, now() + TimeDelta::days(9)).disable, None);
        let done = verdict(&delivery(), &Reply { status: Some(204), ..Reply::default() }, health, now());
        assert_eq!(done, Verdict { then: Then::Delivered, health: Health::default(), disable: None });
    }

    #[test]
    fn an_endpoint_that_asks_to_be_left_alone_is() {
        let reply = Reply { asked: Some(TimeDelta::minutes(7)), ..failed(429) };
        let told = verdict(&delivery(), &reply, Health::default(), now());
        assert_eq!(told.health.paused_until, Some(now() + TimeDelta::minutes(7)));
        let Then::Again { at } = told.then else { panic!("{told:?}") };
        assert!(at >= now() + TimeDelta::minutes(7));
    }
}
