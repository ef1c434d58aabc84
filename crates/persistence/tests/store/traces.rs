//! What stays known of an entry whatever became of it.

use std::collections::BTreeSet;

use griot_domain::{EntryKind, RetractionAct};
use griot_persistence::Trace;
use rstest::rstest;

use crate::support::*;

async fn trace(store: &Store, number: u128) -> Option<Trace> {
    store.reader.traces(&[id(number)]).await.unwrap().remove(&id(number))
}

#[rstest]
#[tokio::test]
async fn an_entry_leaves_a_trace_that_no_withdrawal_and_no_kill_takes_away(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").text("en", "A").build(), topic(2, "B").build()]).await;
    let locales: BTreeSet<_> = ["en", "fr"].map(locale).into();
    let first = trace(&store, 1).await.unwrap();
    assert_eq!((first.kind, &first.locales, first.acts.len()), (EntryKind::Article, &locales, 1));
    assert_eq!(first.first_live(), at("2024-01-01"));
    assert!(first.issued(at("2024-01-01")) > at("2024-01-01"), "it was public before it came here");
    assert_eq!(first.issued(at("2024-01-02")), at("2024-01-02"), "of no act");
    assert_eq!(trace(&store, 3).await, None);

    let taken_back = |day, act| article(1, "2024-01-01").on(day).retracted(act, "x").build();
    store.publish(&[taken_back("2024-02-01", RetractionAct::Withdrawn)]).await;
    store.publish(&[taken_back("2024-03-01", RetractionAct::Killed)]).await;
    let last = trace(&store, 1).await.unwrap();
    assert_eq!((last.kind, &last.locales, last.acts.len()), (EntryKind::Article, &locales, 3));
    assert_eq!(last.acts[0], first.acts[0]);
    assert_eq!(last.acts[2].live_from, at("2024-03-01"));
}

#[rstest]
#[tokio::test]
async fn what_was_taken_back_is_listed_newest_first_while_it_stands(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let articles = || (1..=4).map(|number| article(number, "2024-01-01"));
    store.publish(&articles().map(|one| one.build()).collect::<Vec<_>>()).await;
    for (number, day, act) in [
        (1, "2024-02-01", RetractionAct::Withdrawn),
        (2, "2024-02-02", RetractionAct::Killed),
        (3, "2024-02-03", RetractionAct::Withdrawn),
    ] {
        store.publish(&[article(number, "2024-01-01").on(day).retracted(act, "x").build()]).await;
    }
    let listed = async |since, limit| {
        let found = store.reader.retracted(EntryKind::Article, at(since), limit).await.unwrap();
        found.iter().map(|notice| notice.id).collect::<Vec<_>>()
    };
    assert_eq!(listed("2024-01-01", 10).await, [id(3), id(2), id(1)]);
    assert_eq!(listed("2024-01-01", 1).await, [id(3)]);
    assert_eq!(listed("2024-02-02", 10).await, [id(3), id(2)]);
    store.publish(&[article(3, "2024-01-01").on("2024-03-01").texts_only().build()]).await;
    assert_eq!(listed("2024-01-01", 10).await, [id(2), id(1)], "it came back");
    assert_eq!(store.reader.retracted(EntryKind::Topic, at("2024-01-01"), 10).await.unwrap(), []);
}

#[rstest]
#[tokio::test]
async fn a_withdrawal_has_a_number_among_the_versions(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "A").build()]).await;
    store.publish(&[topic(1, "B").on("2024-02-01").texts_only().build()]).await;
    store.publish(&[topic(1, "B").on("2024-03-01").retracted(RetractionAct::Withdrawn, "x").build()]).await;
    store.publish(&[topic(1, "C").on("2024-04-01").texts_only().build()]).await;
    let key = (id(1), locale("fr"));
    let found = store.reader.versions(now("fr").moment, std::slice::from_ref(&key)).await.unwrap();
    let numbers: Vec<u32> = found[&key].iter().map(|version| version.number).collect();
    assert_eq!(numbers, [1, 2, 4]);
    assert_eq!(trace(&store, 1).await.unwrap().acts.len(), 4);
}
