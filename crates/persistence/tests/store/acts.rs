//! Editorial acts: taken up whole, once, and in order.

use griot_persistence::{Applied, Outcome, Refusal, StoreError};
use rstest::rstest;

use crate::support::*;

#[rstest]
#[tokio::test]
async fn an_act_is_taken_up_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let act = act("2026-01-01");
    let first = [topic(1, "A").build(), topic(2, "B").build()];
    let done = store.publisher.apply(1, &first, &act).await.unwrap();
    assert_eq!(done, Applied::Done(vec![Outcome::Created { seq: 1 }, Outcome::Created { seq: 2 }]));

    let before = store.traces().await;
    let other = [topic(3, "C").build()];
    assert_eq!(store.publisher.apply(1, &other, &act).await.unwrap(), Applied::Already { last: 1 });
    assert_eq!(store.publisher.apply(0, &other, &act).await.unwrap(), Applied::Already { last: 1 });
    assert_eq!(store.traces().await, before);

    let done = store.publisher.apply(2, &first, &act).await.unwrap();
    assert_eq!(done, Applied::Done(vec![Outcome::Unchanged, Outcome::Unchanged]), "an act may change nothing");
    assert_eq!(store.publisher.apply(2, &other, &act).await.unwrap(), Applied::Already { last: 2 });
}

#[rstest]
#[tokio::test]
async fn an_act_that_leaves_another_out_is_an_error(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let before = store.traces().await;
    let error = store.publisher.apply(2, &[topic(1, "A").build()], &act("2026-01-01")).await.unwrap_err();
    assert!(matches!(error, StoreError::Corrupt { .. }), "{error:?}");
    assert!(error.to_string().contains("act 2 was to follow act 0"), "{error}");
    assert_eq!(store.traces().await, before);
    let done = store.publisher.apply(1, &[topic(1, "A").build()], &act("2026-01-01")).await.unwrap();
    assert!(matches!(done, Applied::Done(_)), "{done:?}");
}

#[rstest]
#[tokio::test]
async fn one_refusal_stops_an_act(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let act = act("2026-01-01");
    store.publisher.apply(1, &[topic(1, "A").slug("fr", "a").build()], &act).await.unwrap();
    let before = store.traces().await;
    let set = [topic(2, "B").build(), topic(3, "A").slug("fr", "a").build(), topic(4, "C").build()];
    let Applied::Refused(outcomes) = store.publisher.apply(2, &set, &act).await.unwrap() else { panic!("refused") };
    let taken = Refusal::SlugTaken { locale: locale("fr"), slug: slug("a"), holder: id(1) };
    assert_eq!(outcomes[1], Outcome::Refused(taken));
    assert!(matches!((&outcomes[0], &outcomes[2]), (Outcome::Created { .. }, Outcome::Created { .. })), "{outcomes:?}");
    assert_eq!(store.traces().await, before, "nothing of it was written");

    let done = store.publisher.apply(2, &[topic(2, "B").build()], &act).await.unwrap();
    assert_eq!(done, Applied::Done(vec![Outcome::Created { seq: 2 }]), "the number is still free, and so is the seq");
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
                let publisher = griot_persistence::Publisher::open(&location, griot_persistence::StoreName::Published)
                    .await
                    .unwrap();
                let mut done = 0;
                for number in 1..=10_i64 {
                    let set = [topic(number as u128, "A").build()];
                    let applied = publisher.apply(number, &set, &act("2026-01-01")).await.unwrap();
                    done += u32::from(matches!(applied, Applied::Done(_)));
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
