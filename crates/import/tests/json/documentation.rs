//! docs/import-format.md says what is true.

use std::collections::BTreeSet;

use griot_domain::EntryKind;
use griot_testbed::Backend;
use rstest::rstest;

use super::support::{Record, problems};

const PAGE: &str = include_str!("../../../../docs/import-format.md");

/// The lines of the page's examples, in order.
fn examples() -> String {
    let blocks = PAGE.split("```jsonl\n").skip(1);
    blocks.map(|block| block.split_once("```").expect("the block ends").0).collect()
}

#[rstest]
#[tokio::test]
async fn every_example_goes_in(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::fresh(backend).await;
    let report = record.take(&examples()).await;
    let kinds: Vec<EntryKind> = report.counts.keys().copied().collect();
    assert_eq!(kinds, EntryKind::ALL, "an example of each kind");
    let again = record.take(&examples()).await;
    let changed: u64 = again.counts.values().map(|counts| counts.created + counts.updated).sum();
    assert_eq!(changed, 0, "{again}");
}

#[tokio::test]
async fn every_field_of_every_kind_is_explained_under_its_heading() {
    let record = Record::fresh(Backend::Sqlite).await;
    for kind in EntryKind::ALL {
        let slug = if kind.has_slug() { "\"slug\":\"a\"," } else { "" };
        let heading = format!("### {kind}\n");
        let (_, section) = PAGE.split_once(&heading).expect("each kind has a heading");
        let section = section.split("\n#").next().unwrap_or_default();
        for line in [
            format!("{{\"kind\":\"{kind}\",\"entry\":{{\"zz\":1}},\"texts\":{{}}}}"),
            format!("{{\"kind\":\"{kind}\",\"texts\":{{\"fr\":{{{slug}\"zz\":1}}}}}}"),
        ] {
            let told = problems(&record.import(&line).await).concat();
            let expected: BTreeSet<&str> =
                told.split_once("expected ").expect("the fields are listed").1.split('`').skip(1).step_by(2).collect();
            assert!(!expected.is_empty(), "{told}");
            for field in expected.into_iter().filter(|field| *field != "seo") {
                let is_there = section.contains(&format!("`{field}`")) || section.contains(&format!("`{field}?`"));
                assert!(is_there, "`{field}` of {kind} is not on the page");
            }
        }
    }
}

#[tokio::test]
async fn the_example_errors_are_what_is_reported() {
    let record = Record::fresh(Backend::Sqlite).await;
    let text = r#"{"kind":"institution","entry":{"kind":"PRESIDENCY"},"texts":{"fr":{"slug":"presidence","name":"Présidence"}}}

{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z","byline":[{"name":"A","entry":"presidence"}]},"texts":{"fr":{"slug":"a","headline":"A"}}}
{"kind":"article","entry":{"kind":"NEWS","issuedAt":"2024-01-01T00:00:00Z","topics":["economie"]},"texts":{"fr":{"slug":"a","headline":"A"}}}

{"kind":"appointment","entry":{"person":"00000000-0000-0000-0000-000000000001"},"texts":{"fr":{"titel":"A"}}}"#;
    let report = record.import(text).await;
    let (_, told) = PAGE.split_once("```text\n").expect("the errors are there");
    let told: Vec<&str> = told.lines().take(3).collect();
    assert_eq!(problems(&report), told);
}
