//! Three days in a moment.

use std::sync::Arc;

use griot_domain::Clock;
use griot_persistence::EndpointState;
use griot_testbed::Backend;
use griot_webhooks::{GIVEN_UP_AFTER, NewEndpoint};
use rstest::rstest;
use serde_json::json;

use crate::receiver::{Mode, Receiver};
use crate::support::{HandClock, House, event, kill, seconds, until};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn an_event_is_tried_ten_times_in_three_days(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let receiver = Receiver::start(Mode::Status(503)).await;
    let clock = HandClock::new();
    let start = clock.now();
    let house = House::with_clock(backend, &[&receiver], Arc::<HandClock>::clone(&clock)).await;
    let id = house.active(&receiver).await;
    house.dispatch(id, event("a", 1)).await;
    house.logged(id, 1).await;
    for tries in 2..=10 {
        let due = house.store.next_due(id, clock.now()).await.unwrap().expect("it is tried again");
        clock.set(due);
        house.handle().wake_all();
        house.logged(id, tries).await;
    }
    assert_eq!(house.store.next_due(id, clock.now()).await.unwrap(), None, "it is given up");
    assert_eq!(house.store.delivery_counts(id).await.unwrap()["failed"], 1);
    let age = clock.now() - start;
    assert!(age >= GIVEN_UP_AFTER && age <= GIVEN_UP_AFTER * 11 / 10, "{age}");
    let calls = receiver.calls();
    assert!(calls.iter().all(|call| call.id() == calls[0].id()));
    let stamps: Vec<&String> = calls.iter().map(|call| &call.headers["webhook-timestamp"]).collect();
    assert!(stamps.windows(2).all(|two| two[0] < two[1]), "each try has its own time: {stamps:?}");
    println!("ten tries in {:.1} hours", age.num_seconds() as f64 / 3_600.0);
}

#[tokio::test(flavor = "multi_thread")]
async fn five_days_of_failures_disable_an_endpoint_and_nothing_is_lost() {
    let receiver = Receiver::start(Mode::Status(500)).await;
    let clock = HandClock::new();
    let house = House::with_clock(Backend::Sqlite, &[&receiver], Arc::<HandClock>::clone(&clock)).await;
    let id = house.active(&receiver).await;
    let start = clock.now();
    let mut version = 0;
    let mut logged = 0;
    while house.state(id).await == EndpointState::Active {
        assert!(clock.now() - start < chrono::TimeDelta::days(6), "it is never disabled");
        version += 1;
        if !house.dispatch(id, event("a", version)).await {
            break;
        }
        logged += 1;
        house.logged(id, logged).await;
        if house.state(id).await != EndpointState::Active {
            break;
        }
        clock.set(clock.now() + seconds(7 * 3_600));
        house.handle().wake_all();
        // The one before is due once more; after that the endpoint is left alone for up to a minute.
        logged += 1;
        house.logged(id, logged).await;
        clock.set(clock.now() + seconds(60));
    }
    assert!(clock.now() - start >= chrono::TimeDelta::days(5));
    let endpoint = house.store.endpoint(id).await.unwrap().unwrap();
    assert!(endpoint.place < i64::from(version), "what did not arrive is read again: {}", endpoint.place);
    assert_eq!(house.store.due(id, clock.now() + seconds(9_999_999), &[], 10).await.unwrap(), []);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_is_tried_each_minute_even_where_an_hour_was_asked_for() {
    let receiver = Receiver::start(Mode::Later(503, 3_600)).await;
    let clock = HandClock::new();
    let house = House::with_clock(Backend::Sqlite, &[&receiver], Arc::<HandClock>::clone(&clock)).await;
    let id = house.active(&receiver).await;
    house.dispatch(id, event("b", 1)).await;
    house.logged(id, 1).await;
    house.dispatch(id, kill("a", 2)).await;
    house.logged(id, 2).await;
    for minute in 1..=10 {
        clock.set(clock.now() + seconds(66));
        house.handle().wake_all();
        house.logged(id, 2 + minute).await;
    }
    let log = house.log(id).await;
    let kills = log.iter().filter(|one| one.attempt.event_type == "item.killed").count();
    assert_eq!((log.len(), kills), (12, 11), "the other one waits as asked");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn other_endpoints_of_the_partner_are_told_of_one_that_is_gone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (gone, other) = (Receiver::start(Mode::Status(410)).await, Receiver::start(Mode::Status(200)).await);
    let stranger = Receiver::start(Mode::Status(200)).await;
    let house = House::new(backend, &[&gone, &other, &stranger]).await;
    let id = house.active(&gone).await;
    let partner = house.store.endpoint(id).await.unwrap().unwrap().partner;
    let new = NewEndpoint { partner, url: other.url(), products: None, types: None, place: 0 };
    let second = house.endpoints.create(new).await.unwrap().0;
    house.store.activate(second.id, &second.url, house.clock.now()).await.unwrap().unwrap();
    house.active(&stranger).await;
    house.dispatch(id, event("a", 1)).await;
    until("it is told", || other.calls().len() == 1).await;
    let told = other.calls()[0].json();
    assert_eq!((&told["type"], &told["data"]["url"]), (&json!("endpoint.disabled"), &json!(gone.url())));
    assert_eq!(told["data"]["reason"], "it answered 410 Gone");
    assert!(stranger.calls().is_empty(), "others have no business with it");
}
