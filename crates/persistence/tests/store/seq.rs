//! `seq` has no gap and follows the order of commits, whoever writes.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use griot_domain::EntryKind;
use griot_persistence::{Outcome, PublishedStore, Publisher, StoreName};
use rstest::rstest;

use crate::support::*;

const WRITERS: u128 = 8;
const ROUNDS: u128 = 6;

/// Watches the journal while others write: what is there never goes away, and never has a hole.
async fn watch(reader: PublishedStore, publisher: Publisher, stop: Arc<AtomicBool>) -> usize {
    let mut seen: Vec<_> = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let journal = publisher.journal_page(0, 10_000).await.unwrap();
        let seqs: Vec<i64> = journal.iter().map(|(seq, _)| *seq).collect();
        assert_eq!(seqs, (1..=seqs.len() as i64).collect::<Vec<_>>());
        let ids: Vec<_> = journal.iter().map(|(_, one)| one.id).collect();
        assert_eq!(ids[..seen.len()], seen[..], "what was committed keeps its place");
        assert!(reader.last_seq().await.unwrap() >= seqs.len() as i64);
        seen = ids;
        tokio::task::yield_now().await;
    }
    seen.len()
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn eight_writers_leave_no_gap_whatever_fails_in_between(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").slug("fr", "taken").build()]).await;
    let stop = Arc::new(AtomicBool::new(false));
    let watcher = {
        let publisher = Publisher::open(&store.location, StoreName::Published).await.unwrap();
        tokio::spawn(watch(store.reader.clone(), publisher, stop.clone()))
    };
    let mut writers = Vec::new();
    for writer in 0..WRITERS {
        let publisher = Publisher::open(&store.location, StoreName::Published).await.unwrap();
        writers.push(tokio::spawn(write(publisher, writer)));
    }
    let mut seqs = vec![1];
    for writer in writers {
        seqs.extend(writer.await.unwrap());
    }
    stop.store(true, Ordering::Relaxed);
    watcher.await.unwrap();

    seqs.sort_unstable();
    let last = store.reader.last_seq().await.unwrap();
    assert_eq!(seqs, (1..=last).collect::<Vec<_>>(), "each seq was told to one writer");
    assert_eq!(last as u128, 1 + WRITERS * ROUNDS * 2);
    let journal = store.publisher.journal_page(0, 10_000).await.unwrap();
    assert_eq!(journal.len() as i64, last);
    assert_eq!(store.latest(&now("fr"), EntryKind::Article, vec![]).await.len() as i64, last);
}

/// Publishes two articles a round, among a refusal, a rehearsal and a transaction given up half-way.
async fn write(publisher: Publisher, writer: u128) -> Vec<i64> {
    let mut seqs = Vec::new();
    for round in 0..ROUNDS {
        let number = 1_000 * (writer + 1) + 10 * round;
        let batch = [
            article(number, "2024-01-01").topic(id(7)).build(),
            article(number + 1, "2024-01-01").slug("fr", "taken").build(),
            article(number + 2, "2024-01-01").build(),
        ];
        publisher.rehearse(&batch, &act("2026-01-01")).await.unwrap();
        let given_up: Vec<_> =
            (0..40).map(|extra| article(100_000 + 100 * number + extra, "2024-01-01").build()).collect();
        let limit = Duration::from_micros(300 * (round as u64 + 1));
        let given_up_act = act("2026-01-01");
        if let Ok(outcomes) = tokio::time::timeout(limit, publisher.rehearse(&given_up, &given_up_act)).await {
            outcomes.unwrap();
        }
        for outcome in publisher.publish(&batch, &act("2026-01-01")).await.unwrap() {
            if let Outcome::Created { seq } = outcome {
                seqs.push(seq);
            }
        }
    }
    assert!(seqs.is_sorted());
    seqs
}

#[rstest]
#[tokio::test]
async fn an_error_in_the_middle_of_a_batch_leaves_nothing_of_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    // A row of a hidden hand: the journal record with the next but one seq is there already.
    store
        .raw(
            "INSERT INTO journal (seq, at, live_from, origin, entry_id, kind, withdrawn) \
              SELECT 3, at, live_from, origin, entry_id, kind, withdrawn FROM journal WHERE seq = 1",
        )
        .await;
    let before = store.traces().await;
    let batch: Vec<_> = (10..20).map(|number| article(number, "2024-01-01").topic(id(7)).build()).collect();
    let error = store.publisher.publish(&batch, &act("2026-01-01")).await.unwrap_err();
    assert!(error.to_string().to_lowercase().contains("unique"), "{error}");
    assert_eq!(store.traces().await, before);
    for table in ["entry", "entry_version", "edition", "naming", "slug"] {
        assert_eq!(store.count(table).await, 1, "{table}");
    }
    assert_eq!(store.count("link").await, 0);
    store.raw("DELETE FROM journal WHERE seq = 3").await;
    assert_eq!(store.publish(&batch[..1]).await, [Outcome::Created { seq: 2 }]);
}

#[rstest]
#[tokio::test]
async fn a_publication_given_up_at_any_point_is_there_whole_or_not_at_all(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let mut number = 100;
    for polls in 0.. {
        let batch = [article(number, "2024-01-01").topic(id(7)).build(), article(number + 1, "2024-01-01").build()];
        number += 2;
        let act = act("2026-01-01");
        let mut publishing = Box::pin(store.publisher.publish(&batch, &act));
        let is_done = give_up_after(publishing.as_mut(), polls).await;
        drop(publishing);
        // Whatever had been begun has ended once the next transaction gets its turn.
        store.publisher.rehearse(&[], &act).await.unwrap();
        let live = batch.iter().map(|one| one.id);
        let records = store.reader.records(&now("fr"), &live.collect::<Vec<_>>()).await.unwrap();
        assert!(records.len() == 2 || (records.is_empty() && !is_done), "{} of 2 after {polls} polls", records.len());
        let journal = store.publisher.journal_page(0, 10_000).await.unwrap();
        assert_eq!(journal.len() as i64, store.reader.last_seq().await.unwrap());
        assert_eq!(
            journal.len() as u64,
            store.reader.count(&now("fr"), &latest(EntryKind::Article, vec![])).await.unwrap()
        );
        if is_done {
            break;
        }
    }
}

/// Polls at most `polls` times; whether the future was ready by then.
async fn give_up_after<F: Future>(mut future: std::pin::Pin<&mut F>, polls: usize) -> bool {
    let mut left = polls;
    std::future::poll_fn(move |context| {
        if left == 0 {
            return std::task::Poll::Ready(false);
        }
        left -= 1;
        future.as_mut().poll(context).map(|_| true)
    })
    .await
}
