//! `griot doctor` finds what is wrong with a record, and says what to do.

use griot_persistence::{Finding, Level, Location, doctor};
use rstest::rstest;

use crate::support::*;

async fn looked_over(backend: Backend, damage: &[&str]) -> Vec<Finding> {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(8, "Sahel").build(),
            article(1, "2024-01-01").topic(id(8)).text("en", "One").build(),
            article(2, "2024-01-02").build(),
        ])
        .await;
    for sql in damage {
        store.raw(sql).await;
    }
    let findings = doctor(&store.location).await;
    assert!(findings.iter().all(|finding| finding.level == Level::Ok || !finding.remedy.is_empty()));
    findings
}

/// What is not as it should be, in the form `check: detail`.
fn complaints(findings: &[Finding], level: Level) -> Vec<String> {
    let of_level = findings.iter().filter(|finding| finding.level == level);
    of_level.map(|finding| format!("{}: {}", finding.check, finding.detail)).collect()
}

#[rstest]
#[tokio::test]
async fn a_good_record_is_well(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let findings = looked_over(backend, &[]).await;
    assert!(findings.iter().all(|finding| finding.level == Level::Ok), "{findings:#?}");
    assert!(findings.len() >= 10, "{findings:#?}");
    let journal = findings.iter().find(|finding| finding.check == "published store: journal").unwrap();
    assert_eq!(journal.detail, "3 publications, no gap");
}

#[rstest]
#[case::hole(
    "DELETE FROM journal WHERE seq = 2",
    "published store: journal: 2 records, the last is 3, the head says 3"
)]
#[case::end("DELETE FROM journal WHERE seq = 3", "published store: journal: 2 records, the last is 2, the head says 3")]
#[case::head("UPDATE journal_head SET seq = 4", "published store: journal: 3 records, the last is 3, the head says 4")]
#[case::text(
    "DELETE FROM edition WHERE seq = 3",
    "published store: versions: 0 texts without their entry, 1 entries without any text"
)]
#[case::entry(
    "DELETE FROM entry_version WHERE seq = 3",
    "published store: versions: 1 texts without their entry, 0 entries without any text"
)]
#[case::unreadable(
    "UPDATE entry_version SET content = '{}' WHERE seq = 3",
    "published store: content: entries that do not fit their kind, among them 00000000-0000-0000-0000-000000000002"
)]
#[case::unreadable_text(
    "UPDATE edition SET content = '[]' WHERE seq = 3",
    "published store: texts: texts that do not fit their kind, among them 00000000-0000-0000-0000-000000000002 (fr)"
)]
#[case::unreadable_body(
    "UPDATE edition SET body = 'x' WHERE seq = 3",
    "published store: texts: texts that do not fit their kind, among them 00000000-0000-0000-0000-000000000002 (fr)"
)]
#[tokio::test]
async fn damage_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    #[case] damage: &str,
    #[case] told: &str,
) {
    let findings = looked_over(backend, &[damage]).await;
    assert_eq!(complaints(&findings, Level::Failure), [told]);
}

#[rstest]
#[tokio::test]
async fn a_link_to_what_is_not_live_is_a_warning(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").topic(id(8)).build()]).await;
    let findings = doctor(&store.location).await;
    assert_eq!(complaints(&findings, Level::Failure), Vec::<String>::new());
    assert_eq!(
        complaints(&findings, Level::Warning),
        ["published store: links: 1 links lead to entries that are not live; readers do not see them"]
    );
}

#[tokio::test]
async fn a_missing_file_is_named() {
    let store = fresh_store(Backend::Sqlite).await;
    let file = store.database.data_dir().join("editorial.db");
    std::fs::remove_file(&file).unwrap();
    let failures = complaints(&doctor(&store.location).await, Level::Failure);
    assert!(failures.len() == 1 && failures[0].contains(file.to_str().unwrap()), "{failures:?}");
    assert!(!file.exists(), "looking creates nothing");

    let nowhere = store.database.data_dir().join("nowhere");
    let failures = complaints(&doctor(&Location::sqlite(&nowhere)).await, Level::Failure);
    assert_eq!(failures.len(), 4, "{failures:?}");
    assert!(!nowhere.exists());
}

#[tokio::test]
async fn a_damaged_file_is_found() {
    let store = fresh_store(Backend::Sqlite).await;
    let batch: Vec<_> = (1..200).map(|number| article(number, "2024-01-01").build()).collect();
    store.publish(&batch).await;
    let location = store.location.clone();
    let file = store.database.data_dir().join("published.db");
    store.publisher.checkpoint().await.unwrap();
    store.publisher.clone().close().await.unwrap();
    drop(store.reader);
    let mut bytes = std::fs::read(&file).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0xAA);
    std::fs::write(&file, bytes).unwrap();
    let findings = doctor(&location).await;
    let failures = complaints(&findings, Level::Failure);
    assert!(failures.iter().any(|one| one.starts_with("published store")), "{findings:#?}");
}

#[tokio::test]
async fn delivery_with_too_many_rights_is_found() {
    let store = fresh_store(Backend::Postgres).await;
    let owner = store.database.url().to_owned();
    let location = Location::Postgres { url: owner.clone(), delivery_url: Some(owner) };
    let failures = complaints(&doctor(&location).await, Level::Failure);
    let allowed = |store| format!("delivery cannot read the {store} store: the database allowed it");
    assert_eq!(failures, [allowed("editorial"), allowed("embargoed")]);
}

#[rstest]
#[tokio::test]
async fn a_text_that_lost_its_slug_is_found(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let schema = if backend == Backend::Postgres { "published." } else { "" };
    for damage in [
        format!("DELETE FROM {schema}slug WHERE id = 1"),
        format!("UPDATE {schema}edition SET slug = 'zzz' WHERE id = 1"),
    ] {
        let complaints = complaints(&looked_over(backend, &[&damage]).await, Level::Failure);
        assert_eq!(complaints.len(), 1, "{damage}: {complaints:?}");
        assert!(complaints[0].starts_with("published store: slugs: 1 of "), "{complaints:?}");
    }
}
