//! The text a reader sees: the languages asked for in order, and what lists and filters make of it.

use griot_domain::{EntryKind, LocaleChain, Moment, View};
use griot_persistence::{Condition, Order, OrderedBy};
use rstest::rstest;

use crate::support::*;

const TOPIC: EntryKind = EntryKind::Topic;

fn chain(tags: &[&str], or_any: bool) -> View {
    View { locales: LocaleChain { or_any, ..only(tags).locales }, moment: Moment::Now }
}

#[rstest]
#[tokio::test]
async fn the_first_language_asked_for_that_exists_is_seen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            topic(1, "Le Sahel").text("en", "The Sahel").text("ar", "الساحل").build(),
            topic(2, "Le Mali").build(),
            topic(3, "").entry_only().text("ar", "النيجر").build(),
        ])
        .await;
    let seen = async |view: View| {
        let records = store.reader.records(&view, &[id(1), id(2), id(3)]).await.unwrap();
        [1, 2, 3].map(|number| records.get(&id(number)).map(|record| record.title().to_owned()))
    };
    let titles = |titles: [&str; 3]| titles.map(|title| (!title.is_empty()).then(|| title.to_owned()));
    assert_eq!(seen(chain(&["en", "fr"], false)).await, titles(["The Sahel", "Le Mali", ""]));
    assert_eq!(seen(chain(&["fr", "en"], false)).await, titles(["Le Sahel", "Le Mali", ""]));
    assert_eq!(seen(chain(&["en"], false)).await, titles(["The Sahel", "", ""]));
    assert_eq!(seen(chain(&["en", "ar"], false)).await, titles(["The Sahel", "", "النيجر"]));
    assert_eq!(seen(chain(&["en"], true)).await, titles(["The Sahel", "Le Mali", "النيجر"]));

    let listed = async |view: View| store.list(&view, by_name(TOPIC, vec![])).await;
    assert_eq!(listed(chain(&["en"], false)).await, [id(1)]);
    assert_eq!(listed(chain(&["en", "fr"], false)).await, [id(2), id(1)]);
    assert_eq!(store.latest(&chain(&["en", "fr"], false), TOPIC, vec![]).await.len(), 2);
    assert_eq!(store.reader.count(&chain(&["ar"], false), &by_name(TOPIC, vec![])).await.unwrap(), 2);
}

#[rstest]
#[tokio::test]
async fn the_original_language_stays_the_original_when_it_is_revised(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "Le Sahel").build()]).await;
    store.publish(&[topic(1, "").texts_only().entry_only().text("ar", "الساحل").on("2024-02-01").build()]).await;
    store.publish(&[topic(1, "Sahel central").texts_only().on("2024-03-01").build()]).await;
    assert_eq!(store.title(&now("en"), id(1)).await.as_deref(), Some("Sahel central"));
    let words = vec![Condition::Words("central".to_owned())];
    assert_eq!(store.list(&now("en"), by_name(TOPIC, words)).await, [id(1)]);
}

#[rstest]
#[tokio::test]
async fn alternates_are_the_other_languages_by_tag(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[topic(1, "Sahel").text("en", "The Sahel").text("ar", "الساحل").build()]).await;
    let record = store.record(&now("fr"), id(1)).await.unwrap();
    let told: Vec<_> = record.alternates.iter().map(|one| (one.locale.as_str(), one.title.as_str())).collect();
    assert_eq!(told, [("ar", "الساحل"), ("en", "The Sahel")]);
    assert_eq!(record.alternates[1].slug, Some(slug("the-sahel-1")));
}

#[rstest]
#[tokio::test]
async fn names_are_ordered_by_the_folded_form_of_the_text_seen(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    let french = ["Zoo", "Écoles", "École", "ecole normale", "Ɛ", "Ordre", "بيان", "𞤀"];
    for (number, name) in (1..).zip(french) {
        store.publish(&[topic(number, name).build()]).await;
    }
    // In English the zoo goes first.
    store.publish(&[topic(1, "Zoo").texts_only().text("en", "Aardvarks").on("2024-02-01").build()]).await;
    let numbers = async |view: View, is_descending: bool| {
        let mut query = by_name(TOPIC, vec![]);
        query.order = Order { by: OrderedBy::Name, is_descending };
        store.list(&view, query).await.iter().map(|id| id.0.as_u128()).collect::<Vec<_>>()
    };
    assert_eq!(numbers(now("fr"), false).await, [3, 4, 2, 6, 1, 5, 7, 8]);
    assert_eq!(numbers(now("fr"), true).await, [8, 7, 5, 1, 6, 2, 4, 3]);
    assert_eq!(numbers(now("en"), false).await, [1, 3, 4, 2, 6, 5, 7, 8]);
}

#[rstest]
#[tokio::test]
async fn words_are_looked_for_in_the_text_seen_and_taken_literally(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let store = fresh_store(backend).await;
    store
        .publish(&[
            article(1, "2024-01-01").text("fr", "L’accord").summary("fr", "Un taux de 100% d’accord").build(),
            article(2, "2024-01-01").text("fr", "Le taux").text("en", "An agreement").build(),
            article(3, "2024-01-01").text("fr", r"C:\chemin_long").build(),
        ])
        .await;
    let with = async |view: View, words: &str| {
        store.latest(&view, EntryKind::Article, vec![Condition::Words(words.to_owned())]).await
    };
    assert_eq!(with(now("fr"), "taux").await, [id(2), id(1)]);
    assert_eq!(with(now("en"), "taux").await, [id(1)], "the second is seen in English");
    assert_eq!(with(now("en"), "agreement").await, [id(2)]);
    assert_eq!(with(now("fr"), "100%").await, [id(1)]);
    assert_eq!(with(now("fr"), "1%0").await, []);
    assert_eq!(with(now("fr"), "ta_x").await, []);
    assert_eq!(with(now("fr"), "chemin_").await, [id(3)]);
    assert_eq!(with(now("fr"), r":\c").await, [id(3)]);
    let not = vec![Condition::Not(Box::new(Condition::Words("taux".to_owned())))];
    assert_eq!(store.latest(&now("fr"), EntryKind::Article, not).await, [id(3)]);
}

#[rstest]
#[tokio::test]
async fn a_renamed_person_moves_in_lists_from_then_on(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let store = fresh_store(backend).await;
    store.publish(&[person(1, "Awa").build(), person(2, "Moussa").build(), person(3, "Zeinab").build()]).await;
    store.publish(&[person(1, "Yaya").entry_only().on("2024-06-01").build()]).await;
    let people = async |view: View| store.list(&view, by_name(EntryKind::Person, vec![])).await;
    assert_eq!(people(as_of("2024-05-31")).await, [id(1), id(2), id(3)]);
    assert_eq!(people(as_of("2024-06-01")).await, [id(2), id(1), id(3)]);
    assert_eq!(people(now("fr")).await, [id(2), id(1), id(3)]);
    let named = async |view: View, words: &str| {
        store.latest(&view, EntryKind::Person, vec![Condition::Words(words.to_owned())]).await
    };
    assert_eq!((named(now("fr"), "awa").await, named(now("fr"), "yaya").await), (vec![], vec![id(1)]));
    assert_eq!(named(as_of("2024-05-31"), "awa").await, [id(1)]);
}
