//! The protocol graphql-transport-ws to the letter, message by message.

use std::io::{Read, Write};
use std::net::TcpStream;

use griot_testbed::Backend;
use griot_tests::Server;
use serde_json::{Value, json};
use tungstenite::Message;

use crate::desk::{CHANGED, Desk};
use crate::wire::{Heard, Wire};

/// What is said, and the code and words of the answer.
struct Case {
    name: &'static str,
    /// Whether the client has introduced itself.
    is_known: bool,
    said: Vec<Value>,
    code: u16,
    reason: &'static str,
}

fn case(name: &'static str, is_known: bool, said: Vec<Value>, code: u16, reason: &'static str) -> Case {
    Case { name, is_known, said, code, reason }
}

fn subscribe(id: &str) -> Value {
    json!({ "type": "subscribe", "id": id, "payload": { "query": CHANGED } })
}

fn cases() -> Vec<Case> {
    let init = || json!({ "type": "connection_init" });
    let asking = |payload: Value| json!({ "type": "subscribe", "id": "1", "payload": payload });
    let long = "ɛ".repeat(100);
    vec![
        case("no word", false, vec![], 4408, "Connection initialisation timeout"),
        case("only a ping", false, vec![json!({ "type": "ping" })], 4408, "Connection initialisation timeout"),
        case("subscribe before init", false, vec![subscribe("1")], 4401, "Unauthorized"),
        case("two inits", true, vec![init()], 4429, "Too many initialisation requests"),
        case("two inits at once", false, vec![init(), init()], 4429, "Too many initialisation requests"),
        case(
            "an init with a key that opens nothing",
            false,
            vec![json!({ "type": "connection_init", "payload": { "Authorization": "Bearer nothing" } })],
            4403,
            "Forbidden",
        ),
        case(
            "an init with no text for a key",
            false,
            vec![json!({ "type": "connection_init", "payload": { "authorization": 7 } })],
            4403,
            "Forbidden",
        ),
        case("an id twice", true, vec![subscribe("a"), subscribe("a")], 4409, "Subscriber for a already exists"),
        case("a long id twice", true, vec![subscribe(&long), subscribe(&long)], 4409, "Subscriber for ɛɛɛɛ"),
        case("no object", true, vec![json!([1])], 4400, "not an object"),
        case("no type", true, vec![json!({ "id": "1" })], 4400, "\"type\" must be a string"),
        case("a type that is no text", true, vec![json!({ "type": 1 })], 4400, "\"type\" must be a string"),
        case("a message of the old protocol", true, vec![json!({ "type": "start", "id": "1" })], 4400, "unknown type"),
        case("a message of the server's", true, vec![json!({ "type": "next", "id": "1" })], 4400, "unknown type"),
        case("a text for an init", false, vec![json!({ "type": "connection_init", "payload": "x" })], 4400, "payload"),
        case("a text for a ping", true, vec![json!({ "type": "ping", "payload": "x" })], 4400, "payload"),
        case("no id", true, vec![json!({ "type": "subscribe", "payload": {} })], 4400, "\"id\""),
        case("an empty id", true, vec![subscribe("")], 4400, "\"id\""),
        case("no payload", true, vec![json!({ "type": "subscribe", "id": "1" })], 4400, "no payload"),
        case("a list for a payload", true, vec![asking(json!([1]))], 4400, "payload"),
        case("nothing asked for", true, vec![asking(json!({}))], 4400, "\"query\" must be there"),
        case("a number for a query", true, vec![asking(json!({ "query": 1 }))], 4400, "\"query\" must be a string"),
        case(
            "a list for variables",
            true,
            vec![asking(json!({ "query": CHANGED, "variables": [] }))],
            4400,
            "\"variables\" must be an object",
        ),
        case("complete what?", true, vec![json!({ "type": "complete" })], 4400, "\"id\""),
        case("a long message", true, vec![json!({ "type": "ping", "payload": { "a": "a".repeat(70_000) } })], 1009, ""),
    ]
}

#[test]
fn every_breach_has_its_close_code() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[("GRIOT_LIVE_INIT_MS", "500")]);
    let cases = cases();
    for Case { name, is_known, said, code, reason } in &cases {
        let mut wire = Wire::open(&server);
        if *is_known {
            wire = wire.init();
        }
        said.iter().for_each(|message| wire.say(message));
        let mut heard = wire.hear();
        while let Heard::Message(Value::Object(message)) = &heard {
            assert!(["connection_ack", "pong"].iter().any(|kind| message["type"] == *kind), "{name}: {message:?}");
            heard = wire.hear();
        }
        let Heard::Closed(closed, why) = &heard else { panic!("{name}: {heard:?}") };
        assert!(closed == code && why.contains(reason), "{name}: {heard:?}");
    }

    for (name, message) in [("binary", Message::binary(vec![1_u8])), ("no JSON", Message::text("{"))] {
        let mut wire = Wire::open(&server).init();
        wire.say_raw(message);
        assert!(matches!(wire.hear(), Heard::Closed(4400, _)), "{name}");
    }

    let mut wire = Wire::try_open(&server, &[]).unwrap();
    assert_eq!(wire.hear(), Heard::Closed(4406, "Subprotocol not acceptable".to_owned()));
    // A client of another subprotocol is answered as one of none.
    let raw = raw_frames(&server, "Sec-WebSocket-Protocol: graphql-ws\r\n", &[]);
    assert!(raw.0.starts_with("HTTP/1.1 101") && !raw.0.to_lowercase().contains("sec-websocket-protocol"), "{}", raw.0);
    assert_eq!(code_of(&raw.1), 4406);
    // A frame of a client must be masked.
    let protocol = "Sec-WebSocket-Protocol: graphql-transport-ws\r\n";
    assert_eq!(code_of(&raw_frames(&server, protocol, b"\x81\x02{}").1), 1002);

    let count = cases.len() + 5;
    println!("{count} breaches of the protocol, each closed with its code");
    while server.figure("griot_live_sockets") > 0.0 {
        std::thread::yield_now();
    }
    assert_eq!(server.figure("griot_live_closed_total{reason=\"no_init\"}"), 2.0);
}

/// The head of the answer to a handshake, and the frame that follows.
fn raw_frames(server: &Server, header: &str, frames: &[u8]) -> (String, Vec<u8>) {
    let address = server.address().trim_start_matches("http://");
    let mut stream = TcpStream::connect(address).unwrap();
    let head = format!(
        "GET /graphql HTTP/1.1\r\nHost: {address}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
         Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n{header}\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(frames).unwrap();
    stream.set_read_timeout(Some(crate::wire::PATIENCE)).unwrap();
    let mut answer = Vec::new();
    let mut bytes = [0; 1_024];
    loop {
        let end = answer.windows(4).position(|four| four == b"\r\n\r\n");
        if let Some(end) = end.filter(|end| answer.len() >= end + 8) {
            return (String::from_utf8(answer[..end].to_vec()).unwrap(), answer[end + 4..].to_vec());
        }
        let count = stream.read(&mut bytes).unwrap();
        assert!(count > 0, "{}", String::from_utf8_lossy(&answer));
        answer.extend_from_slice(&bytes[..count]);
    }
}

/// The code in a close frame.
fn code_of(frame: &[u8]) -> u16 {
    assert_eq!(frame[0], 0x88, "{frame:?}");
    u16::from_be_bytes([frame[2], frame[3]])
}

/// What is asked for, its variables, and the code and a part of the words of the error.
const REFUSED: &[(&str, &str, &str, &str)] = &[
    ("{ articles { totalCount } }", "{}", "OPERATION_RESOLUTION_FAILURE", "only subscriptions are run here"),
    ("mutation { topicCreate { draft { contentId } } }", "{}", "GRAPHQL_VALIDATION_FAILED", "mutation"),
    ("subscription {", "{}", "GRAPHQL_PARSE_FAILED", "Syntax Error"),
    ("subscription { drafted { cursor } }", "{}", "GRAPHQL_VALIDATION_FAILED", "drafted"),
    ("subscription { changed { at } articlePublished { at } }", "{}", "GRAPHQL_VALIDATION_FAILED", "one"),
    (CHANGED, r#"{ "after": 7 }"#, "BAD_USER_INPUT", "after"),
    (CHANGED, r#"{ "after": "x" }"#, "BAD_USER_INPUT", "not a cursor of this feed"),
    (CHANGED, r#"{ "after": "YzkwLjE" }"#, "BAD_USER_INPUT", "begin again without a cursor"),
    ("subscription { changed(view: { asOf: \"2026-01-01T00:00:00Z\" }) { at } }", "{}", "BAD_USER_INPUT", "view.asOf"),
    (
        "subscription { articlePublished(filter: { topics: [\"No Slug\"] }) { at } }",
        "{}",
        "BAD_USER_INPUT",
        "neither a content id nor a slug",
    ),
    (
        "subscription { changed { node { ... on Topic { a: articles(first: 100) { nodes { ...F } } b: articles(first: 100) \
         { nodes { ...F } } } } } } fragment F on Article { related(first: 25) { nodes { title } } }",
        "{}",
        "COST_LIMIT",
        "cost of the operation",
    ),
];

#[test]
fn what_cannot_be_listened_to_is_an_error_and_the_socket_lives_on() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[("GRIOT_LIVE_SUBSCRIPTIONS", "2")]);
    let mut wire = Wire::open(&server).init();
    for (number, (query, variables, code, words)) in REFUSED.iter().enumerate() {
        let id = format!("refused {number}");
        wire.subscribe(&id, query, serde_json::from_str(variables).unwrap());
        let heard = wire.hear().message();
        assert_eq!((&heard["type"], &heard["id"]), (&json!("error"), &json!(id)), "{heard}");
        let error = &heard["payload"][0];
        assert_eq!(error["extensions"]["code"], *code, "{heard}");
        assert!(error["message"].as_str().unwrap().contains(words), "{heard}");
        wire.assert_alive();
    }

    // The id of what was refused, or is over, can be used again.
    wire.subscribe("refused 0", CHANGED, json!({}));
    wire.say(&json!({ "type": "complete", "id": "refused 0" }));
    wire.say(&json!({ "type": "complete", "id": "never there" }));
    wire.say(&json!({ "type": "pong" }));
    wire.subscribe("refused 0", CHANGED, json!({ "after": null }));
    wire.subscribe("second", CHANGED, json!({}));
    wire.subscribe("third", CHANGED, json!({}));
    let heard = wire.hear().message();
    assert_eq!((&heard["type"], &heard["id"]), (&json!("error"), &json!("third")), "{heard}");
    assert_eq!(heard["payload"][0]["extensions"]["code"], "COST_LIMIT", "{heard}");
    wire.assert_alive();
    assert_eq!(server.figure("griot_live_subscriptions"), 2.0);
    // One of the two says null for its cursor, the other says nothing: they listen to the same.
    assert_eq!(server.figure("griot_live_operations"), 1.0);
    println!("{} subscriptions refused by an error, on one socket", REFUSED.len() + 1);
}

#[test]
fn documents_are_named_in_a_socket_as_over_http_and_refused_by_the_same_modes() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    let mut wire = Wire::open(&server).init();
    let hash = "5f63ba2b4b1c2e5bcd2a2b50e25a6a2bd4ac0a1a2a3ee5e13b1bbd7e5e8f7a10";
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": hash } });
    let asking = |id: &str| json!({ "type": "subscribe", "id": id, "payload": { "extensions": extensions } });
    wire.say(&asking("a"));
    let heard = wire.hear().message();
    assert_eq!(heard["payload"][0]["message"], "PersistedQueryNotFound", "{heard}");

    let strict = desk.serve(&[("GRIOT_OPERATIONS_MODE", "trusted")]);
    let mut wire = Wire::open(&strict).init();
    wire.subscribe("a", CHANGED, json!({}));
    let heard = wire.hear().message();
    assert_eq!(heard["payload"][0]["extensions"]["code"], "PERSISTED_QUERY_REQUIRED", "{heard}");
    let manifest = r#"{ "listen": "subscription { changed { cursor } }" }"#;
    std::fs::write(desk.record.directory().join("manifest.json"), manifest).unwrap();
    desk.record.run(&["operations", "import", "manifest.json"]).expect_success();
    let named = json!({ "type": "subscribe", "id": "b", "payload": { "documentId": "listen" } });
    loop {
        // Stored documents are taken up within a second.
        wire.say(&named);
        wire.say(&json!({ "type": "ping" }));
        if wire.hear().message() == json!({ "type": "pong" }) {
            break;
        }
        wire.hear().message();
    }
}
