//! Schedules and embargoes.

use griot_access::TwoPerson;
use griot_domain::EntryKind;
use griot_persistence::{Location, PublishedStore};
use griot_testbed::{Backend, Place};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, at, with};

async fn last_seq(office: &Office) -> i64 {
    let location = match office.database.place() {
        Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
        Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
    };
    PublishedStore::open(&location).await.unwrap().last_seq().await.unwrap()
}

#[rstest]
#[case("contentSchedule", false)]
#[case("contentEmbargo", true)]
#[tokio::test]
async fn a_set_waits_for_its_time_is_moved_and_called_off(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] mutation: &str,
    #[case] is_early: bool,
) {
    let office = Office::open(backend).await;
    let (one, two) = (office.article("Un").await, office.article("Deux").await);
    let input = json!({ "items": [one, two], "at": "2026-03-01T07:00:00+01:00" });
    let made = office.done("publisher", mutation, input).await["schedule"].take();
    assert_eq!(made["dueAt"], "2026-03-01T06:00:00Z");
    assert_eq!((made["state"].clone(), made["isEarly"].clone()), (json!("WAITING"), json!(is_early)));
    assert_eq!(made["contentIds"], json!([one["contentId"], two["contentId"]]));
    let target = json!({ "scheduleId": made["id"] });
    let moved =
        office.done("publisher", "scheduleMove", with(target.clone(), json!({ "at": "2026-04-01T06:00:00Z" }))).await;
    assert_eq!(moved["schedule"]["dueAt"], "2026-04-01T06:00:00Z");
    let late = json!({ "expectedDueAt": "2026-03-01T06:00:00Z", "at": "2026-05-01T06:00:00Z" });
    for (mutation, input) in [("scheduleMove", late), ("scheduleCancel", json!({ "expectedDueAt": made["dueAt"] }))] {
        let error = office.refused("publisher", mutation, with(target.clone(), input)).await;
        assert_eq!((error["code"].clone(), error["path"].clone()), (json!("CONFLICT"), json!(["expectedDueAt"])));
        let instants = (error["expectedDueAt"].clone(), error["currentDueAt"].clone());
        assert_eq!(instants, (json!("2026-03-01T06:00:00Z"), json!("2026-04-01T06:00:00Z")));
    }
    let log = office.ask("administrator", "{ auditLog(first: 1) { verb contentIds } }", json!({})).await;
    assert_eq!(log["auditLog"][0], json!({ "verb": "schedule", "contentIds": made["contentIds"] }));
    let target = with(target, json!({ "expectedDueAt": moved["schedule"]["dueAt"] }));
    let cancelled = office.done("publisher", "scheduleCancel", target.clone()).await;
    assert_eq!(cancelled["schedule"]["state"], "CANCELLED");
    let error = office.refused("publisher", "scheduleCancel", target).await;
    assert_eq!(error["code"], "STATE");
    let lists = "{ waiting: schedules { id } cancelled: schedules(state: CANCELLED, first: 1) { id } }";
    let lists = office.ask("author", lists, json!({})).await;
    assert_eq!((lists["waiting"].clone(), lists["cancelled"].clone()), (json!([]), json!([{ "id": made["id"] }])));
    let one =
        office.ask("author", "query($id: ID!) { schedule(id: $id) { state } }", json!({ "id": made["id"] })).await;
    assert_eq!(one["schedule"]["state"], "CANCELLED");
    assert_eq!(last_seq(&office).await, 0, "nothing became public");
}

#[rstest]
#[tokio::test]
async fn what_waits_for_its_time_is_not_published_otherwise(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend).await;
    let (one, two) = (office.article("Un").await, office.article("Deux").await);
    office.publish(&[&one]).await;
    let input = json!({ "items": [one, two], "at": "2026-03-01T07:00:00+01:00" });
    let made = office.done("publisher", "contentSchedule", input).await["schedule"].take();
    let correction = with(one.clone(), json!({ "correctionKind": "UPDATE", "publicNote": "n" }));
    for (mutation, input, path) in [
        ("contentPublish", json!({ "items": [two] }), json!(["items", "0"])),
        ("contentEmbargo", json!({ "items": [two], "at": "2026-04-01T00:00:00Z" }), json!(["items", "0"])),
        ("articleCorrect", correction, Value::Null),
        ("draftArchive", with(two.clone(), json!({ "isArchived": true })), Value::Null),
    ] {
        let error = office.refused("publisher", mutation, input).await;
        assert_eq!((error["code"].clone(), error["path"].clone()), (json!("STATE"), path), "{mutation}");
        let message = error["message"].as_str().unwrap();
        assert!(message.contains(made["id"].as_str().unwrap()) && message.contains("call that off"), "{message}");
    }
    office.done("publisher", "contentWithdraw", one.clone()).await;
    let state = "query($id: ID!) { schedule(id: $id) { state } }";
    let schedule = office.ask("author", state, json!({ "id": made["id"] })).await["schedule"].take();
    assert_eq!(schedule["state"], "CANCELLED", "what is withdrawn does not come back by a schedule");
    office.publish(&[&two]).await;
}

#[rstest]
#[tokio::test]
async fn a_correction_that_takes_two_is_of_an_approved_draft(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::with(backend, TwoPerson { kinds: [EntryKind::Article].into() }).await;
    let one = office.article("Visite").await;
    office.done("publisher:another", "contentPublish", json!({ "items": [one] })).await;
    let change = json!({ "texts": [{ "locale": "fr", "headline": "Visite à Ségou" }] });
    let told =
        json!({ "correctionKind": "CORRECTION", "publicNote": { "fr": "Le lieu manquait." }, "note": "a reader" });
    let at_once = with(with(one.clone(), change.clone()), told.clone());
    assert_eq!(office.refused("publisher", "articleCorrect", at_once).await["code"], "FORBIDDEN");
    let draft = at(&office.done("publisher", "articleUpdate", with(one, change)).await);
    let correct = with(draft.clone(), told);
    assert_eq!(office.refused("publisher", "articleCorrect", correct.clone()).await["code"], "FORBIDDEN");
    office.done("publisher", "draftSubmit", draft.clone()).await;
    office.done("editor", "draftApprove", draft.clone()).await;
    let corrected = office.done("publisher", "articleCorrect", correct).await;
    assert_eq!(
        (corrected["state"].clone(), corrected["approvedBy"].clone()),
        (json!("PUBLISHED"), json!("key:editor"))
    );
    assert_eq!(corrected["title"], "Visite à Ségou");
    let correction = &corrected["content"]["entry"]["corrections"][0];
    assert_eq!(
        (&correction["kind"], &correction["note"]),
        (&json!("CORRECTION"), &json!({ "fr": "Le lieu manquait." }))
    );
}

#[tokio::test]
async fn nothing_is_scheduled_for_the_past() {
    let office = Office::open(Backend::Sqlite).await;
    let one = office.article("Un").await;
    let error =
        office.refused("publisher", "contentSchedule", json!({ "items": [one], "at": "2025-01-01T00:00:00Z" })).await;
    assert_eq!((error["code"].clone(), error["path"].clone()), (json!("INVALID"), json!(["at"])));
}

#[rstest]
#[tokio::test]
async fn one_language_becomes_public_alone(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Un").await;
    let english = json!({ "texts": [{ "locale": "en", "headline": "One" }] });
    let both = office.done("author", "articleUpdate", with(one, english)).await;
    let item = |locales: Value| json!({ "items": [{ "contentId": both["contentId"], "expectedRevision": 2, "locales": locales }] });
    let error = office.refused("publisher", "contentPublish", item(json!(["en"]))).await;
    assert_eq!((error["code"].clone(), error["field"].clone()), (json!("REQUIRED"), json!("texts.en.body")));
    let payload = office.done("publisher", "contentPublish", item(json!(["fr"]))).await;
    assert_eq!(payload["drafts"][0]["state"], "WRITING", "English is still to come");
    let withdrawal = json!({ "contentId": both["contentId"], "expectedRevision": 2, "locales": ["en"] });
    assert_eq!(office.refused("publisher", "contentWithdraw", withdrawal).await["code"], "STATE");
}
