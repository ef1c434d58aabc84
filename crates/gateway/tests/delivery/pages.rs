//! Whole pages: what they cost, and what they say of what is not there.

use griot_domain::EntryKind::{Event, Institution, Person};
use griot_domain::{EntryKind, OldPath, Publication};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::support::{Desk, appointment, article, id, institution, person, publication, topic};

const ARTICLE_PAGE: &str = include_str!("../../../../tests/documents/ArticlePage.graphql");

/// An article with `size` people, institutions, topics and events beside it, and `size` others like it.
async fn desk(backend: Backend, size: u32) -> Desk {
    let desk = Desk::open(backend).await;
    let mut all: Vec<Publication> = Vec::new();
    let mut named = Vec::new();
    for n in 0..size {
        let (who, seat, at, what, pic) = (100 + n, 200 + n, 300 + n, 400 + n, 500 + n);
        all.push(person(who, &format!("personne-{n}"), json!({ "name": { "display": format!("Personne {n}") } })));
        all.push(institution(seat, &format!("institution-{n}"), &format!("Institution {n}")));
        all.push(topic(at, &format!("theme-{n}"), &format!("Thème {n}")));
        all.push(publication(
            what,
            EntryKind::Event,
            "2020-01-01T00:00:00Z",
            json!({ "time": { "startsOn": "2023-07-27", "endsOn": "2023-07-28" }, "place": { "name": "Bamako" } }),
            &[("fr", Some(&format!("evenement-{n}")), json!({ "name": format!("Événement {n}") }), json!([]))],
        ));
        all.push(publication(
            pic,
            EntryKind::Asset,
            "2020-01-01T00:00:00Z",
            json!({ "kind": "IMAGE", "url": format!("https://media.example/{n}.jpg") }),
            &[("fr", None, json!({ "alt": "Une image" }), json!([]))],
        ));
        all.push(appointment(
            600 + n,
            "2020-01-01T00:00:00Z",
            json!({ "person": id(who), "institution": id(seat), "from": "2020-01" }),
            "Ministre",
        ));
        named.extend([(Person, who), (Institution, seat), (Event, what)]);
    }
    let topics: Vec<u32> = (0..size.min(5)).map(|n| 300 + n).collect();
    for n in 0..=size {
        let slug = if n == 0 { "une-visite".to_owned() } else { format!("autre-{n}") };
        let mut one = article(700 + n, &slug, "2023-07-29T15:00:00Z", &topics, &named);
        if let Some(griot_domain::Entry::Article(entry)) = &mut one.entry {
            entry.lead_image = Some(griot_domain::MediaPlacement {
                asset: griot_domain::AssetId(id(500).0),
                alt: None,
                caption: None,
            });
        }
        all.push(one);
    }
    desk.publish(all).await;
    desk
}

#[rstest]
#[tokio::test]
async fn an_article_page_takes_few_statements_however_long_its_lists(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let slug = json!({ "slug": "une-visite" });
    let short = desk(backend, 1).await.statements(ARTICLE_PAGE, slug.clone()).await;
    let long = desk(backend, 9).await.statements(ARTICLE_PAGE, slug).await;
    println!("{backend:?}: {short} statements for an article page");
    assert_eq!(short, long);
    assert!(short <= 12, "{short} statements");
}

#[rstest]
#[tokio::test]
async fn what_is_not_there_answers_null_and_nothing_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend, 1).await;
    let lookups = "query($slug: String!, $id: ID!, $name: String!, $path: String!) {
        article(slug: $slug) { id } person(slug: $slug) { id } institution(contentId: $id) { id } event(slug: $slug) { id }
        topic(slug: $slug) { id } appointment(contentId: $id) { id }
        content(contentId: $id) { id } node(id: $id) { id } route(path: $path) { redirect { to } content { id } }
        articles(filter: { topics: [$name] }) { nodes { id } totalCount } }";
    let mut answers = Vec::new();
    // A thing that exists under no name, and names that cannot exist at all.
    for (slug, id, path) in [
        ("rien", "5b0c6d1e-5c5a-4d3c-9a57-0f7d8f3f2a11", "/fr/articles/rien"),
        ("personne-999", "00000000-0000-4000-8000-000000000999", "/fr/articles/personne-999"),
    ] {
        answers.push(desk.data(lookups, json!({ "slug": slug, "id": id, "name": id, "path": path })).await);
    }
    assert_eq!(answers[0], answers[1]);
    let nothing = json!({ "article": null, "person": null, "institution": null, "event": null, "topic": null,
        "appointment": null, "content": null, "node": null,
        "route": { "redirect": null, "content": null }, "articles": { "nodes": [], "totalCount": 0 } });
    assert_eq!(answers[0], nothing);
}

#[rstest]
#[tokio::test]
async fn old_addresses_and_old_slugs_redirect(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend, 1).await;
    let mut moved = article(900, "ancien-titre", "2024-01-01T00:00:00Z", &[], &[]);
    moved.old_paths = vec![
        OldPath { path: "/?p=12".to_owned(), locale: None },
        OldPath { path: "/2024/01/ancien-titre".to_owned(), locale: None },
    ];
    desk.publish(vec![moved]).await;
    desk.publish(vec![article(900, "nouveau-titre", "2024-02-01T00:00:00Z", &[], &[])]).await;

    let route = "query($path: String!) { route(path: $path) { redirect { to permanent } content { slug } } }";
    let of = async |path: &str| desk.data(route, json!({ "path": path })).await["route"].take();
    let to_page = json!({ "redirect": { "to": "/fr/articles/nouveau-titre", "permanent": true }, "content": null });
    for path in [
        "/?p=12",
        "/index.php?utm_source=x&p=12",
        "/2024/01/ancien-titre/?utm_source=x",
        "/2024/01/ancien-titre/",
        "/fr/articles/ancien-titre",
        "/en/articles/nouveau-titre",
    ] {
        assert_eq!(of(path).await, to_page, "{path}");
    }
    let page = json!({ "redirect": null, "content": { "slug": "nouveau-titre" } });
    assert_eq!(of("/fr/articles/nouveau-titre").await, page);
    assert_eq!(of("/fr/articles/nouveau-titre/?utm_source=x").await, page);
    let article = "query { article(slug: \"ancien-titre\") { slug url } }";
    let found = json!({ "slug": "nouveau-titre", "url": "https://presidence.example/fr/articles/nouveau-titre" });
    assert_eq!(desk.data(article, json!({})).await["article"], found);
}

#[rstest]
#[tokio::test]
async fn related_articles_begin_with_the_editors_choice(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let desk = desk(backend, 4).await;
    let mut chosen = article(950, "choisi", "2024-01-01T00:00:00Z", &[300], &[]);
    if let Some(griot_domain::Entry::Article(entry)) = &mut chosen.entry {
        entry.related = vec![griot_domain::ArticleId(id(703).0), griot_domain::ArticleId(id(999).0)];
    }
    desk.publish(vec![chosen]).await;
    let query = "query($after: String) { article(slug: \"choisi\") { related(first: 2, after: $after) {
        nodes { slug } pageInfo { hasNextPage endCursor } } } }";
    let first = desk.data(query, json!({})).await["article"]["related"].take();
    assert_eq!(first["nodes"][0], json!({ "slug": "autre-3" }));
    assert_eq!(first["pageInfo"]["hasNextPage"], true);
    let second =
        desk.data(query, json!({ "after": first["pageInfo"]["endCursor"] })).await["article"]["related"].take();
    let slugs = |page: &Value| page["nodes"].as_array().unwrap().clone();
    assert_eq!(slugs(&second).len(), 2);
    assert!(slugs(&second).iter().all(|node| !slugs(&first).contains(node)), "{first} {second}");
}

#[rstest]
#[tokio::test]
async fn bodies_come_in_every_rendition(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let desk = desk(backend, 1).await;
    let body = desk
        .data(
            "{ article(slug: \"une-visite\") { body { html linked: html(linkMentions: true) plainText markdown
               short: plainText(maxLength: 8) portableText wordCount } } }",
            json!({}),
        )
        .await["article"]["body"]
        .take();
    assert_eq!(body["html"], "<p>Texte de une-visite.</p>");
    let linked = body["linked"].as_str().unwrap();
    assert!(linked.contains("href=\"https://presidence.example/fr/people/personne-0\""), "{linked}");
    assert_eq!(body["plainText"], "Texte de une-visite.");
    assert_eq!(body["portableText"][0]["children"][0]["text"], "Texte de une-visite.");
    assert_eq!(body["wordCount"], 3);
}
