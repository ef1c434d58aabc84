use griot_domain::EntryKind;
use griot_import::{Counts, WordPressOptions};
use griot_testbed::Backend;
use rstest::rstest;

use crate::support::{Record, export, kinds, post, publications};

#[rstest]
#[tokio::test]
async fn a_second_import_changes_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::fresh(backend).await;
    let options = WordPressOptions { with_drafts: true, ..WordPressOptions::default() };
    let first = record.import(&kinds(), &options).await.unwrap();
    let (published, drafts) = (record.publications().await, publications(&record.editorial).await);
    let second = record.import(&kinds(), &options).await.unwrap();
    assert_eq!(record.publications().await, published);
    assert_eq!(publications(&record.editorial).await, drafts);
    for (kind, counts) in &second.counts {
        assert_eq!((counts.created, counts.updated), (0, 0), "{kind}");
    }
    assert_eq!(second.problems, first.problems);
    assert_eq!(second.notes, []);
}

#[tokio::test]
async fn a_changed_item_becomes_a_new_version_and_others_stay() {
    let record = Record::fresh(Backend::Sqlite).await;
    record.import_text(&export(&(post(1, "un", "Un.") + &post(2, "deux", "Deux.")))).await.unwrap();
    let report = record.import_text(&export(&(post(1, "un", "Un.") + &post(2, "deux", "Deux, revu.")))).await.unwrap();
    assert_eq!(report.counts[&EntryKind::Article], Counts { created: 0, updated: 1, unchanged: 1 });
    assert_eq!(record.publications().await.len(), 3);
}

#[tokio::test]
async fn what_changes_often_is_taken_in_each_time() {
    let record = Record::fresh(Backend::Sqlite).await;
    for (turn, name) in ["Un", "Deux", "Trois"].into_iter().enumerate() {
        let category = format!(
            "<wp:category><wp:term_id>1</wp:term_id><wp:category_nicename>c</wp:category_nicename><wp:cat_name>{name}</wp:cat_name></wp:category>"
        );
        record.clock.advance();
        let report = record.import_text(&export(&(category + &post(1, "un", name)))).await.unwrap();
        for counts in report.counts.values() {
            assert_eq!(counts.updated, u64::from(turn > 0), "{report}");
        }
        assert_eq!(report.problems, []);
    }
}

#[tokio::test]
async fn a_draft_keeps_its_identity_when_it_is_published() {
    let record = Record::fresh(Backend::Sqlite).await;
    let draft = export(&post(1, "un", "Un.").replace("publish", "draft"));
    let options = WordPressOptions { with_drafts: true, ..WordPressOptions::default() };
    record.import(&record.write("draft.xml", draft), &options).await.unwrap();
    assert!(record.published.is_empty().await.unwrap());
    record.import_text(&export(&post(1, "un", "Un."))).await.unwrap();
    assert_eq!(record.post(1).await.id, publications(&record.editorial).await[0].id);
}
