use griot_import::{Silent, Target, WordPressError, WordPressOptions, import_wordpress};
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, kinds, publications, told};

#[rstest]
#[tokio::test]
async fn drafts_go_to_the_editorial_store_only(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::fresh(backend).await;
    let options = WordPressOptions { with_drafts: true, ..WordPressOptions::default() };
    let report = record.import(&kinds(), &options).await.unwrap();
    let drafts = told(&publications(&record.editorial).await);
    for secret in ["PASSWORD", "FUTURE", "EMBARGO", "DRAFT", "PENDING", "PRIVATE", "UPLOAD", "TOPIC"] {
        assert!(drafts.contains(&format!("SECRET-{secret}")), "{secret}\n{drafts}");
    }
    assert!(!drafts.contains("SECRET-TRASH"));
    assert!(!told(&record.publications().await).to_lowercase().contains("secret"));
    assert_eq!(
        report.skipped.keys().collect::<Vec<_>>(),
        ["automatic draft", "in the trash", "post type `nav_menu_item`", "revision"]
    );
}

#[tokio::test]
async fn drafts_without_a_store_for_them_are_refused_before_anything_is_written() {
    let record = Record::fresh(Backend::Sqlite).await;
    let options = WordPressOptions { with_drafts: true, ..WordPressOptions::default() };
    let target = Target { editorial: None, ..record.target() };
    let error = import_wordpress(&kinds(), &options, &target, &mut Silent).await.unwrap_err();
    assert!(matches!(error, WordPressError::NoEditorialStore));
    assert!(record.published.is_empty().await.unwrap());
}
