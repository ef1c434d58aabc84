//! The examples of `docs/editorial.md`, run as they stand there.

use griot_gateway::editorial_table;
use griot_testbed::Backend;
use serde_json::Value;

use crate::support::Office;

const PAGE: &str = include_str!("../../../../docs/editorial.md");

/// The fenced blocks of the page, each with its language.
fn blocks() -> Vec<(&'static str, &'static str)> {
    let mut blocks = Vec::new();
    let mut rest = PAGE;
    while let Some((_, after)) = rest.split_once("\n```") {
        let (language, text) = after.split_once('\n').unwrap();
        let (text, after) = text.split_once("\n```").unwrap();
        blocks.push((language, text));
        rest = after;
    }
    blocks
}

#[tokio::test]
async fn each_example_is_answered_as_the_page_says() {
    let office = Office::open(Backend::Sqlite).await;
    let examples = blocks();
    let mut run = 0;
    for three in examples.windows(3) {
        let [("graphql", document), ("json", variables), ("json", answer)] = three else { continue };
        let [variables, expected] = [variables, answer].map(|text| serde_json::from_str::<Value>(text).unwrap());
        let answer = office.answer("publisher:awa", document, variables).await;
        assert_eq!(answer, expected, "{document}\n{answer:#}");
        run += 1;
    }
    assert_eq!(run, examples.iter().filter(|(language, _)| *language == "graphql").count());
    assert!(run > 5);
}

#[test]
fn the_documented_table_is_this_one() {
    assert!(
        PAGE.contains(&editorial_table()),
        "docs/editorial.md has drifted; its table has to be:\n{}",
        editorial_table()
    );
}
