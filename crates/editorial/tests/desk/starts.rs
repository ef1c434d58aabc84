//! What a process knows of the clock when it starts.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_domain::EntryId;
use griot_editorial::{Boot, Command, Distrust, Scheduler, Tick, trust_clock};
use rstest::rstest;

use crate::support::*;

/// The machine as started `id`, up for so many hours.
fn boot(id: &str, hours: i64) -> Boot {
    Boot { id: id.to_owned(), up: TimeDelta::hours(hours) }
}

/// A house with an article that waits for 18:00, on a machine whose clock was found right at noon.
async fn waiting(backend: Backend) -> (House, EntryId) {
    let house = house(backend).await;
    let entry = house.entry(&article("Remaniement")).await;
    let due = instant("2026-03-01T18:00:00Z");
    house.done(&Command::Schedule { items: vec![item(entry)], at: due, early: false }).await;
    let mut scheduler = Scheduler::new(house.desk.clone()).started(boot("first", 100));
    assert_eq!(scheduler.tick(Instant::now()).await.unwrap(), Tick::default());
    (house, entry.0)
}

/// One look of a process that was started on `boot` when the clock showed `at`.
async fn look(house: &House, at: &str, boot: Boot) -> Tick {
    house.clock.set(at);
    Scheduler::new(house.desk.clone()).started(boot).tick(Instant::now()).await.unwrap()
}

fn frozen() -> Tick {
    Tick { is_frozen: true, ..Tick::default() }
}

#[rstest]
#[case::ahead_by_hours("2026-03-01T19:00:00Z", 101)]
#[case::ahead_by_a_minute_and_a_half("2026-03-01T18:00:30Z", 105)]
#[case::behind("2026-03-01T17:00:00Z", 107)]
#[tokio::test]
async fn a_process_that_is_started_after_a_jump_knows_of_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] at: &str,
    #[case] up: i64,
) {
    let (house, id) = waiting(backend).await;
    let first = boot("first", up);
    assert_eq!(look(&house, at, first.clone()).await, frozen());
    assert_eq!(look(&house, at, first).await, frozen(), "a second start learns nothing else");
    assert_eq!(house.seen(id).await, None);
    let tick = look(&house, "2026-03-01T18:00:01Z", boot("first", 106)).await;
    assert_eq!(tick.done, 1, "it goes on when the clock is right");
}

#[rstest]
#[tokio::test]
async fn after_a_start_of_the_machine_the_clock_is_not_before_what_it_was(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (house, _) = waiting(backend).await;
    house.clock.set("1970-01-01T00:00:10Z");
    let mut scheduler = Scheduler::new(house.desk.clone()).started(boot("second", 0));
    let start = Instant::now();
    assert_eq!(scheduler.tick(start).await.unwrap(), Tick::default(), "nothing is due by what is known");
    // The time service comes up and sets the clock: nothing speaks against it.
    house.clock.set("2026-03-01T17:59:00Z");
    assert_eq!(scheduler.tick(start + Duration::from_secs(1)).await.unwrap(), Tick::default());
    house.clock.set("2026-03-01T18:00:01Z");
    assert_eq!(scheduler.tick(start + Duration::from_secs(62)).await.unwrap().done, 1);
}

/// A house whose clock is said to be right, an hour after what is due, on the word of somebody at a machine.
async fn trusted(at: Boot) -> (House, Scheduler) {
    let (house, _) = waiting(Backend::Sqlite).await;
    house.clock.set("2026-03-01T19:00:00Z");
    let mut scheduler = Scheduler::new(house.desk.clone()).started(boot("first", 100));
    assert_eq!(scheduler.tick(Instant::now()).await.unwrap(), frozen());
    trust_clock(house.desk.store(), "cli:root".to_owned(), Some(at), &*house.clock).await.unwrap().unwrap();
    (house, scheduler)
}

#[tokio::test]
async fn a_clock_that_somebody_says_is_right_is_taken_for_right() {
    let (house, mut scheduler) = trusted(boot("first", 100)).await;
    assert_eq!(scheduler.tick(Instant::now()).await.unwrap().done, 1, "without a new start");
    let log = house.desk.store().audit_page(None, 2).await.unwrap();
    let told = &log[1].record;
    assert_eq!((told.author.as_str(), told.origin.as_str(), told.verb.as_str()), ("cli:root", "griot clock", "trust"));
    assert_eq!(told.detail, serde_json::json!({ "off_ms": 7 * 3_600_000 }));
}

#[tokio::test]
async fn nobody_can_speak_for_the_clock_of_another_machine() {
    let (house, mut scheduler) = trusted(boot("another", 3)).await;
    assert_eq!(scheduler.tick(Instant::now()).await.unwrap(), frozen());
    assert_eq!(look(&house, "2026-03-01T19:00:00Z", boot("first", 100)).await, frozen(), "nor for its next process");
}

#[tokio::test]
async fn a_clock_that_was_ahead_is_no_measure_once_one_is_said_to_be_right() {
    let (house, _) = waiting(Backend::Sqlite).await;
    house.clock.set("2026-03-01T11:00:00Z");
    let second = boot("second", 1);
    let mut scheduler = Scheduler::new(house.desk.clone()).started(second.clone());
    scheduler.tick(Instant::now()).await.unwrap();
    trust_clock(house.desk.store(), "cli:root".to_owned(), Some(second), &*house.clock).await.unwrap().unwrap();
    // The next start of the machine knows nothing of noon any more.
    house.clock.set("2026-03-01T11:30:00Z");
    let mut scheduler = Scheduler::new(house.desk.clone()).started(boot("third", 0));
    let start = Instant::now();
    assert_eq!(scheduler.tick(start).await.unwrap(), Tick::default());
    house.clock.set("2026-03-01T18:00:01Z");
    assert_eq!(scheduler.tick(start + Duration::from_secs(6 * 3_600 + 1_801)).await.unwrap().done, 1);
}

#[tokio::test]
async fn a_clock_that_is_not_the_databases_is_not_taken_for_right() {
    let (house, _) = waiting(Backend::Postgres).await;
    let before = house.desk.store().clock_traces().await.unwrap();
    let store = house.desk.store();
    let refused = trust_clock(store, "cli:root".to_owned(), Some(boot("first", 100)), &*house.clock).await.unwrap();
    let told = refused.unwrap_err().to_string();
    assert!(told.ends_with(" behind that of the database: set it right first"), "{told}");
    assert_eq!(store.clock_traces().await.unwrap(), before);
    assert_eq!(
        trust_clock(store, "cli:root".to_owned(), None, &*house.clock).await.unwrap(),
        Err(Distrust::NothingKnown)
    );
}
