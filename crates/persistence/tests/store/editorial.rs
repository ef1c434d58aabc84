//! The editors' side: drafts, acts, keys, schedules and the log, on both databases.

use chrono::TimeDelta;
use griot_domain::{Draft, EntryId, Publication};
use griot_persistence::{
    AuditFlaw, AuditRecord, Committed, DraftFilter, DraftState, EditorialStore, Outcome, Publishing, Refusal, Replay,
    Saving, Schedule, ScheduleState, StoreName,
};
use rstest::rstest;
use serde_json::json;
use uuid::Uuid;

use crate::support::*;

/// Tables of a store with what was published.
const CONTENT: [&str; 9] =
    ["entry", "external_id", "old_path", "slug", "entry_version", "edition", "naming", "link", "journal"];

async fn desk(backend: Backend) -> (Store, EditorialStore) {
    let store = fresh_store(backend).await;
    let editorial = EditorialStore::open(&store.location).await.unwrap();
    (store, editorial)
}

fn draft_of(publication: &Publication) -> Draft {
    Draft {
        entry: publication.entry.clone().unwrap(),
        editions: publication.editions.clone(),
        external_ids: publication.external_ids.clone(),
        old_paths: publication.old_paths.clone(),
    }
}

fn saving(author: &'static str, day: &str) -> Saving<'static> {
    Saving { author, verb: "edit", note: Some("why"), at: at(day) }
}

async fn save(editorial: &EditorialStore, id: EntryId, draft: &Draft, day: &str) -> Result<i64, Refusal> {
    let mut tx = editorial.begin().await.unwrap();
    let known = tx.draft(id).await.unwrap();
    let saved = tx.save(id, known.as_ref(), draft, saving("ada", day)).await.unwrap();
    if saved.is_ok() {
        assert_eq!(tx.commit().await.unwrap(), Committed::Applied);
    }
    saved
}

async fn publish(editorial: &EditorialStore, publications: &[Publication], day: &str) -> Vec<Outcome> {
    let mut tx = editorial.begin().await.unwrap();
    let publishings: Vec<Publishing> = publications.iter().cloned().map(Publishing::from).collect();
    let outcomes = tx.act(StoreName::Published, &publishings, &act(day)).await.unwrap();
    assert_eq!(tx.commit().await.unwrap(), Committed::Applied);
    outcomes.into_iter().map(|(_, outcome)| outcome).collect()
}

#[rstest]
#[tokio::test]
async fn a_draft_keeps_every_revision_and_none_is_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (store, editorial) = desk(backend).await;
    let titles = ["Un", "Deux", "Trois"];
    for (title, day) in titles.iter().zip(["2026-01-01", "2026-01-02", "2026-01-03"]) {
        let draft = draft_of(&article(1, "2024-05-01").text("fr", title).slug("fr", "un").build());
        save(&editorial, id(1), &draft, day).await.unwrap();
    }
    let told: Vec<_> = editorial
        .revisions(id(1), None, 10)
        .await
        .unwrap()
        .into_iter()
        .map(|one| (one.number, one.content.title().to_owned(), one.author, one.note))
        .collect();
    let line = |number, title: &str| (number, title.to_owned(), "ada".to_owned(), Some("why".to_owned()));
    assert_eq!(told, [line(3, "Trois"), line(2, "Deux"), line(1, "Un")]);
    let draft = editorial.draft(id(1)).await.unwrap().unwrap();
    assert_eq!((draft.revision, draft.state, draft.content.title()), (3, DraftState::Writing, "Trois"));
    let listed = editorial.drafts(&DraftFilter::default(), None, 10).await.unwrap();
    assert_eq!(listed, [draft]);
    assert_eq!(store.count("entry").await, 0, "the published store knows nothing of it");
}

#[rstest]
#[tokio::test]
async fn who_reads_does_not_wait_for_who_writes(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (store, editorial) = desk(backend).await;
    store.publish(&[topic(2, "T").build()]).await;
    let draft = |title: &str| draft_of(&article(1, "2024-05-01").text("fr", title).slug("fr", "un").build());
    save(&editorial, id(1), &draft("Un"), "2026-01-01").await.unwrap();
    let mut tx = editorial.begin().await.unwrap();
    let known = tx.draft(id(1)).await.unwrap();
    tx.save(id(1), known.as_ref(), &draft("Deux"), saving("ada", "2026-01-02")).await.unwrap().unwrap();
    let publishings = [article(3, "2024-05-01").build().into()];
    tx.act(StoreName::Published, &publishings, &act("2026-01-02")).await.unwrap();
    let seen = async || {
        let drafts = editorial.drafts(&DraftFilter::default(), None, 10).await.unwrap();
        let of_public = editorial.draft(id(2)).await.unwrap().map(|draft| draft.revision);
        assert_eq!(editorial.schedules(ScheduleState::Waiting, 10).await.unwrap(), []);
        assert_eq!(editorial.verify_audit(None).await.unwrap().unwrap().number, 0);
        (drafts[0].revision, editorial.revisions(id(1), None, 10).await.unwrap().len(), of_public)
    };
    assert_eq!(seen().await, (1, 1, Some(0)), "what is not committed is not there yet");
    assert_eq!(tx.commit().await.unwrap(), Committed::Applied);
    assert_eq!(seen().await, (2, 2, Some(0)));
}

#[rstest]
#[tokio::test]
async fn the_first_edit_of_what_is_public_begins_with_that(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (store, editorial) = desk(backend).await;
    let public = article(1, "2024-05-01").text("fr", "Public").text("en", "Public").build();
    store.publish(std::slice::from_ref(&public)).await;
    let found = editorial.draft(id(1)).await.unwrap().unwrap();
    assert_eq!((found.revision, found.state), (0, DraftState::Published));
    assert_eq!(found.content, draft_of(&public));
    let mut changed = found.content.clone();
    changed.editions.remove(&locale("en"));
    save(&editorial, id(1), &changed, "2026-02-01").await.unwrap();
    let numbers: Vec<i64> =
        editorial.revisions(id(1), None, 10).await.unwrap().into_iter().map(|one| one.number).collect();
    assert_eq!(numbers, [1, 0]);
    assert_eq!(editorial.revision(id(1), 0).await.unwrap().unwrap().content, draft_of(&public));
    assert_eq!(store.title(&now("en"), id(1)).await, Some("Public".to_owned()), "an edit changes nothing in public");
}

#[rstest]
#[tokio::test]
async fn what_was_acknowledged_becomes_public_after_a_crash(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (store, editorial) = desk(backend).await;
    publish(&editorial, &[article(1, "2024-05-01").build(), topic(2, "T").build()], "2026-01-01").await;
    publish(&editorial, &[article(1, "2026-01-02").text("fr", "Neu").build()], "2026-01-02").await;
    let before = store.traces().await;
    assert_eq!(before.0, 3);
    // As if the process had died after the last commit of the editorial store, and each one before.
    for table in CONTENT {
        store.raw(&format!("DELETE FROM {table}")).await;
    }
    store.raw("UPDATE journal_head SET seq = 0").await;
    store.raw("UPDATE applied SET number = 0").await;
    assert!(editorial.finish().await.unwrap());
    assert_eq!(store.traces().await, before);
    assert!(!editorial.finish().await.unwrap(), "an act is taken up once");
    assert_eq!(store.traces().await, before);
}

#[rstest]
#[tokio::test]
async fn a_new_editorial_store_goes_on_where_the_public_one_is(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (store, editorial) = desk(backend).await;
    publish(&editorial, &[topic(1, "A").build()], "2026-01-01").await;
    publish(&editorial, &[topic(2, "B").build()], "2026-01-02").await;
    // As if the editorial store had been lost, or an old copy put back.
    store.try_raw_in("editorial", "DELETE FROM act").await.unwrap();
    store.try_raw_in("editorial", "UPDATE drafting_head SET published = 0").await.unwrap();
    assert_eq!(publish(&editorial, &[topic(3, "C").build()], "2026-01-03").await, [Outcome::Created { seq: 3 }]);
    assert_eq!(store.title(&now("fr"), id(3)).await, Some("C".to_owned()));
    assert!(!editorial.finish().await.unwrap());
}

#[rstest]
#[tokio::test]
async fn an_act_that_is_given_up_leaves_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (store, editorial) = desk(backend).await;
    publish(&editorial, &[topic(1, "A").slug("fr", "a").build()], "2026-01-01").await;
    let before = store.traces().await;
    let mut tx = editorial.begin().await.unwrap();
    tx.save(id(7), None, &draft_of(&article(7, "2024-05-01").build()), saving("ada", "2026-01-02"))
        .await
        .unwrap()
        .unwrap();
    let set = [topic(2, "B").build().into(), topic(3, "A").slug("fr", "a").build().into()];
    let outcomes = tx.act(StoreName::Published, &set, &act("2026-01-02")).await.unwrap();
    assert!(matches!(outcomes[1], (_, Outcome::Refused(Refusal::SlugTaken { .. }))), "{outcomes:?}");
    drop(tx);
    assert_eq!(store.traces().await, before);
    assert_eq!(editorial.draft(id(7)).await.unwrap(), None);
    assert_eq!(publish(&editorial, &[topic(2, "B").build()], "2026-01-03").await, [Outcome::Created { seq: 2 }]);
}

#[rstest]
#[tokio::test]
async fn what_is_erased_leaves_the_embargoed_store(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (store, editorial) = desk(backend).await;
    let mut tx = editorial.begin().await.unwrap();
    let set = [article(1, "2024-05-01").build().into(), article(2, "2024-05-01").build().into()];
    tx.act(StoreName::Embargoed, &set, &act("2026-01-01")).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.count("entry").await, 0);
    let mut tx = editorial.begin().await.unwrap();
    tx.act(StoreName::Embargoed, &[Publishing::Erase(id(1))], &act("2026-01-02")).await.unwrap();
    tx.commit().await.unwrap();
    let embargoed = griot_persistence::Publisher::open(&store.location, StoreName::Embargoed).await.unwrap();
    let live: Vec<EntryId> =
        embargoed.live_entries(griot_domain::EntryKind::Article).await.unwrap().iter().map(|one| one.id).collect();
    assert_eq!(live, [id(2)]);
}

#[rstest]
#[tokio::test]
async fn a_key_gives_its_answer_again_for_a_day(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_store, editorial) = desk(backend).await;
    let first = at("2026-01-01");
    let tx = editorial.begin().await.unwrap();
    assert_eq!(tx.replay("ada", "k", "digest", first).await.unwrap(), None);
    tx.remember("ada", "k", "digest", "the answer", first).await.unwrap();
    tx.commit().await.unwrap();
    let soon = first + TimeDelta::hours(24) - TimeDelta::microseconds(1);
    let tx = editorial.begin().await.unwrap();
    let same = Some(Replay::Same("the answer".to_owned()));
    assert_eq!(tx.replay("ada", "k", "digest", soon).await.unwrap(), same);
    assert_eq!(tx.replay("ada", "k", "another", soon).await.unwrap(), Some(Replay::Other));
    assert_eq!(tx.replay("bob", "k", "digest", soon).await.unwrap(), None, "a key belongs to its principal");
    let later = first + TimeDelta::hours(24);
    assert_eq!(tx.replay("ada", "k", "another", later).await.unwrap(), None);
    tx.remember("ada", "k", "another", "anew", later).await.unwrap();
    tx.commit().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn schedules_come_in_the_order_they_are_due(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (_store, editorial) = desk(backend).await;
    let schedule = |number: u128, day: &str| Schedule {
        id: Uuid::from_u128(number),
        due_at: at(day),
        state: ScheduleState::Waiting,
        verb: "publish".to_owned(),
        is_early: number == 2,
        author: "ada".to_owned(),
        made_at: at("2026-01-01"),
        publishings: vec![article(number, day).external("cms", "7").build().into(), Publishing::Erase(id(9))],
        failure: None,
        after_seq: (number == 2).then_some(7),
    };
    let (first, second) = (schedule(1, "2026-03-01"), schedule(2, "2026-02-01"));
    let tx = editorial.begin().await.unwrap();
    for one in [&first, &second] {
        tx.put_schedule(one).await.unwrap();
    }
    tx.commit().await.unwrap();
    assert_eq!(editorial.next_due().await.unwrap(), Some(at("2026-02-01")));
    assert_eq!(editorial.due(at("2026-02-01") - TimeDelta::microseconds(1)).await.unwrap(), []);
    assert_eq!(editorial.due(at("2026-02-01")).await.unwrap(), std::slice::from_ref(&second));
    assert_eq!(editorial.due(at("2026-04-01")).await.unwrap(), [second.clone(), first.clone()]);
    let done = Schedule { state: ScheduleState::Done, ..second };
    let tx = editorial.begin().await.unwrap();
    tx.put_schedule(&done).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(editorial.due(at("2026-04-01")).await.unwrap(), [first]);
    assert_eq!(editorial.schedules(ScheduleState::Done, 10).await.unwrap(), [done]);
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn writers_at_the_same_time_leave_no_gap(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let writers: Vec<_> = (0..8_u128)
        .map(|writer| {
            let location = store.location.clone();
            tokio::spawn(async move {
                // Each with connections of its own, as processes have.
                let editorial = EditorialStore::open(&location).await.unwrap();
                for round in 0..5_u128 {
                    let number = writer * 100 + round;
                    let mut tx = editorial.begin().await.unwrap();
                    let set = [topic(number, &format!("T{number}")).build().into()];
                    tx.act(StoreName::Published, &set, &act("2026-01-01")).await.unwrap();
                    tx.audit(&record(number)).await.unwrap();
                    assert_eq!(tx.commit().await.unwrap(), Committed::Applied);
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await.unwrap();
    }
    assert_eq!(store.reader.last_seq().await.unwrap(), 40);
    let editorial = EditorialStore::open(&store.location).await.unwrap();
    assert_eq!(editorial.verify_audit(None).await.unwrap().unwrap().number, 40);
}

fn record(number: u128) -> AuditRecord {
    AuditRecord {
        at: at("2026-01-01"),
        author: "ada".to_owned(),
        origin: "test".to_owned(),
        verb: "publish".to_owned(),
        subjects: vec![id(number)],
        detail: json!({ "revision": 1 }),
    }
}

#[rstest]
#[tokio::test]
async fn the_log_cannot_be_altered_unseen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(
        ("UPDATE audit SET author = 'eve' WHERE number = 2", AuditFlaw::Altered(2)),
        ("DELETE FROM audit WHERE number = 2", AuditFlaw::Missing(2)),
        ("DELETE FROM audit WHERE number = 3", AuditFlaw::CutOff { last: 2, head: 3 })
    )]
    (sql, flaw): (&str, AuditFlaw),
) {
    let (store, editorial) = desk(backend).await;
    for number in 1..=3 {
        let mut tx = editorial.begin().await.unwrap();
        assert_eq!(tx.audit(&record(number)).await.unwrap(), number as i64);
        tx.commit().await.unwrap();
    }
    assert_eq!(editorial.verify_audit(None).await.unwrap().unwrap().number, 3);
    let page = editorial.audit_page(Some(3), 10).await.unwrap();
    assert_eq!(page.iter().map(|one| one.number).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(page[0].record, record(2));
    let refused = store.try_raw_in("editorial", sql).await.unwrap_err();
    assert!(refused.contains("append-only"), "{refused}");
    let unguarded = match backend {
        Backend::Sqlite => "DROP TRIGGER audit_not_changed; DROP TRIGGER audit_not_deleted;",
        Backend::Postgres => "DROP TRIGGER audit_append_only ON audit;",
    };
    store.try_raw_in("editorial", unguarded).await.unwrap();
    store.try_raw_in("editorial", sql).await.unwrap();
    assert_eq!(editorial.verify_audit(None).await.unwrap(), Err(flaw));
}

#[rstest]
#[tokio::test]
async fn a_log_that_was_cut_with_its_head_is_told_by_a_mark_of_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (store, editorial) = desk(backend).await;
    let mut marks = Vec::new();
    for number in 1..=3 {
        let mut tx = editorial.begin().await.unwrap();
        tx.audit(&record(number)).await.unwrap();
        tx.commit().await.unwrap();
        marks.push(editorial.verify_audit(None).await.unwrap().unwrap());
    }
    for mark in &marks {
        assert_eq!(mark.to_string().parse().as_ref(), Ok(mark));
        assert_eq!(editorial.verify_audit(Some(mark)).await.unwrap().as_ref(), Ok(&marks[2]));
    }
    let unguarded = match backend {
        Backend::Sqlite => "DROP TRIGGER audit_not_deleted;",
        Backend::Postgres => "DROP TRIGGER audit_append_only ON audit;",
    };
    store.try_raw_in("editorial", unguarded).await.unwrap();
    store.try_raw_in("editorial", "DELETE FROM audit WHERE number = 3").await.unwrap();
    let head = format!("UPDATE drafting_head SET audit = 2, audit_hash = '{}'", marks[1].hash);
    store.try_raw_in("editorial", &head).await.unwrap();
    assert_eq!(editorial.verify_audit(None).await.unwrap().as_ref(), Ok(&marks[1]), "it looks whole");
    assert_eq!(editorial.verify_audit(Some(&marks[1])).await.unwrap().as_ref(), Ok(&marks[1]));
    let cut = AuditFlaw::CutBack { number: 3, last: 2 };
    assert_eq!(editorial.verify_audit(Some(&marks[2])).await.unwrap(), Err(cut));

    let mut tx = editorial.begin().await.unwrap();
    tx.audit(&record(4)).await.unwrap();
    tx.commit().await.unwrap();
    let now = editorial.verify_audit(None).await.unwrap().unwrap();
    let replaced = AuditFlaw::Replaced { number: 3, expected: marks[2].hash.clone(), found: now.hash };
    assert_eq!(editorial.verify_audit(Some(&marks[2])).await.unwrap(), Err(replaced));
}

#[rstest]
fn what_is_no_mark_of_the_log_is_refused(
    #[values("", "3", "3:", "0:HASH", "-1:HASH", ":HASH", "three:HASH", "3:HASH0", "3:g", "3 HASH")] text: &str,
) {
    let text = text.replace("HASH", &"0a".repeat(32));
    assert!(text.parse::<griot_persistence::AuditMark>().is_err(), "{text}");
}
