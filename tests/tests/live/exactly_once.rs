//! Clients are cut off and go on from their cursors while others publish: each sees every change once, in order.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_testbed::Backend;
use griot_tests::{Client, Server};
use rstest::rstest;
use serde_json::{Value, json};

use crate::desk::{CHANGED, Desk, article, publish, text, topic, with};
use crate::wire::{Heard, Wire};

/// Clients of each server; the first is never cut off.
const CLIENTS: usize = 4;
const STEPS: usize = 120;

/// What a client was told, in order.
#[derive(Debug, Default)]
struct Told {
    /// Number in the journal and entry.
    events: Vec<(i64, String)>,
    cuts: usize,
}

/// The number in the journal that a cursor stands for.
fn seq(cursor: &str) -> i64 {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).unwrap()).unwrap();
    text.strip_prefix('c').unwrap().split_once('.').unwrap().0.parse().unwrap()
}

/// Listens until `last` is told of, and is cut off now and then.
fn listen(server: &Server, start: &str, last: &str, mut rng: fastrand::Rng, is_cut: bool) -> Told {
    let mut told = Told::default();
    let mut cursor = start.to_owned();
    loop {
        let mut wire = Wire::open(server).init();
        wire.subscribe("it", CHANGED, json!({ "after": cursor }));
        let mut left = if is_cut { rng.usize(0..12) } else { usize::MAX };
        loop {
            if left == 0 {
                told.cuts += 1;
                // Sometimes at once, sometimes after a while in which more is published.
                wire.cut();
                std::thread::sleep(Duration::from_millis(rng.u64(0..60)));
                break;
            }
            let heard = match wire.hear_within(Duration::from_millis(if is_cut { rng.u64(1..200) } else { 30_000 })) {
                Some(heard) => heard.message(),
                None => {
                    assert!(is_cut, "nothing came: {told:?}");
                    left = 0;
                    continue;
                }
            };
            assert_eq!(heard["type"], "next", "{heard}");
            let event = &heard["payload"]["data"]["changed"];
            cursor = event["cursor"].as_str().unwrap().to_owned();
            let id = event["contentId"].as_str().unwrap().to_owned();
            told.events.push((seq(&cursor), id.clone()));
            if id == last {
                return told;
            }
            left -= 1;
        }
    }
}

/// Publishes, changes and takes back at random; how often.
fn work(desk: &Client, rng: &mut fastrand::Rng) -> usize {
    // Whether it is a topic, and what it is called now.
    let mut known: Vec<(bool, Value)> = Vec::new();
    let mut done = 0;
    for step in 0..STEPS {
        let place = rng.usize(0..known.len().max(1));
        match rng.u8(0..10) {
            0..3 => known.push((true, publish(desk, &topic(desk, &format!("Topic {step}"))))),
            3..5 => known.push((false, publish(desk, &article(desk, &format!("Article {step}"), "Un.")))),
            5..9 if !known.is_empty() => {
                let (is_topic, one) = &mut known[place];
                let headline = format!("Again {step}");
                let draft = if *is_topic {
                    let texts = json!([{ "locale": "fr", "name": headline }]);
                    desk.draft("topicUpdate", with(one, "texts", texts))
                } else {
                    desk.draft("articleUpdate", with(one, "texts", text(&headline, "Deux.")))
                };
                *one = publish(desk, &draft);
            }
            9 if known.len() > 3 => {
                desk.done("contentWithdraw", known.swap_remove(place).1);
            }
            _ => continue,
        }
        done += 1;
    }
    done
}

/// The last change of each entry, in order.
fn collapsed(events: &[(i64, String)]) -> Vec<(i64, String)> {
    let is_last = |place: usize| !events[place + 1..].iter().any(|(_, id)| *id == events[place].1);
    (0..events.len()).filter(|place| is_last(*place)).map(|place| events[place].clone()).collect()
}

#[rstest]
fn each_client_sees_every_change_once_and_in_order(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let seed =
        std::env::var("GRIOT_TEST_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or_else(|| fastrand::u64(..));
    println!("GRIOT_TEST_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let desk = Desk::open(backend);
    // The second hears of what is published at the first by the journal alone.
    let second: &[&str] = match backend {
        Backend::Sqlite => &["serve", "--bind", "127.0.0.1:0", "--delivery-only"],
        Backend::Postgres => &["serve", "--bind", "127.0.0.1:0"],
    };
    // However busy the machine is, nobody is sent away for that.
    let patient = [("GRIOT_LIVE_INIT_MS", "60000")];
    let servers = [desk.serve(&patient), desk.serve_as(second, &patient)];
    let at_desk = desk.at(&servers[0]);
    let last = topic(&at_desk, "Last");
    let last_id = last["contentId"].as_str().unwrap().to_owned();
    let page = servers[0].data("{ changes { nextCursor } }", json!({}));
    let start = page["changes"]["nextCursor"].as_str().unwrap().to_owned();

    let (all, published) = std::thread::scope(|scope| {
        let mut clients = Vec::new();
        for server in &servers {
            for number in 0..CLIENTS {
                let (rng, start, last_id) = (rng.fork(), &start, &last_id);
                clients.push(scope.spawn(move || listen(server, start, last_id, rng, number > 0)));
            }
        }
        let published = work(&at_desk, &mut rng) + 1;
        publish(&at_desk, &last);
        let all: Vec<Told> = clients.into_iter().map(|client| client.join().unwrap()).collect();
        (all, published)
    });

    let page = servers[0].data(
        "query($after: String) { changes(after: $after) { hasMore changes { cursor contentId } } }",
        json!({ "after": start }),
    );
    assert_eq!(page["changes"]["hasMore"], false);
    let feed: Vec<(i64, String)> = page["changes"]["changes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|change| (seq(change["cursor"].as_str().unwrap()), change["contentId"].as_str().unwrap().to_owned()))
        .collect();
    for (number, told) in all.iter().enumerate() {
        let is_rising = told.events.windows(2).all(|two| two[0].0 < two[1].0);
        assert!(is_rising, "client {number} was told twice, or in another order: {:?}", told.events);
        assert_eq!(collapsed(&told.events), feed, "client {number} missed something");
        if number % CLIENTS == 0 {
            let seqs: Vec<i64> = told.events.iter().map(|(seq, _)| *seq).collect();
            assert_eq!(seqs, (1..=published as i64).collect::<Vec<_>>(), "client {number} was there all the time");
        }
    }
    let cuts: usize = all.iter().map(|told| told.cuts).sum();
    assert!(cuts > 2 * CLIENTS, "{cuts} cuts");
    println!(
        "{backend:?}: {published} publications to {} clients, {cuts} cuts: each saw every change once, in order",
        all.len()
    );
}

#[test]
fn a_cursor_too_far_behind_is_sent_to_the_feed() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[("GRIOT_LIVE_REPLAY", "2")]);
    let at_desk = desk.at(&server);
    let start = server.data("{ changes { nextCursor } }", json!({}))["changes"]["nextCursor"].take();
    let one = publish(&at_desk, &topic(&at_desk, "One"));
    publish(&at_desk, &topic(&at_desk, "Two"));
    // The same entry again is no further one.
    let one = at_desk.draft("topicUpdate", with(&one, "texts", json!([{ "locale": "fr", "name": "Un" }])));
    publish(&at_desk, &one);
    let mut wire = Wire::open(&server).init();
    wire.subscribe("a", CHANGED, json!({ "after": start }));
    for seq_wanted in [2, 3] {
        let heard = wire.hear().message();
        assert_eq!(seq(heard["payload"]["data"]["changed"]["cursor"].as_str().unwrap()), seq_wanted);
    }
    publish(&at_desk, &topic(&at_desk, "Three"));
    assert!(matches!(wire.hear(), Heard::Message(_)));
    wire.subscribe("b", CHANGED.replace("kind", "at").as_str(), json!({ "after": start }));
    let heard = wire.hear().message();
    assert_eq!(heard["type"], "error", "{heard}");
    let words = heard["payload"][0]["message"].as_str().unwrap();
    assert!(words.contains("more than 2 entries changed since: catch up with `changes`"), "{words}");
}

#[test]
fn a_filter_tells_of_the_articles_that_the_list_would_have() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    let at_desk = desk.at(&server);
    let water = publish(&at_desk, &topic(&at_desk, "Eau"));
    let filters = [
        "{ topics: [\"eau\"] }",
        "{ kinds: [SPEECH] }",
        "{ text: \"pluie\" }",
        "{ not: { topics: [\"eau\"] }, locale: \"fr\" }",
        "{ issuedAt: { from: \"2026-06-01T00:00:00Z\" } }",
    ];
    let mut wire = Wire::open(&server).init();
    for filter in filters {
        let query =
            format!("subscription {{ articlePublished(filter: {filter}) {{ contentId article {{ title }} }} }}");
        wire.subscribe(filter, &query, json!({}));
    }
    wire.assert_alive();
    let mut expected = 0;
    for (number, (kind, issued, headline, is_on_water)) in [
        ("NEWS", "2026-03-01T09:00:00Z", "La pluie", true),
        ("SPEECH", "2026-03-01T09:00:00Z", "Discours", false),
        ("NEWS", "2026-07-01T09:00:00Z", "Été", true),
        ("NEWS", "2026-03-01T09:00:00Z", "Rien", false),
    ]
    .into_iter()
    .enumerate()
    {
        let topics = if is_on_water { json!([water["contentId"]]) } else { json!([]) };
        let texts = text(headline, "Un.");
        let input = json!({ "kind": kind, "issuedAt": issued, "topics": topics, "texts": texts });
        let one = publish(&at_desk, &at_desk.draft("articleCreate", input));
        let mut matching: Vec<&str> = Vec::new();
        for filter in filters {
            let query = format!("{{ articles(filter: {filter}) {{ nodes {{ contentId }} }} }}");
            let list = server.data(&query, json!({}));
            let nodes = list["articles"]["nodes"].as_array().unwrap();
            if nodes.iter().any(|node| node["contentId"] == one["contentId"]) {
                matching.push(filter);
            }
        }
        let mut told: Vec<String> = Vec::new();
        for _ in &matching {
            let heard = wire.hear().message();
            assert_eq!(heard["payload"]["data"]["articlePublished"]["article"]["title"], headline, "{heard}");
            told.push(heard["id"].as_str().unwrap().to_owned());
        }
        told.sort_unstable();
        matching.sort_unstable();
        assert_eq!(told, matching, "article {number}");
        expected += matching.len();
    }
    wire.assert_alive();
    assert_eq!(expected, 7);
    assert_eq!(server.figure("griot_live_events_told_total"), expected as f64);
}
