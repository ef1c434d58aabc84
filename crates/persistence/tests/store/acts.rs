//! Editorial acts in a store: whole, once, and in order.

use griot_persistence::{Outcome, Publisher, Refusal, StoreError, StoreName};
use rstest::rstest;

use crate::support::*;

#[rstest]
#[tokio::test]
async fn an_act_that_leaves_another_out_is_an_error(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let before = store.traces().await;
    for number in [0, 2] {
        let tx = store.publisher.begin().await.unwrap();
        tx.publish(&[topic(1, "A").build()], &act("2026-01-01")).await.unwrap();
        let error = tx.set_applied(number).await.unwrap_err();
        assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
        assert!(error.to_string().contains(&format!("act {number} was to follow act 0")), "{error}");
        tx.rollback().await.unwrap();
        assert_eq!(store.traces().await, before);
    }
}

#[rstest]
#[tokio::test]
async fn a_refusal_leaves_the_number_free_when_the_act_is_given_up(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let act = act("2026-01-01");
    store.publish(&[topic(1, "A").slug("fr", "a").build()]).await;
    let before = store.traces().await;
    let set = [topic(2, "B").build(), topic(3, "A").slug("fr", "a").build(), topic(4, "C").build()];
    let tx = store.publisher.begin().await.unwrap();
    let outcomes = tx.publish(&set, &act).await.unwrap();
    let taken = Refusal::SlugTaken { locale: locale("fr"), slug: slug("a"), holder: id(1) };
    assert_eq!(outcomes[1], Outcome::Refused(taken));
    assert!(matches!((&outcomes[0], &outcomes[2]), (Outcome::Created { .. }, Outcome::Created { .. })), "{outcomes:?}");
    drop(tx);
    assert_eq!(store.traces().await, before, "nothing of it was written");

    let tx = store.publisher.begin().await.unwrap();
    assert_eq!(tx.applied().await.unwrap(), 0);
    assert_eq!(tx.publish(&[topic(2, "B").build()], &act).await.unwrap(), [Outcome::Created { seq: 2 }]);
    tx.set_applied(1).await.unwrap();
    tx.commit().await.unwrap();
}

#[rstest]
#[tokio::test]
async fn an_open_transaction_shows_nothing_until_it_is_committed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let before = store.traces().await;
    let tx = store.publisher.begin().await.unwrap();
    tx.publish(&[topic(1, "A").build()], &act("2026-01-01")).await.unwrap();
    let outcomes = tx.publish(&[topic(1, "B").build()], &act("2026-01-02")).await.unwrap();
    assert_eq!(outcomes, [Outcome::Updated { seq: 2 }], "the second sees what the first did");
    tx.set_applied(1).await.unwrap();
    assert_eq!(tx.applied().await.unwrap(), 1);
    assert_eq!(store.title(&now("fr"), id(1)).await, None);
    tx.rollback().await.unwrap();
    assert_eq!(store.traces().await, before);

    let tx = store.publisher.begin().await.unwrap();
    assert_eq!(tx.applied().await.unwrap(), 0);
    tx.publish(&[topic(1, "A").build()], &act("2026-01-01")).await.unwrap();
    tx.set_applied(1).await.unwrap();
    tx.commit().await.unwrap();
    assert_eq!(store.title(&now("fr"), id(1)).await, Some("A".to_owned()));
    let tx = store.publisher.begin().await.unwrap();
    assert_eq!(tx.applied().await.unwrap(), 1);
    drop(tx);
    assert_eq!(store.publish(&[topic(1, "A").build()]).await, [Outcome::Unchanged], "a dropped one holds nobody up");
}

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_who_take_up_the_same_acts_one_does(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let location = store.location.clone();
            tokio::spawn(async move {
                let publisher = Publisher::open(&location, StoreName::Published).await.unwrap();
                let mut done = 0;
                for number in 1..=10_i64 {
                    let tx = publisher.begin().await.unwrap();
                    if tx.applied().await.unwrap() < number {
                        tx.publish(&[topic(number as u128, "A").build()], &act("2026-01-01")).await.unwrap();
                        tx.set_applied(number).await.unwrap();
                        tx.commit().await.unwrap();
                        done += 1;
                    }
                }
                done
            })
        })
        .collect();
    let mut done = 0;
    for worker in workers {
        done += worker.await.unwrap();
    }
    assert_eq!((done, store.reader.last_seq().await.unwrap()), (10, 10));
}
