//! The log of statements: one writer at a time, no place given twice, nothing but hashes.

use griot_persistence::{
    Addition, HashRun, PreviewScope, PublishedStore, Stated, StatedDigest, StatementHead, StatementLog, StoreError,
};
use rstest::rstest;

use crate::support::*;

fn stated(index: u64, number: u128, version: u32) -> (Stated, Vec<StatedDigest>) {
    let one = Stated {
        index,
        id: id(number),
        locale: locale("fr"),
        version,
        pub_status: "usable".to_owned(),
        at: at("2026-01-01"),
        jws: format!("a.b.{index}"),
        log_entry: format!("{{\"n\":{index}}}"),
    };
    let digest = |form: &str, made_of: &str| StatedDigest {
        sha256: format!("{form}-{made_of}-{number}-{version}"),
        form: form.to_owned(),
        made_of: made_of.to_owned(),
    };
    (one, vec![digest("ninjs", "bytes"), digest("ninjs", "jcs"), digest("text", "bytes")])
}

/// What adds `count` statements of versions of one entry.
fn addition(known: &StatementHead, count: u64, number: u128) -> Addition {
    let places = known.size..known.size + count;
    let version = |place: u64| u32::try_from(place).unwrap() + 1;
    Addition {
        statements: places.clone().map(|place| stated(place, number, version(place))).collect(),
        hashes: places.map(|place| (0, place, [u8::try_from(place % 251).unwrap(); 32])).collect(),
        head: StatementHead {
            size: known.size + count,
            seq: known.seq + 1,
            made_with: "words".to_owned(),
            checkpoint: format!("log\n{}\n", known.size + count),
            keys: "{}".to_owned(),
        },
    }
}

#[rstest]
#[tokio::test]
async fn a_statement_is_found_by_version_and_by_any_of_its_hashes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let log = StatementLog::open(&store.location).await.unwrap();
    let reader = &store.reader;
    let empty = reader.statement_head().await.unwrap();
    assert_eq!(empty, StatementHead::default());
    let first = addition(&empty, 3, 1);
    assert!(log.append(&empty, first.clone()).await.unwrap());
    let head = reader.statement_head().await.unwrap();
    assert_eq!(head, first.head);

    let (second, digests) = first.statements[1].clone();
    assert_eq!(reader.statement(id(1), &locale("fr"), 2).await.unwrap().as_ref(), Some(&second));
    assert_eq!(reader.statement(id(1), &locale("en"), 2).await.unwrap(), None);
    assert_eq!(reader.statement(id(2), &locale("fr"), 2).await.unwrap(), None);
    assert_eq!(reader.stated_digests(1).await.unwrap(), digests);
    assert_eq!(reader.stated_with("ninjs-jcs-1-2").await.unwrap(), Some((second, digests[1].clone())));
    assert_eq!(reader.stated_with("ninjs-jcs-1-9").await.unwrap(), None);

    // A version that is stated anew has the last word.
    let mut again = addition(&head, 1, 1);
    again.statements = vec![stated(3, 1, 2)];
    assert!(log.append(&head, again).await.unwrap());
    for found in [
        reader.statement(id(1), &locale("fr"), 2).await.unwrap(),
        reader.last_statement(id(1), &locale("fr")).await.unwrap(),
        reader.stated_with("ninjs-jcs-1-2").await.unwrap().map(|(stated, _)| stated),
    ] {
        assert_eq!(found.unwrap().index, 3);
    }
    assert_eq!(reader.log_entries(1, 2).await.unwrap(), ["{\"n\":1}", "{\"n\":2}"]);
    assert_eq!(reader.log_entries(3, 256).await.unwrap(), ["{\"n\":3}"]);
}

#[rstest]
#[tokio::test]
async fn hashes_are_read_in_runs_or_not_at_all(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let log = StatementLog::open(&store.location).await.unwrap();
    let empty = StatementHead::default();
    let mut first = addition(&empty, 5, 1);
    first.hashes.push((1, 0, [99; 32]));
    assert!(log.append(&empty, first).await.unwrap());
    let run = |level, first, count| HashRun { level, first, count };
    let read = store.reader.log_hashes(&[run(1, 0, 1), run(0, 1, 3), run(0, 4, 0)]).await.unwrap();
    assert_eq!(read, [vec![[99; 32]], vec![[1; 32], [2; 32], [3; 32]], vec![]]);
    assert_eq!(store.reader.log_hashes(&[]).await.unwrap(), Vec::<Vec<[u8; 32]>>::new());
    let refused = store.reader.log_hashes(&[run(0, 4, 2)]).await.unwrap_err();
    assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
}

#[rstest]
#[tokio::test]
async fn what_does_not_follow_changes_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let log = StatementLog::open(&store.location).await.unwrap();
    let empty = StatementHead::default();
    assert!(log.append(&empty, addition(&empty, 2, 1)).await.unwrap());
    assert!(!log.append(&empty, addition(&empty, 1, 2)).await.unwrap(), "another one was first");
    let head = store.reader.statement_head().await.unwrap();
    let mut gap = addition(&head, 1, 2);
    gap.statements[0].0.index += 1;
    let mut short = addition(&head, 1, 2);
    short.head.size += 1;
    for wrong in [gap, short] {
        let refused = log.append(&head, wrong).await.unwrap_err();
        assert!(matches!(refused, StoreError::Corrupt { .. }), "{refused}");
    }
    // A hash that is there already is of another log: the whole addition fails.
    let mut twice = addition(&head, 1, 2);
    twice.hashes.push((0, 0, [9; 32]));
    log.append(&head, twice).await.unwrap_err();
    assert_eq!(store.reader.statement_head().await.unwrap(), head);
    assert_eq!((store.count("statement").await, store.count("log_hash").await), (2, 2));
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_writers_make_one_log(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let writers: Vec<_> = (1..=4u128)
        .map(|number| {
            let (location, reader) = (store.location.clone(), store.reader.clone());
            tokio::spawn(async move {
                let log = StatementLog::open(&location).await.unwrap();
                let (mut added, mut refused) = (0, 0);
                while added < 10 {
                    let known = reader.statement_head().await.unwrap();
                    match log.append(&known, addition(&known, 2, number)).await.unwrap() {
                        true => added += 1,
                        false => refused += 1,
                    }
                }
                refused
            })
        })
        .collect();
    let mut refused = 0;
    for writer in writers {
        refused += writer.await.unwrap();
    }
    let head = store.reader.statement_head().await.unwrap();
    assert_eq!((head.size, head.seq), (80, 40));
    let entries = store.reader.log_entries(0, 100).await.unwrap();
    assert_eq!(entries, (0..80).map(|place| format!("{{\"n\":{place}}}")).collect::<Vec<_>>());
    println!("{backend:?}: {refused} additions came second and were made anew");
}

#[rstest]
#[tokio::test]
async fn every_layer_shows_the_log_as_it_is_published(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let log = StatementLog::open(&store.location).await.unwrap();
    let empty = StatementHead::default();
    assert!(log.append(&empty, addition(&empty, 1, 1)).await.unwrap());
    let scope = PreviewScope { entries: vec![id(1)] };
    for layer in [
        PublishedStore::open_early(&store.location).await.unwrap(),
        PublishedStore::open_preview(&store.location, scope).await.unwrap(),
    ] {
        assert_eq!(layer.statement_head().await.unwrap().size, 1);
        assert_eq!(layer.stated_with("text-bytes-1-1").await.unwrap().unwrap().0.index, 0);
    }
}
