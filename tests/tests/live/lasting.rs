//! Connections that listen outlive the clocks of HTTP, and end when they should.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::desk::{CHANGED, Desk, publish, topic};
use crate::streams::Stream;
use crate::wire::{Heard, Wire};

#[test]
fn a_socket_and_a_stream_outlive_the_idle_deadline_of_http() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[
        ("GRIOT_SERVER_HEADER_READ_TIMEOUT_MS", "300"),
        ("GRIOT_SERVER_WRITE_STALL_TIMEOUT_MS", "300"),
        ("GRIOT_LIMITS_DEADLINE_MS", "300"),
    ]);
    let at_desk = desk.at(&server);
    let mut wire = Wire::open(&server).init();
    wire.subscribe("1", CHANGED, json!({}));
    wire.assert_alive();
    let mut stream = Stream::open(&server, CHANGED, json!({}), &[]);
    stream.hear_begin();
    // An idle connection is closed after as long.
    std::thread::sleep(Duration::from_secs(2));
    publish(&at_desk, &topic(&at_desk, "Late"));
    assert_eq!(wire.hear().message()["type"], "next");
    assert_eq!(stream.hear().unwrap().name, "next");
}

#[test]
fn who_gives_no_sign_of_life_or_listens_to_nothing_is_let_go() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[("GRIOT_LIVE_PING_MS", "300"), ("GRIOT_LIVE_IDLE_MS", "900")]);
    let mut idle = Wire::open(&server).init();
    let mut dead = Wire::open(&server).init();
    dead.subscribe("1", CHANGED, json!({}));
    dead.assert_alive();
    let mut stream = Stream::open(&server, CHANGED, json!({}), &[]);
    stream.hear_begin();
    stream.hear_comment();
    // This one is read, so that pings are answered, and listens to nothing.
    assert!(matches!(idle.hear(), Heard::Closed(1000, _)));
    while !server.metrics().contains("griot_live_closed_total{reason=\"dead\"} 1") {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert!(matches!(dead.hear(), Heard::Closed(1001, _)), "it did not read, and so did not answer");
}

#[test]
fn a_revoked_key_ends_what_it_opened() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    let key = desk.record.key(&["--delivery", "--name", "Partner"]);
    let authorization = format!("Bearer {key}");
    let protocol = ("sec-websocket-protocol", "graphql-transport-ws");
    let mut by_header = Wire::try_open(&server, &[protocol, ("authorization", &authorization)]).unwrap().init();
    let mut by_payload = Wire::open(&server);
    by_payload.say(&json!({ "type": "connection_init", "payload": { "Authorization": authorization } }));
    assert_eq!(by_payload.hear().message()["type"], "connection_ack");
    for wire in [&mut by_header, &mut by_payload] {
        wire.subscribe("1", CHANGED, json!({}));
        wire.assert_alive();
    }
    let mut stream = Stream::open(&server, CHANGED, json!({}), &[("authorization", &authorization)]);
    stream.hear_begin();

    // The public part of a key is the third.
    desk.record.run(&["key", "revoke", key.split('_').nth(2).unwrap()]).expect_success();
    let start = Instant::now();
    for wire in [&mut by_header, &mut by_payload] {
        assert!(matches!(wire.hear(), Heard::Closed(4403, _)));
    }
    assert_eq!(stream.hear_end(), "Forbidden: the key opens nothing any more");
    println!("a revoked key: sockets and stream closed {} ms after", start.elapsed().as_millis());
    assert_eq!(Wire::try_open(&server, &[protocol, ("authorization", &authorization)]).err(), Some(401));
}

#[test]
fn a_server_that_stops_says_so() {
    let desk = Desk::open(Backend::Sqlite);
    let mut server = desk.serve(&[]);
    let mut wire = Wire::open(&server).init();
    wire.subscribe("1", CHANGED, json!({}));
    wire.assert_alive();
    let mut stream = Stream::open(&server, CHANGED, json!({}), &[]);
    stream.hear_begin();
    let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
    let start = Instant::now();
    kill_process(pid, Signal::TERM).unwrap();
    assert!(matches!(wire.hear(), Heard::Closed(1001, _)));
    assert_eq!(stream.hear_end(), "the server stops: connect again");
    drop((wire, stream));
    assert!(server.wait().success());
    println!("a server with listeners stopped within {} ms", start.elapsed().as_millis());
}
