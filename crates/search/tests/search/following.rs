//! The index follows what is published.

use griot_domain::{EntryKind, RetractionAct};
use griot_search::{Filter, Language, Place, Query};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;
use std::time::Duration;
use tantivy::Term;

use crate::corpus;
use crate::support::{Desk, article, ask, id, locale, publication};

#[rstest]
#[tokio::test]
async fn what_is_published_is_found_at_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut desk = Desk::open(backend).await;
    assert_eq!(desk.slugs(ask("mali")).await, [""; 0]);
    desk.publish(vec![article("one", "2024-01-01", "Au Mali", "", "")]).await;
    assert_eq!(desk.slugs(ask("mali")).await, ["one"]);
    desk.publish(vec![article("one", "2024-01-01", "Au Niger", "", ""), article("two", "2024-01-02", "Mali", "", "")])
        .await;
    assert_eq!(desk.slugs(ask("mali")).await, ["two"]);
    assert_eq!(desk.slugs(ask("niger")).await, ["one"]);
    let another = desk.another();
    desk.take_back("two", RetractionAct::Withdrawn).await;
    assert_eq!(desk.slugs(ask("mali")).await, [""; 0]);
    assert_eq!(another.find(ask("mali")).await.unwrap().total, 0);
    assert_eq!(another.find(ask("niger")).await.unwrap().total, 1);
}

#[rstest]
#[tokio::test]
async fn people_are_found_by_their_posts(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut desk = Desk::open(backend).await;
    let person = |slug: &str, name: &str| {
        publication(EntryKind::Person, json!({ "name": { "display": name } }), &[("fr", slug, json!({}), "")])
    };
    let post = |holder: &str, title: &str| {
        publication(
            EntryKind::Appointment,
            json!({ "person": id(holder) }),
            &[("fr", "post", json!({ "title": title }), "")],
        )
    };
    let people = Filter { kinds: Some(vec![EntryKind::Person]), ..Filter::default() };
    let asked = || griot_search::Ask { filter: people.clone(), ..ask("gouverneur") };
    desk.publish(vec![person("awa", "Awa"), person("moussa", "Moussa")]).await;
    desk.publish(vec![post("awa", "Gouverneur de Gao")]).await;
    assert_eq!(desk.slugs(asked()).await, ["awa"]);
    desk.publish(vec![post("moussa", "Gouverneur de Gao")]).await;
    assert_eq!(desk.slugs(asked()).await, ["moussa"]);
    desk.publish(vec![post("moussa", "Préfet de Gao")]).await;
    assert_eq!(desk.slugs(asked()).await, [""; 0]);
}

#[tokio::test]
async fn a_text_is_found_in_the_language_it_is_read_in() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    let entry = json!({ "kind": "NEWS", "issuedAt": "2024-01-01T00:00:00Z" });
    let texts =
        [("fr", "eau", json!({ "headline": "De l’eau" }), ""), ("en", "water", json!({ "headline": "Water" }), "")];
    desk.publish(vec![publication(EntryKind::Article, entry, &texts)]).await;
    let in_language = |tag: &str, or_any, raw: &str| {
        let mut asked = ask(raw);
        asked.locales = griot_domain::LocaleChain { locales: vec![locale(tag)], or_any };
        asked
    };
    for (tag, or_any, raw, expected) in [
        ("fr", true, "eau", 1),
        ("fr", true, "water", 0),
        ("en", true, "water", 1),
        ("en", true, "eau", 0),
        // Both became public at once, so that English stands for the first.
        ("ar", true, "water", 1),
        ("ar", true, "eau", 0),
        ("ar", false, "water", 0),
    ] {
        let found = desk.find(in_language(tag, or_any, raw)).await;
        assert_eq!(found.total, expected, "{raw} in {tag}");
    }
}

#[tokio::test]
async fn filters_narrow_and_facets_count() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    let with = |slug: &str, kind: &str, year: i32, topics: &[&str]| {
        let topics: Vec<_> = topics.iter().map(|topic| id(topic)).collect();
        let entry = json!({ "kind": kind, "issuedAt": format!("{year}-06-01T00:00:00Z"), "topics": topics });
        publication(EntryKind::Article, entry, &[("fr", slug, json!({ "headline": format!("Mali {slug}") }), "")])
    };
    desk.publish(vec![
        with("a", "NEWS", 2023, &["paix"]),
        with("b", "SPEECH", 2024, &["paix", "eau"]),
        with("c", "NEWS", 2024, &["eau"]),
        publication(EntryKind::Topic, json!({}), &[("fr", "paix", json!({ "name": "Paix au Mali" }), "")]),
    ])
    .await;
    let found = desk.find(ask("mali")).await;
    let matches = found.matches.unwrap();
    assert_eq!(found.total, 4);
    assert_eq!(matches.kinds().unwrap(), [(EntryKind::Article, 3), (EntryKind::Topic, 1)]);
    assert_eq!(matches.years().unwrap(), [(2024, 2), (2023, 1)]);
    let topics: Vec<u64> = matches.topics().unwrap().into_iter().map(|(_, count)| count).collect();
    assert_eq!(topics, [2, 2]);
    let narrowed = |filter: Filter| griot_search::Ask { filter, ..ask("mali") };
    let of_2024 = Filter { years: Some(vec![2024]), ..Filter::default() };
    let found = desk.find(narrowed(of_2024)).await;
    assert_eq!((found.total, found.matches.unwrap().years().unwrap()), (2, vec![(2024, 2)]));
    for (filter, expected) in [
        (Filter { topics: Some(vec![id("paix")]), ..Filter::default() }, 2),
        (Filter { topics: Some(Vec::new()), ..Filter::default() }, 0),
        (Filter { forms: Some(vec!["SPEECH"]), ..Filter::default() }, 1),
        (Filter { kinds: Some(vec![EntryKind::Topic]), ..Filter::default() }, 1),
        (Filter { dated: Some((Some(1_704_067_200_000_000), None)), ..Filter::default() }, 2),
        (Filter { locale: Some(locale("en")), ..Filter::default() }, 0),
    ] {
        assert_eq!(desk.find(narrowed(filter.clone())).await.total, expected, "{filter:?}");
    }
}

#[tokio::test]
async fn pages_hold_everything_once() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    // Most of them are worth the same.
    let many = (0..57).map(|number| {
        article(&format!("a{number}"), "2024-01-01", "Mali", "", if number % 9 == 0 { "Mali" } else { "" })
    });
    desk.publish(many.collect()).await;
    let mut after: Option<Place> = None;
    let mut seen = Vec::new();
    loop {
        let found = desk.find(griot_search::Ask { after, limit: 10, ..ask("mali") }).await;
        assert_eq!(found.total, 57);
        seen.extend(found.hits.iter().map(|hit| hit.id));
        after = found.hits.last().copied();
        if !found.has_more {
            break;
        }
    }
    let whole = desk.find(griot_search::Ask { limit: 100, ..ask("mali") }).await;
    assert_eq!(seen, whole.hits.iter().map(|hit| hit.id).collect::<Vec<_>>());
    assert_eq!(seen.len(), 57);
}

#[tokio::test]
async fn how_the_index_came_about_does_not_show() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    // One index follows every act, the other sees the end alone.
    for publication in corpus::publications() {
        desk.publish(vec![publication]).await;
        desk.find(ask("")).await;
    }
    desk.publish(vec![article("kidal", "2023-11-14", "Kidal, un an après", "", "La ville.")]).await;
    desk.take_back("coton", RetractionAct::Withdrawn).await;
    let fresh = desk.another();
    for raw in ["", "mali", "santé coopération", "goitta", "l'état", "kid*", "\"nouvel an\"", "conseil -mars"] {
        let (old, new) = (desk.find(ask(raw)).await, fresh.find(ask(raw)).await.unwrap());
        assert_eq!((old.hits, old.total), (new.hits, new.total), "{raw}");
    }
}

/// Whether any file of the index knows the word.
fn holds(desk: &Desk, word: &str) -> bool {
    let index = tantivy::Index::open_in_dir(desk.dir.join("0/index")).unwrap();
    let field = index.schema().get_field("words").unwrap();
    let searcher = index.reader().unwrap().searcher();
    let term = Term::from_field_text(field, word);
    searcher
        .segment_readers()
        .iter()
        .any(|segment| segment.inverted_index(field).unwrap().get_term_info(&term).unwrap().is_some())
}

#[tokio::test]
async fn a_killed_text_leaves_the_files() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    desk.publish(corpus::publications()).await;
    desk.publish(vec![article("secret", "2024-01-01", "Xylophage", "", "")]).await;
    assert_eq!(desk.slugs(ask("xylophage")).await, ["secret"]);
    assert!(holds(&desk, "xylophage"));
    desk.take_back("secret", RetractionAct::Killed).await;
    let gone = async {
        while holds(&desk, "xylophage") {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::select! {
        () = desk.search.run() => {}
        () = gone => {}
        () = tokio::time::sleep(Duration::from_secs(60)) => panic!("the word is still there"),
    }
    assert_eq!(desk.slugs(ask("kidal")).await.len(), 2);
}

#[tokio::test]
async fn an_index_is_made_anew_on_demand() {
    let mut desk = Desk::open(Backend::Sqlite).await;
    desk.publish(corpus::publications()).await;
    let count = desk.find(ask("")).await.total;
    let other = desk.another();
    assert_eq!(other.rebuild(&mut |_| {}).await.unwrap(), 1, "the one at work is asked");
    desk.restart();
    let mut told = Vec::new();
    assert_eq!(desk.search.rebuild(&mut |progress| told.push(progress)).await.unwrap(), 0);
    assert_eq!(told.last().map(|progress| progress.seq), Some(desk.store.last_seq().await.unwrap()));
    assert_eq!(desk.find(ask("")).await.total, count);
    let typed = Query::parse("gouv", Language::French, true).unwrap();
    assert!(desk.find(griot_search::Ask { query: typed, ..ask("") }).await.total > 1);
}
