//! The journal is the record: replayed into an empty store it makes the same one.

use griot_domain::{EntryKind, LinkRole, Moment, Publication, View};
use griot_persistence::Condition;
use rstest::rstest;

use crate::support::*;

/// Everything that can happen to entries, in the order Griot learned of it.
fn history() -> Vec<Publication> {
    vec![
        topic(8, "Sahel").external("iptc", "8").build(),
        person(7, "Awa").build(),
        article(1, "2024-01-01").topic(id(8)).mention("fr", id(7)).old_path("/?p=1", None).body("fr", "Corps").build(),
        article(2, "2024-02-01").topic(id(8)).build(),
        article(1, "2024-01-01").topic(id(8)).text("fr", "Revu").on("2024-03-01").build(),
        // A translation that came later but counts from before; a revision with another date than its translation.
        article(1, "2024-01-01")
            .texts_only()
            .entry_only()
            .text("en", "One")
            .mention("en", id(7))
            .on("2024-02-01")
            .build(),
        article(2, "2024-02-01").topic(id(8)).text("fr", "Deux").text("en", "Two").revised("2024-04-01").build(),
        person(7, "Yaya").entry_only().on("2024-05-01").build(),
        article(1, "2024-01-05").entry_only().on("2024-05-05").build(),
        article(2, "2024-02-01").withdrawing(&["fr", "en"]).on("2024-06-01").build(),
        article(1, "2024-01-01").withdrawing(&["en"]).on("2024-06-02").build(),
        article(2, "2024-02-01").texts_only().text("fr", "Retour").slug("fr", "retour").on("2024-07-01").build(),
        // Names alone, and names of a withdrawn entry.
        article(2, "2024-02-01").external("wp", "2").old_path("/deux/", Some("fr")).build(),
        topic(8, "Sahel").withdrawing(&["fr"]).on("2024-08-01").build(),
        topic(8, "Sahel").external("iptc", "8b").build(),
        // Learned late: dated before what is live of the other part, and into an absence.
        topic(8, "Sahel").texts_only().entry_only().text("en", "The Sahel").on("2024-07-15").build(),
        article(1, "2024-01-05").withdrawing(&["fr"]).on("2024-05-02").build(),
    ]
}

#[rstest]
#[tokio::test]
async fn replaying_the_journal_makes_the_same_record(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[values(1, 3, 1_000)] page_size: u64,
) {
    let store = fresh_store(backend).await;
    for (day, publication) in (1..).zip(history()) {
        store.publish_on(&format!("2026-01-{day:02}"), &[publication]).await;
    }
    let journal = store.publisher.journal_page(0, 1_000).await.unwrap();
    let last = store.reader.last_seq().await.unwrap();
    assert_eq!(journal.iter().map(|(seq, _)| *seq).collect::<Vec<_>>(), (1..=last).collect::<Vec<_>>());
    assert!(last as usize >= history().len());

    let copy = fresh_store(backend).await;
    let mut after = 0;
    loop {
        let page = store.publisher.journal_page(after, page_size).await.unwrap();
        let Some((seq, _)) = page.last() else { break };
        assert!(page.len() as u64 <= page_size);
        after = *seq;
        let publications: Vec<_> = page.into_iter().map(|(_, publication)| publication).collect();
        copy.publish_on("2030-01-01", &publications).await;
    }
    assert_same(&store, &copy).await;
    assert_eq!(copy.publisher.journal_page(0, 1_000).await.unwrap(), journal);
    // Read into the record it came from it changes nothing.
    let all: Vec<_> = journal.into_iter().map(|(_, publication)| publication).collect();
    let before = store.traces().await;
    store.publish_on("2030-01-01", &all).await;
    assert_eq!(store.traces().await, before);
}

/// Compares what readers see on many days, and the rows that lists go by.
async fn assert_same(one: &Store, other: &Store) {
    let mut views: Vec<View> = vec![now("fr"), now("en"), only(&["en"])];
    for month in 1..=12 {
        for day in ["01", "02", "06", "16"] {
            let moment = Moment::AsOf(at(&format!("2024-{month:02}-{day}")));
            views.extend([now("fr"), now("en"), only(&["en"])].map(|view| View { moment, ..view }));
        }
    }
    let ids = [1, 2, 7, 8].map(id);
    for view in views {
        let mut records = one.reader.records(&view, &ids).await.unwrap();
        let mut copies = other.reader.records(&view, &ids).await.unwrap();
        records.values_mut().chain(copies.values_mut()).for_each(|record| record.edition = 0);
        assert_eq!(records, copies, "{view:?}");
        for kind in [EntryKind::Article, EntryKind::Person, EntryKind::Topic] {
            let about = Condition::LinksTo { role: LinkRole::Mention, targets: vec![id(7)] };
            for query in [latest(kind, vec![]), by_name(kind, vec![]), latest(kind, vec![about])] {
                let list = one.reader.pages(&view, std::slice::from_ref(&query)).await.unwrap();
                assert_eq!(list, other.reader.pages(&view, std::slice::from_ref(&query)).await.unwrap(), "{query:?}");
                assert!(list[0].rows.iter().all(|row| records.contains_key(&row.id)), "{view:?} {query:?}");
            }
        }
        for name in ["retour", "article-1-1", "sahel-8"].map(slug) {
            for kind in [EntryKind::Article, EntryKind::Topic] {
                let found = async |store: &Store| {
                    store.reader.find_by_slug(&view, kind, &name).await.unwrap().map(|record| record.id)
                };
                assert_eq!(found(one).await, found(other).await, "{view:?} {name}");
            }
        }
    }
    for path in ["/?p=1", "/deux/"] {
        assert_eq!(
            one.reader.find_by_old_path(&[path.to_owned()]).await.unwrap(),
            other.reader.find_by_old_path(&[path.to_owned()]).await.unwrap()
        );
    }
}
