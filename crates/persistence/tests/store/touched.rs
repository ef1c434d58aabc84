//! What publications change for readers, and the bell that tells of them.

use std::collections::BTreeSet;
use std::time::Duration;

use griot_domain::{EntryId, EntryKind, RetractionAct};
use griot_persistence::{Bell, Touched};
use rstest::rstest;

use crate::support::*;

fn set<T: Ord + Clone>(items: &[T]) -> BTreeSet<T> {
    items.iter().cloned().collect()
}

fn slugs(touched: &Touched) -> BTreeSet<&str> {
    touched.slugs.iter().map(|slug| slug.as_str()).collect()
}

async fn touched_after(store: &Store, seq: i64) -> Vec<Touched> {
    store.reader.touched_after(seq, 100).await.unwrap()
}

#[rstest]
#[tokio::test]
async fn an_entry_is_told_with_all_it_links_to_and_is_called_now_or_was(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(5, "Old").build(),
            topic(6, "New").build(),
            article(1, "2024-01-01").topic(id(5)).old_path("/?p=1", Some("fr")).build(),
        ])
        .await;
    store.publish(&[article(1, "2024-01-01").on("2024-02-01").topic(id(6)).slug("fr", "renamed").build()]).await;
    let touched = touched_after(&store, 3).await;
    let [one] = touched.as_slice() else { panic!("{touched:?}") };
    assert_eq!((one.seq, one.id, one.kind, one.is_killed), (4, id(1), EntryKind::Article, false));
    assert_eq!(set(&one.targets), set(&[id(5), id(6)]), "readers of the topic it left are told too");
    assert_eq!(slugs(one), BTreeSet::from(["article-1-1", "renamed"]));
    assert_eq!(one.old_paths, ["/?p=1"]);

    store.publish(&[article(1, "2024-01-01").on("2024-03-01").retracted(RetractionAct::Withdrawn, "x").build()]).await;
    let touched = touched_after(&store, 4).await;
    assert_eq!(set(&touched[0].targets), set(&[id(5), id(6)]), "a withdrawal is told like any change");
    assert_eq!(touched[0].successors, []);
    store.publish(&[article(1, "2024-01-01").on("2024-04-01").retracted(RetractionAct::Killed, "x").build()]).await;
    assert!(touched_after(&store, 5).await[0].is_killed);
}

#[rstest]
#[tokio::test]
async fn publications_are_told_in_order_and_by_the_page(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let topics: Vec<_> = (1..=7).map(|number| topic(number, "A").build()).collect();
    store.publish(&topics).await;
    let mut seen: Vec<(i64, EntryId)> = Vec::new();
    loop {
        let page = store.reader.touched_after(seen.last().map_or(0, |(seq, _)| *seq), 3).await.unwrap();
        if page.is_empty() {
            break;
        }
        seen.extend(page.iter().map(|touched| (touched.seq, touched.id)));
    }
    assert_eq!(seen, (1..=7).map(|number| (number as i64, id(number))).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_bell_rings_when_something_was_published_and_not_before_it_can_be_read() {
    let store = fresh_store(Backend::Postgres).await;
    let mut bell = Bell::of(&store.location).unwrap();
    // The first ring says that it listens.
    bell.rings().await;
    store.publish(&[topic(1, "A").build()]).await;
    tokio::time::timeout(Duration::from_secs(10), bell.rings()).await.expect("a ring");
    assert_eq!(store.reader.last_seq().await.unwrap(), 1);
    // What is refused, and what is no publication, is not told of.
    store.publish(&[topic(1, "A").build()]).await;
    tokio::time::timeout(Duration::from_millis(300), bell.rings()).await.expect_err("nothing was published");
}

#[rstest]
#[tokio::test]
async fn an_entry_that_another_stands_for_is_told_with_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "Kept").build(), topic(2, "Dropped").external("cms", "2").build()]).await;
    let mut merged = topic(2, "Dropped").on("2024-02-01").retracted(RetractionAct::Withdrawn, "x").build();
    merged.retraction.as_mut().unwrap().successor = Some(id(1));
    store.publish(&[merged]).await;
    let touched = touched_after(&store, 2).await;
    assert_eq!((touched[0].id, touched[0].successors.as_slice()), (id(2), [id(1)].as_slice()));
}

#[rstest]
#[tokio::test]
async fn what_names_an_entry_or_did_is_found(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(5, "Old").build(),
            topic(6, "New").build(),
            article(1, "2024-01-01").topic(id(5)).build(),
            article(2, "2024-01-01").topic(id(6)).build(),
        ])
        .await;
    store.publish(&[article(1, "2024-01-01").on("2024-02-01").topic(id(6)).build()]).await;
    let naming = async |targets: &[EntryId], kinds: &[EntryKind]| store.reader.naming(targets, kinds).await.unwrap();
    let articles = [EntryKind::Article];
    assert_eq!(naming(&[id(5)], &articles).await, [id(1)], "it was filed there once");
    assert_eq!(naming(&[id(6)], &articles).await, [id(1), id(2)]);
    assert_eq!(naming(&[id(6)], &[EntryKind::Person]).await, []);
    assert_eq!(naming(&[], &articles).await, []);

    // A post is told with its person and its institution, in which the names of both stand.
    let post = appointment(20, id(10), Some(id(11)), (Some("2024"), None));
    store.publish(&[person(10, "A. Diarra").build(), post.build()]).await;
    let people = [EntryKind::Person, EntryKind::Institution];
    assert_eq!(naming(&[id(11)], &people).await, [id(10), id(11)]);
    assert_eq!(naming(&[id(10)], &articles).await, [id(10), id(11)], "whatever kinds are asked for");
}
