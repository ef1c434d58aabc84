//! What comes first arrives first, and a kill before all.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use griot_testbed::Backend;
use rstest::rstest;

use crate::receiver::{Call, Mode, Receiver};
use crate::support::{House, event, kill, until};

/// Versions of each item in the order they were first taken.
fn taken(receiver: &Receiver) -> HashMap<String, Vec<u64>> {
    let mut order: HashMap<String, Vec<u64>> = HashMap::new();
    for call in receiver.taken() {
        let data = &call.json()["data"];
        let versions = order.entry(data["uri"].as_str().unwrap().to_owned()).or_default();
        let version = data["version"].as_u64().unwrap();
        if !versions.contains(&version) {
            versions.push(version);
        }
    }
    order
}

fn assert_in_order(order: &HashMap<String, Vec<u64>>) {
    for (item, versions) in order {
        assert!(versions.is_sorted(), "{item}: {versions:?}");
    }
}

/// A sender that is ended in the middle again and again loses nothing and turns nothing round.
#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn versions_of_an_item_arrive_in_order(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    const ITEMS: u32 = 8;
    const VERSIONS: u32 = 12;
    let mut round = 0_usize;
    let is_well = Arc::new(AtomicBool::new(false));
    let recovers = Arc::clone(&is_well);
    let receiver = Receiver::deciding(move |_| {
        round += 1;
        match round % 7 {
            _ if recovers.load(Ordering::SeqCst) => Mode::Status(200),
            3 => Mode::Status(500),
            5 => Mode::Reset,
            _ => Mode::Status(200),
        }
    })
    .await;
    let house = House::new(backend, &[&receiver]).await;
    let id = house.active(&receiver).await;
    for version in 1..=VERSIONS {
        for item in 0..ITEMS {
            house.dispatch(id, event(&format!("item-{item}"), version)).await;
        }
        if version % 4 == 0 {
            house.stop();
            house.send();
        }
    }
    is_well.store(true, Ordering::SeqCst);
    let is_whole = || {
        let mut order = taken(&receiver);
        order.remove("more");
        order.len() == ITEMS as usize && order.values().all(|versions| versions.last() == Some(&u64::from(VERSIONS)))
    };
    // What failed more than once waits for minutes, or until something arrives again.
    for version in 1..=20 {
        if is_whole() {
            break;
        }
        house.dispatch(id, event("more", version)).await;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    until("the last version of all arrives", is_whole).await;
    assert_in_order(&taken(&receiver));
    let counts = house.store.delivery_counts(id).await.unwrap();
    println!("{backend:?}: {counts:?} of {} made, {} calls", ITEMS * VERSIONS, receiver.calls().len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_kill_waits_for_nobody() {
    let receiver = Receiver::deciding(|count| if count < 4 { Mode::Hang } else { Mode::Status(200) }).await;
    let house = House::new(Backend::Sqlite, &[&receiver]).await;
    let id = house.active(&receiver).await;
    for item in ["a", "b", "c", "d", "e", "f"] {
        house.dispatch(id, event(item, 1)).await;
    }
    until("four hang", || receiver.calls().len() == 4).await;
    house.dispatch(id, kill("a", 2)).await;
    house.dispatch(id, kill("f", 2)).await;
    until("the kills arrive", || receiver.taken().len() >= 2).await;
    let first: Vec<String> = receiver.taken().iter().take(2).map(|call| call.json()["type"].to_string()).collect();
    assert_eq!(first, ["\"item.killed\""; 2], "ahead of what had its place before");
    let hung = receiver.calls().into_iter().filter(|call| call.mode == Mode::Hang).count();
    assert_eq!(hung, 4, "and before these had taken too long");
    let of = |call: &Call| call.json()["data"]["uri"].as_str().unwrap().to_owned();
    until("the others arrive", || {
        ["b", "c", "d", "e"].iter().all(|item| receiver.taken().iter().any(|call| of(call) == *item))
    })
    .await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let texts = receiver.taken().iter().filter(|call| ["a", "f"].contains(&of(call).as_str())).count();
    assert_eq!(texts, 2, "nothing of what was killed came after its kill");
    let log = house.log(id).await;
    assert!(log.iter().any(|one| one.attempt.failure.as_deref().is_some_and(|why| why.contains("was killed"))));
}
