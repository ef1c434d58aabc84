//! Endpoints that are dead delay none that lives.

use std::collections::HashMap;
use std::time::Instant;

use griot_persistence::EndpointState;
use griot_testbed::Backend;
use rstest::rstest;

use crate::receiver::{Mode, Receiver};
use crate::support::{House, event, until};

const ENDPOINTS: usize = 100;
const EVENTS: u32 = 100;

#[rstest]
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_a_hundred_lives(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let healthy = Receiver::start(Mode::Status(200)).await;
    let elsewhere = Receiver::start(Mode::Status(200)).await;
    let modes = [
        Mode::Hang,
        Mode::Drip,
        Mode::DripBody,
        Mode::Reset,
        Mode::Status(500),
        Mode::Status(410),
        Mode::Later(429, 1),
        Mode::Redirect(elsewhere.url()),
        Mode::Endless,
    ];
    let mut receivers = Vec::new();
    for number in 1..ENDPOINTS {
        receivers.push(Receiver::start(modes[number % modes.len()].clone()).await);
    }
    let all: Vec<&Receiver> = receivers.iter().chain([&healthy]).collect();
    let allowed: Vec<&Receiver> = all.iter().copied().chain([&elsewhere]).collect();
    let house = House::new(backend, &allowed).await;
    let mut endpoints = Vec::new();
    for receiver in &all {
        endpoints.push(house.active(receiver).await);
    }
    let living = endpoints[ENDPOINTS - 1];
    until("it sends", || *house.handle().leading().borrow()).await;

    let mut written = HashMap::new();
    for number in 1..=EVENTS {
        // The dead ones are given everything first.
        for (id, receiver) in endpoints.iter().zip(&all) {
            let event = event(&format!("item-{}", number % 10), number);
            if *id == living {
                written.insert(number, Instant::now());
            }
            let is_taken = house.dispatch(*id, event).await;
            // The first 410 ends an endpoint.
            assert!(is_taken || receiver.calls().iter().any(|call| call.mode == Mode::Status(410)));
        }
    }
    until("the last one arrives", || healthy.taken().iter().any(|call| call.json()["data"]["version"] == EVENTS)).await;
    let mut waits = Vec::new();
    let mut last: HashMap<String, u64> = HashMap::new();
    for call in healthy.calls() {
        let data = call.json()["data"].clone();
        let version = data["version"].as_u64().unwrap();
        let before = last.insert(data["uri"].to_string(), version);
        assert!(before.is_none_or(|before| before < version), "{data} after {before:?}");
        waits.push(call.at - written[&u32::try_from(version).unwrap()]);
    }
    waits.sort();
    let of = |share: usize| waits[(waits.len() * share / 100).min(waits.len() - 1)];
    let dead: usize = receivers.iter().map(|receiver| receiver.calls().len()).sum();
    let each = (ENDPOINTS - 1) / modes.len();
    let called = |mode: &Mode| {
        let is_so = |receiver: &&Receiver| receiver.calls().iter().any(|call| call.mode == *mode);
        receivers.iter().filter(is_so).count()
    };
    until("as many dead ones of each kind are called", || modes.iter().all(|mode| called(mode) == each)).await;
    let mut gone = Vec::new();
    for (id, receiver) in endpoints.iter().zip(&receivers) {
        if receiver.calls().iter().all(|call| call.mode == Mode::Status(410)) {
            house.logged(*id, 1).await;
            assert!(matches!(house.state(*id).await, EndpointState::Disabled { .. }));
            gone.push(receiver.calls().len());
        }
    }
    // One for each item at most: what was on its way when it said so.
    assert!(gone.len() == each && gone.iter().all(|calls| *calls <= 10), "what is gone is called on and on: {gone:?}");
    assert_eq!(elsewhere.connections(), 0, "a redirect was followed");
    println!(
        "{backend:?}: first attempt at the healthy endpoint: p50 {:?}, p99 {:?}, longest {:?}, of {} calls; {dead} calls \
         at the {} dead ones",
        of(50),
        of(99),
        waits[waits.len() - 1],
        waits.len(),
        ENDPOINTS - 1
    );
    assert_eq!(waits.len(), EVENTS as usize, "it got all of them, each once");
}
