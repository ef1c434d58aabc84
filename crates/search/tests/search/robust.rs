//! Any text is a query.

use griot_search::{Ask, Language, Query};
use griot_testbed::Backend;
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::time::{Duration, Instant};

use crate::corpus;
use crate::support::{Desk, ask};

/// Pieces that mean something to somebody's query language, among words and letters of all sorts.
fn typed() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "\\PC{0,12}",
        any::<String>().prop_map(|text| text.chars().take(12).collect()),
        prop::sample::select(vec![
            "AND",
            "OR NOT",
            "NEAR(",
            "title:",
            "\"",
            "''",
            "’",
            "*",
            "-",
            "--",
            "^2",
            "~",
            "(",
            ")",
            "[a TO b]",
            "\\",
            "%",
            "';--",
            "goïta",
            "Mali",
            "\"chef de l’État\"",
            "co*",
            "a*",
            "\0",
            "\u{202e}",
            "الرئيس",
            "𝒳",
            "ﬃ",
        ])
        .prop_map(str::to_owned),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.join(" "))
}

#[test]
fn any_text_is_answered() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let desk = runtime.block_on(async {
        let mut desk = Desk::open(Backend::Sqlite).await;
        desk.publish(corpus::publications()).await;
        desk
    });
    let mut slowest = (Duration::ZERO, String::new());
    let mut runner = TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let outcome = runner.run(&(typed(), any::<bool>()), |(raw, completes)| {
        let Ok(query) = Query::parse(&raw, Language::French, completes) else { return Ok(()) };
        let found = runtime.block_on(desk.search.find(Ask { query, ..ask("") }));
        let found = found.map_err(|err| TestCaseError::fail(err.to_string()))?;
        prop_assert!(found.is_complete, "the index was given up");
        prop_assert!(found.hits.len() as u64 <= found.total);
        Ok::<_, TestCaseError>(())
    });
    outcome.unwrap();
    for raw in ["a* b* c* d* e* f* g* h* i* j* k* l*", "abcdefgh ijklmnop qrstuvwx yzabcdef ghijklmn opqrstuv"] {
        let begun = Instant::now();
        runtime.block_on(desk.search.find(ask(raw))).unwrap();
        if begun.elapsed() > slowest.0 {
            slowest = (begun.elapsed(), raw.to_owned());
        }
    }
    assert_eq!(desk.search.figures().rebuilds(), 1);
    println!("600 texts answered, {:?} each; slowest of the worst: {slowest:?}", desk.search.figures().time() / 602);
}
