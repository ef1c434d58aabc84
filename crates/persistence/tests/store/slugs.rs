//! Slugs, their history, old addresses.

use griot_domain::{EntryKind, View};
use griot_persistence::Outcome;
use rstest::rstest;

use crate::support::*;

const ARTICLE: EntryKind = EntryKind::Article;

#[rstest]
#[tokio::test]
async fn a_former_slug_still_finds_the_entry(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").slug("fr", "avant").build()]).await;
    store.publish(&[article(1, "2024-01-01").slug("fr", "apres").on("2024-05-01").build()]).await;
    for view in [now("fr"), as_of("2024-02-01"), as_of("2024-06-01")] {
        assert_eq!(store.by_slug(&view, ARTICLE, "avant").await, Some(id(1)));
        assert_eq!(store.by_slug(&view, ARTICLE, "apres").await, Some(id(1)));
    }
    assert_eq!(store.record(&as_of("2024-02-01"), id(1)).await.unwrap().slug, Some(slug("avant")));
    assert_eq!(store.record(&now("fr"), id(1)).await.unwrap().slug, Some(slug("apres")));
    assert_eq!(store.by_slug(&now("fr"), EntryKind::Person, "avant").await, None);
    assert_eq!(store.by_slug(&as_of("2023-01-01"), ARTICLE, "avant").await, None);
}

#[rstest]
#[tokio::test]
async fn a_slug_given_up_can_go_to_another_entry_even_in_the_same_batch(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").slug("fr", "visite").build()]).await;
    let outcomes = store
        .publish(&[
            article(1, "2024-01-01").slug("fr", "visite-2023").on("2024-05-01").build(),
            article(2, "2024-05-01").slug("fr", "visite").build(),
        ])
        .await;
    assert_eq!(outcomes, [Outcome::Updated { seq: 2 }, Outcome::Created { seq: 3 }]);
    assert_eq!(store.by_slug(&now("fr"), ARTICLE, "visite").await, Some(id(2)));
    assert_eq!(store.by_slug(&as_of("2024-02-01"), ARTICLE, "visite").await, Some(id(1)));
    // The first entry's old publication read again asks for nothing it has lost.
    assert_eq!(store.publish(&[article(1, "2024-01-01").slug("fr", "visite").build()]).await, [Outcome::Unchanged]);
    // When the second one goes, the slug leads to whom it led before.
    store.publish(&[article(2, "2024-05-01").withdrawing(&["fr"]).on("2024-08-01").build()]).await;
    assert_eq!(store.by_slug(&now("fr"), ARTICLE, "visite").await, Some(id(1)));
}

#[rstest]
#[tokio::test]
async fn a_withdrawn_text_gives_its_slug_up(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").slug("fr", "visite").build(),
            article(1, "2024-01-01").withdrawing(&["fr"]).on("2024-02-01").build(),
            article(2, "2024-03-01").slug("fr", "visite").build(),
        ])
        .await;
    assert_eq!(store.by_slug(&now("fr"), ARTICLE, "visite").await, Some(id(2)));
    assert_eq!(store.by_slug(&as_of("2024-01-15"), ARTICLE, "visite").await, Some(id(1)));
    let back = article(1, "2024-01-01").slug("fr", "visite").on("2024-04-01").build();
    assert!(matches!(store.publish(&[back]).await[0], Outcome::Refused(_)));
}

#[rstest]
#[tokio::test]
async fn the_same_slug_may_stand_in_each_language_and_kind(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").slug("fr", "mali").build(),
            article(2, "2024-01-01").text("en", "Mali").slug("en", "mali").build(),
            topic(3, "Mali").slug("fr", "mali").build(),
        ])
        .await;
    assert_eq!(store.by_slug(&now("fr"), ARTICLE, "mali").await, Some(id(1)));
    assert_eq!(store.by_slug(&now("en"), ARTICLE, "mali").await, Some(id(2)));
    assert_eq!(store.by_slug(&now("fr"), EntryKind::Topic, "mali").await, Some(id(3)));
    // A language nobody uses: any of them, always the same.
    assert!(store.by_slug(&now("ar"), ARTICLE, "mali").await.is_some());
    assert_eq!(store.by_slug(&only(&["ar"]), ARTICLE, "mali").await, None);
    // A slug of another language finds the entry, in the language asked for.
    let record = store.reader.find_by_slug(&now("fr"), ARTICLE, &slug("article-2-2")).await.unwrap().unwrap();
    assert_eq!((record.id, record.locale), (id(2), locale("fr")));
}

#[rstest]
#[tokio::test]
async fn a_slug_of_the_language_asked_for_goes_before_a_current_one_of_another(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").slug("fr", "mali").build(),
            article(1, "2024-01-01").slug("fr", "mali-2024").on("2024-02-01").build(),
            article(2, "2024-01-01").text("en", "Mali").slug("en", "mali").build(),
        ])
        .await;
    assert_eq!(store.by_slug(&now("fr"), ARTICLE, "mali").await, Some(id(1)));
    assert_eq!(store.by_slug(&now("en"), ARTICLE, "mali").await, Some(id(2)));
}

#[rstest]
#[tokio::test]
async fn slugs_of_every_script_are_found(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").text("ar", "بيان").slug("ar", "بيان-صحفي").build(),
            article(2, "2024-01-01").text("nqo", "ߓߊ").slug("nqo", "ߓߊ߬ߡߊ߬ߞߐ߫").build(),
        ])
        .await;
    assert_eq!(store.by_slug(&now("ar"), ARTICLE, "بيان-صحفي").await, Some(id(1)));
    assert_eq!(store.by_slug(&now("fr"), ARTICLE, "ߓߊ߬ߡߊ߬ߞߐ߫").await, Some(id(2)));
}

#[rstest]
#[tokio::test]
async fn many_slugs_are_looked_up_at_once_the_live_holder_first(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(1, "Sahel").slug("fr", "sahel").build(),
            topic(1, "Sahel").slug("fr", "sahel-central").on("2024-02-01").build(),
            topic(2, "Sahel").slug("fr", "sahel").on("2024-03-01").build(),
            topic(3, "Mali").slug("fr", "mali").build(),
            topic(3, "Mali").slug("fr", "mali-2").on("2024-02-01").build(),
        ])
        .await;
    let names = ["sahel", "sahel-central", "mali", "nulle-part"].map(slug);
    let found = store.reader.ids_by_slug(EntryKind::Topic, &names).await.unwrap();
    assert_eq!(found.len(), 3);
    assert_eq!(names[..3].iter().map(|name| found[name]).collect::<Vec<_>>(), [id(2), id(1), id(3)]);
    let live = store.publisher.ids_by_slug(EntryKind::Topic, &names).await.unwrap();
    assert_eq!((live.len(), live[&names[0]], live[&names[1]]), (2, id(2), id(1)));
}

#[rstest]
#[tokio::test]
async fn of_several_past_holders_the_last_live_one_is_found(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let named = |number, name: &str, day: &str| article(number, "2024-01-01").slug("fr", name).on(day).build();
    store
        .publish(&[
            named(1, "a", "2024-01-01"),
            named(1, "b", "2024-02-01"),
            named(2, "a", "2024-03-01"),
            named(2, "c", "2024-04-01"),
        ])
        .await;
    let at_days = async |view: View| store.by_slug(&view, ARTICLE, "a").await;
    assert_eq!(at_days(as_of("2024-01-15")).await, Some(id(1)));
    assert_eq!(at_days(as_of("2024-02-15")).await, Some(id(1)));
    assert_eq!(at_days(as_of("2024-03-15")).await, Some(id(2)));
    assert_eq!(at_days(now("fr")).await, Some(id(2)));
}
