//! What a process knows of the clock when it starts.

use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_domain::EntryId;
use griot_editorial::{Boot, Command, Scheduler, Tick, trust_clock};
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
    let mut scheduler = Scheduler::new(house.desk.clone()).started(boot("second", 0));
    house.clock.set("1970-01-01T00:00:10Z");
    let start = Instant::now();
    assert_eq!(scheduler.tick(start).await.unwrap(), Tick::default(), "nothing is due by what is known");
    // The time service comes up and sets the clock: nothing speaks against it.
    house.clock.set("2026-03-01T17:59:00Z");
    assert_eq!(scheduler.tick(start + Duration::from_secs(1)).await.unwrap(), Tick::default());
    house.clock.set("2026-03-01T18:00:01Z");
    assert_eq!(scheduler.tick(start + Duration::from_secs(62)).await.unwrap().done, 1);
}

#[rstest]
#[tokio::test]
async fn a_clock_that_somebody_says_is_right_is_taken_for_right(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (house, id) = waiting(backend).await;
    house.clock.set("2026-03-01T19:00:00Z");
    let mut scheduler = Scheduler::new(house.desk.clone()).started(boot("first", 100));
    let start = Instant::now();
    assert_eq!(scheduler.tick(start).await.unwrap(), frozen());
    trust_clock(house.desk.store(), "cli:root".to_owned(), &*house.clock).await.unwrap();
    assert_eq!(scheduler.tick(start).await.unwrap().done, 1, "without a new start");
    assert_eq!(house.seen(id).await.as_deref(), Some("Remaniement"));
    let log = house.desk.store().audit_page(None, 2).await.unwrap();
    let told = &log[1].record;
    assert_eq!((told.author.as_str(), told.origin.as_str(), told.verb.as_str()), ("cli:root", "griot clock", "trust"));
}
