//! Figures of the cost, worked out by hand.

use griot_front::{cost, lists_without_cost};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::check_against;
use crate::toy;

const SDL: &str = r#"
directive @cost(weight: Int!) on FIELD_DEFINITION
directive @listSize(assumedSize: Int, slicingArguments: [String!], sizedFields: [String!], requireOneSlicingArgument: Boolean = true) on FIELD_DEFINITION
type Query {
  word: String
  dear: String @cost(weight: 7)
  thing: Thing
  things: [Thing!] @listSize(assumedSize: 10)
  someThings(first: Int, last: Int): [Thing!] @listSize(assumedSize: 10, slicingArguments: ["first", "last"])
  unsized: [Thing]
  words: [String!] @listSize(assumedSize: 10)
  page(first: Int, last: Int): Page @listSize(assumedSize: 20, slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"])
  any: [Any!] @listSize(assumedSize: 10)
  union: Union
}
interface Any { id: ID, thing: Thing }
type Thing implements Any { id: ID, thing: Thing, dear: Int @cost(weight: 3) }
type Other implements Any { id: ID, thing: Thing, dearer: Int @cost(weight: 5) }
union Union = Thing | Other
type Page { total: Int, nodes: [Thing!], edges: [Edge!] }
type Edge { cursor: String, node: Thing }
"#;

#[rstest]
#[case::scalar("{ word }", 0)]
#[case::weight("{ dear }", 7)]
#[case::object("{ thing { id } }", 1)]
#[case::object_in_object("{ thing { thing { thing { id } } } }", 3)]
#[case::weight_below("{ thing { dear } }", 4)]
#[case::list("{ things { id } }", 10)]
#[case::list_of_objects_with_an_object("{ things { thing { id } } }", 20)]
#[case::slicing("{ someThings(first: 3) { dear } }", 12)]
#[case::slicing_by_the_largest("{ someThings(first: 3, last: 4) { id } }", 4)]
#[case::slicing_by_null("{ someThings(first: null) { id } }", 10)]
#[case::slicing_by_nothing("{ someThings { id } }", 10)]
#[case::slicing_by_a_negative_number("{ someThings(first: -5) { id } }", 0)]
#[case::no_size("{ unsized { id } }", cost::UNSIZED_LIST)]
#[case::list_of_scalars("{ words }", 0)]
#[case::page_without_items("{ page(first: 100) { total } }", 1)]
#[case::nodes("{ page(first: 5) { total nodes { id } } }", 6)]
#[case::edges("{ page(first: 5) { edges { cursor node { id } } } }", 11)]
#[case::nodes_and_edges("{ page(first: 5) { nodes { id } edges { node { id } } } }", 16)]
#[case::page_of_default_size("{ page { nodes { id } } }", 21)]
#[case::page_through_a_fragment("{ page(first: 5) { ...P } } fragment P on Page { nodes { id } }", 6)]
#[case::one_fragment_in_two_pages(
    "{ a: page(first: 5) { ...P } b: page(first: 7) { ...P } } fragment P on Page { nodes { id } }",
    14
)]
#[case::a_fragment_twice("{ thing { ...T ...T } } fragment T on Thing { dear }", 7)]
#[case::dearest_of_a_union("{ union { ... on Thing { dear } ... on Other { dearer } } }", 6)]
#[case::dearest_of_an_interface("{ any { id ... on Thing { dear } ... on Other { dearer } thing { id } } }", 10 * (1 + 1 + 5))]
#[case::interface_inside_a_union("{ union { ... on Any { thing { id } } ... on Other { dearer } } }", 7)]
#[case::aliases("{ a: thing { id } b: thing { id } }", 2)]
#[case::only_the_operation_that_runs("{ dear }", 7)]
#[case::introspection("{ __schema { types { name fields { name } } } }", cost::INTROSPECTION)]
#[case::typename("{ __typename }", 0)]
#[case::saturated("{ page(first: 2147483647) { nodes { thing { dear } } } }", 1 + 2_147_483_647 * 5)]
fn the_cost_is_weight_plus_size_times_children(#[case] document: &str, #[case] points: u64) {
    let checked = check_against(SDL, document, Default::default());
    assert_eq!(checked.map(|checked| checked.cost).map_err(|refusal| refusal.message().to_owned()), Ok(points));
}

#[rstest]
#[case(json!({}), 10)]
#[case(json!({ "n": null }), 10)]
#[case(json!({ "n": 4 }), 4)]
#[case(json!({ "n": -4 }), 0)]
fn a_variable_counts_with_its_value(#[case] variables: Value, #[case] points: u64) {
    let Value::Object(variables) = variables else { panic!() };
    let checked = check_against(SDL, "query($n: Int) { someThings(first: $n) { id } }", variables).unwrap();
    assert_eq!(checked.cost, points);
}

#[test]
fn lists_without_a_size_are_named() {
    assert_eq!(lists_without_cost(SDL).unwrap(), ["Query.unsized"]);
    let second_way = SDL.replace("union: Union", "union: Union\n  loose: Page");
    assert_eq!(lists_without_cost(&second_way).unwrap(), ["Query.unsized", "Page.nodes", "Page.edges"]);
    let in_interface = SDL.replace("interface Any { id: ID,", "interface Any { id: ID, many: [ID!],");
    let error = lists_without_cost(&in_interface).unwrap_err().to_string();
    assert!(error.contains("many"), "{error}");
}

#[test]
fn every_list_of_the_toy_schema_has_a_size() {
    assert_eq!(lists_without_cost(&toy::sdl()).unwrap(), Vec::<String>::new());
}
