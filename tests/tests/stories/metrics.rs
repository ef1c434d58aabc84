//! Figures for whoever runs a server, apart from what it serves.

use griot_testbed::Backend;
use griot_tests::{Record, Server};
use serde_json::{Value, json};

const TOTAL: &str = "{ topics { totalCount } }";
const TOTAL_SHA256: &str = "b2368c84002926b419fb37b1ed16d4f94b4cbb095b32a17da60424ca23fa6039";

fn metered(record: &Record) -> Server {
    let mut command = record.command(&["serve", "--bind", "127.0.0.1:0"]);
    Server::start({
        command.env("GRIOT_METRICS_BIND", "127.0.0.1:0");
        command
    })
}

#[test]
fn figures_are_served_by_a_listener_of_their_own_when_that_is_wanted() {
    let record = Record::new(Backend::Sqlite);
    assert!(!record.serve(&[]).said().contains("metrics"), "they are off by default");
    let server = metered(&record);
    assert_eq!(server.status("/metrics"), 404);
    while server.figure("griot_tail_blind") > 0.0 {
        std::thread::yield_now();
    }
    for _ in 0..3 {
        server.data(TOTAL, json!({}));
    }
    let hits = "griot_response_cache_total{result=\"hit\"}";
    let answered = "griot_http_requests_total{endpoint=\"delivery\",status=\"2xx\"}";
    let seconds = "griot_http_request_seconds_count{endpoint=\"delivery\"}";
    assert_eq!([hits, answered, seconds].map(|name| server.figure(name)), [2.0, 3.0, 3.0]);
    assert_eq!(server.figure("griot_http_requests_in_flight"), 0.0);
    let held = std::net::TcpStream::connect(server.address().trim_start_matches("http://")).unwrap();
    while server.figure("griot_connections") < 1.0 {
        std::thread::yield_now();
    }
    drop(held);
    assert_eq!(server.figure("griot_query_cost_count"), 1.0, "what was kept is not run again");
    assert!(server.figure("griot_query_cost_sum") >= 1.0);
    assert!(server.figure("griot_response_cache_bytes") > 0.0);

    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let post = |body: Value| agent.post(format!("{}/graphql", server.address())).send_json(body).unwrap();
    let extensions = json!({ "persistedQuery": { "version": 1, "sha256Hash": TOTAL_SHA256 } });
    post(json!({ "extensions": extensions }));
    post(json!({ "extensions": extensions, "query": TOTAL }));
    for _ in 0..3 {
        post(json!({ "extensions": extensions }));
    }
    post(json!({ "extensions": extensions, "query": "{ __typename }" }));
    let named = ["not_found", "registered", "found", "refused"];
    let figures = named.map(|result| server.figure(&format!("griot_operations_total{{result=\"{result}\"}}")));
    assert_eq!(figures, [1.0; 4], "two of the three by hash were found among the answers kept");
}

#[test]
fn figures_reach_other_machines_only_where_plain_http_is_meant() {
    let record = Record::new(Backend::Sqlite);
    let mut command = record.command(&["serve", "--bind", "127.0.0.1:0"]);
    let output = command.env("GRIOT_METRICS_BIND", "0.0.0.0:9464").output().unwrap();
    assert_eq!(output.status.code(), Some(1));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("refusing to listen on 0.0.0.0:9464"), "{said}");
}

#[test]
fn no_figure_of_delivery_changes_with_what_is_not_published() {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = metered(&record);
    while server.figure("griot_tail_blind") > 0.0 {
        std::thread::yield_now();
    }
    while server.figure("griot_search_rebuilds_total") < 1.0 {
        std::thread::yield_now();
    }
    server.data(TOTAL, json!({}));
    let figures = || -> Vec<String> {
        let text = server.metrics();
        let is_of_editors = |line: &str| line.contains("endpoint=\"editorial\"") || line.contains("griot_connections");
        let told = text.lines().filter(|line| !is_of_editors(line));
        told.map(str::to_owned).collect()
    };
    let before = figures();
    let desk = server.client("/editorial/graphql", Some(&key));
    let topic = desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": "Remaniement" }] }));
    desk.done("contentSchedule", json!({ "items": [topic], "at": "2099-01-01T00:00:00Z" }));
    let draft = desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": "Brouillon" }] }));
    assert_eq!(figures(), before);
    desk.done("contentPublish", json!({ "items": [draft] }));
    assert_ne!(figures(), before, "a publication is public");
    assert_eq!(server.figure("griot_tail_lag_seconds_count"), 1.0);
    println!("heard of after {:.1} ms", server.figure("griot_tail_lag_seconds_sum") * 1e3);
}
