//! What is not public is told of to nobody, in no event.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::desk::{Desk, article, publish, text, topic, with};
use crate::wire::{Heard, Wire};

const ARTICLES: &str = "subscription($after: String) { articlePublished(after: $after) { cursor article { title summary \
                        slug body { plainText } versions { nodes { number } } } } }";
const CHANGES: &str = "subscription($after: String) { changed(after: $after) { cursor contentId node { __typename id \
                       ... on Article { title body { html } } ... on Topic { name } } notice { act reason } } }";

/// All that comes up to the event that tells of `word`, with the last cursor in it.
fn heard_until(wire: &mut Wire, word: &str, ids: &[&str]) -> String {
    let mut all = String::new();
    let mut left: Vec<&str> = ids.to_vec();
    while !left.is_empty() {
        let Heard::Message(message) = wire.hear() else { panic!("closed after {all}") };
        assert_eq!(message["type"], "next", "{message}");
        if message.to_string().contains(word) {
            left.retain(|id| message["id"] != *id);
        }
        all += &message.to_string();
    }
    all
}

#[rstest]
fn no_draft_no_embargoed_item_and_nothing_killed_is_in_an_event(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = Desk::open(backend);
    let entitled = desk.record.key(&["--delivery", "--embargo", "--name", "Partner"]);
    let server = desk.serve(&[]);
    let at_desk = desk.at(&server);
    let start = server.data("{ changes { nextCursor } }", json!({}))["changes"]["nextCursor"].take();
    let wires: Vec<Wire> = [None, Some(entitled), Some(desk.key.clone())]
        .into_iter()
        .map(|key| {
            let mut wire = Wire::open(&server);
            let payload = key.map(|key| json!({ "authorization": format!("Bearer {key}") }));
            wire.say(&json!({ "type": "connection_init", "payload": payload }));
            assert_eq!(wire.hear().message()["type"], "connection_ack");
            wire.subscribe("articles", ARTICLES, json!({ "after": start }));
            wire.subscribe("changes", CHANGES, json!({ "after": start }));
            wire.assert_alive();
            wire
        })
        .collect();

    let far = "2099-01-01T00:00:00Z";
    article(&at_desk, "CANARIDRAFT", "CANARIDRAFT");
    let public = publish(&at_desk, &article(&at_desk, "Public", "Public."));
    let edited = at_desk.draft("articleUpdate", with(&public, "texts", text("CANARIEDIT", "CANARIEDIT")));
    at_desk.done("contentSchedule", json!({ "items": [edited], "at": far }));
    let early = article(&at_desk, "CANARIEMBARGO", "CANARIEMBARGO");
    at_desk.done("contentEmbargo", json!({ "items": [early], "at": far }));
    let planned = topic(&at_desk, "CANARIPLAN");
    at_desk.done("contentSchedule", json!({ "items": [planned], "at": far }));
    let killed = publish(&at_desk, &article(&at_desk, "KILLEDWORD", "KILLEDWORD"));
    at_desk.done("contentKill", with(&killed, "reason", json!("By order.")));
    publish(&at_desk, &article(&at_desk, "The last one", "The last one."));

    for mut wire in wires {
        let all = heard_until(&mut wire, "The last one", &["articles", "changes"]);
        assert!(all.contains("Public") && all.contains("KILLED") && all.contains("By order."), "{all}");
        assert!(!all.contains("CANARI"), "{all}");
        wire.assert_alive();
    }
    // Whoever comes back after the kill is told of it, and not of what was killed.
    let mut late = Wire::open(&server).init();
    late.subscribe("articles", ARTICLES, json!({ "after": start }));
    late.subscribe("changes", CHANGES, json!({ "after": start }));
    let all = heard_until(&mut late, "The last one", &["articles", "changes"]);
    assert!(all.contains("By order.") && !all.contains("CANARI") && !all.contains("KILLEDWORD"), "{all}");
    let told: Value = server.data("{ changes { changes { contentId } } }", json!({}));
    println!(
        "{backend:?}: 4 listeners, {} entries told of, none of 4 secrets",
        told["changes"]["changes"].as_array().unwrap().len()
    );
}
