//! Connections, filters, orders and cursors.

use griot_domain::EntryKind::Person;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, article, id, person, publication, topic};

/// Ten articles a day apart, numbered from the oldest; the odd ones under a topic and naming a person.
async fn desk(backend: Backend) -> Desk {
    let desk = Desk::open(backend).await;
    let mut all = vec![
        person(1, "awa-traore", json!({ "name": { "given": "Awa", "family": "TRAORÉ", "display": "Awa TRAORÉ" } })),
        person(2, "bah-ndaw", json!({ "name": { "given": "Bah", "family": "N’DAW", "display": "Bah N’DAW" } })),
        topic(3, "sport", "Sport"),
    ];
    for n in 1..=10 {
        let is_odd = n % 2 == 1;
        let topics: &[u32] = if is_odd { &[3] } else { &[] };
        let named: &[_] = if is_odd { &[(Person, 1)] } else { &[(Person, 2)] };
        all.push(article(10 + n, &format!("article-{n}"), &format!("2024-05-{n:02}T08:00:00Z"), topics, named));
    }
    desk.publish(all).await;
    desk
}

fn numbers(connection: &Value) -> Vec<u32> {
    let number = |node: &Value| node["slug"].as_str().unwrap().trim_start_matches("article-").parse().unwrap();
    connection["nodes"].as_array().unwrap().iter().map(number).collect()
}

const LIST: &str =
    "query($first: Int, $after: String, $last: Int, $before: String, $filter: ArticleFilter, $orderBy: ArticleOrder) {
    articles(first: $first, after: $after, last: $last, before: $before, filter: $filter, orderBy: $orderBy) {
      nodes { slug } edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }";

#[rstest]
#[tokio::test]
async fn pages_go_forward_and_back(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let page = async |arguments: Value| desk.data(LIST, arguments).await["articles"].take();
    let first = page(json!({ "first": 4 })).await;
    assert_eq!(numbers(&first), [10, 9, 8, 7]);
    assert_eq!(first["totalCount"], 10);
    assert_eq!(first["pageInfo"]["endCursor"], first["edges"][3]["cursor"]);
    let second = page(json!({ "first": 4, "after": first["pageInfo"]["endCursor"] })).await;
    assert_eq!(numbers(&second), [6, 5, 4, 3]);
    let third = page(json!({ "first": 4, "after": second["pageInfo"]["endCursor"] })).await;
    assert_eq!(numbers(&third), [2, 1]);
    assert_eq!(third["pageInfo"]["hasNextPage"], false);
    let back = page(json!({ "last": 4, "before": third["pageInfo"]["startCursor"] })).await;
    assert_eq!(numbers(&back), [6, 5, 4, 3]);
    assert_eq!(back["pageInfo"]["hasPreviousPage"], true);
    assert_eq!(numbers(&page(json!({ "last": 3 })).await), [3, 2, 1]);
    assert_eq!(numbers(&page(json!({ "first": 0 })).await), [] as [u32; 0]);
    let by_title = json!({ "first": 3, "orderBy": { "field": "TITLE", "direction": "ASC" } });
    assert_eq!(numbers(&page(by_title).await), [1, 10, 2]);
}

#[rstest]
#[tokio::test]
async fn filters_narrow_and_combine(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let of = async |filter: Value| numbers(&desk.data(LIST, json!({ "filter": filter })).await["articles"]);
    assert_eq!(of(json!({ "topics": ["sport"] })).await, [9, 7, 5, 3, 1]);
    assert_eq!(of(json!({ "topics": [id(3)] })).await, [9, 7, 5, 3, 1]);
    assert_eq!(of(json!({ "people": ["bah-ndaw"] })).await, [10, 8, 6, 4, 2]);
    assert_eq!(of(json!({ "people": ["bah-ndaw", "awa-traore"], "kinds": ["NEWS"] })).await.len(), 10);
    let range = json!({ "from": "2024-05-03T08:00:00Z", "until": "2024-05-06T08:00:00Z" });
    assert_eq!(of(json!({ "issuedAt": range })).await, [5, 4, 3]);
    assert_eq!(of(json!({ "topics": ["sport"], "not": { "issuedAt": range } })).await, [9, 7, 1]);
    assert_eq!(of(json!({ "or": [{ "text": "ARTICLE-10" }, { "contentIds": [id(12)] }] })).await, [10, 2]);
    assert_eq!(of(json!({ "and": [{ "people": ["awa-traore"] }, { "people": ["bah-ndaw"] }] })).await, [] as [u32; 0]);
    assert_eq!(of(json!({ "locale": "en" })).await, [] as [u32; 0]);
    assert_eq!(of(json!({ "kinds": ["SPEECH"] })).await, [] as [u32; 0]);
    assert_eq!(of(json!({ "topics": [] })).await, [] as [u32; 0]);
}

#[rstest]
#[tokio::test]
async fn standing_pages_stay_out_of_lists_unless_asked_for(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend).await;
    let entry = json!({ "kind": "PAGE", "issuedAt": "2025-01-01T00:00:00Z", "topics": [id(3)] });
    let text = json!({ "headline": "Mentions légales" });
    desk.publish(vec![publication(
        90,
        griot_domain::EntryKind::Article,
        "2025-01-01T00:00:00Z",
        entry,
        &[("fr", Some("article-90"), text, json!([]))],
    )])
    .await;
    let of = async |arguments: Value| numbers(&desk.data(LIST, arguments).await["articles"]);
    assert!(!of(json!({})).await.contains(&90));
    assert!(!of(json!({ "filter": { "topics": ["sport"] } })).await.contains(&90));
    assert_eq!(of(json!({ "filter": { "kinds": ["PAGE"] } })).await, [90]);
    assert_eq!(of(json!({ "filter": { "contentIds": [id(90)] } })).await, [90]);
}

#[rstest]
#[tokio::test]
async fn bad_arguments_are_named_with_what_would_be_right(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend).await;
    let cursor = desk.data(LIST, json!({ "first": 1 })).await["articles"]["pageInfo"]["endCursor"].take();
    for (arguments, says) in [
        (json!({ "first": 101 }), "`first`: is 101; ask for 0 to 100 items here"),
        (json!({ "first": -1 }), "`first`: is -1; ask for 0 to 100 items here"),
        (json!({ "first": 1, "last": 1 }), "`last`: cannot go with `first`; give one of them"),
        (json!({ "after": "x" }), "`after`: is not a cursor of this API; pass one back as it was given"),
        (
            json!({ "after": cursor, "filter": { "topics": ["sport"] } }),
            "`after`: belongs to a list with another filter or order; begin again without a cursor",
        ),
        (
            json!({ "filter": { "text": "a\u{1}" } }),
            "`filter.text`: holds the control character '\\u{1}'; leave it out",
        ),
        (
            json!({ "filter": { "or": vec![json!({ "text": "zq" }); 100] } }),
            "`filter`: weighs 901, at most 32; each condition weighs 1, `text` 8",
        ),
        (
            json!({ "filter": { "and": vec![json!({ "kinds": ["NEWS"] }); 999] } }),
            "`filter`: weighs 1998, at most 32; each condition weighs 1, `text` 8",
        ),
        (
            json!({ "filter": { "or": vec![json!({ "people": vec!["x"; 100] }); 5] } }),
            "`filter`: names more than 400 entries in all",
        ),
        (json!({ "filter": { "text": " " } }), "`filter.text`: is empty; leave it out to see everything"),
    ] {
        let refusal = desk.refusal(LIST, arguments.clone()).await;
        assert_eq!(refusal, ("BAD_USER_INPUT".to_owned(), says.to_owned()), "{arguments}");
    }
    let (code, message) = desk.refusal("{ article { id } }", json!({})).await;
    assert_eq!((code.as_str(), message.as_str()), ("BAD_USER_INPUT", "`slug`: is missing; give `slug` or `contentId`"));
    let bad_view = "{ article(slug: \"x\", view: { locale: \"français\" }) { id } }";
    assert_eq!(desk.refusal(bad_view, json!({})).await.0, "GRAPHQL_VALIDATION_FAILED");
}

#[rstest]
#[tokio::test]
async fn people_are_listed_by_family_name(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let people = desk.data("{ people { nodes { name sortName mentionedIn { totalCount } } } }", json!({})).await;
    assert_eq!(
        people["people"]["nodes"],
        json!([{ "name": "Bah N’DAW", "sortName": "N’DAW Bah", "mentionedIn": { "totalCount": 5 } },
               { "name": "Awa TRAORÉ", "sortName": "TRAORÉ Awa", "mentionedIn": { "totalCount": 5 } }])
    );
    let found = desk.data("{ people(filter: { text: \"traore\" }) { nodes { slug } } }", json!({})).await;
    assert_eq!(found["people"]["nodes"], json!([{ "slug": "awa-traore" }]));
}
