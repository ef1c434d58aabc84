use griot_domain::EntryKind;
use griot_import::{Counts, JsonOptions, Silent, WordPressOptions, import_json};
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

#[rstest]
#[tokio::test]
async fn what_is_no_longer_public_in_wordpress_is_remarked_upon_and_stays(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::fresh(backend).await;
    let first: String = (1..=6).map(|number| post(number, &format!("a-{number}"), "Texte.")).collect();
    record.import_text(&export(&first)).await.unwrap();
    let before = record.publications().await;
    let now = [
        post(1, "a-1", "Texte."),
        post(2, "a-2", "Texte.").replace("publish", "draft"),
        post(3, "a-3", "Texte.").replace("publish", "trash"),
        post(4, "a-4", "Texte.").replace("publish", "private"),
        post(5, "a-5", "Texte.").replace("<wp:status>", "<wp:post_password>x</wp:post_password><wp:status>"),
        post(7, "a-7", "Texte.").replace("publish", "draft"),
    ];
    for with_drafts in [false, true] {
        let file = record.write("now.xml", export(&now.concat()));
        let options = WordPressOptions { with_drafts, ..WordPressOptions::default() };
        let report = record.import(&file, &options).await.unwrap();
        let notes: Vec<String> = report.notes.iter().map(|note| note.to_string()).collect();
        let expected = [(7, 2), (8, 3), (9, 4), (10, 5)].map(|(line, number)| {
            format!(
                "line {line}, post {number}: is public in the record, but no longer in WordPress; withdraw it if that is meant"
            )
        });
        assert_eq!(notes, expected);
        assert_eq!(record.publications().await, before);
    }
}

#[tokio::test]
async fn what_was_withdrawn_is_not_remarked_upon() {
    let record = Record::fresh(Backend::Sqlite).await;
    record.import_text(&export(&(post(1, "un", "Un.") + &post(2, "deux", "Deux.")))).await.unwrap();
    let line = r#"{"kind":"article","liveFrom":"2024-01-01T00:00:00Z","externalIds":[{"scheme":"wordpress:site.example","value":"post:1"}],"withdrawn":["fr"]}"#;
    let options = JsonOptions { is_rehearsal: false, find_mentions: false };
    let report = import_json(line.as_bytes(), None, options, &record.target(), &mut Silent).await.unwrap();
    assert_eq!(report.problems, [], "{report}");
    let drafts = post(1, "un", "Un.") + &post(2, "deux", "Deux.");
    let report = record.import_text(&export(&drafts.replace("publish", "draft"))).await.unwrap();
    assert_eq!(report.notes.iter().map(|note| note.item.as_deref()).collect::<Vec<_>>(), [Some("post 2")], "{report}");
}
