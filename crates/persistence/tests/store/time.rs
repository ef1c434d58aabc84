//! What is read now and as of any moment.

use griot_domain::EntryKind;
use rstest::rstest;

use crate::support::*;

const JUST_BEFORE_MAY: &str = "2024-04-30T23:59:59.999999Z";

#[rstest]
#[tokio::test]
async fn a_version_is_live_from_its_instant_until_the_next_one(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    for (day, title) in [("2024-01-01", "One"), ("2024-05-01", "Two"), ("2024-09-01", "Three")] {
        store.publish(&[article(1, "2024-01-01").text("fr", title).on(day).build()]).await;
    }
    let seen = async |day: &str| store.title(&as_of(day), id(1)).await;
    assert_eq!(seen("2023-12-31T23:59:59.999999Z").await, None);
    assert_eq!(seen("2024-01-01").await.as_deref(), Some("One"));
    assert_eq!(seen(JUST_BEFORE_MAY).await.as_deref(), Some("One"));
    assert_eq!(seen("2024-05-01").await.as_deref(), Some("Two"));
    assert_eq!(seen("2024-08-31").await.as_deref(), Some("Two"));
    assert_eq!(seen("2024-09-01").await.as_deref(), Some("Three"));
    assert_eq!(store.title(&now("fr"), id(1)).await.as_deref(), Some("Three"));
    assert_eq!(store.latest(&as_of("2023-12-31"), EntryKind::Article, vec![]).await, []);
    assert_eq!(store.latest(&as_of("2024-05-01"), EntryKind::Article, vec![]).await, [id(1)]);
}

#[rstest]
#[tokio::test]
async fn since_stays_and_updated_at_follows_whichever_part_changed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    let record = store.record(&now("fr"), id(1)).await.unwrap();
    assert_eq!((record.since, record.updated_at), (at("2024-01-01"), at("2024-01-01")));

    store.publish(&[article(1, "2024-01-01").texts_only().text("fr", "Other").on("2024-02-01").build()]).await;
    let record = store.record(&now("fr"), id(1)).await.unwrap();
    assert_eq!((record.since, record.updated_at), (at("2024-01-01"), at("2024-02-01")));

    store.publish(&[article(1, "2024-01-02").entry_only().on("2024-03-01").build()]).await;
    let record = store.record(&now("fr"), id(1)).await.unwrap();
    assert_eq!((record.since, record.updated_at), (at("2024-01-01"), at("2024-03-01")));
    let record = store.record(&as_of("2024-02-15"), id(1)).await.unwrap();
    assert_eq!((record.since, record.updated_at), (at("2024-01-01"), at("2024-02-01")));
}

#[rstest]
#[tokio::test]
async fn a_withdrawn_language_is_gone_and_the_others_stay(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").text("fr", "Un").text("en", "One").build()]).await;
    store.publish(&[article(1, "2024-01-01").withdrawing(&["fr"]).on("2024-05-01").build()]).await;

    assert_eq!(store.title(&now("fr"), id(1)).await.as_deref(), Some("One"));
    assert_eq!(store.title(&only(&["fr"]), id(1)).await, None);
    assert_eq!(store.latest(&only(&["fr"]), EntryKind::Article, vec![]).await, []);
    assert_eq!(store.latest(&only(&["en"]), EntryKind::Article, vec![]).await, [id(1)]);
    assert_eq!(store.title(&as_of(JUST_BEFORE_MAY), id(1)).await.as_deref(), Some("Un"));
    assert_eq!(store.title(&as_of("2024-05-01"), id(1)).await.as_deref(), Some("One"));
}

#[rstest]
#[tokio::test]
async fn an_entry_withdrawn_in_its_last_language_disappears_everywhere(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    use griot_domain::LinkRole;
    use griot_persistence::Condition;
    let store = fresh_store(backend).await;
    let about = || vec![Condition::LinksTo { role: LinkRole::Mention, targets: vec![id(7)] }];
    store.publish(&[person(7, "X").build(), article(1, "2024-01-01").mention("fr", id(7)).topic(id(8)).build()]).await;
    assert_eq!(store.latest(&now("fr"), EntryKind::Article, about()).await, [id(1)]);
    store.publish(&[article(1, "2024-01-01").withdrawing(&["fr"]).on("2024-05-01").build()]).await;

    for view in [now("fr"), as_of("2024-05-01"), as_of("2025-01-01")] {
        assert_eq!(store.record(&view, id(1)).await, None);
        assert_eq!(store.by_slug(&view, EntryKind::Article, "article-1-1").await, None);
        assert_eq!(store.latest(&view, EntryKind::Article, vec![]).await, []);
        assert_eq!(store.latest(&view, EntryKind::Article, about()).await, []);
        assert_eq!(store.list(&view, by_name(EntryKind::Article, vec![])).await, []);
        assert_eq!(store.reader.count(&view, &latest(EntryKind::Article, vec![])).await.unwrap(), 0);
        assert_eq!(store.reader.linking_to(&view, LinkRole::Topic, &[id(8)]).await.unwrap().len(), 0);
    }
    let before = as_of(JUST_BEFORE_MAY);
    assert_eq!(store.latest(&before, EntryKind::Article, about()).await, [id(1)]);
    assert_eq!(store.by_slug(&before, EntryKind::Article, "article-1-1").await, Some(id(1)));
}

#[rstest]
#[tokio::test]
async fn a_withdrawn_entry_returns_with_one_text_and_was_away_in_between(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    store.publish(&[article(1, "2024-01-01").withdrawing(&["fr"]).on("2024-03-01").build()]).await;
    // The text alone: the neutral part comes back as it was.
    store
        .publish(&[article(1, "2024-01-01").texts_only().entry_only().text("en", "Back").on("2024-06-01").build()])
        .await;

    assert_eq!(store.title(&as_of("2024-02-01"), id(1)).await.as_deref(), Some("Article 1"));
    assert_eq!(store.title(&as_of("2024-04-01"), id(1)).await, None);
    let record = store.record(&now("fr"), id(1)).await.unwrap();
    assert_eq!((record.title(), record.since, record.updated_at), ("Back", at("2024-01-01"), at("2024-06-01")));
    assert_eq!(store.latest(&as_of("2024-04-01"), EntryKind::Article, vec![]).await, []);
    assert_eq!(store.latest(&now("fr"), EntryKind::Article, vec![]).await, [id(1)]);
}

#[rstest]
#[tokio::test]
async fn a_translation_dated_back_is_seen_from_then_but_never_without_its_entry(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let english = || article(1, "2024-01-01").entry_only().texts_only().text("en", "One");
    store.publish(&[article(1, "2024-03-01").build()]).await;
    store.publish(&[article(1, "2024-03-01").text("fr", "Encore").on("2024-06-01").build()]).await;
    store.publish(&[english().on("2024-04-01").build()]).await;

    let english_only = |day| griot_domain::View { moment: as_of(day).moment, ..only(&["en"]) };
    assert_eq!(store.title(&english_only("2024-03-15"), id(1)).await, None);
    assert_eq!(store.title(&english_only("2024-04-15"), id(1)).await.as_deref(), Some("One"));
    assert_eq!(store.title(&as_of("2024-04-15"), id(1)).await.as_deref(), Some("Article 1"));

    // Dated before the entry itself it counts from the entry's first day.
    let second = fresh_store(backend).await;
    second.publish(&[article(1, "2024-03-01").build()]).await;
    second.publish(&[english().mention("en", id(7)).on("2024-01-01").build()]).await;
    assert_eq!(second.title(&english_only("2024-02-15"), id(1)).await, None);
    assert_eq!(second.latest(&english_only("2024-02-15"), EntryKind::Article, vec![]).await, []);
    assert_eq!(second.title(&english_only("2024-03-01"), id(1)).await.as_deref(), Some("One"));
}

#[rstest]
#[tokio::test]
async fn a_translation_dated_into_an_absence_does_not_undo_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").build()]).await;
    store.publish(&[article(1, "2024-01-01").withdrawing(&["fr"]).on("2024-03-01").build()]).await;
    store
        .publish(&[article(1, "2024-01-01").texts_only().entry_only().text("en", "One").on("2024-02-01").build()])
        .await;

    assert_eq!(store.title(&as_of("2024-02-15"), id(1)).await.as_deref(), Some("Article 1"));
    assert_eq!(store.latest(&as_of("2024-02-15"), EntryKind::Article, vec![]).await, [id(1)]);
    assert_eq!(store.title(&as_of("2024-03-01"), id(1)).await.as_deref(), Some("One"));
}

#[rstest]
#[tokio::test]
async fn bodies_are_those_of_the_edition_seen(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[article(1, "2024-01-01").body("fr", "Ancien").build()]).await;
    store.publish(&[article(1, "2024-01-01").body("fr", "Nouveau").on("2024-05-01").build()]).await;
    let mut words = Vec::new();
    for view in [as_of("2024-02-01"), now("fr")] {
        let edition = store.record(&view, id(1)).await.unwrap().edition;
        words.push(store.reader.bodies(&[edition]).await.unwrap()[&edition].plain_text());
    }
    assert_eq!(words, ["Ancien", "Nouveau"]);
}
