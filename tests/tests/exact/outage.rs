//! The database is out of reach for a while, and something is published meanwhile.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::requests::{Ask, Wire};
use griot_tests::{Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

use crate::pages::post;
use crate::proxy::{Line, Proxy};
use crate::servers::wait_until;

const SETTINGS: &str = "[limits]\ndeadline_ms = 2000\n[metrics]\nbind = \"127.0.0.1:0\"\n";

fn asked() -> [Ask; 4] {
    [
        post("{ topics(first: 50) { totalCount nodes { name slug } } }", json!({})),
        post("{ topic(slug: \"eau\") { name articles { totalCount } } }", json!({})),
        post("{ topic(slug: \"pluie\") { name } }", json!({})),
        post("{ route(path: \"/fr/topics/pluie\") { status } articles { totalCount } }", json!({})),
    ]
}

#[rstest]
fn an_outage_leaves_nothing_wrong_behind(#[values(Line::Cut, Line::Clogged)] fault: Line) {
    let record = Record::new(Backend::Postgres);
    std::fs::write(record.directory().join("griot.toml"), SETTINGS).unwrap();
    record.run(&["migrate"]).expect_success();
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let near = record.serve(&[]);
    let desk = near.client("/editorial/graphql", Some(&key));
    let topic = |name: &str, slug: &str| {
        let draft = desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": name, "slug": slug }] }));
        desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
    };
    let water = topic("Eau", "eau");

    let (login, rest) = record.url().split_once('@').expect("the address names a login");
    let (server, database) = rest.split_once('/').expect("the address names a database");
    let proxy = Proxy::to(server.to_owned());
    let url = format!("{login}@{}/{database}", proxy.address);
    let far = Server::start(record.command_at(&url, &["serve", "--bind", "127.0.0.1:0", "--delivery-only"]));
    let (wire, truth) = (Wire::to(far.address()), Wire::to(near.address()));
    let is_blind = || far.figure("griot_tail_blind") == 1.0;
    wait_until(|| !is_blind());
    let before = asked().map(|ask| {
        wire.send(&ask);
        wire.send(&ask)
    });
    assert_eq!(far.figure("griot_response_cache_total{result=\"hit\"}"), 4.0);

    proxy.set(fault);
    let begun = Instant::now();
    wait_until(is_blind);
    let noticed = begun.elapsed();
    assert!(noticed < Duration::from_secs(9), "nothing kept is trusted after five seconds and a look: {noticed:?}");
    // There is no other answer, and nobody knows that it is wrong. It says what it is, and goes no further.
    let stale = wire.send(&asked()[0]);
    assert_eq!((stale.status, &stale.body), (200, &before[0].body));
    let header = |name: &str| String::from_utf8(stale.header(name).unwrap_or_default().to_vec()).unwrap();
    assert_eq!(header("cache-status"), "griot; hit; detail=\"the store is not reached\"");
    assert_eq!(header("cache-control"), "no-store");
    let unknown = wire.send(&post("{ topics { nodes { contentId } } }", json!({})));
    let unknown: Value = serde_json::from_slice(&unknown.body).unwrap();
    assert!(unknown["errors"].is_array(), "{unknown}");

    let renamed = json!({ "contentId": water["contentId"], "expectedRevision": water["revision"],
        "texts": [{ "locale": "fr", "name": "Eaux" }] });
    desk.done("contentPublish", json!({ "items": [desk.draft("topicUpdate", renamed)] }));
    topic("Pluie", "pluie");
    proxy.set(Line::Whole);
    let mended = Instant::now();
    for (ask, old) in asked().iter().zip(&before) {
        let answer = loop {
            let answer = wire.send(ask);
            let is_made = answer.header("cache-status").is_none() && !answer.body.starts_with(b"{\"errors\"");
            if is_made {
                break answer;
            }
            assert!(mended.elapsed() < Duration::from_secs(30), "{answer:?}");
        };
        assert_ne!(answer.body, old.body, "the first answer since is of the present: {ask:?}");
        assert_eq!(answer.body, truth.send(ask).body);
    }
    let shown = mended.elapsed();
    wait_until(|| !is_blind());
    for ask in &asked() {
        for _ in 0..2 {
            assert_eq!(wire.send(ask).body, truth.send(ask).body, "nothing old is found again: {ask:?}");
        }
    }
    println!("{fault:?}: noticed after {noticed:?}, all shown {shown:?} after it was mended");
}
