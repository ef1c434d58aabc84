//! What is refused before anything is read, and what is told of a fault.

use std::io::Write;
use std::sync::{Arc, Mutex};

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, article};

#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[tokio::test]
async fn a_failure_of_the_store_is_logged_once_with_its_cause_under_the_trace_id() {
    let desk = Desk::open(Backend::Postgres).await;
    desk.publish(vec![article(1, "x", "2025-01-01T00:00:00Z", &[], &[])]).await;
    desk.damage("UPDATE published.entry_version SET content = '{'");
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt().with_max_level(tracing::Level::WARN).with_ansi(false);
    let guard = tracing::subscriber::set_default(subscriber.with_writer(move || writer.clone()).finish());
    let answer = desk.ask("{ article(slug: \"x\") { id } }", json!({})).await;
    drop(guard);
    let error = &answer["errors"][0];
    let trace_id = error["extensions"]["traceId"].as_str().unwrap();
    assert_eq!(error["message"], "internal error");
    assert!(!answer.to_string().contains("corrupt"), "{answer}");
    let text = String::from_utf8(log.0.lock().unwrap().clone()).unwrap();
    let lines: Vec<&str> = text.lines().collect();
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
