//! Who is let in to listen.

use griot_testbed::Backend;
use serde_json::json;

use crate::desk::{CHANGED, Desk};
use crate::streams::Stream;
use crate::wire::Wire;

const PROTOCOL: (&str, &str) = ("sec-websocket-protocol", "graphql-transport-ws");

#[test]
fn pages_of_other_sites_are_kept_out_where_sites_are_listed() {
    let desk = Desk::open(Backend::Sqlite);
    let open = desk.serve(&[]);
    let try_from = |server, origin| Wire::try_open(server, &[PROTOCOL, ("origin", origin)]).err();
    for origin in ["https://elsewhere.example", "null", ""] {
        assert_eq!(try_from(&open, origin), None, "no cookie is read, so any site may");
    }
    let listed = desk.serve(&[("GRIOT_LIVE_ALLOWED_ORIGINS", "https://www.example.org")]);
    let expected = [
        ("https://www.example.org", None),
        ("", None),
        ("https://elsewhere.example", Some(403)),
        ("https://www.example.org.evil.example", Some(403)),
        ("null", Some(403)),
    ];
    for (origin, status) in expected {
        assert_eq!(try_from(&listed, origin), status, "{origin}");
    }
    let status = |origin| Stream::open(&listed, CHANGED, json!({}), &[("origin", origin)]).status;
    assert_eq!([status("https://www.example.org"), status("https://elsewhere.example")], [200, 403]);
}

#[test]
fn there_are_so_many_seats_for_an_address_and_in_all() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[
        ("GRIOT_LIVE_CONNECTIONS", "3"),
        ("GRIOT_LIVE_CONNECTIONS_PER_ADDRESS", "2"),
        ("GRIOT_TRUSTED_PROXIES", "127.0.0.1"),
    ]);
    let from = |address| Wire::try_open(&server, &[PROTOCOL, ("x-forwarded-for", address)]);
    let first = from("192.0.2.1").ok();
    let _second = from("192.0.2.1").unwrap();
    assert_eq!(from("192.0.2.1").err(), Some(429));
    let _third = from("192.0.2.2").unwrap();
    assert_eq!(from("192.0.2.3").err(), Some(503));
    let stream = Stream::open(&server, CHANGED, json!({}), &[("x-forwarded-for", "192.0.2.3")]);
    assert_eq!(stream.status, 503, "streams take seats too");
    drop(first);
    while from("192.0.2.1").is_err() {
        std::thread::yield_now();
    }

    let off = desk.serve(&[("GRIOT_LIVE_CONNECTIONS", "0")]);
    assert_eq!(Wire::try_open(&off, &[PROTOCOL]).err(), Some(400));
    assert_eq!(Stream::open(&off, CHANGED, json!({}), &[]).status, 406);
}

#[test]
fn a_key_that_opens_nothing_is_refused_before_the_handshake() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    assert_eq!(Wire::try_open(&server, &[PROTOCOL, ("authorization", "Bearer nothing")]).err(), Some(401));
    // Previews and the editorial side have no sockets.
    for path in ["/editorial/graphql", "/preview/graphql"] {
        let status = ureq::get(format!("{}{path}", server.address()))
            .config()
            .http_status_as_error(false)
            .build()
            .header("authorization", format!("Bearer {}", desk.key))
            .header("connection", "upgrade")
            .header("upgrade", "websocket")
            .call()
            .unwrap()
            .status();
        assert!([400, 401].contains(&status.as_u16()), "{path}: {status}");
    }
}
