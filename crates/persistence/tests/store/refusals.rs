//! Each refusal names its cause, and leaves everything as it was.

use griot_domain::{EntryKind, Publication};
use griot_persistence::{Outcome, Refusal};
use rstest::rstest;

use crate::support::*;

/// Publishes `before`, then sees `refused` refused among others that are not, and nothing of it left behind.
async fn refusal(backend: Backend, before: &[Publication], refused: Publication) -> (Refusal, String) {
    let store = fresh_store(backend).await;
    store.publish(before).await;
    let traces = store.traces().await;
    let outcomes = store.publish(std::slice::from_ref(&refused)).await;
    assert_eq!(store.traces().await, traces);
    let [Outcome::Refused(refusal)] = &outcomes[..] else { panic!("{outcomes:?}") };

    let seq = traces.0;
    let others = [article(901, "2024-01-01").build(), refused, article(902, "2024-01-01").build()];
    let outcomes = store.publish(&others).await;
    assert_eq!(outcomes[0], Outcome::Created { seq: seq + 1 });
    assert_eq!(outcomes[1], Outcome::Refused(refusal.clone()));
    assert_eq!(outcomes[2], Outcome::Created { seq: seq + 2 });
    (refusal.clone(), refusal.to_string())
}

#[rstest]
#[tokio::test]
async fn a_slug_of_another_entry(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let holder = article(1, "2024-01-01").slug("fr", "visite").build();
    let late = article(2, "2024-01-01").text("en", "Visit").slug("fr", "visite").old_path("/x/", None).build();
    let (refusal, told) = refusal(backend, &[holder], late).await;
    let (locale, slug) = (locale("fr"), slug("visite"));
    assert_eq!(refusal, Refusal::SlugTaken { locale, slug, holder: id(1) });
    assert!(told.contains("`visite`") && told.contains("another slug"), "{told}");
}

#[rstest]
#[tokio::test]
async fn something_older_than_what_is_live(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let live = article(1, "2024-05-01").build();
    let (refusal, told) = refusal(backend, &[live], article(1, "2024-04-01").text("fr", "Autre").build()).await;
    assert_eq!(refusal, Refusal::OlderThanLive { given: at("2024-04-01"), live_from: at("2024-05-01") });
    assert!(told.contains("2024-04-01") && told.contains("leave out `liveFrom`"), "{told}");
}

#[rstest]
#[tokio::test]
async fn an_id_of_another_kind(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (refusal, _) = refusal(backend, &[topic(1, "Sahel").build()], article(1, "2024-01-01").build()).await;
    assert_eq!(refusal, Refusal::KindDiffers { id: id(1), known: EntryKind::Topic, given: EntryKind::Article });
}

#[rstest]
#[tokio::test]
async fn a_new_entry_without_its_neutral_part(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (refusal, told) = refusal(backend, &[], article(1, "2024-01-01").texts_only().build()).await;
    assert_eq!(refusal, Refusal::MissingEntry { id: id(1) });
    assert!(told.contains("`entry` part"), "{told}");
}

#[rstest]
#[tokio::test]
async fn a_new_entry_without_text(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (refusal, _) = refusal(backend, &[], article(1, "2024-01-01").entry_only().build()).await;
    assert_eq!(refusal, Refusal::NoEdition { id: id(1) });
}

#[rstest]
#[tokio::test]
async fn a_new_neutral_part_of_an_entry_withdrawn_in_every_language(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let before =
        [article(1, "2024-01-01").build(), article(1, "2024-01-01").withdrawing(&["fr"]).on("2024-02-01").build()];
    let silent = article(1, "2024-01-02").entry_only().on("2024-03-01").build();
    let (refusal, _) = refusal(backend, &before, silent).await;
    assert_eq!(refusal, Refusal::NoEdition { id: id(1) });
}

#[rstest]
#[tokio::test]
async fn parts_of_another_kind(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut mixed = article(1, "2024-01-01").build();
    mixed.entry = topic(1, "Sahel").build().entry;
    let (refused, _) = refusal(backend, &[], mixed).await;
    let part = "every language".to_owned();
    assert_eq!(refused, Refusal::PartDiffers { id: id(1), kind: EntryKind::Article, part });

    let mut mixed = article(1, "2024-01-01").build();
    mixed.editions = topic(1, "Sahel").build().editions;
    let (refused, _) = refusal(backend, &[], mixed).await;
    assert_eq!(refused, Refusal::PartDiffers { id: id(1), kind: EntryKind::Article, part: "fr".to_owned() });
}

#[rstest]
#[tokio::test]
async fn a_missing_or_needless_slug(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut without = article(1, "2024-01-01").build();
    without.editions.values_mut().for_each(|edition| edition.slug = None);
    let (refused, told) = refusal(backend, &[], without).await;
    assert_eq!(refused, Refusal::SlugRule { id: id(1), locale: locale("fr"), needed: true });
    assert!(told.contains("needs a slug"), "{told}");

    let (refused, told) = refusal(backend, &[], asset(1).slug("fr", "image").build()).await;
    assert_eq!(refused, Refusal::SlugRule { id: id(1), locale: locale("fr"), needed: false });
    assert!(told.contains("cannot have a slug"), "{told}");
}

#[rstest]
#[tokio::test]
async fn a_language_both_given_and_withdrawn(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut both = article(1, "2024-01-01").text("fr", "Autre").on("2024-02-01").build();
    both.withdrawn.insert(locale("fr"));
    let (refused, _) = refusal(backend, &[article(1, "2024-01-01").build()], both).await;
    assert_eq!(refused, Refusal::GivenAndWithdrawn { id: id(1), locale: locale("fr") });
}

#[rstest]
#[tokio::test]
async fn an_old_address_of_another_entry(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let holder = article(1, "2024-01-01").old_path("/?p=1", None).build();
    let late = article(2, "2024-01-01").old_path("/?p=2", None).old_path("/?p=1", None).build();
    let (refused, _) = refusal(backend, &[holder], late).await;
    assert_eq!(refused, Refusal::PathTaken { path: "/?p=1".to_owned(), holder: id(1) });
}

#[rstest]
#[tokio::test]
async fn an_external_id_of_another_entry(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let holder = person(1, "Awa").external("wikidata", "Q1").build();
    let late = person(2, "Issa").external("wikidata", "Q1").build();
    let (refused, _) = refusal(backend, &[holder], late).await;
    let (scheme, value) = ("wikidata".to_owned(), "Q1".to_owned());
    assert_eq!(refused, Refusal::ExternalIdTaken { scheme, value, holder: id(1) });
}
