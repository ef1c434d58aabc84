//! How connections are held: overload, deadlines, shutdown, and clients that do not read.

use std::time::Duration;

use griot_front::{Limits, ServeOptions, code};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpSocket;

use crate::support::{Answer, Server, Setup};

fn slow(ms: u32) -> String {
    format!("GET /graphql?query=%7Bslow(ms:{ms})%7D HTTP/1.1\r\nHost: toy\r\nConnection: close\r\n\r\n")
}

#[tokio::test]
async fn beyond_the_requests_in_flight_clients_are_told_to_come_back() {
    let limits = Limits { in_flight: 1, ..Limits::default() };
    let server = Server::start_with(Setup { limits, ..Setup::default() }).await;
    let mut busy = server.connect().await;
    busy.write_all(slow(1_500).as_bytes()).await.unwrap();
    // The first request may need a moment to be in flight.
    let mut answer = server.query("{ hello }").await;
    while answer.status == 200 {
        answer = server.query("{ hello }").await;
    }
    assert_eq!((answer.status, answer.code().as_str()), (503, code::THROTTLED));
    assert_eq!(answer.header("retry-after"), Some("1"));
    assert_eq!(Answer::read(&mut busy).await.unwrap().status, 200);
    server.assert_alive().await;
}

#[tokio::test]
async fn a_request_that_passes_its_deadline_is_ended() {
    let limits = Limits { deadline_ms: 100, ..Limits::default() };
    let server = Server::start_with(Setup { limits, ..Setup::default() }).await;
    let answer = server.query("{ slow(ms: 600000) }").await;
    assert_eq!((answer.status, answer.code().as_str()), (504, code::INTERNAL));
    assert_eq!(answer.message(), "the request took longer than 100 ms: ask for less");
    server.assert_alive().await;
}

#[tokio::test]
async fn at_shutdown_requests_in_flight_are_finished_and_no_connection_is_taken() {
    let mut server = Server::start().await;
    let mut idle = server.connect().await;
    let mut busy = server.connect().await;
    busy.write_all(slow(500).as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.stop.take().unwrap().send(()).unwrap();
    assert_eq!(Answer::read(&mut busy).await.unwrap().status, 200);
    assert_eq!(idle.read(&mut [0]).await.unwrap_or(0), 0, "the idle connection is closed");
    server.task.await.unwrap().unwrap();
    assert!(tokio::net::TcpStream::connect(server.address).await.is_err());
}

#[tokio::test]
async fn a_shutdown_does_not_wait_for_ever() {
    let serve = ServeOptions { drain_timeout_ms: 100, ..ServeOptions::default() };
    let limits = Limits { deadline_ms: 600_000, ..Limits::default() };
    let mut server = Server::start_with(Setup { serve, limits, ..Setup::default() }).await;
    let mut busy = server.connect().await;
    busy.write_all(slow(600_000).as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(200)).await;
    server.stop.take().unwrap().send(()).unwrap();
    server.task.await.unwrap().unwrap();
}

#[tokio::test]
async fn a_connection_beyond_the_cap_waits_for_another_to_end() {
    let serve = ServeOptions { max_connections: 1, ..ServeOptions::default() };
    let server = Server::start_with(Setup { serve, ..Setup::default() }).await;
    let mut first = server.connect().await;
    first.write_all(b"GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nHost: toy\r\n\r\n").await.unwrap();
    assert!(first.read(&mut [0; 4096]).await.unwrap() > 0);
    let mut second = server.connect().await;
    second.write_all(slow(0).as_bytes()).await.unwrap();
    let waiting = tokio::time::timeout(Duration::from_millis(200), second.read(&mut [0])).await;
    assert!(waiting.is_err(), "answered beside the first");
    drop(first);
    assert_eq!(Answer::read(&mut second).await.unwrap().status, 200);
}

#[tokio::test]
async fn an_address_may_hold_only_so_many_connections() {
    let serve = ServeOptions { max_connections_per_address: 2, ..ServeOptions::default() };
    let server = Server::start_with(Setup { serve, ..Setup::default() }).await;
    let mut held = [server.connect().await, server.connect().await];
    for stream in &mut held {
        stream.write_all(b"GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nHost: toy\r\n\r\n").await.unwrap();
        assert!(stream.read(&mut [0; 4096]).await.unwrap() > 0);
    }
    let mut third = server.connect().await;
    assert_eq!(third.read(&mut [0]).await.unwrap_or(0), 0, "the third is closed");
    drop(held);
    // The server may need a moment to see the end of the others.
    loop {
        let mut next = server.connect().await;
        next.write_all(slow(0).as_bytes()).await.ok();
        if Answer::read(&mut next).await.is_some_and(|answer| answer.status == 200) {
            return;
        }
    }
}

#[tokio::test]
async fn a_client_that_does_not_read_its_answer_is_cut_off() {
    const BYTES: usize = 24 * 1024 * 1024;
    let limits = Limits { response_bytes: 2 * BYTES, ..Limits::default() };
    let serve = ServeOptions { write_stall_timeout_ms: 200, ..ServeOptions::default() };
    let server = Server::start_with(Setup { limits, serve, ..Setup::default() }).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_recv_buffer_size(4_096).unwrap();
    let mut stream = socket.connect(server.address).await.unwrap();
    let request = format!("GET /graphql?query=%7Bbytes(n:{BYTES})%7D HTTP/1.1\r\nHost: toy\r\n\r\n");
    stream.write_all(request.as_bytes()).await.unwrap();
    let mut chunk = vec![0; 64 * 1024];
    let mut read = stream.read(&mut chunk).await.unwrap();
    tokio::time::sleep(Duration::from_secs(1)).await;
    while let Ok(more @ 1..) = stream.read(&mut chunk).await {
        read += more;
    }
    assert!(read < BYTES, "{read} bytes came, all of the answer");
    server.assert_alive().await;
}

#[tokio::test]
async fn connections_are_kept_for_further_requests() {
    let server = Server::start().await;
    let mut stream = server.connect().await;
    for _ in 0..3 {
        let body = json!({ "query": "{ hello }" }).to_string();
        let length = body.len();
        let head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\n";
        stream.write_all(format!("{head}Content-Length: {length}\r\n\r\n{body}").as_bytes()).await.unwrap();
        let mut bytes = Vec::new();
        while !bytes.ends_with(b"Hello, world!\"}}") {
            let mut chunk = [0; 1024];
            let read = stream.read(&mut chunk).await.unwrap();
            assert_ne!(read, 0, "closed");
            bytes.extend_from_slice(&chunk[..read]);
        }
        assert!(bytes.starts_with(b"HTTP/1.1 200 OK\r\n"));
    }
}

#[tokio::test]
async fn a_head_beyond_the_limit_is_refused() {
    let server = Server::start().await;
    let long = "x".repeat(20_000);
    assert_eq!(server.send("GET", "/graphql?query=%7Bhello%7D", &[("X-Long", &long)], b"").await.status, 431);
    let many: Vec<(String, &str)> = (0..70).map(|number| (format!("X-{number}"), "y")).collect();
    let many: Vec<(&str, &str)> = many.iter().map(|(name, value)| (name.as_str(), *value)).collect();
    assert_eq!(server.send("GET", "/graphql?query=%7Bhello%7D", &many, b"").await.status, 431);
    server.assert_alive().await;
}
