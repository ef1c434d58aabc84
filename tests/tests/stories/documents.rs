//! The documents of a site's pages, on the demo as its files give it. One snapshot serves both databases.

use griot_testbed::Backend;
use griot_tests::{Record, Server, workspace};
use rstest::rstest;
use serde_json::{Value, json};

use crate::answers::comparable;

const VISIT: &str = "cooperation-mali-russie-rencontre-du-president-de-la-transition-avec-vladimir-poutine";

fn answer(server: &Server, name: &str, variables: Value) -> Value {
    let path = workspace().join(format!("tests/documents/{name}.graphql"));
    let document = std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()));
    server.data(&document, variables)
}

#[rstest]
fn the_pages_of_the_demo_are_as_kept(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    let cases = [
        ("ArticlePage", json!({ "slug": VISIT })),
        ("FrontPage", json!({})),
        ("PersonPage", json!({ "slug": "assimi-goita", "day": "2023-07-29" })),
        ("Topic", json!({ "topic": "diplomatie" })),
        ("Then", json!({ "slug": VISIT })),
        ("Old", json!({ "path": "/?p=112" })),
    ];
    for (name, variables) in cases {
        insta::assert_json_snapshot!(name, comparable(&answer(&server, name, variables)));
    }
}

#[rstest]
fn nothing_was_known_before_it_was_published(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    let later = "koulouba-le-president-de-la-transition-recoit-les-ambassadeurs-des-1ers-jeux-de-lalliance-des-etats-du-sahel-aes";
    assert_eq!(answer(&server, "Then", json!({ "slug": later })), json!({ "article": null }));
    let then = answer(&server, "Then", json!({ "slug": VISIT }));
    let styles = then["article"]["people"].to_string();
    assert!(styles.contains("Colonel") && !styles.contains("Général"), "{styles}");
}

#[rstest]
fn a_topic_is_named_by_slug_or_content_id_and_pages_on(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    let by_slug = answer(&server, "Topic", json!({ "topic": "diplomatie" }));
    let edges = by_slug["articles"]["edges"].as_array().expect("edges are a list");
    assert!(!edges.is_empty());

    let topic = server.data("{ topic(slug: \"diplomatie\") { contentId } }", json!({}));
    let by_id = answer(&server, "Topic", json!({ "topic": topic["topic"]["contentId"] }));
    assert_eq!(by_id, by_slug);

    let after_last =
        answer(&server, "Topic", json!({ "topic": "diplomatie", "after": edges[edges.len() - 1]["cursor"] }));
    assert_eq!(after_last["articles"]["edges"], json!([]));
}

#[rstest]
fn an_old_address_leads_to_the_article(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    let permalink = answer(&server, "Old", json!({ "path": "/?p=112" }));
    assert_eq!(permalink["route"]["redirect"]["permanent"], true);
    let to = permalink["route"]["redirect"]["to"].as_str().expect("a redirect has a target");
    assert!(to.ends_with(VISIT), "{to}");
    let content = answer(&server, "Old", json!({ "path": to }));
    assert_eq!(
        content,
        json!({ "route": { "redirect": null, "content": { "__typename": "Article", "slug": VISIT } } })
    );
    assert_eq!(
        answer(&server, "Old", json!({ "path": "/no/such/page" })),
        json!({ "route": { "redirect": null, "content": null } })
    );
}

#[test]
fn the_picture_in_the_readme_is_what_the_demo_answers() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).unwrap();
    let block = |language: &str| {
        let (_, rest) = readme.split_once(&format!("```{language}\n")).unwrap();
        rest.split_once("```").unwrap().0
    };
    let record = Record::with_demo(Backend::Sqlite);
    let server = record.serve(&[]);
    let shown: Value = serde_json::from_str(block("json")).unwrap();
    assert_eq!(server.data(block("graphql"), json!({})), shown);
}
