//! Many who listen to the same.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use serde_json::json;

use crate::desk::{Desk, article, publish, text, with};
use crate::slow::resident;
use crate::wire::Wire;

const LISTENERS: usize = 200;
const EVENTS: usize = 20;
const ARTICLES: &str = "subscription { articlePublished { cursor article { title url summary } } }";

#[test]
fn what_many_listen_to_is_made_once_and_reaches_all() {
    let desk = Desk::open(Backend::Sqlite);
    let server = desk.serve(&[]);
    let at_desk = desk.at(&server);
    let mut one = publish(&at_desk, &article(&at_desk, "0", "Un."));
    let before = resident(&server);
    let mut wires: Vec<Wire> = (0..LISTENERS).map(|_| Wire::open(&server).init()).collect();
    wires.iter_mut().enumerate().for_each(|(id, wire)| wire.subscribe(&id.to_string(), ARTICLES, json!({})));
    wires.iter_mut().for_each(Wire::assert_alive);
    let kib = (resident(&server) - before) * 1_024.0 / LISTENERS as f64;
    assert_eq!(server.figure("griot_live_operations"), 1.0);

    let mut took: Vec<Duration> = Vec::new();
    for event in 1..=EVENTS {
        let texts = text(&event.to_string(), "Deux.");
        let draft = at_desk.draft("articleUpdate", with(&one, "texts", texts));
        let start = Instant::now();
        one = publish(&at_desk, &draft);
        for (id, wire) in wires.iter_mut().enumerate() {
            let heard = wire.hear().message();
            assert_eq!(heard["id"], id.to_string());
            assert_eq!(heard["payload"]["data"]["articlePublished"]["article"]["title"], event.to_string());
        }
        took.push(start.elapsed());
    }
    took.sort_unstable();
    println!(
        "{LISTENERS} listeners, {EVENTS} events, a build for tests: the last has heard {} ms (median) and {} ms (at most) \
         after the act was sent; {kib:.1} KiB of memory each",
        took[EVENTS / 2].as_millis(),
        took[EVENTS - 1].as_millis()
    );
    assert_eq!(server.figure("griot_live_events_made_total"), EVENTS as f64);
    assert_eq!(server.figure("griot_live_events_told_total"), (EVENTS * LISTENERS) as f64);
    drop(wires);
    while server.figure("griot_live_operations") > 0.0 {
        std::thread::sleep(Duration::from_millis(10));
    }
}
