//! What publishing changes, and what it leaves alone.

use griot_domain::EntryKind;
use griot_persistence::{Outcome, Refusal};
use rstest::rstest;

use crate::support::*;

#[rstest]
#[tokio::test]
async fn the_same_batch_twice_changes_nothing(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let batch = [
        topic(8, "Sahel").external("iptc", "8").build(),
        person(7, "Awa").build(),
        article(1, "2024-01-01").topic(id(8)).text("en", "One").old_path("/?p=1", None).build(),
        article(1, "2024-01-01").text("fr", "Revu").on("2024-02-01").build(),
        article(1, "2024-01-01").withdrawing(&["en"]).on("2024-03-01").build(),
        article(2, "2024-01-05").revised("2024-01-09").build(),
        article(2, "2024-01-05").withdrawing(&["fr"]).on("2024-04-01").build(),
    ];
    let outcomes = store.publish(&batch).await;
    assert!(
        outcomes.iter().all(|outcome| !matches!(outcome, Outcome::Unchanged | Outcome::Refused(_))),
        "{outcomes:?}"
    );
    let before = store.traces().await;
    assert_eq!(store.publish_on("2026-02-01", &batch).await, vec![Outcome::Unchanged; batch.len()]);
    assert_eq!(store.traces().await, before);
    assert_eq!(before.0, batch.len() as i64);
}

#[rstest]
#[tokio::test]
async fn one_entry_may_come_several_times_in_a_batch(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    let outcomes = store
        .publish(&[
            article(1, "2024-01-01").build(),
            article(2, "2024-01-01").build(),
            article(1, "2024-01-01").text("fr", "Deux").on("2024-02-01").build(),
            article(1, "2024-01-01").text("fr", "Deux").on("2024-02-01").build(),
            article(1, "2024-01-01").text("fr", "Trois").on("2024-03-01").build(),
        ])
        .await;
    let created = |seq| Outcome::Created { seq };
    let updated = |seq| Outcome::Updated { seq };
    assert_eq!(outcomes, [created(1), created(2), updated(3), Outcome::Unchanged, updated(4)]);
    assert_eq!(store.title(&as_of("2024-02-15"), id(1)).await.as_deref(), Some("Deux"));
    assert_eq!(store.title(&now("fr"), id(1)).await.as_deref(), Some("Trois"));
}

#[rstest]
#[tokio::test]
async fn imported_content_that_changed_is_live_from_its_revision_else_from_now(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let revised = |title: &str, day: &str| article(1, "2024-01-01").text("fr", title).revised(day).build();
    store.publish(&[revised("One", "2024-01-02")]).await;
    assert_eq!(store.record(&now("fr"), id(1)).await.unwrap().updated_at, at("2024-01-01"));
    store.publish(&[revised("Two", "2024-06-01")]).await;
    assert_eq!(store.record(&now("fr"), id(1)).await.unwrap().updated_at, at("2024-06-01"));
    // Older than what is live, so it can only be news as of now.
    store.publish_on("2026-01-01", &[revised("Three", "2024-05-01")]).await;
    assert_eq!(store.record(&now("fr"), id(1)).await.unwrap().updated_at, at("2026-01-01"));
    // Dated into the future, likewise.
    store.publish_on("2026-02-01", &[revised("Four", "2027-01-01")]).await;
    assert_eq!(store.record(&now("fr"), id(1)).await.unwrap().updated_at, at("2026-02-01"));
    assert_eq!(store.title(&as_of("2024-07-01"), id(1)).await.as_deref(), Some("Two"));
}

#[rstest]
#[tokio::test]
async fn an_old_export_read_again_does_not_undo_what_came_later(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let revised = |title: &str, day: &str| article(1, "2024-01-01").text("fr", title).revised(day).build();
    let history = [revised("One", "2024-01-01"), revised("Two", "2024-02-01"), revised("Three", "2024-03-01")];
    store.publish(&history).await;
    for old in &history {
        assert_eq!(store.publish(std::slice::from_ref(old)).await, [Outcome::Unchanged]);
    }
    // Taking the first wording up again is a revision like any other.
    assert_eq!(store.publish(&[revised("One", "2024-04-01")]).await, [Outcome::Updated { seq: 4 }]);
    assert_eq!(store.title(&now("fr"), id(1)).await.as_deref(), Some("One"));
    assert_eq!(store.title(&as_of("2024-03-15"), id(1)).await.as_deref(), Some("Three"));
}

#[rstest]
#[tokio::test]
async fn parts_live_from_several_instants_make_a_record_each(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    let both = article(1, "2024-01-01").text("fr", "Revu").text("en", "One").revised("2024-05-01").build();
    assert_eq!(store.publish(&[both]).await, [Outcome::Updated { seq: 3 }]);
    let journal = store.publisher.journal_page(1, 10).await.unwrap();
    let told: Vec<_> = journal.iter().map(|(seq, one)| (*seq, one.live_from, one.editions.len())).collect();
    assert_eq!(told, [(2, at("2024-01-01"), 1), (3, at("2024-05-01"), 1)]);
    assert_eq!(
        store
            .title(&griot_domain::View { moment: as_of("2024-02-01").moment, ..only(&["en"]) }, id(1))
            .await
            .as_deref(),
        Some("One")
    );
}

#[rstest]
#[tokio::test]
async fn new_names_alone_are_a_publication(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").external("wp", "1").build()]).await;
    let more = article(1, "2024-01-01").external("wp", "1").external("wp", "2").old_path("/a/", Some("fr")).build();
    assert_eq!(store.publish(std::slice::from_ref(&more)).await, [Outcome::Updated { seq: 2 }]);
    assert_eq!(store.publish(&[more]).await, [Outcome::Unchanged]);
    let found = store.publisher.ids_by_external("wp", &["1".into(), "2".into(), "3".into()]).await.unwrap();
    assert_eq!((found.get("1"), found.get("2"), found.get("3")), (Some(&id(1)), Some(&id(1)), None));
    assert_eq!(store.publisher.ids_by_external("other", &["1".into()]).await.unwrap().len(), 0);
    let old = store.reader.find_by_old_path(&["/a/".to_owned()]).await.unwrap().unwrap();
    assert_eq!((old.id, old.locale), (id(1), Some(locale("fr"))));
    assert_eq!(store.reader.find_by_old_path(&["/a".to_owned()]).await.unwrap(), None);
}

#[rstest]
#[tokio::test]
async fn rehearsing_answers_like_publishing_and_writes_nothing(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    let before = store.traces().await;
    let batch = [
        article(1, "2024-01-01").build(),
        article(2, "2024-01-01").text("en", "Two").topic(id(8)).build(),
        article(3, "2024-01-01").slug("fr", "article-1-1").build(),
        article(1, "2024-01-01").text("fr", "Autre").on("2024-02-01").build(),
    ];
    let rehearsed = store.publisher.rehearse(&batch, &act("2026-01-01")).await.unwrap();
    assert_eq!(store.traces().await, before);
    assert_eq!(store.publish(&batch).await, rehearsed);
    assert!(matches!(rehearsed[2], Outcome::Refused(Refusal::SlugTaken { .. })));
}

#[rstest]
#[tokio::test]
async fn a_batch_larger_than_a_round_goes_through_whole(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let batch: Vec<_> = (1..=1_100).map(|number| article(number, "2024-01-01").topic(id(9_999)).build()).collect();
    let outcomes = store.publish(&batch).await;
    assert_eq!(outcomes.last(), Some(&Outcome::Created { seq: 1_100 }));
    assert_eq!(store.reader.count(&now("fr"), &latest(EntryKind::Article, vec![])).await.unwrap(), 1_100);
    assert_eq!(store.publish(&batch).await, vec![Outcome::Unchanged; 1_100]);
}

#[rstest]
#[tokio::test]
async fn importers_find_what_is_live_and_which_kind_an_id_has(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    assert!(store.publisher.is_empty().await.unwrap());
    store
        .publish(&[
            person(7, "Awa").text("en", "Awa in English").build(),
            person(8, "Issa").build(),
            topic(9, "Sahel").build(),
        ])
        .await;
    store.publish(&[person(8, "Issa").withdrawing(&["fr"]).on("2024-02-01").build()]).await;
    assert!(!store.publisher.is_empty().await.unwrap());

    let live = store.publisher.live_entries(EntryKind::Person).await.unwrap();
    assert_eq!(live.iter().map(|one| (one.id, one.texts.len())).collect::<Vec<_>>(), [(id(7), 2)]);
    let editions = store.publisher.live_editions(&[id(7), id(8), id(10)]).await.unwrap();
    assert_eq!(editions, [(id(7), locale("fr")), (id(7), locale("en"))].into());
    let kinds = store.publisher.kinds_of(&[id(7), id(8), id(9), id(10)]).await.unwrap();
    assert_eq!((kinds.len(), kinds[&id(8)], kinds[&id(9)]), (3, EntryKind::Person, EntryKind::Topic));
}

#[rstest]
#[tokio::test]
async fn suggestions_are_replaced_as_a_whole(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    use griot_domain::Passage;
    use griot_persistence::{Publisher, StoreName, Suggestion};
    let store = fresh_store(backend).await;
    let editorial = Publisher::open(&store.location, StoreName::Editorial).await.unwrap();
    let suggestion = |words: &str| Suggestion {
        words: words.to_owned(),
        passage: Passage::Block("b1".to_owned()),
        offset: 3,
        length: 5,
        candidates: vec![id(7), id(8)],
    };
    let fr = locale("fr");
    editorial.replace_suggestions(id(1), &fr, &[suggestion("Traoré"), suggestion("Keïta")]).await.unwrap();
    editorial.replace_suggestions(id(1), &locale("en"), &[suggestion("Diarra")]).await.unwrap();
    editorial.replace_suggestions(id(1), &fr, &[suggestion("Keïta")]).await.unwrap();
    assert_eq!(editorial.suggestions(id(1), &fr).await.unwrap(), [suggestion("Keïta")]);
    editorial.replace_suggestions(id(1), &fr, &[]).await.unwrap();
    assert_eq!(editorial.suggestions(id(1), &fr).await.unwrap(), []);
    assert_eq!(editorial.suggestions(id(1), &locale("en")).await.unwrap().len(), 1);

    // What was answered is not asked again by the next import.
    editorial.replace_suggestions(id(1), &fr, &[suggestion("Traoré"), suggestion("Keïta")]).await.unwrap();
    let desk = griot_persistence::EditorialStore::open(&store.location).await.unwrap();
    let filter = griot_persistence::SuggestionFilter { entry: Some(id(1)), locale: Some(fr.clone()) };
    let open = desk.open_suggestions(&filter, None, 10).await.unwrap();
    let tx = desk.begin().await.unwrap();
    assert_eq!(tx.open_suggestion(open[0].id).await.unwrap().as_ref(), Some(&open[0]));
    tx.answer_suggestion(open[0].id, at("2026-01-02")).await.unwrap();
    assert_eq!(tx.open_suggestion(open[0].id).await.unwrap(), None);
    tx.commit().await.unwrap();
    for found in [&["Traoré", "Keïta"][..], &["Traoré"], &["Keïta", "Traoré", "Diallo"]] {
        let found: Vec<Suggestion> = found.iter().map(|words| suggestion(words)).collect();
        editorial.replace_suggestions(id(1), &fr, &found).await.unwrap();
        let open: Vec<Suggestion> = found.into_iter().filter(|one| one.words != "Traoré").collect();
        assert_eq!(editorial.suggestions(id(1), &fr).await.unwrap(), open);
    }
    let listed = desk.open_suggestions(&filter, None, 10).await.unwrap();
    assert_eq!(listed.iter().map(|one| one.naming.words.as_str()).collect::<Vec<_>>(), ["Keïta", "Diallo"]);
    assert_eq!(desk.open_suggestions(&filter, Some(listed[0].id), 10).await.unwrap(), listed[1..]);
}
