//! Somebody looks for something, while editors are at work and after the index was damaged.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

const SEARCH: &str = "query($query: String!, $filter: SearchFilter, $after: String, $first: Int) {
    search(query: $query, filter: $filter, after: $after, first: $first) {
        totalCount isComplete pageInfo { hasNextPage endCursor }
        edges { score node { __typename id ... on Content { displayTitle } } highlights { passage text html ranges { offset length } } }
        facets { kinds { kind count } articleKinds { kind count } topics { topic { name } count } people { person { name } count } years { year count } } } }";

fn search(server: &Server, query: &str) -> Value {
    server.data(SEARCH, json!({ "query": query }))["search"].take()
}

fn titles(found: &Value) -> Vec<String> {
    let edges = found["edges"].as_array().unwrap();
    edges.iter().map(|edge| edge["node"]["displayTitle"].as_str().unwrap_or_default().to_owned()).collect()
}

fn article(desk: &Client, title: &str, body: &str) -> Value {
    let texts = json!([{ "locale": "fr", "headline": title, "body": { "markdown": body } }]);
    let draft =
        desk.draft("articleCreate", json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": texts }));
    let published = desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].take();
    json!({ "contentId": published["contentId"], "expectedRevision": published["revision"] })
}

fn wait_until_complete(server: &Server) {
    let begun = Instant::now();
    while search(server, "")["isComplete"] == false {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}", server.said());
    }
}

#[rstest]
fn what_is_published_is_found_by_all_servers_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let servers = [record.serve(&[]), record.serve(&["--delivery-only"])];
    let desk = servers[0].client("/editorial/graphql", Some(&key));
    for server in &servers {
        wait_until_complete(server);
    }
    assert_eq!(search(&servers[0], "zanzibar"), search(&servers[1], "zanzibar"));
    let one = article(&desk, "Une mission à Zanzibar", "La délégation a visité l’île <b>verte</b>.\n");
    for server in &servers {
        let found = search(server, "ZANZIBÂR délégations");
        assert_eq!(titles(&found), ["Une mission à Zanzibar"]);
        let highlights = &found["edges"][0]["highlights"];
        assert_eq!(highlights[0]["html"], "Une mission à <mark>Zanzibar</mark>");
        assert_eq!(highlights[0]["ranges"], json!([{ "offset": 14, "length": 8 }]));
        assert!(
            highlights[1]["html"].as_str().unwrap().starts_with("La <mark>délégation</mark> a visité l’île"),
            "{highlights}"
        );
        assert_eq!(found["facets"]["years"], json!([{ "year": 2026, "count": 1 }]));
    }
    assert_eq!(search(&servers[0], "goita"), search(&servers[1], "goita"));
    assert_eq!(titles(&search(&servers[0], "goita"))[0], "Assimi GOÏTA");
    assert!(search(&servers[0], "")["facets"]["people"].as_array().is_some_and(|people| !people.is_empty()));
    let act = json!({ "contentId": one["contentId"], "expectedRevision": one["expectedRevision"], "reason": "x" });
    desk.done("contentKill", act);
    for server in &servers {
        assert_eq!(search(server, "zanzibar")["totalCount"], 0);
    }
}

#[rstest]
fn a_server_serves_on_while_its_index_is_made_anew(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let server = record.serve(&[]);
    wait_until_complete(&server);
    let before = search(&server, "goita");
    let told = record.run(&["reindex"]).expect_success();
    assert!(told.stdout.contains("a running server makes its index anew"), "{}", told.stdout);
    std::thread::sleep(Duration::from_secs(1));
    wait_until_complete(&server);
    assert_eq!(search(&server, "goita"), before);
    drop(server);
    let index = record.data().join("search/0/index");
    let largest = std::fs::read_dir(&index).unwrap().map(|entry| entry.unwrap().path());
    let largest = largest.max_by_key(|file| std::fs::metadata(file).unwrap().len()).unwrap();
    let mut bytes = std::fs::read(&largest).unwrap();
    bytes.truncate(bytes.len() / 3);
    std::fs::write(&largest, bytes).unwrap();
    let server = record.serve(&[]);
    wait_until_complete(&server);
    assert_eq!(search(&server, "goita"), before);
    assert!(server.said().contains("the search index is made anew"), "{}", server.said());
    drop(server);
    let told = record.run(&["reindex"]).expect_success();
    assert!(told.stdout.contains("texts can be found"), "{}", told.stdout);
}

#[test]
fn a_publication_does_not_wait_long_for_the_index() {
    let record = Record::with_demo(Backend::Sqlite);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    for enabled in ["true", "false"] {
        let mut command = record.command(&["serve", "--bind", "127.0.0.1:0"]);
        let server = Server::start({
            command.env("GRIOT_SEARCH_ENABLED", enabled);
            command
        });
        let desk = server.client("/editorial/graphql", Some(&key));
        let mut times: Vec<Duration> = (0..60)
            .map(|number| {
                let begun = Instant::now();
                article(&desk, &format!("Article {number}"), "Un paragraphe.\n");
                begun.elapsed()
            })
            .collect();
        times.sort_unstable();
        println!(
            "create and publish, search {enabled}: p50 {:?}, p95 {:?}, most {:?}",
            times[30], times[57], times[59]
        );
        let found = search(&server, "paragraphe");
        assert_eq!(found["isComplete"], enabled == "true");
        assert_eq!(found["totalCount"].as_u64() >= Some(60), enabled == "true", "{found}");
    }
}
