//! Publishing at an instant: never early, once, and not when the clock has jumped.

use std::time::{Duration, Instant};

use griot_domain::{CorrectionKind, EntryId, EntryKind, Localized, Moment};
use griot_editorial::{Command, Desk, Detail, Scheduler, Tick, UserErrorCode};
use griot_persistence::{Act, EditorialStore, PublishedStore, Publisher, Schedule, ScheduleState, StoreName};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

const DUE: &str = "2026-03-01T18:00:00Z";

type At = (EntryId, i64);

fn schedule(entry: At, early: bool) -> Command {
    Command::Schedule { items: vec![item(entry)], at: instant(DUE), early }
}

/// A house with an article to schedule, and a scheduler that began at noon.
struct Watch {
    house: House,
    entry: At,
    start: Instant,
    scheduler: Scheduler,
}

async fn watch(backend: Backend) -> Watch {
    let house = house(backend).await;
    let scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
    let entry = house.entry(&article("Remaniement")).await;
    Watch { house, entry, start: Instant::now(), scheduler }
}

impl Watch {
    /// Schedules the article and answers the schedule's id.
    async fn scheduled(&self, early: bool) -> Uuid {
        self.house.done(&schedule(self.entry, early)).await.schedule.unwrap()
    }

    /// Sets the clock, and looks at what is due when the steady clock has gone on as much.
    async fn tick_at(&mut self, at: &str) -> Tick {
        self.house.clock.set(at);
        self.scheduler.tick(steady(self.start, at)).await.unwrap()
    }

    async fn seen(&self) -> Option<String> {
        self.house.seen(self.entry.0).await
    }

    /// What entitled keys see.
    async fn seen_early(&self) -> Option<String> {
        let early = PublishedStore::open_early(&self.house.location).await.unwrap();
        self.house.seen_in(&early, self.entry.0, Moment::Now).await
    }

    async fn state(&self, schedule: Uuid) -> Schedule {
        self.house.desk.store().schedule(schedule).await.unwrap().unwrap()
    }
}

/// The steady clock as long after `start` as the wall clock is after noon.
fn steady(start: Instant, at: &str) -> Instant {
    start + (instant(at) - instant("2026-03-01T12:00:00Z")).to_std().unwrap()
}

#[rstest]
#[tokio::test]
async fn what_is_scheduled_is_public_at_its_instant_and_not_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut watch = watch(backend).await;
    let id = watch.entry.0;
    watch.scheduled(false).await;
    // A later edit changes nothing of what was decided.
    watch.house.entry(&headline(id, watch.entry.1, "Plus tard")).await;
    assert_eq!(watch.tick_at("2026-03-01T17:59:59.999999Z").await, Tick::default());
    assert_eq!(watch.seen().await, None);
    assert_eq!(watch.tick_at("2026-03-01T18:00:00.3Z").await.done, 1);
    assert_eq!(watch.seen().await.as_deref(), Some("Remaniement"));
    assert_eq!(watch.house.seen_at(id, DUE).await.as_deref(), Some("Remaniement"), "from the very second");
    assert_eq!(watch.house.seen_at(id, "2026-03-01T17:59:59.999999Z").await, None);
    assert_eq!(watch.tick_at("2026-03-01T18:00:00.3Z").await, Tick::default());
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
    let at = steady(start, DUE);
    let running: Vec<_> =
        schedulers.into_iter().map(|mut one| tokio::spawn(async move { one.tick(at).await.unwrap() })).collect();
    for one in running {
        assert_eq!(one.await.unwrap().failed, 0);
    }
    assert_eq!(house.public.last_seq().await.unwrap(), 5);
    assert_eq!(house.desk.store().schedules(ScheduleState::Done, 10).await.unwrap().len(), 5);
    assert_eq!(
        house.desk.store().verify_audit(None).await.unwrap().unwrap().number,
        15,
        "five created, five scheduled, five released"
    );
}

#[rstest]
#[case::a_minute_and_a_half("2026-03-01T18:01:30Z", Duration::from_secs(6 * 3600))]
#[case::an_hour("2026-03-01T18:00:00Z", Duration::from_secs(5 * 3600))]
#[case::a_day("2026-03-02T12:00:00Z", Duration::from_secs(1))]
#[tokio::test]
async fn a_clock_that_jumps_forward_publishes_nothing(#[case] wall: &str, #[case] lapsed: Duration) {
    let mut watch = watch(Backend::Sqlite).await;
    watch.scheduled(false).await;
    watch.house.clock.set(wall);
    let tick = watch.scheduler.tick(watch.start + lapsed).await.unwrap();
    assert_eq!(tick, Tick { is_frozen: true, ..Tick::default() });
    assert_eq!(watch.seen().await, None);
    assert_eq!(watch.tick_at("2026-03-01T18:00:01Z").await.done, 1, "it goes on when the clock is right");
}

#[rstest]
#[tokio::test]
async fn a_clock_that_jumps_back_takes_nothing_back(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut watch = watch(backend).await;
    watch.scheduled(false).await;
    assert_eq!(watch.tick_at(DUE).await.done, 1);
    watch.house.clock.set("2026-02-28T18:00:00Z");
    watch.scheduler.tick(watch.start + Duration::from_secs(7 * 3600)).await.unwrap();
    assert_eq!(watch.seen().await.as_deref(), Some("Remaniement"));
}

#[tokio::test]
async fn a_clock_that_was_set_back_is_told_of_when_something_should_be_public() {
    let house = house(Backend::Sqlite).await;
    let start = Instant::now();
    let mut scheduler = Scheduler::new(house.desk.clone()).without_database_clock();
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
    let mut watch = watch(Backend::Postgres).await;
    watch.scheduler = Scheduler::new(watch.house.desk.clone());
    watch.scheduled(false).await;
    assert!(watch.tick_at(DUE).await.is_frozen, "the test's clock is not that of today");
}

#[rstest]
#[tokio::test]
async fn an_embargoed_set_is_seen_early_and_then_by_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut watch = watch(backend).await;
    let schedule = watch.scheduled(true).await;
    assert_eq!(watch.seen_early().await.as_deref(), Some("Remaniement"));
    assert_eq!(watch.seen().await, None);
    watch.house.done(&Command::Reschedule { schedule, expected: None, at: instant("2026-03-01T19:00:00Z") }).await;
    assert_eq!(watch.tick_at(DUE).await, Tick::default(), "it was moved");
    assert_eq!(watch.tick_at("2026-03-01T19:00:00Z").await.done, 1);
    assert_eq!(watch.seen().await.as_deref(), Some("Remaniement"));
    assert_eq!(watch.seen_early().await.as_deref(), Some("Remaniement"));
    let embargoed = Publisher::open(&watch.house.location, StoreName::Embargoed).await.unwrap();
    assert_eq!(embargoed.live_entries(EntryKind::Article).await.unwrap(), [], "it has moved");
}

#[rstest]
#[tokio::test]
async fn a_schedule_that_was_moved_since_is_left_where_it_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let watch = watch(backend).await;
    let schedule = watch.scheduled(false).await;
    let (first, second, third) = (DUE, "2026-03-01T19:00:00Z", "2026-03-01T20:00:00Z");
    let moving =
        |expected: &str, at| Command::Reschedule { schedule, expected: Some(instant(expected)), at: instant(at) };
    let calling_off = |expected: &str| Command::Unschedule { schedule, expected: Some(instant(expected)) };
    watch.house.done(&moving("2026-03-01T19:00:00+01:00", second)).await;
    for late in [moving(first, third), calling_off(first)] {
        let errors = watch.house.refused(&late).await;
        assert_eq!((errors[0].code, errors[0].path.as_str()), (UserErrorCode::Conflict, "expectedDueAt"));
        assert_eq!(*errors[0].detail, Detail::Moved { expected: instant(first), current: instant(second) });
        assert!(errors[0].message.contains("it is due at 2026-03-01T19:00:00Z"), "{}", errors[0].message);
        let kept = watch.state(schedule).await;
        assert_eq!((kept.due_at, kept.state), (instant(second), ScheduleState::Waiting));
    }
    watch.house.done(&calling_off(second)).await;
    assert_eq!(watch.state(schedule).await.state, ScheduleState::Cancelled);
    let errors = watch.house.refused(&moving(first, third)).await;
    assert_eq!(errors[0].code, UserErrorCode::State, "it is not waiting any more");

    let log = watch.house.desk.store().audit_page(None, 10).await.unwrap();
    let told: Vec<_> = log.iter().map(|one| (one.record.verb.as_str(), one.record.subjects.as_slice())).collect();
    let of = [watch.entry.0];
    assert_eq!(told, [("schedule", &of[..]), ("schedule", &of), ("schedule", &of), ("create", &of)]);
}

#[rstest]
#[tokio::test]
async fn what_is_called_off_is_seen_by_nobody(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut watch = watch(backend).await;
    let unschedule = Command::Unschedule { schedule: watch.scheduled(true).await, expected: None };
    watch.house.done(&unschedule).await;
    assert_eq!(watch.house.refused(&unschedule).await[0].code, UserErrorCode::State);
    assert_eq!(watch.seen_early().await, None);
    assert_eq!(watch.tick_at(DUE).await, Tick::default());
    assert_eq!(watch.seen().await, None);
}

#[rstest]
#[tokio::test]
async fn what_cannot_be_published_any_more_is_said_to_have_failed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut watch = watch(backend).await;
    let schedule = watch.scheduled(true).await;
    // An import takes the slug meanwhile.
    let publisher = Publisher::open(&watch.house.location, StoreName::Published).await.unwrap();
    let draft = watch.house.desk.store().draft(watch.entry.0).await.unwrap().unwrap();
    let other = EntryId(Uuid::from_u128(1));
    let act = Act { origin: "import".to_owned(), at: instant("2026-03-01T13:00:00Z") };
    publisher.publish(&[draft.content.publication(other, None, act.at)], &act).await.unwrap();
    assert_eq!(watch.seen_early().await.as_deref(), Some("Remaniement"));
    let tick = watch.tick_at(DUE).await;
    assert_eq!((tick.done, tick.failed), (0, 1));
    let failed = watch.state(schedule).await;
    assert_eq!(failed.state, ScheduleState::Failed);
    assert!(failed.failure.as_ref().unwrap().contains("slug"), "{failed:?}");
    assert_eq!(watch.house.public.last_seq().await.unwrap(), 1, "nothing of it was published");
    assert_eq!(watch.seen_early().await, None, "entitled keys see it no more");
}

#[rstest]
#[tokio::test]
async fn what_waits_for_its_time_is_not_published_otherwise(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut watch = watch(backend).await;
    watch.house.done(&publishing(&[watch.entry])).await;
    watch.entry = watch.house.entry(&headline(watch.entry.0, watch.entry.1, "À midi")).await;
    let waiting = watch.scheduled(false).await;
    let (id, expected) = watch.house.entry(&headline(watch.entry.0, watch.entry.1, "Entre-temps")).await;
    let correct = Command::Correct {
        id,
        expected,
        patch: patch(json!({}), json!({ "headline": "Juste" })),
        kind: CorrectionKind::Correction,
        public_note: Localized::from("Le titre était faux."),
        note: None,
    };
    let before = watch.house.desk.store().draft(id).await.unwrap();
    for command in [publishing(&[(id, expected)]), correct, schedule((id, expected), true)] {
        let errors = watch.house.refused(&command).await;
        let told: Vec<_> = errors.iter().map(|error| (error.code, error.entry)).collect();
        assert_eq!(told, [(UserErrorCode::State, Some(id))], "{command:?}");
        assert!(errors[0].message.contains(&waiting.to_string()), "{}", errors[0].message);
        assert!(errors[0].message.contains("call that off"), "{}", errors[0].message);
    }
    assert_eq!(watch.house.desk.store().draft(id).await.unwrap(), before);
    assert_eq!(
        (watch.seen().await.as_deref(), watch.seen_early().await.as_deref()),
        (Some("Remaniement"), Some("Remaniement"))
    );
    watch.house.done(&Command::Unschedule { schedule: waiting, expected: None }).await;
    watch.house.clock.set("2026-03-01T13:00:00Z");
    watch.house.done(&publishing(&[(id, expected)])).await;
    assert_eq!(watch.seen().await.as_deref(), Some("Entre-temps"));
}

#[rstest]
#[tokio::test]
async fn an_archive_takes_nothing_that_waits_for_its_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let watch = watch(backend).await;
    let schedule = watch.scheduled(false).await;
    let archive = Command::Archive { id: watch.entry.0, expected: watch.entry.1, archived: true };
    assert_eq!(watch.house.refused(&archive).await[0].code, UserErrorCode::State);
    watch.house.done(&Command::Unschedule { schedule, expected: None }).await;
    watch.house.done(&archive).await;
}

#[rstest]
#[case::withdrawn(false)]
#[case::killed(true)]
#[tokio::test]
async fn what_is_taken_back_does_not_come_again_by_a_schedule(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] is_killed: bool,
) {
    let mut watch = watch(backend).await;
    let other = watch.house.entry(&article("Avec")).await;
    watch.house.done(&publishing(&[watch.entry])).await;
    let (id, expected) = watch.house.entry(&headline(watch.entry.0, watch.entry.1, "À 18 heures")).await;
    let items = vec![item((id, expected)), item(other)];
    let set = Command::Schedule { items, at: instant(DUE), early: true };
    let set = watch.house.done(&set).await.schedule.unwrap();
    assert_eq!(watch.seen_early().await.as_deref(), Some("À 18 heures"));
    watch.house.clock.set("2026-03-01T13:00:00Z");
    let reason = "Faux".to_owned();
    let take_back = match is_killed {
        true => Command::Kill { id, expected, reason },
        false => Command::Withdraw { id, expected, locales: None, reason: Some(reason) },
    };
    watch.house.done(&take_back).await;
    assert_eq!(watch.state(set).await.state, ScheduleState::Cancelled, "the set becomes public as a whole, or not");
    assert_eq!((watch.seen().await, watch.seen_early().await), (None, None));
    let embargoed = Publisher::open(&watch.house.location, StoreName::Embargoed).await.unwrap();
    assert_eq!(embargoed.live_entries(EntryKind::Article).await.unwrap(), []);
    assert_eq!(watch.tick_at(DUE).await, Tick::default());
    assert_eq!(watch.seen().await, None);

    let verb = take_back.act().as_str();
    let mut log = watch.house.desk.store().audit_page(None, 2).await.unwrap();
    let (taken, called_off) = (log.remove(0).record, log.remove(0).record);
    assert_eq!((taken.verb.as_str(), taken.subjects), (verb, vec![id]));
    assert_eq!((called_off.verb.as_str(), called_off.author.as_str()), ("schedule", "key:paula"));
    assert_eq!(called_off.subjects, [id, other.0]);
    assert_eq!(called_off.detail, json!({ "schedule": set, "outcome": "cancelled", "because": verb }));
    watch.house.desk.store().verify_audit(None).await.unwrap().unwrap();
}

#[rstest]
#[tokio::test]
async fn a_schedule_overwrites_nothing_published_since(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut watch = watch(backend).await;
    let other = watch.house.entry(&article("Avec")).await;
    watch.house.done(&publishing(&[watch.entry])).await;
    let next @ (id, _) = watch.house.entry(&headline(watch.entry.0, watch.entry.1, "À 18 heures")).await;
    let set = Command::Schedule { items: vec![item(next), item(other)], at: instant(DUE), early: true };
    let set = watch.house.done(&set).await.schedule.unwrap();
    // Past the desk, as an import does.
    let publisher = Publisher::open(&watch.house.location, StoreName::Published).await.unwrap();
    let act = Act { origin: "import".to_owned(), at: instant("2026-03-01T13:00:00Z") };
    let newer = patch(json!({}), json!({ "headline": "Importé" }));
    let draft = watch.house.desk.store().draft(id).await.unwrap().unwrap().content;
    let newer = newer.apply(EntryKind::Article, Some(&draft)).unwrap();
    publisher.publish(&[newer.publication(id, None, act.at)], &act).await.unwrap();

    let tick = watch.tick_at(DUE).await;
    assert_eq!((tick.done, tick.failed), (0, 1));
    let failed = watch.state(set).await;
    assert_eq!(failed.state, ScheduleState::Failed);
    assert_eq!(
        failed.failure,
        Some(format!("{id} was published after this was scheduled, and is not overwritten")),
        "{failed:?}"
    );
    assert_eq!(
        (watch.seen().await.as_deref(), watch.seen_early().await.as_deref()),
        (Some("Importé"), Some("Importé"))
    );
    assert_eq!(watch.house.seen(other.0).await, None, "nothing of the set");
}

#[rstest]
#[tokio::test]
async fn a_post_stands_in_the_way_of_no_schedule(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut watch = watch(backend).await;
    let named = |name: &str| patch(json!({ "name": { "display": name } }), json!({ "honorific": "Mme" }));
    let person = Command::Create { kind: EntryKind::Person, patch: named("Awa DIARRA"), note: None };
    let (id, expected) = watch.house.entry(&person).await;
    watch.house.done(&publishing(&[(id, expected)])).await;
    let next = Command::Edit { id, expected, patch: named("Awa KEÏTA"), note: None };
    let next = watch.house.entry(&next).await;
    let set = watch.house.done(&schedule(next, false)).await.schedule.unwrap();
    watch.house.clock.set("2026-03-01T12:30:00Z");
    let post = patch(json!({ "person": id, "from": "2024" }), json!({ "title": "Ministre" }));
    let post = watch.house.entry(&Command::Create { kind: EntryKind::Appointment, patch: post, note: None }).await;
    watch.house.done(&publishing(&[post])).await;
    let key = (id, locale("fr"));
    let versions = watch.house.public.versions(Moment::Now, std::slice::from_ref(&key)).await.unwrap();
    assert_eq!(versions[&key].len(), 2, "the post was told of");

    let tick = watch.tick_at(DUE).await;
    assert_eq!((tick.done, tick.failed), (1, 0), "{:?}", watch.state(set).await.failure);
    assert_eq!(watch.house.seen(id).await.as_deref(), Some("Awa KEÏTA"));
}

#[tokio::test]
async fn an_instant_that_has_passed_is_refused() {
    let house = house(Backend::Sqlite).await;
    let entry = house.entry(&article("Titre")).await;
    house.clock.set(DUE);
    let errors = house.refused(&schedule(entry, false)).await;
    assert_eq!((errors[0].code, errors[0].path.as_str()), (UserErrorCode::Invalid, "at"));
}
