//! Whoever asks gets what is for them, whoever asked the same before.

use std::collections::BTreeMap;

use griot_testbed::Backend;
use griot_tests::Record;
use griot_tests::requests::{Ask, Wire};
use rstest::rstest;
use serde_json::json;

use crate::pages::post;
use crate::servers::{keeping_nothing, wait_until};

const REQUESTS: usize = 900;
/// Requests between two publications.
const PUBLISHED_EVERY: usize = 60;

const ASKED: [&str; 8] = [
    "{ articles(first: 5) { totalCount nodes { title slug contentId } } }",
    "{ article(slug: \"remaniement\") { title summary } }",
    "{ route(path: \"/fr/articles/remaniement\") { status content { displayTitle } } }",
    "{ topics(first: 20) { totalCount nodes { name articles(first: 3) { totalCount nodes { title } } } } }",
    "{ people(first: 5) { nodes { name style mentionedIn(first: 2) { totalCount } } } }",
    "{ articles(filter: { text: \"remaniement\" }) { totalCount } }",
    "{ article(slug: \"sans-titre\") { title } nothing }",
    "query($id: ID!) { content(contentId: $id) { displayTitle } notice(contentId: $id) { act } }",
];

#[rstest]
fn nobody_gets_what_was_kept_for_somebody_else(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let seed = crate::seed();
    println!("GRIOT_TEST_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let record = Record::with_demo(backend);
    let settings = "public_url = \"https://api.example.org\"\n[site]\nurl = \"https://www.example.org\"\n[metrics]\nbind = \"127.0.0.1:0\"\n";
    std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
    let desk_key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let keys = [
        None,
        Some(record.key(&["--delivery", "--name", "Site"])),
        Some(record.key(&["--delivery", "--embargo", "--name", "Partner"])),
        Some(record.key(&["--role", "editor", "--name", "Awa"])),
    ];
    let kept = record.serve(&[]);
    let plain = keeping_nothing(&record, &[]);
    [&kept, &plain].into_iter().for_each(griot_tests::Server::wait_for_index);
    wait_until(|| kept.figure("griot_tail_blind") == 0.0);
    let desk = kept.client("/editorial/graphql", Some(&desk_key));
    let article = |headline: &str, slug: &str| {
        let text = json!({ "locale": "fr", "headline": headline, "slug": slug, "body": { "markdown": "Un.\n" } });
        desk.draft("articleCreate", json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": [text] }))
    };
    let secret = article("Remaniement", "remaniement");
    desk.done("contentEmbargo", json!({ "items": [secret], "at": "2099-01-01T00:00:00Z" }));

    let (kept_wire, plain_wire) = (Wire::to(kept.address()), Wire::to(plain.address()));
    let mut early_ones = 0;
    let mut statuses: BTreeMap<u16, usize> = BTreeMap::new();
    for number in 0..REQUESTS {
        if number % PUBLISHED_EVERY == PUBLISHED_EVERY - 1 {
            desk.done(
                "contentPublish",
                json!({ "items": [article(&format!("Un {number}"), &format!("un-{number}"))] }),
            );
        }
        let document = ASKED[rng.usize(..ASKED.len())];
        let ask = if document.starts_with("query(") {
            post(document, json!({ "id": secret["contentId"] }))
        } else if rng.bool() {
            get(document)
        } else {
            post(document, json!({}))
        };
        let of = |key: &Option<String>| {
            let mut ask = ask.clone();
            ask.headers.extend(key.as_ref().map(|key| ("authorization", format!("Bearer {key}"))));
            ask
        };
        let key = &keys[rng.usize(..keys.len())];
        let mut mine = of(key);
        let is_coded = rng.u8(..3) == 0;
        if is_coded {
            mine.headers.push(("accept-encoding", "gzip".to_owned()));
        }
        let (found, made) = (kept_wire.send(&mine), plain_wire.send(&of(key)));
        let told = format!("seed {seed}: {mine:?}\n{found:?}\n{made:?}");
        assert_eq!((found.status, found.decoded()), (made.status, made.decoded()), "{told}");
        let header = |name: &str| String::from_utf8_lossy(found.header(name).unwrap_or_default()).into_owned();
        let control = header("cache-control");
        match key {
            Some(_) => assert_eq!(control, "private, no-store", "{told}"),
            None if found.header("etag").is_some() => assert!(control.starts_with("public, "), "{told}"),
            None => assert_eq!(control, "no-store", "{told}"),
        }
        let vary = header("vary");
        for name in ["Accept", "Accept-Encoding", "Authorization"] {
            let is_named = vary.split(", ").any(|known| known == name);
            assert!(is_named || found.header("etag").is_none(), "{name} is not in vary: {vary}, {told}");
        }
        *statuses.entry(found.status).or_default() += 1;
        early_ones += usize::from(plain_wire.send(&of(&None)).body != made.body);
    }
    let hits = kept.figure("griot_response_cache_total{result=\"hit\"}");
    println!(
        "{backend:?}: {REQUESTS} answers of four audiences alike, {hits} of them found, {early_ones} that the public does not get; {statuses:?}"
    );
    assert!(hits * 3.0 > REQUESTS as f64, "{hits} of {REQUESTS} were found");
    assert!(early_ones * 12 > REQUESTS, "an entitled key sees more than the public");
}

pub fn get(document: &str) -> Ask {
    let encoded: String = document.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let accept = ("accept", "application/graphql-response+json".to_owned());
    Ask { headers: vec![accept], ..Ask::get(format!("/graphql?query={encoded}")) }
}
