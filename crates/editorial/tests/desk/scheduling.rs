//! Publishing at an instant: never early, once, and not when the clock has jumped.

use std::time::{Duration, Instant};

use griot_domain::Moment;
use griot_editorial::{Command, Desk, Scheduler, Tick, UserErrorCode};
use griot_persistence::{EditorialStore, Publisher, ScheduleState, StoreName};
use rstest::rstest;

use crate::support::*;

const DUE: &str = "2026-03-01T18:00:00Z";

fn schedule(entry: (griot_domain::EntryId, i64), early: bool) -> Command {
    Command::Schedule { items: vec![item(entry)], at: instant(DUE), early }
}

/// The steady clock as long after `start` as the wall clock is after noon.
fn steady(start: Instant, house: &House) -> Instant {
    let lapsed = griot_domain::Clock::now(&*house.clock) - instant("2026-03-01T12:00:00Z");
    start + lapsed.to_std().unwrap()
}

#[rstest]
#[tokio::test]
async fn what_is_scheduled_is_public_at_its_instant_and_not_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    let entry = house.entry(&article("Remaniement")).await;
    house.done(&schedule(entry, false)).await;
    // A later edit changes nothing of what was decided.
    house.entry(&headline(entry.0, entry.1, "Plus tard")).await;
    house.clock.set("2026-03-01T17:59:59.999999Z");
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap(), Tick::default());
    assert_eq!(house.seen(entry.0).await, None);
    house.clock.set("2026-03-01T18:00:00.3Z");
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap().done, 1);
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Remaniement"));
    assert_eq!(house.seen_at(entry.0, DUE).await.as_deref(), Some("Remaniement"), "from the very second");
    assert_eq!(house.seen_at(entry.0, "2026-03-01T17:59:59.999999Z").await, None);
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap(), Tick::default());
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_gateways_publish_it_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let mut entries = Vec::new();
    for number in 0..5 {
        let entry = house.entry(&article(&format!("Titre {number}"))).await;
        house.done(&schedule(entry, false)).await;
        entries.push(entry);
    }
    let start = Instant::now();
    let mut schedulers = Vec::new();
    for _ in 0..2 {
        let store = EditorialStore::open(&house.location).await.unwrap();
        let desk =
            Desk::new(store, house.clock.clone(), std::sync::Arc::new(griot_domain::RandomIds), Default::default());
        schedulers.push(Scheduler::new(desk.into()).without_database_clock());
    }
    house.clock.set(DUE);
    let at = steady(start, &house);
    let running: Vec<_> =
        schedulers.into_iter().map(|mut one| tokio::spawn(async move { one.tick(at).await.unwrap() })).collect();
    for one in running {
        assert_eq!(one.await.unwrap().failed, 0);
    }
    assert_eq!(house.public.last_seq().await.unwrap(), 5);
    assert_eq!(house.desk.store().schedules(ScheduleState::Done, 10).await.unwrap().len(), 5);
    assert_eq!(house.desk.store().verify_audit().await.unwrap(), Ok(15), "five created, five scheduled, five released");
}

#[rstest]
#[case::a_minute_and_a_half("2026-03-01T18:01:30Z", Duration::from_secs(6 * 3600))]
#[case::an_hour("2026-03-01T18:00:00Z", Duration::from_secs(5 * 3600))]
#[case::a_day("2026-03-02T12:00:00Z", Duration::from_secs(1))]
#[tokio::test]
async fn a_clock_that_jumps_forward_publishes_nothing(#[case] wall: &str, #[case] lapsed: Duration) {
    let house = house(Backend::Sqlite).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone());
    let entry = house.entry(&article("Remaniement")).await;
    house.done(&schedule(entry, false)).await;
    house.clock.set(wall);
    let tick = scheduler.tick(start + lapsed).await.unwrap();
    assert_eq!(tick, Tick { is_frozen: true, ..Tick::default() });
    assert_eq!(house.seen(entry.0).await, None);
    house.clock.set("2026-03-01T18:00:01Z");
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap().done, 1, "it goes on when the clock is right");
}

#[rstest]
#[tokio::test]
async fn a_clock_that_jumps_back_takes_nothing_back(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    let entry = house.entry(&article("Remaniement")).await;
    house.done(&schedule(entry, false)).await;
    house.clock.set(DUE);
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap().done, 1);
    house.clock.set("2026-02-28T18:00:00Z");
    scheduler.tick(start + Duration::from_secs(7 * 3600)).await.unwrap();
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Remaniement"));
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_told_of_when_something_should_be_public() {
    let house = house(Backend::Sqlite).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone());
    let entry = house.entry(&article("Remaniement")).await;
    house.done(&schedule(entry, false)).await;
    house.clock.set("2026-03-01T11:00:00Z");
    let before = start + Duration::from_secs(6 * 3600 - 1);
    assert_eq!(scheduler.tick(before).await.unwrap(), Tick::default(), "nothing is due by either clock");
    let tick = scheduler.tick(start + Duration::from_secs(6 * 3600 + 1)).await.unwrap();
    assert_eq!(tick, Tick { is_frozen: true, ..Tick::default() });
    assert_eq!(house.seen(entry.0).await, None);
}

#[tokio::test]
async fn a_machine_whose_clock_is_not_the_databases_publishes_nothing() {
    let house = house(Backend::Postgres).await;
    let mut scheduler = Scheduler::new(house.desk.clone());
    let entry = house.entry(&article("Remaniement")).await;
    house.done(&schedule(entry, false)).await;
    let start = Instant::now();
    house.clock.set(DUE);
    assert!(scheduler.tick(steady(start, &house)).await.unwrap().is_frozen, "the test's clock is not that of today");
}

#[rstest]
#[tokio::test]
async fn an_embargoed_set_is_seen_early_and_then_by_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    let entry = house.entry(&article("Remaniement")).await;
    let done = house.done(&schedule(entry, true)).await;
    let early = griot_persistence::PublishedStore::open_early(&house.location).await.unwrap();
    assert_eq!(house.seen_in(&early, entry.0, Moment::Now).await.as_deref(), Some("Remaniement"));
    assert_eq!(house.seen(entry.0).await, None);
    let schedule = done.schedule.unwrap();
    house.done(&Command::Reschedule { schedule, at: instant("2026-03-01T19:00:00Z") }).await;
    house.clock.set(DUE);
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap(), Tick::default(), "it was moved");
    house.clock.set("2026-03-01T19:00:00Z");
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap().done, 1);
    assert_eq!(house.seen(entry.0).await.as_deref(), Some("Remaniement"));
    assert_eq!(house.seen_in(&early, entry.0, Moment::Now).await.as_deref(), Some("Remaniement"));
    let embargoed = Publisher::open(&house.location, StoreName::Embargoed).await.unwrap();
    assert_eq!(embargoed.live_entries(griot_domain::EntryKind::Article).await.unwrap(), [], "it has moved");
}

#[rstest]
#[tokio::test]
async fn what_is_called_off_is_seen_by_nobody(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = house(backend).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    let entry = house.entry(&article("Remaniement")).await;
    let done = house.done(&schedule(entry, true)).await;
    let unschedule = Command::Unschedule { schedule: done.schedule.unwrap() };
    house.done(&unschedule).await;
    assert_eq!(house.refused(&unschedule).await[0].code, UserErrorCode::State);
    let early = griot_persistence::PublishedStore::open_early(&house.location).await.unwrap();
    assert_eq!(house.seen_in(&early, entry.0, Moment::Now).await, None);
    house.clock.set(DUE);
    assert_eq!(scheduler.tick(steady(start, &house)).await.unwrap(), Tick::default());
    assert_eq!(house.seen(entry.0).await, None);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_published_any_more_is_said_to_have_failed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let house = house(backend).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    let entry = house.entry(&article("Remaniement")).await;
    house.done(&schedule(entry, false)).await;
    // An import takes the slug meanwhile.
    let publisher = Publisher::open(&house.location, StoreName::Published).await.unwrap();
    let draft = house.desk.store().draft(entry.0).await.unwrap().unwrap();
    let other = griot_domain::EntryId(uuid::Uuid::from_u128(1));
    let act = griot_persistence::Act { origin: "import".to_owned(), at: instant("2026-03-01T13:00:00Z") };
    publisher.publish(&[draft.content.publication(other, None, act.at)], &act).await.unwrap();
    house.clock.set(DUE);
    let tick = scheduler.tick(steady(start, &house)).await.unwrap();
    assert_eq!((tick.done, tick.failed), (0, 1));
    let failed = house.desk.store().schedules(ScheduleState::Failed, 10).await.unwrap();
    assert!(failed[0].failure.as_ref().unwrap().contains("slug"), "{failed:?}");
    assert_eq!(house.public.last_seq().await.unwrap(), 1, "nothing of it was published");
}

#[tokio::test]
async fn an_instant_that_has_passed_is_refused() {
    let house = house(Backend::Sqlite).await;
    let entry = house.entry(&article("Titre")).await;
    house.clock.set(DUE);
    let errors = house.refused(&schedule(entry, false)).await;
    assert_eq!((errors[0].code, errors[0].path.as_str()), (UserErrorCode::Invalid, "at"));
}
