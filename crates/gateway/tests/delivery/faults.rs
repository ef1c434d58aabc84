//! What is refused before anything is read, and what is told of a fault.

use griot_testbed::{Backend, Log};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, article};

#[tokio::test]
async fn a_failure_of_the_store_is_logged_once_with_its_cause_under_the_trace_id() {
    let desk = Desk::open(Backend::Postgres).await;
    desk.publish(vec![article(1, "x", "2025-01-01T00:00:00Z", &[], &[])]).await;
    desk.damage("UPDATE published.entry_version SET content = '{'");
    let log = Log::new();
    let answer = desk.ask("{ article(slug: \"x\") { id } }", json!({})).await;
    let error = &answer["errors"][0];
    let trace_id = error["extensions"]["traceId"].as_str().unwrap();
    assert_eq!(error["message"], "internal error");
    assert!(!answer.to_string().contains("corrupt"), "{answer}");
    let text = log.text();
    let lines: Vec<&str> =
        text.lines().filter(|line| line.contains("\"WARN\"") || line.contains("\"ERROR\"")).collect();
    assert_eq!(lines.len(), 1, "{text}");
    assert!(lines[0].contains(trace_id) && lines[0].contains("the store is corrupt: "), "{text}");
}

#[rstest]
#[case::literal(
    "{ a: article(slug: \"x\") { slug } b: article(slug: \"x\", view: { asOf: \"x\" }) { slug } }",
    json!({}),
    ("GRAPHQL_VALIDATION_FAILED", "`x` is not an instant such as 2024-01-31T08:00:00Z")
)]
#[case::variable(
    "query($t: DateTime!) { article(slug: \"x\", view: { asOf: $t }) { slug } }",
    json!({ "t": "x" }),
    ("BAD_USER_INPUT", "`$t`: `x` is not an instant such as 2024-01-31T08:00:00Z")
)]
#[case::inside_a_variable(
    "query($view: ViewInput) { article(slug: \"x\", view: $view) { slug } }",
    json!({ "view": { "asOf": "x" } }),
    ("BAD_USER_INPUT", "`$view.asOf`: `x` is not an instant such as 2024-01-31T08:00:00Z")
)]
#[case::locale(
    "query($view: ViewInput) { article(slug: \"x\", view: $view) { slug } }",
    json!({ "view": { "locale": 5 } }),
    ("BAD_USER_INPUT", "`$view.locale`: `5` is not a Locale: write it as a string")
)]
#[tokio::test]
async fn a_bad_scalar_is_refused_before_anything_runs(
    #[case] query: &str,
    #[case] variables: Value,
    #[case] refusal: (&str, &str),
) {
    let desk = Desk::open(Backend::Postgres).await;
    assert_eq!(desk.ask(query, variables.clone()).await.get("data"), None);
    let (code, message) = desk.refusal(query, variables).await;
    assert_eq!((code.as_str(), message.as_str()), refusal);
}
