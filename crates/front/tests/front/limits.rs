//! Each limit at its edge: what is allowed passes, one more does not and is told the limit, the count and the maximum.

use griot_front::{Limits, code};
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Setup, check_with};

fn repeat(unit: &str, times: usize) -> String {
    (0..times).map(|number| unit.replace('#', &number.to_string())).collect()
}

#[rstest]
#[case("document_bytes", 16_384, |n| format!("{{hello{}}}", " ".repeat(n - 7)))]
#[case("tokens", 1_000, |n| format!("{{article(id:1){{{}}}}}", "title ".repeat(n - 10)))]
#[case("nesting", 32, |n| format!("{}hello{}", "{...".repeat(n - 1) + "{", "}".repeat(n)))]
#[case("operations", 10, |n| format!("query Run{{hello}}{}", repeat("query A#{hello}", n - 1)))]
#[case("fragments", 50, |n| format!("{{...F0}}{}", chain(n)))]
#[case("spreads", 50, |n| format!("{{article(id:1){{{}}}}}fragment F on Article{{title}}", "...F ".repeat(n)))]
#[case("directives", 50, |n| format!("{{article(id:1){{{}}}}}", "title @skip(if:true) ".repeat(n)))]
#[case("field_depth", 12, |n| format!("{{article(id:1){{{}name{}}}}}", "author{articles(first:1){nodes{".repeat((n - 3) / 3) + &"author{".repeat((n - 3) % 3 + 1), "}".repeat((n - 3) / 3 * 3 + (n - 3) % 3 + 1)))]
#[case("root_fields", 10, |n| format!("{{{}}}", "hello ".repeat(n)))]
#[case("aliases", 15, |n| format!("{{article(id:1){{{}}}}}", repeat("a#:title ", n)))]
#[case("cost", 5_000, |n| format!("{{numbers(n:{n})}}"))]
fn a_document_may_reach_a_limit_and_not_pass_it(
    #[case] name: &str,
    #[case] max: usize,
    #[case] document: fn(usize) -> String,
) {
    let front = Setup::default().front();
    let name_of_one = (name == "operations").then_some("Run");
    let verdict = |size| front.check(&document(size), name_of_one, Default::default()).map(|checked| checked.cost);
    if let Err(refusal) = verdict(max) {
        panic!("{max} is allowed: {}", refusal.message());
    }
    let refusal = verdict(max + 1).unwrap_err();
    let passed = refusal.problems()[0].extensions.limit.clone().unwrap_or_else(|| panic!("{}", refusal.message()));
    assert_eq!((refusal.code(), passed.name, passed.max), (code::COST_LIMIT, name, max as u64));
    assert_eq!(passed.found, max as u64 + 1);
    assert!(refusal.message().contains(&passed.found.to_string()), "{}", refusal.message());
}

/// `count` fragments, each spreading the next one.
fn chain(count: usize) -> String {
    let link = |n: usize| {
        format!(
            "fragment F{n} on Query{{{}}}",
            if n + 1 < count { format!("...F{}", n + 1) } else { "hello".to_owned() }
        )
    };
    (0..count).map(link).collect()
}

#[test]
fn directives_are_counted_on_each_element_too() {
    let document = format!("{{ hello {} }}", "@skip(if: true) ".repeat(6));
    let refusal = check_with(&document, json!({})).map(|checked| checked.cost).unwrap_err();
    assert_eq!(refusal.message(), "directives on one element: 6, at most 5 are allowed");
}

#[rstest]
#[case(100, None)]
#[case(101, Some("variables: 101, at most 100 are allowed"))]
fn the_number_of_variables_is_limited(#[case] count: usize, #[case] message: Option<&str>) {
    let variables: serde_json::Map<String, Value> = (0..count).map(|n| (format!("v{n}"), json!(n))).collect();
    let verdict = check_with("{ hello }", Value::Object(variables));
    assert_eq!(verdict.as_ref().err().map(|refusal| refusal.message()), message);
}

#[test]
fn a_limit_can_be_set_and_a_misspelt_one_is_refused() {
    let limits: Limits = serde_json::from_value(json!({ "tokens": 5 })).unwrap();
    assert_eq!(limits, Limits { tokens: 5, ..Limits::default() });
    let front = Setup { limits, ..Setup::default() }.front();
    let refusal = front.check("{ hello @skip(if: true) }", None, Default::default()).map(|checked| checked.cost);
    assert_eq!(refusal.unwrap_err().message(), "tokens of the document: 10, at most 5 are allowed");
    let error = serde_json::from_value::<Limits>(json!({ "tokns": 5 })).unwrap_err();
    assert!(error.to_string().contains("unknown field `tokns`"), "{error}");
}

#[test]
fn a_document_refused_once_is_refused_again_and_one_that_passed_passes_again() {
    let front = Setup::default().front();
    for _ in 0..3 {
        let verdict = |query| front.check(query, None, Default::default()).map(|checked| checked.cost);
        assert_eq!(verdict("{ articles(first: 5) { nodes { title } } }"), Ok(6));
        assert_eq!(verdict("{ secret }").unwrap_err().code(), code::GRAPHQL_VALIDATION_FAILED);
    }
}
