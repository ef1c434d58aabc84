//! What the log may say about a request. Tests run their server on the thread of the test.

use std::time::Duration;

use griot_front::{FrontOptions, document_hash};
use griot_testbed::Log;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Server, Setup};

const CANARY: &str = "canary-7d1f0c";

#[tokio::test]
async fn nothing_a_client_sends_reaches_the_log() {
    let log = Log::new();
    let server = Server::start().await;
    let requests = [
        json!({ "query": "query($n: String) { hello(name: $n) }", "variables": { "n": CANARY } }),
        json!({ "query": "query($id: Int!) { article(id: $id) { title } }", "variables": { "id": CANARY } }),
        json!({ "query": format!("{{ hello(name: \"{CANARY}\") broken panics(divisor: 0) }}") }),
        json!({ "query": format!("{{ {} }}", CANARY.replace('-', "_")) }),
        json!({ "query": format!("query {} {{ on(day: \"{CANARY}\") }}", CANARY.replace('-', "_")) }),
        json!({ "query": CANARY, "variables": CANARY }),
    ];
    for request in requests {
        server.post(request).await;
    }
    let headers = [("Authorization", CANARY), ("X-Canary", CANARY), ("Cookie", CANARY), ("Content-Type", CANARY)];
    server.send("POST", "/graphql", &headers, CANARY.as_bytes()).await;
    server.send("GET", &format!("/graphql?query={CANARY}"), &headers, b"").await;
    let text = log.text();
    assert!(text.contains("\"runs\"") && text.contains("\"answered\""), "the log is on: {text}");
    let canary = CANARY.replace('-', "_");
    let ours = text.lines().filter(|line| line.contains("griot_front"));
    let leaks: Vec<&str> = ours.filter(|line| line.contains(CANARY) || line.contains(&canary)).collect();
    assert_eq!(leaks, Vec::<&str>::new());
}

#[tokio::test]
async fn a_fault_is_logged_once_under_the_trace_id_the_client_got() {
    let log = Log::new();
    let server = Server::start().await;
    let answer = server.query("{ broken }").await;
    let trace_id = answer.json()["errors"][0]["extensions"]["traceId"].as_str().unwrap().to_owned();
    let text = log.text();
    let faults: Vec<&str> = text.lines().filter(|line| line.contains("SELECT secret FROM drafts")).collect();
    assert_eq!(faults.len(), 1, "{faults:?}");
    assert!(faults[0].contains(&trace_id) && faults[0].contains("\"ERROR\""), "{}", faults[0]);
}

#[rstest]
#[case::slow(Duration::ZERO, 1)]
#[case::quick(Duration::from_secs(3_600), 0)]
#[tokio::test]
async fn an_answer_that_takes_long_is_logged_by_the_hash_of_its_document(
    #[case] slow_after: Duration,
    #[case] count: usize,
) {
    let log = Log::new();
    let options = FrontOptions { slow_after, ..FrontOptions::default() };
    let server = Server::start_with(Setup { options, ..Setup::default() }).await;
    let query = format!("{{ hello(name: \"{CANARY}\") articles(first: 7) {{ nodes {{ title }} }} }}");
    server.query(&query).await;
    let lines: Vec<Value> = log.text().lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let slow: Vec<&Value> = lines.iter().filter(|line| line["fields"]["message"] == "slow").collect();
    assert_eq!(slow.len(), count, "{slow:?}");
    for line in slow {
        assert_eq!(line["fields"]["document"], document_hash(&query));
        assert_eq!((&line["level"], &line["fields"]["cost"]), (&json!("WARN"), &json!(8)));
        assert!(line["fields"]["us"].as_u64().unwrap() > 0 && !line.to_string().contains(CANARY), "{line}");
    }
}
