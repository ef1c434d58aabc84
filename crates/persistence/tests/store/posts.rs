//! What is published of a post is published of whoever holds it.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, Publication, RetractionAct};
use griot_persistence::Outcome;
use rstest::rstest;

use crate::support::*;

const PERSON: u128 = 10;

/// The instants from which versions of a person hold, and the publications of it in the journal.
async fn history(store: &Store, person: EntryId) -> (Vec<DateTime<Utc>>, usize) {
    let key = (person, locale("fr"));
    let found = store.reader.versions(now("fr").moment, std::slice::from_ref(&key)).await.unwrap();
    let versions = &found[&key];
    assert!(versions.iter().zip(1..).all(|(version, number)| version.number == number), "{versions:?}");
    let acts = store.reader.traces(&[person]).await.unwrap().remove(&person).unwrap().acts.len();
    (versions.iter().map(|version| version.live_from).collect(), acts)
}

fn post(day: &str, title: &str) -> Publication {
    appointment(20, id(PERSON), Some(id(11)), (Some("2024"), None)).on(day).text("fr", title).build()
}

fn gone(day: &str, act: RetractionAct) -> Publication {
    appointment(20, id(PERSON), Some(id(11)), (Some("2024"), None)).on(day).retracted(act, "x").build()
}

#[rstest]
#[tokio::test]
async fn a_post_makes_a_version_of_its_holder(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[person(PERSON, "A. Diarra").on("2024-01-01").build(), person(12, "B").on("2024-01-01").build()])
        .await;
    let before = store.record(&now("fr"), id(PERSON)).await.unwrap();
    assert_eq!(history(&store, id(PERSON)).await, (vec![at("2024-01-01")], 1));

    let outcomes = store.publish(&[post("2024-02-01", "Ministre")]).await;
    assert!(matches!(outcomes[..], [Outcome::Created { seq: 3 }]), "{outcomes:?}");
    let mut days = vec![at("2024-01-01"), at("2024-02-01")];
    assert_eq!(history(&store, id(PERSON)).await, (days.clone(), 2));
    assert_eq!(history(&store, id(12)).await, (vec![at("2024-01-01")], 1), "nobody else");
    assert_eq!(store.reader.last_seq().await.unwrap(), 4);
    let after = store.record(&now("fr"), id(PERSON)).await.unwrap();
    assert_eq!((&after.entry, &after.text, after.since), (&before.entry, &before.text, before.since));
    assert_eq!(after.updated_at, at("2024-02-01"));

    let outcomes = store.publish(&[post("2024-02-01", "Ministre")]).await;
    assert!(matches!(outcomes[..], [Outcome::Unchanged]), "{outcomes:?}");
    assert_eq!(history(&store, id(PERSON)).await, (days.clone(), 2), "told once");

    for (count, change) in [
        post("2024-03-01", "Ministre d’État"),
        gone("2024-04-01", RetractionAct::Withdrawn),
        post("2024-05-01", "Ministre d’État"),
        gone("2024-06-01", RetractionAct::Killed),
    ]
    .into_iter()
    .zip(3..)
    .map(|(change, count)| (count, change))
    {
        days.push(change.live_from);
        store.publish(&[change]).await;
        assert_eq!(history(&store, id(PERSON)).await, (days.clone(), count), "no number is given twice");
    }
    // One that says something else of the person goes on from there.
    store.publish(&[person(PERSON, "Awa Diarra").on("2024-07-01").build()]).await;
    days.push(at("2024-07-01"));
    assert_eq!(history(&store, id(PERSON)).await, (days, 7));
}

#[rstest]
#[tokio::test]
async fn what_is_published_with_a_post_tells_of_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    // Together, in either order.
    store.publish(&[post("2024-01-01", "Ministre"), person(PERSON, "A. Diarra").on("2024-01-01").build()]).await;
    assert_eq!(history(&store, id(PERSON)).await, (vec![at("2024-01-01")], 1));
    store.publish(&[post("2024-02-01", "Ministre d’État"), person(PERSON, "Awa").on("2024-02-01").build()]).await;
    store.publish(&[person(PERSON, "Awa Diarra").on("2024-03-01").build(), post("2024-03-01", "Ministre")]).await;
    let days = ["2024-01-01", "2024-02-01", "2024-03-01"].map(at).to_vec();
    assert_eq!(history(&store, id(PERSON)).await, (days.clone(), 3));

    // A date of the past changes the past.
    let earlier = appointment(21, id(PERSON), None, (Some("2020"), None)).on("2024-02-15").build();
    store.publish(&[earlier]).await;
    assert_eq!(history(&store, id(PERSON)).await, (days.clone(), 3));

    // What says no more than the version before is no reason to refuse what is dated before it.
    store.publish(&[post("2024-05-01", "Ministre d’État")]).await;
    let outcomes = store.publish_on("2024-06-01", &[person(PERSON, "A. Diarra").on("2024-04-01").build()]).await;
    assert!(matches!(outcomes[..], [Outcome::Updated { .. }]), "{outcomes:?}");
    let days = [days, ["2024-05-01", "2024-06-01"].map(at).to_vec()].concat();
    assert_eq!(history(&store, id(PERSON)).await, (days, 5));
}

#[rstest]
#[tokio::test]
async fn no_version_comes_before_one_that_a_text_made(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[person(PERSON, "A. Diarra").on("2024-01-01").build()]).await;
    store.publish(&[person(PERSON, "A. Diarra").on("2024-05-01").body("fr", "Sa vie.").build()]).await;
    store.publish(&[post("2024-03-01", "Ministre")]).await;
    let days = ["2024-01-01", "2024-05-01"].map(at).to_vec();
    assert_eq!(history(&store, id(PERSON)).await, (days, 2), "what was issued keeps its number");
}

#[rstest]
#[tokio::test]
async fn a_person_published_with_a_post_in_two_calls_is_of_its_day(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[person(PERSON, "A. Diarra").on("2024-01-01").build()]).await;
    store.publish(&[post("2024-02-01", "Ministre")]).await;
    store.publish(&[person(PERSON, "Awa").on("2024-02-01").build()]).await;
    let days = ["2024-01-01", "2024-02-01"].map(at).to_vec();
    assert_eq!(history(&store, id(PERSON)).await, (days, 3));
    assert_eq!(store.title(&as_of("2024-02-01"), id(PERSON)).await.as_deref(), Some("Awa"));
}

#[rstest]
#[tokio::test]
async fn who_is_not_public_gets_no_version(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[post("2024-01-01", "Ministre")]).await;
    assert_eq!(store.reader.last_seq().await.unwrap(), 1);
    store.publish(&[person(PERSON, "A. Diarra").on("2024-02-01").build()]).await;
    let withdrawn = person(PERSON, "A. Diarra").on("2024-03-01").retracted(RetractionAct::Withdrawn, "x").build();
    store.publish(&[withdrawn]).await;
    store.publish(&[post("2024-04-01", "Ministre d’État")]).await;
    assert_eq!(store.reader.last_seq().await.unwrap(), 4);
    assert!(store.record(&now("fr"), id(PERSON)).await.is_none());
}
