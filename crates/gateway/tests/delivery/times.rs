//! People named as of a date, and the record read as of an instant.

use griot_domain::EntryKind::{Institution, Person};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, appointment, article, id, institution, person, topic};

const STYLE: &str = "query($slug: String!, $view: ViewInput) { article(slug: $slug, view: $view) {
    people { style rank titles { title from until institution { name } } person { style(at: \"2021-03-01\") } } } }";

/// A colonel who becomes a general, vice-president and then president.
async fn desk(backend: Backend) -> Desk {
    let desk = Desk::open(backend).await;
    desk.publish(vec![
        person(
            1,
            "assimi-goita",
            json!({ "name": { "given": "Assimi", "family": "GOÏTA", "display": "Assimi GOÏTA" }, "ranks": [
                { "rank": "Colonel", "until": "2024-10-16" },
                { "rank": { "fr": "Général d’Armée", "en": "Army General" }, "from": "2024-10" }] }),
        ),
        institution(2, "presidence", "Présidence"),
        topic(3, "diplomatie", "Diplomatie"),
        appointment(
            4,
            "2020-09-25T00:00:00Z",
            json!({ "person": id(1), "institution": id(2), "from": "2020-09-25", "until": "2021-05-24" }),
            "Vice-président",
        ),
        appointment(
            5,
            "2021-06-07T00:00:00Z",
            json!({ "person": id(1), "institution": id(2), "from": "2021-06-07" }),
            "Président",
        ),
        article(10, "communique-2020", "2020-11-13T10:00:00Z", &[3], &[(Person, 1), (Institution, 2)]),
        article(11, "rencontre-2023", "2023-07-29T15:00:00Z", &[3], &[(Person, 1), (Institution, 2)]),
        article(12, "jeux-2025", "2025-07-03T12:00:00Z", &[3], &[(Person, 1)]),
    ])
    .await;
    desk
}

#[rstest]
#[tokio::test]
async fn each_article_names_people_as_on_its_date(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let of = async |slug: &str| desk.data(STYLE, json!({ "slug": slug })).await["article"]["people"][0].take();
    let in_2020 = of("communique-2020").await;
    assert_eq!(in_2020["style"], "Colonel Assimi GOÏTA, Vice-président");
    assert_eq!(
        in_2020["titles"][0],
        json!({ "title": "Vice-président", "from": "2020-09-25", "until": "2021-05-24",
        "institution": { "name": "Présidence" } })
    );
    assert_eq!(of("rencontre-2023").await["style"], "Colonel Assimi GOÏTA, Président");
    let in_2025 = of("jeux-2025").await;
    assert_eq!(in_2025["style"], "Général d’Armée Assimi GOÏTA, Président");
    assert_eq!(in_2025["person"]["style"], "Colonel Assimi GOÏTA, Vice-président", "a day given wins");
}

#[rstest]
#[tokio::test]
async fn a_new_appointment_leaves_older_articles_as_they_were(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend).await;
    let before = desk.data(STYLE, json!({ "slug": "rencontre-2023" })).await;
    desk.publish(vec![appointment(
        6,
        "2025-12-01T00:00:00Z",
        json!({ "person": id(1), "institution": id(2), "from": "2025-12-01", "precedence": 1 }),
        "Maréchal",
    )])
    .await;
    assert_eq!(desk.data(STYLE, json!({ "slug": "rencontre-2023" })).await, before);
    // One of unknown beginning counts from the day it was published.
    let undated = json!({ "person": id(1), "precedence": 2 });
    desk.publish(vec![appointment(7, "2025-12-01T00:00:00Z", undated, "Médiateur")]).await;
    assert_eq!(desk.data(STYLE, json!({ "slug": "rencontre-2023" })).await, before);
    let titles = desk.data("{ person(slug: \"assimi-goita\") { titles { title from } } }", json!({})).await;
    assert_eq!(titles["person"]["titles"][1], json!({ "title": "Médiateur", "from": null }));
    let now = desk.data("{ person(slug: \"assimi-goita\") { style } }", json!({})).await;
    assert_eq!(now["person"]["style"], "Général d’Armée Assimi GOÏTA, Maréchal");
}

#[rstest]
#[tokio::test]
async fn as_of_an_instant_only_what_was_public_then_is_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend).await;
    let then = json!({ "asOf": "2021-01-01T00:00:00Z" });
    let data = desk
        .data(
            "query($view: ViewInput) {
               articles(view: $view) { nodes { slug } totalCount }
               topic(slug: \"diplomatie\", view: $view) { articles { nodes { slug } totalCount } }
               person(slug: \"assimi-goita\", view: $view) { style mentionedIn { nodes { slug } } appointments { nodes { title } } }
               article(slug: \"rencontre-2023\", view: $view) { slug } }",
            json!({ "view": then }),
        )
        .await;
    let only = json!([{ "slug": "communique-2020" }]);
    assert_eq!(data["articles"], json!({ "nodes": only, "totalCount": 1 }));
    assert_eq!(data["topic"]["articles"], json!({ "nodes": only, "totalCount": 1 }));
    assert_eq!(data["person"]["mentionedIn"]["nodes"], only);
    assert_eq!(data["person"]["style"], "Colonel Assimi GOÏTA, Vice-président");
    assert_eq!(data["person"]["appointments"]["nodes"], json!([{ "title": "Vice-président" }]));
    assert_eq!(data["article"], Value::Null);
}

#[rstest]
#[tokio::test]
async fn a_region_falls_back_to_its_language_first(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let text = |title: &str| json!({ "headline": title });
    let both = [("en", "visit", text("Visit")), ("fr", "visite", text("Visite"))];
    let texts: Vec<_> = both.iter().map(|(tag, slug, text)| (*tag, Some(*slug), text.clone(), json!([]))).collect();
    let entry = json!({ "kind": "NEWS", "issuedAt": "2025-01-01T00:00:00Z" });
    desk.publish(vec![crate::support::publication(
        20,
        griot_domain::EntryKind::Article,
        "2025-01-01T00:00:00Z",
        entry,
        &texts,
    )])
    .await;
    let query = "query($view: ViewInput) { article(slug: \"visite\", view: $view) { title locale resolvedLocale } }";
    let of = async |view: Value| desk.data(query, json!({ "view": view })).await["article"].take();
    let french = json!({ "title": "Visite", "locale": "fr-ML", "resolvedLocale": "fr" });
    assert_eq!(of(json!({ "locale": "fr-ML" })).await, french);
    assert_eq!(of(json!({ "locale": "de-AT" })).await["resolvedLocale"], "en", "the site's own chain comes next");
    assert_eq!(of(json!({ "locale": "fr-ML", "fallback": [] })).await, Value::Null);
}

#[rstest]
#[tokio::test]
async fn a_view_id_leads_back_into_its_view(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend).await;
    let view = json!({ "locale": "en", "asOf": "2021-01-01T00:00:00Z" });
    let person = desk
        .data(
            "query($v: ViewInput) { person(slug: \"assimi-goita\", view: $v) { id contentId style } }",
            json!({ "v": view }),
        )
        .await["person"]
        .take();
    let data = desk
        .data(
            "query($id: ID!) { node(id: $id) { __typename id ... on Person { style locale resolvedLocale } }
               nodes(ids: [$id, \"bm90IG9uZQ\", $id]) { id } }",
            json!({ "id": person["id"] }),
        )
        .await;
    assert_eq!(
        data["node"],
        json!({ "__typename": "Person", "id": person["id"], "style": person["style"], "locale": "en",
                "resolvedLocale": "fr" })
    );
    assert_eq!(data["nodes"], json!([{ "id": person["id"] }, null, { "id": person["id"] }]));
}
