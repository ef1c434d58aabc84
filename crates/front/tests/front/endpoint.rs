//! GraphQL over HTTP as a well-behaved client meets it.

use griot_front::{FrontOptions, Limits, ScalarCheck, StatusProfile, code};
use rstest::rstest;
use serde_json::json;

use crate::support::{Server, Setup};

const JSON: (&str, &str) = ("Content-Type", "application/json");
const NEW: (&str, &str) = ("Accept", "application/graphql-response+json");
const OLD: (&str, &str) = ("Accept", "application/json");

fn draft() -> Setup {
    Setup {
        options: FrontOptions { status_profile: StatusProfile::Draft2026_08, ..FrontOptions::default() },
        ..Setup::default()
    }
}

#[tokio::test]
async fn a_complete_answer_says_what_it_is_and_how_long_it_may_be_kept() {
    let answer = Server::start().await.send("GET", "/graphql?query=%7B%20hello%20%7D", &[NEW], b"").await;
    assert_eq!((answer.status, answer.text()), (200, r#"{"data":{"hello":"Hello, world!"}}"#));
    for (name, value) in [
        ("content-type", "application/graphql-response+json; charset=utf-8"),
        ("cache-control", "public, max-age=5, s-maxage=30, stale-while-revalidate=30"),
        ("vary", "Accept"),
        ("access-control-allow-origin", "*"),
        ("x-content-type-options", "nosniff"),
        ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
        ("referrer-policy", "no-referrer"),
        ("cross-origin-resource-policy", "cross-origin"),
    ] {
        assert_eq!(answer.header(name), Some(value), "{name}");
    }
    assert_eq!(answer.header("server"), None);
}

#[tokio::test]
async fn get_takes_all_parameters_and_head_gives_the_same_head() {
    let server = Server::start().await;
    let target = "/graphql?query=query%20A(%24n:String)%7Bhello(name:%24n)%7Dquery%20B%7B__typename%7D\
                  &operationName=A&variables=%7B%22n%22:%22Awa+K%22%7D&extensions=%7B%22a%22:1%7D";
    let got = server.send("GET", target, &[], b"").await;
    assert_eq!(got.text(), r#"{"data":{"hello":"Hello, Awa K!"}}"#);
    let head = server.send("HEAD", target, &[], b"").await;
    assert_eq!((head.status, head.text()), (200, ""));
    assert_eq!(head.header("content-length"), got.header("content-length"));
}

#[rstest]
#[case::syntax("{", 400, 200, 400, code::GRAPHQL_PARSE_FAILED)]
#[case::validation("{ secret }", 400, 200, 422, code::GRAPHQL_VALIDATION_FAILED)]
#[case::coercion("query($id: Int!) { article(id: $id) { title } }", 400, 200, 422, code::BAD_USER_INPUT)]
#[case::choice("query A { hello } query B { hello }", 400, 200, 422, code::OPERATION_RESOLUTION_FAILURE)]
#[case::cost("{ numbers(n: 9999) }", 400, 200, 422, code::COST_LIMIT)]
#[tokio::test]
async fn a_refused_document_has_the_status_of_the_profile(
    #[case] query: &str,
    #[case] new: u16,
    #[case] old: u16,
    #[case] by_draft: u16,
    #[case] code: &str,
) {
    let body = json!({ "query": query }).to_string();
    let compat = Server::start().await;
    let draft = Server::start_with(draft()).await;
    for (server, accept, status) in
        [(&compat, NEW, new), (&compat, OLD, old), (&draft, NEW, by_draft), (&draft, OLD, by_draft)]
    {
        let answer = server.send("POST", "/graphql", &[JSON, accept], body.as_bytes()).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{accept:?} {}", answer.text());
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(answer.header("content-type"), Some(format!("{}; charset=utf-8", accept.1).as_str()));
    }
}

#[rstest]
#[case::no_json("{", 400, 400)]
#[case::no_object("1", 400, 400)]
#[case::empty("", 400, 400)]
#[case::no_query("{}", 400, 422)]
#[case::query_of_a_wrong_type(r#"{"query":1}"#, 400, 422)]
#[case::name_of_a_wrong_type(r#"{"query":"{hello}","operationName":1}"#, 400, 422)]
#[case::variables_of_a_wrong_type(r#"{"query":"{hello}","variables":[]}"#, 400, 422)]
#[tokio::test]
async fn an_ill_formed_request_is_told_to_every_client_by_the_status(
    #[case] body: &str,
    #[case] compat_status: u16,
    #[case] draft_status: u16,
) {
    let compat = Server::start().await;
    let draft = Server::start_with(draft()).await;
    for accept in [NEW, OLD] {
        for (server, status) in [(&compat, compat_status), (&draft, draft_status)] {
            let answer = server.send("POST", "/graphql", &[JSON, accept], body.as_bytes()).await;
            assert_eq!((answer.status, answer.code().as_str()), (status, code::BAD_USER_INPUT), "{}", answer.text());
        }
    }
}

#[tokio::test]
async fn data_beside_errors_is_partial_success_by_the_draft() {
    let body = json!({ "query": "{ hello refused }" }).to_string();
    for (setup, status) in [(Setup::default(), 200), (draft(), 294)] {
        let server = Server::start_with(setup).await;
        let answer = server.send("POST", "/graphql", &[JSON, NEW], body.as_bytes()).await;
        assert_eq!(answer.status, status);
        assert_eq!(answer.header("cache-control"), Some("no-store"));
        assert_eq!(
            answer.text(),
            r#"{"errors":[{"message":"first is 101, at most 100 are given","locations":[{"line":1,"column":9}],"path":["refused"],"extensions":{"code":"BAD_USER_INPUT"}}],"data":{"hello":"Hello, world!","refused":null}}"#
        );
    }
}

#[tokio::test]
async fn an_internal_error_is_told_by_its_trace_id_alone() {
    let server = Server::start().await;
    let answer = server.query("{ hello broken }").await;
    assert!(!answer.text().contains("secret"), "{}", answer.text());
    let json = answer.json();
    let error = &json["errors"][0];
    assert_eq!((&error["message"], &error["path"]), (&json!("internal error"), &json!(["broken"])));
    assert_eq!(error["extensions"]["code"], code::INTERNAL);
    assert_eq!(error["extensions"]["traceId"].as_str().map(str::len), Some(16));
    assert_eq!(json["data"], json!({ "hello": "Hello, world!", "broken": null }));
}

#[tokio::test]
async fn a_panic_is_an_internal_error_of_one_request() {
    let server = Server::start().await;
    let answer = server.query("{ panics(divisor: 0) }").await;
    assert_eq!(
        (answer.status, answer.code().as_str(), answer.message().as_str()),
        (500, code::INTERNAL, "internal error")
    );
    server.assert_alive().await;
}

#[tokio::test]
async fn an_argument_a_scalar_does_not_take_is_the_clients_error() {
    let day = ScalarCheck { name: "Day", check: |raw| Err(format!("`{raw}` is not a day such as 2024-01-31")) };
    let options = FrontOptions { scalars: vec![day], ..FrontOptions::default() };
    let server = Server::start_with(Setup { options, ..Setup::default() }).await;
    let literal = server.query("{ hello on(day: \"yesterday\") }").await;
    assert_eq!((literal.status, literal.code().as_str()), (400, code::GRAPHQL_VALIDATION_FAILED));
    assert_eq!(literal.message(), "`yesterday` is not a day such as 2024-01-31");
    assert_eq!(literal.json()["errors"][0]["locations"], json!([{ "line": 1, "column": 17 }]));
    let query = "query($d: Day!) { hello on(day: $d) }";
    let variable = server.post(json!({ "query": query, "variables": { "d": "yesterday" } })).await;
    assert_eq!((variable.status, variable.code().as_str()), (400, code::BAD_USER_INPUT));
    assert_eq!(variable.message(), "`$d`: `yesterday` is not a day such as 2024-01-31");
    let number = server.query("{ on(day: 5) }").await;
    assert_eq!((number.status, number.message().as_str()), (400, "`5` is not a Day: write it as a string"));
}

#[test]
fn a_status_profile_is_configured_by_its_name() {
    let read = |name: &str| serde_json::from_value::<StatusProfile>(json!(name)).ok();
    assert_eq!(read("compat-400"), Some(StatusProfile::Compat400));
    assert_eq!(read("draft-2026-08"), Some(StatusProfile::Draft2026_08));
    assert_eq!(read("draft"), None);
}

#[rstest]
#[case("text/html")]
#[case("application/json;q=0")]
#[case("image/*")]
#[tokio::test]
async fn a_client_that_takes_neither_type_is_told_so(#[case] accept: &str) {
    let server = Server::start().await;
    let answer = server.send("GET", "/graphql?query=%7Bhello%7D", &[("Accept", accept)], b"").await;
    assert_eq!((answer.status, answer.code().as_str()), (406, code::BAD_USER_INPUT));
}

#[tokio::test]
async fn a_preflight_from_any_site_is_granted_without_credentials() {
    let server = Server::start().await;
    let headers = [
        ("Origin", "https://front.example"),
        ("Access-Control-Request-Method", "POST"),
        ("Access-Control-Request-Headers", "content-type,authorization"),
    ];
    let answer = server.send("OPTIONS", "/graphql", &headers, b"").await;
    assert_eq!((answer.status, answer.text()), (204, ""));
    assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
    assert_eq!(answer.header("access-control-allow-headers"), Some("*, Authorization"));
    assert_eq!(answer.header("access-control-allow-credentials"), None);
}

#[tokio::test]
async fn the_cost_is_told_when_asked_for() {
    let server = Server::start().await;
    let target = "/graphql?query=%7Barticles(first:7)%7BtotalCount%20nodes%7Btitle%7D%7D%7D";
    let silent = server.send("GET", target, &[], b"").await;
    assert_eq!(silent.json()["extensions"], json!(null));
    let told = server.send("GET", target, &[("GraphQL-Cost", "true")], b"").await;
    assert_eq!(told.json()["extensions"], json!({ "cost": { "requested": 8 } }));
    assert_eq!(told.header("cache-control"), Some("no-store"), "a cache would give it to those who did not ask");
    assert_eq!(told.json()["data"], silent.json()["data"]);
}

#[tokio::test]
async fn the_same_request_gives_the_same_bytes() {
    let server = Server::start().await;
    let document = "{ b: articles(first: 3) { nodes { title author { name } tags } } a: search(text: \"\") { ...F } } fragment F on Article { name }";
    let first = server.query(document).await;
    for _ in 0..5 {
        assert_eq!(server.query(document).await.text(), first.text());
    }
}

#[tokio::test]
async fn unknown_paths_are_told_in_json() {
    let server = Server::start().await;
    let answer = server.send("GET", "/wp-login.php", &[], b"").await;
    assert_eq!((answer.status, answer.code().as_str()), (404, code::BAD_USER_INPUT));
    assert_eq!(answer.header("x-content-type-options"), Some("nosniff"));
}

#[tokio::test]
async fn an_address_beyond_the_limit_is_refused() {
    let limits = Limits { uri_bytes: 60, ..Limits::default() };
    let server = Server::start_with(Setup { limits, ..Setup::default() }).await;
    let at_limit = format!("/graphql?query=%7Bhello%7D&x={}", "y".repeat(60 - 29));
    assert_eq!(server.send("GET", &at_limit, &[], b"").await.status, 200);
    let answer = server.send("GET", &format!("{at_limit}y"), &[], b"").await;
    assert_eq!((answer.status, answer.code().as_str()), (414, code::BAD_USER_INPUT));
}

#[tokio::test]
async fn no_more_errors_are_told_than_the_limit() {
    let limits = Limits { errors: 3, ..Limits::default() };
    let server = Server::start_with(Setup { limits, ..Setup::default() }).await;
    let validation = server.query("{ a b c d e }").await;
    assert_eq!(validation.json()["errors"].as_array().map(Vec::len), Some(3));
    let execution = server.query("{ a: refused b: refused c: refused d: refused }").await;
    assert_eq!(execution.json()["errors"].as_array().map(Vec::len), Some(3));
}

#[tokio::test]
async fn the_prepare_hook_sees_the_request_and_fills_its_context() {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    let calls = Arc::new(AtomicUsize::new(0));
    let seen = Arc::clone(&calls);
    let prepare = move |request: async_graphql::Request, parts: &axum::http::request::Parts| {
        assert_eq!(parts.uri.path(), "/graphql");
        seen.fetch_add(1, Ordering::SeqCst);
        request.data(7_u8)
    };
    let options = FrontOptions { prepare: Some(Arc::new(prepare)), ..FrontOptions::default() };
    let server = Server::start_with(Setup { options, ..Setup::default() }).await;
    server.query("{ hello }").await;
    server.query("{ refused_document }").await;
    assert_eq!(calls.load(Ordering::SeqCst), 1, "not for a request that does not run");
}

/// The query that graphql-js 16 writes with every option on.
const INTROSPECTION: &str = include_str!("introspection.graphql");

#[tokio::test]
async fn the_full_introspection_of_graphql_js_is_answered() {
    let server = Server::start().await;
    let answer = server.query(INTROSPECTION).await;
    let json = answer.json();
    assert_eq!((answer.status, &json["errors"]), (200, &json!(null)));
    let types = json["data"]["__schema"]["types"].as_array().unwrap();
    let key = types.iter().find(|ty| ty["name"] == "Key").unwrap();
    assert_eq!(key["isOneOf"], true);
    assert!(types.len() > 15, "{} types", types.len());
}

#[rstest]
#[case("{ __schema { queryType { name } } }")]
#[case("{ hello ...F } fragment F on Query { __type(name: \"Query\") { name } }")]
#[tokio::test]
async fn introspection_can_be_switched_off(#[case] document: &str) {
    let options = FrontOptions { introspection: false, ..FrontOptions::default() };
    let server = Server::start_with(Setup { options, ..Setup::default() }).await;
    let answer = server.query(document).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code::GRAPHQL_VALIDATION_FAILED));
    assert_eq!(server.query("{ __typename }").await.status, 200);
}
