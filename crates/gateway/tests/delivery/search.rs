//! Finding by words, as clients see it.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::support::{Desk, article, person, topic};

const SEARCH: &str = "query($query: String!, $first: Int, $after: String, $filter: SearchFilter, $view: ViewInput) {
    search(query: $query, first: $first, after: $after, filter: $filter, view: $view) {
        totalCount isComplete pageInfo { hasNextPage endCursor } nodes { ... on Content { slug } } } }";

async fn record(backend: Backend) -> Desk {
    let desk = Desk::open(backend).await;
    let name = json!({ "name": { "given": "Assimi", "family": "GOÏTA", "display": "Assimi GOÏTA" } });
    desk.publish(vec![
        topic(1, "cooperation", "Coopération"),
        person(2, "assimi-goita", name),
        article(3, "une", "2024-05-01T10:00:00Z", &[1], &[]),
        article(4, "deux", "2025-05-01T10:00:00Z", &[], &[]),
        article(5, "trois", "2023-05-01T10:00:00Z", &[1], &[]),
    ])
    .await;
    desk
}

#[rstest]
#[tokio::test]
async fn what_is_found_comes_in_pages(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = record(backend).await;
    let page = desk.data(SEARCH, json!({ "query": "titre", "first": 2 })).await["search"].take();
    assert_eq!(page["nodes"], json!([{ "slug": "deux" }, { "slug": "une" }]));
    assert_eq!((&page["totalCount"], &page["isComplete"]), (&json!(3), &json!(true)));
    let after = page["pageInfo"]["endCursor"].clone();
    let page = desk.data(SEARCH, json!({ "query": "titre", "first": 2, "after": after })).await["search"].take();
    assert_eq!((&page["nodes"], &page["pageInfo"]["hasNextPage"]), (&json!([{ "slug": "trois" }]), &json!(false)));
    let (code, message) = desk.refusal(SEARCH, json!({ "query": "texte", "after": after })).await;
    assert_eq!((code.as_str(), message.contains("search for something else")), ("BAD_USER_INPUT", true), "{message}");
    let of_topic = json!({ "query": "", "filter": { "topics": ["cooperation"], "kinds": ["ARTICLE"] } });
    let found = desk.data(SEARCH, of_topic).await;
    assert_eq!(found["search"]["nodes"], json!([{ "slug": "une" }, { "slug": "trois" }]));
}

#[rstest]
#[case(json!({ "query": "x".repeat(301) }), "`query`: has 301 characters")]
#[case(json!({ "query": "x", "view": { "asOf": "2024-01-01T00:00:00Z" } }), "`view.asOf`: search knows what is public now")]
#[case(json!({ "query": "x", "first": 101 }), "`first`: is 101")]
#[case(json!({ "query": "x", "after": "?" }), "`after`: is not a cursor")]
#[case(json!({ "query": "x", "filter": { "topics": ["É"] } }), "`filter.topics`")]
#[tokio::test]
async fn what_cannot_be_asked_is_named(#[case] variables: serde_json::Value, #[case] expected: &str) {
    let desk = record(Backend::Sqlite).await;
    let (code, message) = desk.refusal(SEARCH, variables).await;
    assert_eq!(code, "BAD_USER_INPUT");
    assert!(message.starts_with(expected), "{message}");
}

#[tokio::test]
async fn what_was_found_is_shown_and_counted() {
    let desk = record(Backend::Sqlite).await;
    let document = "{ search(query: \"GOITA\") { edges { score node { __typename } highlights(in: [TITLE]) { passage text html ranges { offset length } } } } }";
    let edge = desk.data(document, json!({})).await["search"]["edges"][0].take();
    let shown = json!([{ "passage": "TITLE", "text": "Assimi GOÏTA", "html": "Assimi <mark>GOÏTA</mark>", "ranges": [{ "offset": 7, "length": 5 }] }]);
    assert_eq!((&edge["node"]["__typename"], &edge["highlights"]), (&json!("Person"), &shown));
    let document = "{ search(query: \"titre\") { facets { kinds { kind count } articleKinds { kind count } topics { topic { name } count } people { count } years { year count } } } }";
    let facets = desk.data(document, json!({})).await["search"]["facets"].take();
    let expected = json!({
        "kinds": [{ "kind": "ARTICLE", "count": 3 }],
        "articleKinds": [{ "kind": "NEWS", "count": 3 }],
        "topics": [{ "topic": { "name": "Coopération" }, "count": 2 }],
        "people": [],
        "years": [{ "year": 2025, "count": 1 }, { "year": 2024, "count": 1 }, { "year": 2023, "count": 1 }],
    });
    assert_eq!(facets, expected);
}
