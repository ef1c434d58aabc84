use griot_domain::Text;
use griot_import::WordPressOptions;
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, kinds, publications, told};

#[rstest]
#[tokio::test]
async fn every_kind_of_content_comes_in(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::fresh(backend).await;
    let report = record.import(&kinds(), &WordPressOptions::default()).await.unwrap();
    insta::assert_snapshot!("report", report.to_string());
    insta::assert_snapshot!("record", told(&record.publications().await));
    assert_eq!(publications(&record.editorial).await, []);
}

#[rstest]
#[tokio::test]
async fn bodies_are_valid_and_hold_nothing_that_is_not_public(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    record.import(&kinds(), &WordPressOptions::default()).await.unwrap();
    let published = record.publications().await;
    for edition in published.iter().flat_map(|one| one.editions.values()) {
        edition.body.validate().unwrap();
    }
    let everything = told(&published).to_lowercase();
    assert!(!everything.contains("secret"));
    for trace in ["<script", "alert(", "onclick", "javascript:"] {
        assert!(!everything.contains(trace), "{trace}");
    }
}

#[tokio::test]
async fn a_rehearsal_reports_the_same_and_writes_nothing() {
    let record = Record::fresh(Backend::Sqlite).await;
    let options = WordPressOptions { is_rehearsal: true, ..WordPressOptions::default() };
    let rehearsed = record.import(&kinds(), &options).await.unwrap();
    assert!(record.published.is_empty().await.unwrap());
    let imported = record.import(&kinds(), &WordPressOptions::default()).await.unwrap();
    assert!(rehearsed.is_rehearsal);
    assert_eq!((rehearsed.counts, rehearsed.skipped), (imported.counts, imported.skipped));
    assert_eq!(rehearsed.problems, imported.problems);
}

#[tokio::test]
async fn the_language_of_items_can_be_set() {
    let record = Record::fresh(Backend::Sqlite).await;
    let locale = griot_domain::Locale::parse("bm").unwrap();
    let options = WordPressOptions { locale: Some(locale.clone()), ..WordPressOptions::default() };
    record.import(&kinds(), &options).await.unwrap();
    let page = record.post(20).await;
    assert!(matches!(page.editions[&locale].text, Text::Article(_)));
}
