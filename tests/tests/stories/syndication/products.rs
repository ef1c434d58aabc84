//! Feeds of products, for the partners who receive them: judged and read as those that are for everybody.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use super::feeds::judge;
use super::office::{Office, article, issued, publish, with};
use super::readers::{calendars_are_read, read_by_others};
use crate::issued::{Got, get, save};

const PRODUCTS: [(&str, &[&str]); 4] = [
    ("all", &[]),
    ("communiques", &["--all", "kind:COMMUNIQUE"]),
    ("english", &["--all", "language:en"]),
    ("nothing", &["--all", "kind:INTERVIEW", "--none", "language:fr"]),
];
const FORMS: [(&str, &str); 4] = [
    ("atom", "application/atom+xml; charset=utf-8"),
    ("rss", "application/rss+xml; charset=utf-8"),
    ("json", "application/feed+json"),
    ("ics", "text/calendar; charset=utf-8"),
];

#[rstest]
fn feeds_of_products_are_as_good_as_those_for_everybody(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let Office { record, server, desk, .. } = Office::open(backend);
    for (code, filter) in PRODUCTS.into_iter().filter(|(_, filter)| !filter.is_empty()) {
        record.run(&[&["product", "add", code], filter].concat()).expect_success();
    }
    let received = PRODUCTS.iter().flat_map(|(code, _)| ["--product", code]).collect::<Vec<_>>();
    record.run(&[&["partner", "add", "L’Essor"], &*received].concat()).expect_success();
    let key = record.run(&["partner", "key", "L’Essor"]).expect_success().stdout;
    let bearer = format!("Bearer {}", key.trim());
    let feed = |code: &str, form: &str| -> Got {
        get(&server, &format!("/v1/feeds/product/{code}.{form}"), &[("authorization", &bearer)])
    };
    let until = |what: &str, is_so: &dyn Fn(&str) -> bool| {
        let begun = Instant::now();
        while !["all", "communiques"].iter().all(|code| is_so(&feed(code, "json").body)) {
            assert!(begun.elapsed() < Duration::from_secs(60), "it never came to this: {what}");
            std::thread::sleep(Duration::from_millis(50));
        }
    };
    // What was in a product is taken back before its eyes.
    let taken = [("contentWithdraw", "Il est revu depuis."), ("contentKill", "Tout en était faux.")];
    let items = taken.map(|(act, reason)| (act, reason, publish(&desk, &article(&desk, &format!("SOLDWORD {act}")))));
    publish(&desk, &issued(&desk, "Le dernier & <le plus long>", "2026-01-02T10:00:00+00:00"));
    until("all are sorted", &|feed| feed.matches("SOLDWORD").count() > 1 && feed.contains("Le dernier"));
    for (act, reason, item) in &items {
        desk.done(act, with(item, "reason", json!(reason)));
    }
    until("it is told that they were taken back", &|feed| taken.iter().all(|(_, reason)| feed.contains(reason)));

    let folder = record.directory().join("products");
    for (code, _) in PRODUCTS {
        for (form, media) in FORMS {
            let got = feed(code, form);
            assert_eq!((got.status, got.headers["content-type"].as_str()), (200, media), "{code}.{form}: {}", got.body);
            for word in ["SOLDWORD", "CANARIEMBARGO", "KILLEDWORD", "WITHDRAWNWORD"] {
                assert!(!got.body.to_uppercase().contains(word), "{code}.{form}: {word}");
            }
            let path = format!("product/{code}.{form}");
            save(&folder, form, &path, &got.body);
            let nobodys = get(&server, &format!("/v1/feeds/{path}"), &[]);
            assert_eq!(nobodys.status, 404, "{path}: {}", nobodys.body);
        }
    }
    for (code, month, held) in
        [("all", "2026-01", true), ("communiques", "2025-01", true), ("nothing", "2026-01", false)]
    {
        let path = format!("product/{code}/archive/{month}.atom");
        let got = feed(&format!("{code}/archive/{month}"), "atom");
        assert_eq!(got.status, 200, "{path}: {}", got.body);
        assert_eq!(got.body.contains("<entry"), held, "{path}: {}", got.body);
        assert!(!got.body.contains("SOLDWORD"), "{path}: {}", got.body);
        save(&folder, "atom", &path, &got.body);
        assert_eq!(get(&server, &format!("/v1/feeds/{path}"), &[]).status, 404, "{path}");
    }
    judge(&folder);
    assert!(calendars_are_read(&folder.join("ics")) > 0, "the demo has events");
    let mut counts = Vec::new();
    for (code, _) in PRODUCTS {
        let json = feed(code, "json").json();
        read_by_others(&folder, &format!("product/{code}"), &json);
        let is_usable = |item: &&serde_json::Value| item["_griot"]["pub_status"] == "usable";
        let (usable, taken_back): (Vec<_>, Vec<_>) = json["items"].as_array().unwrap().iter().partition(is_usable);
        counts.push((code, usable.len(), taken_back.len()));
    }
    println!("{backend:?}: {counts:?}");
    let [(_, all, taken), (_, communiques, also_taken), (_, english, _), nothing] = counts[..] else { panic!("four") };
    assert!(all > communiques && communiques > 0 && english > 0, "{counts:?}");
    assert!(taken >= 2 && also_taken >= 2, "{counts:?}");
    assert_eq!(nothing, ("nothing", 0, 0));
    // In Atom they are tombstones.
    let atom = feed("communiques", "atom").body;
    assert_eq!(atom.matches("<at:deleted-entry").count(), also_taken, "{atom}");
}
