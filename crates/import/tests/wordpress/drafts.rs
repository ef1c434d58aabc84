use std::sync::atomic::{AtomicU64, Ordering};

use griot_domain::IdSource;
use griot_import::{Silent, Target, WordPressError, WordPressOptions, import_wordpress};
use griot_testbed::Backend;
use rstest::rstest;
use uuid::Uuid;

use crate::support::{Record, export, kinds, post, publications, told};

/// Hands out 1000, 999, 998…
struct CountedDown(AtomicU64);

impl IdSource for CountedDown {
    fn next_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_sub(1, Ordering::SeqCst)))
    }
}

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

#[tokio::test]
async fn public_items_share_their_ids_out_in_order_and_drafts_keep_what_was_drawn_for_them() {
    let record = Record::fresh(Backend::Sqlite).await;
    let items = (1..=6).map(|number| {
        let item = post(number, &format!("a-{number}"), "Texte.");
        if number % 2 == 0 { item.replace("publish", "draft") } else { item }
    });
    let file = record.write("export.xml", export(&items.collect::<String>()));
    let ids = CountedDown(AtomicU64::new(1_000));
    let options = WordPressOptions { with_drafts: true, ..WordPressOptions::default() };
    let target = Target { ids: &ids, ..record.target() };
    import_wordpress(&file, &options, &target, &mut Silent).await.unwrap();
    let ids_of = |publications: Vec<griot_domain::Publication>| {
        publications.iter().map(|one| one.id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(ids_of(record.publications().await), [996, 998, 1_000]);
    assert_eq!(ids_of(publications(&record.editorial).await), [999, 997, 995]);
}
