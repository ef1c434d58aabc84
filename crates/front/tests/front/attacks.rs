//! The attacks measured on async-graphql's own HTTP integration (F1 to F7) and the usual ones on GraphQL servers, over
//! real connections. After each the same server must still answer.

use griot_front::{Limits, ServeOptions, code};
use rstest::rstest;
use serde_json::json;
use tokio::io::AsyncWriteExt;

use crate::support::{Answer, Server, Setup};

const DEEP: usize = 3_900;

fn nested(open: &str, close: &str, depth: usize) -> String {
    format!("{}{}", open.repeat(depth), close.repeat(depth))
}

#[rstest]
#[case::list_in_a_directive(format!("{{v @skip(if:{})}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::list_in_an_argument(format!("{{hello(name:{})}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::object_in_an_argument(
    format!("{{articles(filter:{}1{}){{totalCount}}}}", "{not:".repeat(2_000), "}".repeat(2_000)), code::COST_LIMIT
)]
#[case::default_of_a_variable(format!("query($v:[Int]={}){{hello}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::type_of_a_variable(format!("query($v:{}){{hello}}", "[".repeat(DEEP) + "Int" + &"]".repeat(DEEP)), code::COST_LIMIT)]
#[case::selections(format!("{}hello{}", "{a".repeat(DEEP), "}".repeat(DEEP)), code::COST_LIMIT)]
#[case::inline_fragments(format!("{{{}hello{}}}", "...{".repeat(3_000), "}".repeat(3_000)), code::COST_LIMIT)]
#[case::never_closed("{a".repeat(DEEP), code::GRAPHQL_PARSE_FAILED)]
#[case::closed_by_the_wrong_kind("[}".repeat(DEEP), code::GRAPHQL_PARSE_FAILED)]
#[case::behind_a_comment(format!("{{v #\" \n @skip(if:{})}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::behind_a_comment_ended_by_a_carriage_return(format!("{{v #\r @skip(if:{})}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::behind_an_empty_string(format!("{{v(a:\"\" b:{})}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::behind_an_escaped_quote(format!(r#"{{v(a:"\\" b:{})}}"#, nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::behind_a_block_string(format!(r#"{{v(a:""" \""" """ b:{})}}"#, nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::behind_a_quote_in_a_comment(format!("{{v(a:1 #\"\"\"\n b:{})}}", nested("[", "]", DEEP)), code::COST_LIMIT)]
#[case::in_a_string_that_never_ends(format!("{{v(a:\"{}", nested("[", "]", DEEP)), code::GRAPHQL_PARSE_FAILED)]
#[tokio::test]
async fn f1_deep_nesting_is_refused_before_a_parser_sees_it(#[case] document: String, #[case] code: &str) {
    let server = Server::start().await;
    let answer = server.query(&document).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code), "{}", answer.message());
    server.assert_alive().await;
}

#[tokio::test]
async fn f1_brackets_inside_strings_and_comments_are_no_nesting() {
    let brackets = "{[(".repeat(1_000);
    let server = Server::start().await;
    let answer = server.query(&format!("{{hello(name:\"{brackets}\") # {brackets}\n}}")).await;
    assert_eq!((answer.status, answer.json()["errors"].is_null()), (200, true), "{}", answer.text());
}

#[rstest]
#[case::lists(nested("[", "]", DEEP))]
#[case::objects("{\"a\":".repeat(DEEP) + "1" + &"}".repeat(DEEP))]
#[case::never_closed("[".repeat(60_000))]
#[tokio::test]
async fn f1_deep_variables_are_refused(#[case] value: String) {
    let server = Server::start().await;
    let body = format!(r#"{{"query":"query($v:[Int]){{hello}}","variables":{{"v":{value}}}}}"#);
    let answer = server.send("POST", "/graphql", &[("Content-Type", "application/json")], body.as_bytes()).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code::BAD_USER_INPUT));
    let target = format!("/graphql?query=%7Bhello%7D&variables=%7B%22v%22:{}", &value.replace('"', "%22")[..7_000]);
    let answer = server.send("GET", &target.replace('{', "%7B"), &[], b"").await;
    assert!([400, 414].contains(&answer.status), "{}", answer.status);
    server.assert_alive().await;
}

#[tokio::test]
async fn f1_variables_deeper_than_the_limit_are_told_so() {
    let server = Server::start().await;
    let value: serde_json::Value = serde_json::from_str(&nested("[", "]", 17)).unwrap();
    let answer = server.post(json!({ "query": "query($v:[Int]){hello}", "variables": { "v": value } })).await;
    assert_eq!(answer.code(), code::GRAPHQL_VALIDATION_FAILED, "an unused variable: {}", answer.message());
    let answer = server.post(json!({ "query": "{hello}", "variables": { "v": value } })).await;
    assert_eq!(answer.message(), "depth of the variables: 17, at most 16 are allowed");
}

/// Each fragment spreads the next one twice: `levels` fragments stand for 2^levels fields.
fn bomb(levels: usize) -> String {
    let fragments = (0..levels).map(|level| format!("fragment f{level} on Query{{...f{0} ...f{0}}}", level + 1));
    format!("{{...f0}}{}fragment f{levels} on Query{{hello}}", fragments.collect::<String>())
}

/// A count without memory would not end before the stars go out, so that the answer comes at all is the test.
#[rstest]
#[tokio::test]
async fn f2_a_fragment_bomb_is_counted_not_exploded(#[values(6, 20, 28, 40, 60, 100, 200)] levels: usize) {
    let limits = Limits { fragments: 1_000, tokens: 100_000, ..Limits::default() };
    let server = Server::start_with(Setup { limits, ..Setup::default() }).await;
    let answer = server.query(&bomb(levels)).await;
    assert_eq!(answer.json()["errors"][0]["extensions"]["limit"]["name"], "spreads", "{}", answer.text());
    server.assert_alive().await;
}

#[rstest]
#[case::fields("{ hello }", 40)]
#[case::through_inline_fragments("{ ... { ... { hello } } }", 40)]
fn f2_fields_are_counted_as_often_as_their_fragment_is_spread(#[case] selections: &str, #[case] levels: usize) {
    let fragments = (0..levels).map(|level| {
        let next = level + 1;
        format!("fragment f{level} on Query{{a:hello ...f{next} ... {{...f{next}}}}}")
    });
    let document = format!("{{...f0}}{}fragment f{levels} on Query{selections}", fragments.collect::<String>());
    let limits = Limits { fragments: 1_000, tokens: 100_000, spreads: u64::MAX, ..Limits::default() };
    let refusal = Setup { limits, ..Setup::default() }.front().check(&document, None, Default::default());
    let refusal = refusal.map(|checked| checked.cost).unwrap_err();
    let passed = refusal.problems()[0].extensions.limit.clone().unwrap();
    assert_eq!((passed.name, passed.found), ("expanded_fields", (1 << (levels + 1)) - 1));
}

#[rstest]
#[case::scalars("{ numbers(n: 2000000) }")]
#[case::typename("{ articles(first: 2000000) { nodes { __typename } } }")]
#[case::beyond_64_bits(
    "{ articles(first: 2000000000) { nodes { related(first: 2000000000) { nodes { related(first: 2000000000) { nodes { title } } } } } } }"
)]
#[case::nested_pages("{ articles(first: 100) { nodes { related(first: 100) { nodes { title } } } } }")]
#[case::edges("{ articles(first: 100) { edges { node { related(first: 50) { edges { node { title } } } } } } }")]
#[case::the_larger_of_two("{ articles(first: 1, last: 5000) { nodes { title } } }")]
#[case::a_dear_field_in_a_list("{ articles(first: 100) { nodes { author { biography } } } }")]
#[case::behind_a_fragment(
    "{ ...F } fragment F on Query { articles(first: 5000) { ...G } } fragment G on Page { nodes { title } }"
)]
#[case::aliases(
    "{ a: articles(first: 100) { ...P } b: articles(first: 100) { ...P } c: articles(first: 100) { ...P } d: articles(first: 100) { ...P } } fragment P on Page { nodes { related(first: 11) { nodes { title } } } }"
)]
#[case::skipped_at_run_time("{ articles(first: 5000) @skip(if: true) { nodes { title } } hello }")]
#[tokio::test]
async fn f3_list_arguments_are_paid_for_before_anything_runs(#[case] document: &str) {
    let server = Server::start().await;
    let answer = server.query(document).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code::COST_LIMIT), "{}", answer.message());
    let limit = &answer.json()["errors"][0]["extensions"]["limit"];
    assert_eq!((&limit["name"], &limit["max"]), (&json!("cost"), &json!(5_000)));
    assert!(limit["found"].as_u64().is_some_and(|found| found > 5_000), "{limit}");
    server.assert_alive().await;
}

#[rstest]
#[case::variable(json!({ "n": 2_000_000 }))]
#[case::default(json!({}))]
#[tokio::test]
async fn f3_variables_are_paid_for_too(#[case] variables: serde_json::Value) {
    let server = Server::start().await;
    let document = "query($n: Int = 1000000) { articles(first: $n) { nodes { title } } }";
    let answer = server.post(json!({ "query": document, "variables": variables })).await;
    assert_eq!(answer.code(), code::COST_LIMIT, "{}", answer.message());
    let answer = server.post(json!({ "query": document, "variables": { "n": 1 } })).await;
    assert_eq!(answer.text(), r#"{"data":{"articles":{"nodes":[{"title":"Title 0"}]}}}"#);
}

#[tokio::test]
async fn f3_an_answer_larger_than_the_limit_is_not_sent() {
    let server = Server::start().await;
    let answer = server.query("{ bytes(n: 5000000) }").await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code::COST_LIMIT));
    server.assert_alive().await;
}

const WRITE: &str = r#"{"query":"mutation { write(text: \"x\") }"}"#;

#[rstest]
#[case::none(&[])]
#[case::text(&[("Content-Type", "text/plain")])]
#[case::form(&[("Content-Type", "application/x-www-form-urlencoded")])]
#[case::multipart(&[("Content-Type", "multipart/form-data; boundary=x")])]
#[case::text_json(&[("Content-Type", "text/json")])]
#[case::graphql(&[("Content-Type", "application/graphql")])]
#[case::json_after_text(&[("Content-Type", "text/plain; application/json")])]
#[case::two(&[("Content-Type", "text/plain"), ("Content-Type", "application/json")])]
#[case::two_in_one(&[("Content-Type", "text/plain, application/json")])]
#[case::utf_16(&[("Content-Type", "application/json; charset=utf-16")])]
#[case::compressed(&[("Content-Type", "application/json"), ("Content-Encoding", "gzip")])]
#[tokio::test]
async fn f4_only_json_is_read(#[case] headers: &[(&str, &str)]) {
    let server = Server::start().await;
    let answer = server.send("POST", "/graphql", headers, WRITE.as_bytes()).await;
    assert_eq!((answer.status, answer.code().as_str()), (415, code::BAD_USER_INPUT));
    server.assert_alive().await;
}

#[rstest]
#[case::alone("query=mutation%7B__typename%7D")]
#[case::chosen_by_name("query=query%20A%7Bhello%7Dmutation%20B%7B__typename%7D&operationName=B")]
#[tokio::test]
async fn f4_get_runs_no_mutation(#[case] query_string: &str, #[values("GET", "HEAD")] method: &str) {
    let server = Server::start().await;
    let answer = server.send(method, &format!("/graphql?{query_string}"), &[], b"").await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
}

#[rstest]
#[tokio::test]
async fn f4_other_methods_are_not_allowed(#[values("PUT", "PATCH", "DELETE", "QUERY", "TRACE")] method: &str) {
    let server = Server::start().await;
    let answer = server.send(method, "/graphql", &[("Content-Type", "application/json")], WRITE.as_bytes()).await;
    assert_eq!((answer.status, answer.header("allow")), (405, Some("GET, HEAD, POST, OPTIONS")));
}

#[tokio::test]
async fn f4_no_site_is_named_as_trusted_and_no_cookie_is_asked_for() {
    let server = Server::start().await;
    for origin in ["null", "https://evil.example", "https://toy.evil.example"] {
        let headers = [("Origin", origin), ("Content-Type", "application/json")];
        let answer = server.send("POST", "/graphql", &headers, br#"{"query":"{hello}"}"#).await;
        assert_eq!(answer.header("access-control-allow-origin"), Some("*"));
        assert_eq!(answer.header("access-control-allow-credentials"), None);
        assert_eq!(answer.header("set-cookie"), None);
    }
}

#[tokio::test]
async fn f5_a_body_declared_too_long_is_not_waited_for() {
    let server = Server::start().await;
    let mut stream = server.connect().await;
    let head =
        "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nContent-Length: 20000000\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = Answer::read(&mut stream).await.expect("an answer though no byte of the body was sent");
    assert_eq!((answer.status, answer.header("connection")), (413, Some("close")));
    server.assert_alive().await;
}

#[tokio::test]
async fn f5_a_body_of_unknown_length_is_read_to_the_limit_and_no_further() {
    let server = Server::start().await;
    let mut stream = server.connect().await;
    let head =
        "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    // One byte more than the limit, and never the chunk that ends the body.
    let chunk = format!("10001\r\n{}\r\n", " ".repeat(65_537));
    stream.write_all(chunk.as_bytes()).await.unwrap();
    let answer = Answer::read(&mut stream).await.expect("an answer though the body did not end");
    assert_eq!(answer.status, 413);
    server.assert_alive().await;
}

#[tokio::test]
async fn f5_a_body_at_the_limit_is_read() {
    let server = Server::start().await;
    let request = r#"{"query":"{ hello }"}"#;
    let body = format!("{request}{}", " ".repeat(65_536 - request.len()));
    let answer = server.send("POST", "/graphql", &[("Content-Type", "application/json")], body.as_bytes()).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test]
async fn f6_websockets_are_refused() {
    let server = Server::start().await;
    let headers = [
        ("Upgrade", "websocket"),
        ("Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="),
        ("Sec-WebSocket-Version", "13"),
        ("Sec-WebSocket-Protocol", "graphql-transport-ws"),
    ];
    let answer = server.send("GET", "/graphql?query=%7Bhello%7D", &headers, b"").await;
    assert_eq!(answer.status, 400);
    assert_eq!(answer.header("upgrade"), None);
    server.assert_alive().await;
}

#[rstest]
#[case::nothing("")]
#[case::half_a_method("PO")]
#[case::half_a_preface_of_http_2("PRI * HTTP/2.0\r\n")]
#[case::half_a_head("POST /graphql HTTP/1.1\r\nHost: toy\r\nX-Slow: ")]
#[tokio::test]
async fn f7_a_client_that_dawdles_over_its_head_is_cut_off(#[case] sent: &str) {
    let serve = ServeOptions { header_read_timeout_ms: 200, ..ServeOptions::default() };
    let server = Server::start_with(Setup { serve, ..Setup::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(sent.as_bytes()).await.unwrap();
    let answer = Answer::read(&mut stream).await;
    assert!(answer.is_none_or(|answer| answer.status == 408), "closed, not answered");
    server.assert_alive().await;
}

#[tokio::test]
async fn f7_a_head_that_drips_is_cut_off_all_the_same() {
    let serve = ServeOptions { header_read_timeout_ms: 300, ..ServeOptions::default() };
    let server = Server::start_with(Setup { serve, ..Setup::default() }).await;
    let mut stream = server.connect().await;
    stream.write_all(b"GET /graphql?query=%7Bhello%7D HTTP/1.1\r\nHost: toy\r\n").await.unwrap();
    let mut drops = 0;
    while stream.write_all(b"X: y\r\n").await.is_ok() {
        drops += 1;
        assert!(drops < 300, "the server reads on after 15 s");
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    server.assert_alive().await;
}

#[tokio::test]
async fn f7_a_body_that_does_not_arrive_is_not_waited_for() {
    let limits = Limits { body_timeout_ms: 200, ..Limits::default() };
    let server = Server::start_with(Setup { limits, ..Setup::default() }).await;
    let mut stream = server.connect().await;
    let head = "POST /graphql HTTP/1.1\r\nHost: toy\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{";
    stream.write_all(head.as_bytes()).await.unwrap();
    let answer = Answer::read(&mut stream).await.expect("an answer");
    assert_eq!((answer.status, answer.header("connection")), (408, Some("close")));
    server.assert_alive().await;
}

#[rstest]
#[case::aliases((0..100).map(|n| format!("a{n}:hello ")).collect::<String>(), "aliases")]
#[case::aliases_in_a_fragment("...F ...F ...F }fragment F on Query{a:hello b:hello c:hello d:hello e:hello f:hello".to_owned(), "aliases")]
#[case::directives(format!("hello {}", "@aa".repeat(20)), "directives_per_element")]
#[case::many_directives((0..60).map(|_| "hello @skip(if:false) ").collect::<String>(), "directives")]
#[case::repeated_fields("hello ".repeat(900), "root_fields")]
#[case::repeated_fields_below(format!("article(id:1){{{}}}", "title ".repeat(1_000)), "tokens")]
#[case::circular_introspection("__schema{types{fields{type{fields{type{fields{type{name}}}}}}}}".to_owned(), "introspection_depth")]
#[case::circular_introspection_by_type("__type(name:\"Query\"){fields{type{fields{type{fields{name}}}}}}".to_owned(), "introspection_depth")]
#[case::introspection_in_a_fragment("__schema{types{...T}}}fragment T on __Type{fields{type{...U}}}fragment U on __Type{fields{name}".to_owned(), "introspection_depth")]
#[case::introspection_loop_through_possible_types("__schema{types{possibleTypes{fields{name}}}}".to_owned(), "introspection_depth")]
#[case::introspection_twice("a:__schema{queryType{name}}b:__schema{queryType{name}}".to_owned(), "root_fields")]
#[case::deep_fields(format!("{}name{}", "article(id:1){author{articles{nodes{author{articles{nodes{author{articles{nodes{author{articles{nodes{", "}".repeat(13)), "field_depth")]
#[case::a_long_document(" ".repeat(16_384), "document_bytes")]
#[tokio::test]
async fn overloaded_documents_are_refused_by_the_limit_they_pass(#[case] selections: String, #[case] limit: &str) {
    let server = Server::start().await;
    let answer = server.query(&format!("{{{selections}}}")).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code::COST_LIMIT), "{}", answer.message());
    assert_eq!(answer.json()["errors"][0]["extensions"]["limit"]["name"], limit, "{}", answer.text());
    server.assert_alive().await;
}

#[rstest]
#[case::empty("[]")]
#[case::one(r#"[{"query":"{ hello }"}]"#)]
#[case::many(r#"[{"query":"{ hello }"},{"query":"{ hello }"}]"#)]
#[tokio::test]
async fn batches_are_refused(#[case] body: &str) {
    let server = Server::start().await;
    let answer = server.send("POST", "/graphql", &[("Content-Type", "application/json")], body.as_bytes()).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, code::BAD_USER_INPUT));
}
