//! Feeds, judged by their grammars and read by programs that nobody here wrote.

use std::path::Path;

use griot_testbed::Backend;
use griot_tests::workspace;
use rstest::rstest;
use serde_json::json;

use super::office::Office;
use super::readers::{calendars_are_read, read_by_others};
use crate::issued::{files, get, save};
use crate::tools::{node, xmllint};

#[rstest]
fn feeds_pass_their_grammars_and_are_read_by_others(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend);
    let folder = office.record.directory().join("feeds");
    let mut feeds =
        vec!["all".to_owned(), "language/fr".to_owned(), "language/en".to_owned(), "kind/communique".to_owned()];
    let of = office.server.data(
        "{ topics(first: 3) { nodes { slug } } people(first: 3) { nodes { slug } } institutions(first: 3) { nodes { slug } } }",
        json!({}),
    );
    for (list, segment) in [("topics", "topic"), ("people", "person"), ("institutions", "institution")] {
        let slugs = of[list]["nodes"].as_array().unwrap().iter();
        feeds.extend(slugs.map(|one| format!("{segment}/{}", one["slug"].as_str().unwrap())));
    }
    for feed in &feeds {
        for form in ["atom", "rss", "json", "ics"] {
            let got = get(&office.server, &format!("/v1/feeds/{feed}.{form}"), &[]);
            if form == "ics" && (feed.starts_with("kind/") || feed.starts_with("topic/")) {
                assert_eq!(got.status, 404);
                continue;
            }
            assert_eq!(got.status, 200, "{feed}.{form}: {}", got.body);
            save(&folder, form, &format!("{feed}.{form}"), &got.body);
            let tag = got.headers["etag"].as_str();
            assert_eq!(get(&office.server, &format!("/v1/feeds/{feed}.{form}"), &[("if-none-match", tag)]).status, 304);
        }
    }
    let archive = get(&office.server, "/v1/feeds/kind/communique/archive/2025-01.atom", &[]);
    assert!(archive.status == 200 && archive.body.contains("RIGHTWORD"), "{}", archive.body);
    save(&folder, "atom", "archive.atom", &archive.body);
    judge(&folder);
    for feed in &feeds {
        read_by_others(&folder, feed, &get(&office.server, &format!("/v1/feeds/{feed}.json"), &[]).json());
    }
    assert!(calendars_are_read(&folder.join("ics")) > 0, "the demo has events");
    for missing in
        ["nothing.atom", "topic/nowhere.atom", "all.xml", "all", "all/archive/2025-01.rss", "all/archive/1900-01.atom"]
    {
        assert_eq!(get(&office.server, &format!("/v1/feeds/{missing}"), &[]).status, 404, "{missing}");
    }
}

/// Lets each form of the feeds in a folder be judged by its own grammar or schema.
pub fn judge(folder: &Path) {
    let schemas = workspace().join("tests/schemas");
    let grammar = schemas.join("atom/atom-rfc4287.rng");
    xmllint(&["--relaxng", grammar.to_str().unwrap()], &files(&folder.join("atom")));
    xmllint(&[], &files(&folder.join("rss")));
    let json = files(&folder.join("json"));
    let args = [schemas.to_str().unwrap()].into_iter().chain(json.iter().map(String::as_str));
    node("jsonfeed.mjs", &args.collect::<Vec<_>>());
}
