//! Documents and the verdict of the specification on them: those async-graphql alone judges wrongly, and the usual ones.

use griot_front::{OperationKind, code};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Server, Setup, check, check_with};

#[rstest]
#[case::string_for_an_enum(r#"{ articles(order: "DATE") { totalCount } }"#)]
#[case::duplicate_key(r#"{ articles(filter: { title: "a", title: "b" }) { totalCount } }"#)]
#[case::duplicate_key_inside(r#"{ articles(filter: { not: { title: "a", title: "b" } }) { totalCount } }"#)]
#[case::duplicate_key_in_a_default(
    r#"query($f: Filter = { title: "a", title: "b" }) { articles(filter: $f) { totalCount } }"#
)]
#[case::nullable_variable("query($id: Int) { article(id: $id) { title } }")]
#[case::nullable_variable_in_a_fragment("query($id: Int) { ...F } fragment F on Query { article(id: $id) { title } }")]
#[case::nullable_variable_as_a_list_item("query($id: Int) { articlesByIds(ids: [$id]) { title } }")]
#[case::nullable_variable_in_a_list_literal("query($id: Int) { articlesByIds(ids: [1, $id]) { title } }")]
#[case::nullable_variable_in_an_object("query($id: Int) { articles(filter: { ids: [1, $id] }) { totalCount } }")]
#[case::list_of_nullable_for_list_of_non_null("query($ids: [Int]!) { articlesByIds(ids: $ids) { title } }")]
#[case::wrong_variable_in_an_object("query($t: [String]) { articles(filter: { title: $t }) { totalCount } }")]
#[case::nullable_variable_in_a_directive("query($if: Boolean) { hello @skip(if: $if) }")]
#[case::conflict("{ a: hello a: article(id: 1) { title } }")]
#[case::conflicting_arguments(r#"{ hello(name: "a") hello(name: "b") }"#)]
#[case::conflict_with_a_fragment("{ article(id: 1) { x: title ...F } } fragment F on Article { x: name }")]
#[case::conflict_below("{ article(id: 1) { author { x: name } } article(id: 1) { author { x: biography } } }")]
#[case::conflict_between_interface_and_object("{ named(id: 1) { x: name ... on Article { x: title } } }")]
#[case::conflicting_types(
    "{ search(text: \"\") { ... on Article { x: name } ... on Person { x: articles { totalCount } } } }"
)]
#[case::fragment_named_on("{ ...on } fragment on on Query { hello }")]
#[case::deprecated_variable("query($n: String @deprecated) { hello(name: $n) }")]
#[case::unknown_field("{ secret }")]
#[case::unknown_argument("{ hello(nam: \"a\") }")]
#[case::unknown_directive("{ hello @defer }")]
#[case::unknown_type("query($n: Nothing) { hello(name: $n) }")]
#[case::unknown_key("{ articles(filter: { titel: \"a\" }) { totalCount } }")]
#[case::missing_argument("{ article { title } }")]
#[case::no_selection("{ article(id: 1) }")]
#[case::selection_on_a_scalar("{ hello { length } }")]
#[case::unused_variable("query($n: String) { hello }")]
#[case::undefined_variable("{ hello(name: $n) }")]
#[case::unused_fragment("{ hello } fragment F on Query { hello }")]
#[case::undefined_fragment("{ ...F }")]
#[case::circular_fragment("{ ...F } fragment F on Query { hello ...F }")]
#[case::circular_fragments("{ ...F } fragment F on Query { ...G } fragment G on Query { ...F }")]
#[case::circle_through_a_field(
    "{ article(id: 1) { ...F } } fragment F on Article { author { articles { nodes { ...F } } } }"
)]
#[case::impossible_spread("{ article(id: 1) { ... on Person { name } } }")]
#[case::repeated_directive("query($a: Boolean!) { hello @skip(if: $a) @skip(if: $a) }")]
#[case::repeated_argument("{ hello(name: \"a\", name: \"b\") }")]
#[case::repeated_variable("query($n: String, $n: String) { hello(name: $n) }")]
#[case::repeated_operation("query A { hello } query A { hello }")]
#[case::anonymous_beside_named("{ hello } query A { hello }")]
#[case::number_out_of_range("{ article(id: 9999999999) { title } }")]
#[case::schema_definition("{ hello } type Extra { a: Int }")]
#[case::subscription("subscription { hello }")]
#[case::null_as_a_default("query($id: Int = null) { article(id: $id) { title } }")]
#[case::no_key_of_one("{ articleBy(key: {}) { title } }")]
#[case::two_keys_of_one("{ articleBy(key: { id: 1, title: \"a\" }) { title } }")]
#[case::null_key_of_one("{ articleBy(key: { id: null }) { title } }")]
#[case::nullable_variable_as_the_one_key("query($id: Int) { articleBy(key: { id: $id }) { title } }")]
fn an_invalid_document_is_refused(#[case] document: &str) {
    let refusal = check(document).map(|checked| checked.cost).unwrap_err();
    assert!(
        [code::GRAPHQL_VALIDATION_FAILED, code::GRAPHQL_PARSE_FAILED].contains(&refusal.code()),
        "{}: {}",
        refusal.code(),
        refusal.message()
    );
}

#[rstest]
#[case("{ helo }", "hello")]
#[case("{ hello(nam: \"a\") }", "(name")]
#[case("{ article(id: 1) { titel } }", "title")]
#[case("query($f: Filtr) { articles(filter: $f) { totalCount } }", "Filter\"?")]
#[case("{ articles(order: DAT) { totalCount } }", "DATE")]
fn names_near_a_wrong_one_are_not_told(#[case] document: &str, #[case] near: &str) {
    let refusal = check(document).map(|checked| checked.cost).unwrap_err();
    assert!(!refusal.message().contains(near), "{}", refusal.message());
}

#[rstest]
#[case::leading_zero("{ article(id: 01) { title } }")]
#[case::open_selection("{ hello ")]
#[case::open_string("{ hello(name: \"a) }")]
#[case::newline_in_a_string("{ hello(name: \"a\nb\") }")]
#[case::bad_escape(r#"{ hello(name: "\x") }"#)]
#[case::half_a_surrogate_pair(r#"{ hello(name: "\uD83D") }"#)]
#[case::empty("")]
#[case::only_a_comment("# nothing")]
#[case::no_fields("{ }")]
#[case::stray_bracket("{ hello } }")]
#[case::mismatched_brackets("{ hello(name: [}) ]")]
#[case::control_character("{ hello \u{0007} }")]
#[case::described_shorthand("\"Says hello.\" { hello }")]
#[case::two_descriptions("\"a\" \"b\" query A { hello }")]
#[case::not_graphql("SELECT * FROM articles")]
fn what_is_not_graphql_is_refused_as_a_syntax_error(#[case] document: &str) {
    let refusal = check(document).map(|checked| checked.cost).unwrap_err();
    assert_eq!(refusal.code(), code::GRAPHQL_PARSE_FAILED, "{}", refusal.message());
}

#[rstest]
#[case::braced_escape(r#"{ hello(name: "\u{1F600}") }"#, r#"{"hello":"Hello, 😀!"}"#)]
#[case::surrogate_pair(r#"{ hello(name: "\uD83D\uDE00") }"#, r#"{"hello":"Hello, 😀!"}"#)]
#[case::plain_astral("{ hello(name: \"😀\") }", r#"{"hello":"Hello, 😀!"}"#)]
#[case::escapes(r#"{ hello(name: "\"\\\/\b\f\n\r\t\u00e9") }"#, r#"{"hello":"Hello, \"\\/\b\f\n\r\té!"}"#)]
#[case::block_string(
    "{ hello(name: \"\"\"\n    a\n      b\\\"\"\"\n    \"\"\") }",
    r#"{"hello":"Hello, a\n  b\"\"\"!"}"#
)]
#[case::minus_zero("{ article(id: -0) { title } }", r#"{"article":{"title":"Title 0"}}"#)]
#[case::list_of_one("{ articlesByIds(ids: 1) { title } }", r#"{"articlesByIds":[{"title":"Title 1"}]}"#)]
#[case::byte_order_mark("\u{feff}{ hello }", r#"{"hello":"Hello, world!"}"#)]
#[case::descriptions(
    "\"\"\"\nSalué\n\"\"\" query A { ...F } \"And this.\" fragment F on Query { hello }",
    r#"{"hello":"Hello, world!"}"#
)]
#[case::commas("{,,hello,,}", r#"{"hello":"Hello, world!"}"#)]
#[case::typename_only("{ __typename }", r#"{"__typename":"Query"}"#)]
#[case::merging_fields(
    "{ article(id: 1) { title } article(id: 1) { name } }",
    r#"{"article":{"title":"Title 1","name":"Article 1"}}"#
)]
#[case::one_of("{ articleBy(key: { id: 2 }) { title } }", r#"{"articleBy":{"title":"Title 2"}}"#)]
#[case::union(
    "{ search(text: \"\") { __typename ... on Person { name } } }",
    r#"{"search":[{"__typename":"Article"},{"__typename":"Person","name":"Awa"}]}"#
)]
#[case::interface(
    "{ named(id: 0) { name ... on Person { biography } } }",
    r#"{"named":{"name":"Awa","biography":"A life."}}"#
)]
#[case::skip("{ hello @skip(if: true) __typename }", r#"{"__typename":"Query"}"#)]
#[case::key_order("{ c: hello a: hello b: hello }", r#"{"c":"Hello, world!","a":"Hello, world!","b":"Hello, world!"}"#)]
#[tokio::test]
async fn a_valid_document_gives_its_data(#[case] document: &str, #[case] data: &str) {
    let answer = Server::start().await.query(document).await;
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.text(), format!(r#"{{"data":{data}}}"#));
}

#[rstest]
#[case::omitted("query($n: String) { hello(name: $n) }", json!({}), "Hello, world!")]
#[case::null("query($n: String) { hello(name: $n) }", json!({ "n": null }), "Hello, world!")]
#[case::given("query($n: String) { hello(name: $n) }", json!({ "n": "Awa" }), "Hello, Awa!")]
#[case::default("query($n: String = \"you\") { hello(name: $n) }", json!({}), "Hello, you!")]
#[case::null_wins_over_the_default("query($n: String = \"you\") { hello(name: $n) }", json!({ "n": null }), "Hello, world!")]
#[case::unknown_ones_are_ignored("query($n: String) { hello(name: $n) }", json!({ "other": [1] }), "Hello, world!")]
#[tokio::test]
async fn variables_are_coerced_as_specified(#[case] document: &str, #[case] variables: Value, #[case] hello: &str) {
    let answer = Server::start().await.post(json!({ "query": document, "variables": variables })).await;
    assert_eq!(answer.text(), json!({ "data": { "hello": hello } }).to_string());
}

#[rstest]
#[case::missing("query($id: Int!) { article(id: $id) { title } }", json!({}))]
#[case::missing_though_only_a_directive_uses_it("query($if: Boolean!) { hello @skip(if: $if) }", json!({}))]
#[case::null("query($id: Int!) { article(id: $id) { title } }", json!({ "id": null }))]
#[case::wrong_type("query($id: Int!) { article(id: $id) { title } }", json!({ "id": "1" }))]
#[case::fraction("query($id: Int!) { article(id: $id) { title } }", json!({ "id": 1.5 }))]
#[case::beyond_32_bits("query($id: Int!) { article(id: $id) { title } }", json!({ "id": 2_147_483_648_i64 }))]
#[case::unknown_enum_value("query($o: Order) { articles(order: $o) { totalCount } }", json!({ "o": "SIZE" }))]
#[case::unknown_key("query($f: Filter) { articles(filter: $f) { totalCount } }", json!({ "f": { "titel": "a" } }))]
#[case::null_in_a_list("query($ids: [Int!]!) { articlesByIds(ids: $ids) { title } }", json!({ "ids": [1, null] }))]
#[case::two_keys_of_one("query($k: Key!) { articleBy(key: $k) { title } }", json!({ "k": { "id": 1, "title": "a" } }))]
#[case::no_key_of_one("query($k: Key!) { articleBy(key: $k) { title } }", json!({ "k": {} }))]
#[case::null_key_of_one("query($k: Key!) { articleBy(key: $k) { title } }", json!({ "k": { "id": null } }))]
#[case::unused_and_wrong("query($id: Int!) { __typename @skip(if: false) article(id: $id) { title } }", json!({ "id": {} }))]
fn variables_that_do_not_fit_are_refused_before_anything_runs(#[case] document: &str, #[case] variables: Value) {
    let refusal = check_with(document, variables).map(|checked| checked.cost).unwrap_err();
    assert_eq!(refusal.code(), code::BAD_USER_INPUT, "{}", refusal.message());
}

#[rstest]
#[case::the_only_one("query A { hello }", None, Ok(OperationKind::Query))]
#[case::an_empty_name_is_none("query A { hello }", Some(""), Ok(OperationKind::Query))]
#[case::the_named_one("query A { hello } mutation B { write(text: \"\") }", Some("B"), Ok(OperationKind::Mutation))]
#[case::none_named("query A { hello } query B { hello }", None, Err(code::OPERATION_RESOLUTION_FAILURE))]
#[case::an_unknown_name("query A { hello }", Some("B"), Err(code::OPERATION_RESOLUTION_FAILURE))]
#[case::a_name_for_an_anonymous_one("{ hello }", Some("A"), Err(code::OPERATION_RESOLUTION_FAILURE))]
#[case::only_fragments("fragment F on Query { hello }", None, Err(code::GRAPHQL_VALIDATION_FAILED))]
fn one_operation_is_chosen_by_name(
    #[case] document: &str,
    #[case] name: Option<&str>,
    #[case] expected: Result<OperationKind, &str>,
) {
    let verdict = Setup::default().front().check(document, name, serde_json::Map::new());
    assert_eq!(verdict.map(|checked| checked.kind).map_err(|refusal| refusal.code()), expected);
}
