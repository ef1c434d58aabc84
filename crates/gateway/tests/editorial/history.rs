//! Lists, history, differences, the log.

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Office, at, with};

#[rstest]
#[tokio::test]
async fn drafts_are_listed_page_by_page(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    for headline in ["Un", "Deux", "Trois"] {
        office.article(headline).await;
    }
    office.done("author", "topicCreate", json!({ "texts": [{ "locale": "fr", "name": "Sujet" }] })).await;
    let document =
        "query($after: String) { drafts(filter: { kinds: [ARTICLE], states: [WRITING] }, first: 2, after: $after) {
        edges { cursor node { title } } pageInfo { hasNextPage hasPreviousPage endCursor } } }";
    let titles = |page: &Value| -> Vec<String> {
        let edges = page["drafts"]["edges"].as_array().unwrap().iter();
        edges.map(|edge| edge["node"]["title"].as_str().unwrap().to_owned()).collect()
    };
    let first = office.ask("author", document, json!({})).await;
    assert_eq!(titles(&first), ["Trois", "Deux"]);
    assert_eq!(first["drafts"]["pageInfo"]["hasNextPage"], true);
    let cursor = first["drafts"]["pageInfo"]["endCursor"].clone();
    let second = office.ask("author", document, json!({ "after": cursor })).await;
    assert_eq!(titles(&second), ["Un"]);
    assert_eq!(
        (second["drafts"]["pageInfo"]["hasNextPage"].clone(), second["drafts"]["pageInfo"]["hasPreviousPage"].clone()),
        (json!(false), json!(true))
    );
    let elsewhere = office
        .answer(
            "author",
            "query($after: String) { drafts(after: $after) { nodes { title } } }",
            json!({ "after": cursor }),
        )
        .await;
    assert!(elsewhere["errors"][0]["message"].as_str().unwrap().contains("another filter"), "{elsewhere}");
}

#[rstest]
#[tokio::test]
async fn a_draft_tells_its_history_and_what_differs(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Visite").await;
    let change = json!({ "note": "Plus court", "urgency": 2, "texts": [{ "locale": "fr", "headline": "Ségou" }] });
    let two = office.done("editor:eva", "articleUpdate", with(one.clone(), change)).await;
    let document = "query($id: ID!) { draft(contentId: $id) {
        texts(locales: [\"fr\"]) { locale slug title wordCount fields }
        revisions(first: 5) { number author verb note title }
        diff(from: 1) { total differences { path before after } }
        none: diff(from: 7) { total } } }";
    let draft = office.ask("author", document, json!({ "id": one["contentId"] })).await["draft"].take();
    assert_eq!(
        draft["texts"],
        json!([{ "locale": "fr", "slug": "visite", "title": "Ségou", "wordCount": 1, "fields": { "headline": "Ségou" } }])
    );
    assert_eq!(
        draft["revisions"],
        json!([
            { "number": 2, "author": "key:eva", "verb": "edit", "note": "Plus court", "title": "Ségou" },
            { "number": 1, "author": "key:publisher", "verb": "create", "note": null, "title": "Visite" },
        ])
    );
    assert_eq!(
        draft["diff"],
        json!({ "total": 2, "differences": [
            { "path": "entry.urgency", "before": null, "after": 2 },
            { "path": "texts.fr.headline", "before": "Visite", "after": "Ségou" },
        ] })
    );
    assert_eq!(draft["none"], Value::Null);
    let before = office
        .ask(
            "author",
            "query($id: ID!) { draft(contentId: $id) { revisions(before: 2) { number } } }",
            json!({ "id": two["contentId"] }),
        )
        .await;
    assert_eq!(before["draft"]["revisions"], json!([{ "number": 1 }]));
}

#[rstest]
#[tokio::test]
async fn the_log_says_who_did_what_and_from_where(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend).await;
    let one = office.article("Secret").await;
    office.publish(&[&one]).await;
    let kill = with(one.clone(), json!({ "reason": "Erreur" }));
    office.done("publisher:pia", "contentKill", kill).await;
    let document = "query($before: Int) { auditLog(first: 2, before: $before) { number author origin verb contentIds detail hash } }";
    let log = office.ask("administrator", document, json!({})).await["auditLog"].take();
    assert_eq!(log[0]["number"], 3);
    assert_eq!((log[0]["author"].clone(), log[0]["origin"].clone()), (json!("key:pia"), json!("192.0.2.7")));
    assert_eq!((log[0]["verb"].clone(), log[0]["contentIds"].clone()), (json!("kill"), json!([one["contentId"]])));
    assert_eq!(log[0]["detail"], json!({ "revisions": [1], "reason": "Erreur" }));
    assert_eq!(log[0]["hash"].as_str().unwrap().len(), 64);
    let first = office.ask("administrator", document, json!({ "before": 2 })).await["auditLog"].take();
    assert_eq!(first.as_array().unwrap().len(), 1);
    assert!(!first.to_string().contains("Secret"));
    assert_eq!(office.desk.store().verify_audit(None).await.unwrap().unwrap().number, 3);
}

#[tokio::test]
async fn whoever_asks_is_told_who_they_are() {
    let office = Office::open(Backend::Sqlite).await;
    let viewer = office.ask("editor:eva", "{ viewer { id name role } }", json!({})).await;
    assert_eq!(viewer["viewer"], json!({ "id": "key:eva", "name": "eva", "role": "EDITOR" }));
    let answer = office.answer("nobody", "{ viewer { id } drafts { nodes { title } } }", json!({})).await;
    assert_eq!(answer["data"], json!({ "viewer": null, "drafts": null }));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
}

#[tokio::test]
async fn what_was_never_edited_is_at_revision_0() {
    let office = Office::open(Backend::Sqlite).await;
    let one = office.article("Visite").await;
    office.publish(&[&one]).await;
    let draft = office
        .done(
            "author",
            "articleUpdate",
            with(at(&json!({ "contentId": one["contentId"], "revision": 1 })), json!({ "urgency": 1 })),
        )
        .await;
    assert_eq!((draft["revision"].clone(), draft["state"].clone()), (json!(2), json!("WRITING")));
}
