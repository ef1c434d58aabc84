//! Acts by a clock that is ahead, and what can be done when it is right again.

use std::sync::Arc;

use griot_domain::{CorrectionKind, EntryId, Localized, RandomIds};
use griot_editorial::{Command, Desk, Scheduler, UserErrorCode};
use griot_persistence::EditorialStore;
use rstest::rstest;
use serde_json::json;

use crate::support::*;

const RIGHT: &str = "2026-03-01T12:00:10Z";
const AHEAD: &str = "2026-03-02T12:00:00Z";

fn withdraw((id, expected): (EntryId, i64)) -> Command {
    Command::Withdraw { id, expected, locales: None, reason: Some("Faux".to_owned()) }
}

fn correct((id, expected): (EntryId, i64), headline: &str) -> Command {
    Command::Correct {
        id,
        expected,
        patch: patch(json!({}), json!({ "headline": headline })),
        kind: CorrectionKind::Correction,
        public_note: Localized::from("Le titre était faux."),
        note: None,
    }
}

/// A house whose clock is right again, and what it published while it was ahead.
async fn published_ahead(backend: Backend) -> (House, (EntryId, i64)) {
    let house = house(backend).await;
    house.clock.set(AHEAD);
    let entry = house.entry(&article("Un")).await;
    house.done(&publishing(&[entry])).await;
    house.clock.set(RIGHT);
    (house, entry)
}

#[rstest]
#[tokio::test]
async fn what_was_published_by_a_clock_that_was_ahead_is_corrected_and_taken_back_at_once(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (house, entry) = published_ahead(backend).await;
    let entry = house.entry(&correct(entry, "Deux")).await;
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Deux"));
    let entry = house.entry(&headline(entry.0, entry.1, "Trois")).await;
    house.done(&publishing(&[entry])).await;
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Trois"));
    house.done(&withdraw(entry)).await;
    assert_eq!(house.seen(entry.0).await, None);
    // Back again, and gone for good.
    house.done(&publishing(&[entry])).await;
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Trois"));
    house.done(&Command::Kill { id: entry.0, expected: entry.1, reason: "Faux".to_owned() }).await;
    assert_eq!(house.seen(entry.0).await, None);
    house.desk.store().verify_audit(None).await.unwrap().unwrap();
    // What was not touched then is dated by the clock as it is.
    let other = house.entry(&article("Autre")).await;
    house.done(&publishing(&[other])).await;
    assert_eq!(house.seen_at(other.0, RIGHT).await.as_deref(), Some("Autre"));
}

#[rstest]
#[tokio::test]
async fn acts_of_one_instant_follow_each_other(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    house.clock.set(RIGHT);
    let entry = house.entry(&article("Un")).await;
    house.done(&publishing(&[entry])).await;
    let entry = house.entry(&correct(entry, "Deux")).await;
    assert_eq!(house.seen_at(entry.0, RIGHT).await.as_deref(), Some("Un"));
    house.clock.set("2026-03-01T12:00:11Z");
    assert_eq!(house.seen_at(entry.0, "2026-03-01T12:00:10.000009Z").await.as_deref(), Some("Deux"));
}

#[rstest]
#[tokio::test]
async fn what_is_scheduled_follows_what_a_clock_that_was_ahead_has_dated(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (house, entry) = published_ahead(backend).await;
    let entry = house.entry(&headline(entry.0, entry.1, "Deux")).await;
    let due = instant("2026-03-01T12:00:20Z");
    house.done(&Command::Schedule { items: vec![item(entry)], at: due, early: false }).await;
    house.clock.set("2026-03-01T12:00:19Z");
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    assert_eq!(scheduler.tick(std::time::Instant::now()).await.unwrap().done, 0, "not before its instant");
    house.clock.set("2026-03-01T12:00:20Z");
    let tick = scheduler.tick(std::time::Instant::now()).await.unwrap();
    assert_eq!((tick.done, tick.failed), (1, 0));
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Deux"));
}

#[tokio::test]
async fn nothing_is_dated_by_a_clock_that_is_not_the_databases() {
    let house = house(Backend::Postgres).await;
    let entry = house.entry(&article("Un")).await;
    house.done(&publishing(&[entry])).await;
    let entry = house.entry(&headline(entry.0, entry.1, "Deux")).await;
    // The test's clock is not that of today.
    let store = EditorialStore::open(&house.location).await.unwrap();
    let desk = Desk::new(store, house.clock.clone(), Arc::new(RandomIds), Default::default()).with_database_clock();
    let early = Command::Schedule { items: vec![item(entry)], at: instant(AHEAD), early: true };
    for command in [publishing(&[entry]), correct(entry, "Trois"), early] {
        let errors = desk.perform(&publisher(), &command).await.unwrap().unwrap_err();
        assert_eq!(errors[0].code, UserErrorCode::State);
        assert!(errors[0].message.contains("behind that of its database"), "{}", errors[0].message);
    }
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Un"));
    desk.perform(&publisher(), &withdraw(entry)).await.unwrap().unwrap();
    assert_eq!(house.seen(entry.0).await, None, "taking back does not wait for the clock");
}
