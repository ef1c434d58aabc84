//! Withdrawn and killed entries, and the history of those that stay.

use std::collections::BTreeMap;

use griot_domain::{EntryKind, OldPath, Publication, Retraction, RetractionAct};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, article, at, id, publication, topic};

const PATH: &str = "query($path: String!, $view: ViewInput) { route(path: $path, view: $view) {
    status redirect { to } content { slug } notice { contentId kind act at reason } } }";

fn retraction(of: &Publication, day: &str, act: RetractionAct, reason: &str) -> Publication {
    Publication {
        live_from: at(day),
        entry: None,
        editions: BTreeMap::new(),
        retraction: Some(Retraction { act, reason: Some(reason.to_owned()), slugs: BTreeMap::new(), successor: None }),
        old_paths: Vec::new(),
        ..of.clone()
    }
}

/// An article that is withdrawn and one that is killed, both filed under a topic, and one that stays.
async fn desk(backend: Backend) -> Desk {
    let desk = Desk::open(backend).await;
    let mut withdrawn = article(10, "retire", "2024-01-01T00:00:00Z", &[1], &[]);
    withdrawn.old_paths = vec![OldPath { path: "/?p=10".to_owned(), locale: None }];
    let mut killed = article(11, "tue", "2024-01-02T00:00:00Z", &[1], &[]);
    killed.old_paths = vec![OldPath { path: "/?p=11".to_owned(), locale: None }];
    let stays = article(12, "reste", "2024-01-03T00:00:00Z", &[1], &[]);
    desk.publish(vec![topic(1, "theme", "Thème"), withdrawn.clone(), killed.clone(), stays]).await;
    desk.publish(vec![
        retraction(&withdrawn, "2024-06-01T00:00:00Z", RetractionAct::Withdrawn, "Erreur de date"),
        retraction(&killed, "2024-06-02T00:00:00Z", RetractionAct::Killed, "Décision de justice"),
    ])
    .await;
    desk
}

fn then(instant: &str) -> Value {
    json!({ "asOf": instant })
}

#[rstest]
#[tokio::test]
async fn addresses_of_what_was_taken_back_tell_of_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let of =
        async |path: &str, view: Value| desk.data(PATH, json!({ "path": path, "view": view })).await["route"].take();
    let gone = |notice: &Value| json!({ "status": 410, "redirect": null, "content": null, "notice": notice });
    let withdrawn = json!({ "contentId": id(10), "kind": "ARTICLE", "act": "WITHDRAWN", "at": "2024-06-01T00:00:00Z",
        "reason": "Erreur de date" });
    let killed = json!({ "contentId": id(11), "kind": "ARTICLE", "act": "KILLED", "at": "2024-06-02T00:00:00Z",
        "reason": "Décision de justice" });
    for (path, notice) in [
        ("/fr/articles/retire", &withdrawn),
        ("/?p=10", &withdrawn),
        ("/fr/articles/tue", &killed),
        ("/?p=11", &killed),
    ] {
        assert_eq!(of(path, Value::Null).await, gone(notice), "{path}");
    }
    let before = then("2024-03-01T00:00:00Z");
    let content = json!({ "status": 200, "redirect": null, "content": { "slug": "retire" }, "notice": null });
    assert_eq!(of("/fr/articles/retire", before.clone()).await, content, "what was withdrawn keeps its past");
    let moved = json!({ "status": 301, "redirect": { "to": "/fr/articles/retire" }, "content": null, "notice": null });
    assert_eq!(of("/?p=10", before.clone()).await, moved);
    assert_eq!(of("/fr/articles/tue", before.clone()).await, gone(&killed), "what was killed has none");
    assert_eq!(of("/?p=11", before).await, gone(&killed));
    let unknown = json!({ "status": 404, "redirect": null, "content": null, "notice": null });
    assert_eq!(of("/fr/articles/jamais", Value::Null).await, unknown);
}

#[rstest]
#[tokio::test]
async fn addresses_of_a_merged_entry_lead_to_the_one_that_stands_for_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = Desk::open(backend).await;
    let with_path = |mut topic: Publication, path: &str| {
        topic.old_paths = vec![OldPath { path: path.to_owned(), locale: None }];
        topic
    };
    let (first, second) = (with_path(topic(1, "un", "Un"), "/?cat=1"), with_path(topic(2, "deux", "Deux"), "/?cat=2"));
    let merged = |of: &Publication, day: &str, into: u32| {
        let mut merged = retraction(of, day, RetractionAct::Withdrawn, "");
        merged.retraction = Some(Retraction::merged_into(id(into)));
        merged
    };
    desk.publish(vec![first.clone(), second.clone(), topic(3, "trois", "Trois")]).await;
    desk.publish(vec![merged(&first, "2024-06-01T00:00:00Z", 2)]).await;
    let to = async |path: &str, view: Value| {
        let route = desk.data(PATH, json!({ "path": path, "view": view })).await["route"].take();
        (route["status"].clone(), route["redirect"]["to"].clone())
    };
    let moved = |to: &str| (json!(301), json!(to));
    for path in ["/fr/topics/un", "/?cat=1"] {
        assert_eq!(to(path, Value::Null).await, moved("/fr/topics/deux"), "{path}");
    }
    let content = (json!(200), Value::Null);
    assert_eq!(to("/fr/topics/un", then("2024-05-31T00:00:00Z")).await, content, "before, it stood for itself");
    let query = "query($id: ID!) { notice(contentId: $id) { act successorId } }";
    let told = desk.data(query, json!({ "id": id(1) })).await["notice"].take();
    assert_eq!(told, json!({ "act": "WITHDRAWN", "successorId": id(2) }));

    desk.publish(vec![merged(&second, "2024-06-02T00:00:00Z", 3)]).await;
    for path in ["/fr/topics/un", "/?cat=1", "/fr/topics/deux", "/?cat=2"] {
        assert_eq!(to(path, Value::Null).await, moved("/fr/topics/trois"), "a successor may have one in turn: {path}");
    }
    assert_eq!(to("/?cat=1", then("2024-06-01T12:00:00Z")).await, moved("/fr/topics/deux"));
    let third = topic(3, "trois", "Trois");
    desk.publish(vec![retraction(&third, "2024-06-03T00:00:00Z", RetractionAct::Killed, "x")]).await;
    let gone = (json!(410), Value::Null);
    for path in ["/fr/topics/un", "/fr/topics/deux", "/fr/topics/trois"] {
        assert_eq!(to(path, Value::Null).await, gone, "nothing is left to lead to: {path}");
    }
}

#[rstest]
#[tokio::test]
async fn lookups_of_what_was_taken_back_answer_as_for_what_never_was(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend).await;
    let query = "query($slug: String!, $id: ID!, $view: ViewInput) {
        article(slug: $slug, view: $view) { title } byId: article(contentId: $id, view: $view) { title }
        content(contentId: $id, view: $view) { slug } articles(view: $view) { nodes { slug } totalCount }
        topic(slug: \"theme\", view: $view) { articles { nodes { slug } } } }";
    let of = async |slug: &str, number: u32, view: Value| {
        desk.ask(query, json!({ "slug": slug, "id": id(number), "view": view })).await.to_string()
    };
    let never = of("jamais", 99, Value::Null).await;
    assert!(never.contains("reste") && !never.contains("retire"), "{never}");
    assert_eq!(of("retire", 10, Value::Null).await, never);
    assert_eq!(of("tue", 11, Value::Null).await, never);
    let before = then("2024-03-01T00:00:00Z");
    let never = of("jamais", 99, before.clone()).await;
    assert!(never.contains("retire") && !never.contains("tue"), "{never}");
    assert_eq!(of("tue", 11, before.clone()).await, never);
    assert!(of("retire", 10, before).await.contains("Titre retire"));
}

#[rstest]
#[tokio::test]
async fn a_notice_is_found_by_content_id(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let query = "query($id: ID!, $view: ViewInput) { notice(contentId: $id, view: $view) { act reason } }";
    let of = async |id: String, view: Value| {
        desk.data(query, json!({ "id": id, "view": view })).await["notice"]["act"].take()
    };
    let before = then("2024-03-01T00:00:00Z");
    assert_eq!(of(id(10).to_string(), Value::Null).await, "WITHDRAWN");
    assert_eq!(of(id(10).to_string(), before.clone()).await, Value::Null);
    assert_eq!(of(id(11).to_string(), Value::Null).await, "KILLED");
    assert_eq!(of(id(11).to_string(), before).await, "KILLED");
    for other in [id(12).to_string(), id(99).to_string(), "x".to_owned()] {
        assert_eq!(of(other, Value::Null).await, Value::Null);
    }
    let mut back = article(10, "retire", "2024-07-01T00:00:00Z", &[1], &[]);
    back.entry = None;
    desk.publish(vec![back]).await;
    assert_eq!(of(id(10).to_string(), Value::Null).await, Value::Null, "it came back");
}

#[rstest]
#[tokio::test]
async fn the_history_tells_each_version_and_leads_into_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = Desk::open(backend).await;
    let version = |day: &str, title: &str, corrections: Value| {
        let entry = json!({ "kind": "NEWS", "issuedAt": "2024-01-01T00:00:00Z", "corrections": corrections });
        let texts = [("fr", Some("visite"), json!({ "headline": title }), json!([]))];
        publication(20, EntryKind::Article, day, entry, &texts)
    };
    let note = json!([{ "kind": "CORRECTION", "at": "2024-02-01T00:00:00Z", "note": { "fr": "Cinq jours." } }]);
    desk.publish(vec![
        version("2024-01-01T00:00:00Z", "Un", json!([])),
        version("2024-02-01T00:00:00Z", "Deux", note.clone()),
        version("2024-03-01T00:00:00Z", "Trois", note),
    ])
    .await;
    let query = "query($after: String, $view: ViewInput) { article(slug: \"visite\", view: $view) {
        versions(first: 2, after: $after) { totalCount pageInfo { hasNextPage endCursor }
          edges { cursor } nodes { id number liveFrom liveTo corrections { note } } } } }";
    let of = async |after: Value, view: Value| {
        desk.data(query, json!({ "after": after, "view": view })).await["article"]["versions"].take()
    };
    let mut page = of(Value::Null, Value::Null).await;
    let mut numbers = Vec::new();
    let mut told = Vec::new();
    for _ in 0..2 {
        for node in page["nodes"].as_array().unwrap() {
            let seen = desk.data("query($id: ID!) { node(id: $id) { ... on Article { title } } }", node.clone()).await;
            numbers.push(node["number"].as_i64().unwrap());
            told.push(json!([seen["node"]["title"], node["liveFrom"], node["liveTo"], node["corrections"]]));
        }
        if page["pageInfo"]["hasNextPage"] == json!(false) {
            break;
        }
        page = of(page["pageInfo"]["endCursor"].clone(), Value::Null).await;
    }
    assert_eq!(numbers, [3, 2, 1]);
    assert_eq!(
        told,
        [
            json!(["Trois", "2024-03-01T00:00:00Z", null, []]),
            json!(["Deux", "2024-02-01T00:00:00Z", "2024-03-01T00:00:00Z", [{ "note": "Cinq jours." }]]),
            json!(["Un", "2024-01-01T00:00:00Z", "2024-02-01T00:00:00Z", []]),
        ]
    );
    let earlier = of(Value::Null, then("2024-02-15T00:00:00Z")).await;
    assert_eq!((&earlier["totalCount"], &earlier["nodes"][0]["liveTo"]), (&json!(2), &Value::Null), "as told then");
    let content = "{ content(contentId: \"00000000-0000-4000-8000-000000000020\") { versions { nodes { number } } } }";
    assert_eq!(desk.data(content, json!({})).await["content"]["versions"]["nodes"][0]["number"], 3);
    let bad = desk.refusal(query, json!({ "after": "x" })).await;
    assert_eq!(bad.0, "BAD_USER_INPUT");
    assert!(bad.1.contains("not a cursor"), "{}", bad.1);
}

#[rstest]
#[tokio::test]
async fn the_file_of_a_killed_asset_is_not_served(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = Desk::open(backend).await;
    let image = |number: u32, name: &str| {
        let url = format!("https://media.example/{number}.png");
        let entry = json!({ "kind": "IMAGE", "url": url, "file": { "stored": name } });
        publication(number, EntryKind::Asset, "2024-01-01T00:00:00Z", entry, &[("fr", None, json!({}), json!([]))])
    };
    let (first, second) = ("0123456789abcdef0123456789abcdef.png", "1123456789abcdef0123456789abcdef.png");
    for name in [first, second] {
        desk.keep_file(name, name.as_bytes());
    }
    let photo = image(30, first);
    desk.publish(vec![photo.clone(), image(31, second)]).await;
    assert_eq!(desk.file(first).await, (200, first.as_bytes().to_vec()));
    desk.publish(vec![retraction(&photo, "2024-06-01T00:00:00Z", RetractionAct::Killed, "x")]).await;
    assert_eq!(desk.file(first).await, (410, Vec::new()));
    assert_eq!(desk.file(second).await, (200, second.as_bytes().to_vec()));
}
