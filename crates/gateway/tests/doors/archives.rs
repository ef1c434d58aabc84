//! Archives of products: from the feed on they lead to everything there is of one.

use std::collections::{BTreeMap, BTreeSet};

use chrono::TimeDelta;
use griot_domain::{Body, Edition, Entry, EntryKind, Publication, Slug, Text};
use griot_persistence::StoreName;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::agency::Agency;
use crate::support::{id, locale};

/// A record in the making.
#[derive(Default)]
struct Articles {
    all: Vec<Publication>,
    /// By form what it is called in each language, as `YYYY-MM number language`.
    titles: BTreeMap<String, BTreeSet<String>>,
}

impl Articles {
    /// Articles of a form in a month, every third of them in two languages.
    fn add(&mut self, month: &str, kind: &str, count: u32) {
        for place in 0..count {
            let number = u32::try_from(self.all.len()).unwrap() + 1;
            let tags: &[&str] = if place % 3 == 0 { &["fr", "en"] } else { &["fr"] };
            let issued = format!("{month}-{:02}T{:02}:00:00Z", place % 28 + 1, place / 28 % 24);
            let editions = tags.iter().map(|tag| {
                let headline = format!("{month} {number} {tag}");
                self.titles.entry(kind.to_owned()).or_default().insert(headline.clone());
                let edition = Edition {
                    slug: Some(Slug::parse(&format!("a{number}-{tag}")).unwrap()),
                    text: Text::from_value(EntryKind::Article, json!({ "headline": headline })).unwrap(),
                    body: Body::default(),
                };
                (locale(tag), edition)
            });
            let publication = Publication {
                id: id(number),
                kind: EntryKind::Article,
                live_from: "2026-05-01T00:00:00Z".parse().unwrap(),
                revised_at: None,
                editions: editions.collect(),
                entry: Some(
                    Entry::from_value(EntryKind::Article, json!({ "kind": kind, "issuedAt": issued })).unwrap(),
                ),
                withdrawn: BTreeSet::new(),
                retraction: None,
                external_ids: Vec::new(),
                old_paths: Vec::new(),
            };
            self.all.push(publication);
        }
    }
}

/// A document of a feed.
struct Document {
    address: String,
    titles: Vec<String>,
    links: BTreeMap<String, String>,
    is_archive: bool,
}

fn document(agency: &Agency, key: &str, address: &str) -> Document {
    let path = address.strip_prefix("https://api.example").unwrap();
    let answer = agency.world.get_as(key, path);
    assert_eq!((answer.status, answer.header("cache-control")), (200, "private, no-store"), "{path}: {answer:?}");
    assert_eq!(answer.header("link"), format!("<{address}>; rel=\"self\""));
    let between = |text: &str, from: &str, to: &str| {
        let found = text.split_once(from).and_then(|(_, rest)| rest.split_once(to));
        found.unwrap_or_else(|| panic!("{from} in {text}")).0.to_owned()
    };
    let (head, entries) = answer.body.split_once("<entry").unwrap_or((&answer.body, ""));
    let links =
        head.split("<link ").skip(1).map(|link| (between(link, "rel=\"", "\""), between(link, "href=\"", "\"")));
    Document {
        address: address.to_owned(),
        links: links.collect(),
        is_archive: head.contains("<fh:archive/>"),
        titles: entries
            .split("<entry")
            .filter(|one| one.contains("<title>"))
            .map(|one| between(one, "<title>", "</title>"))
            .collect(),
    }
}

/// The documents from an address on, as a relation links them.
fn chain(agency: &Agency, key: &str, from: &str, relation: &str) -> Vec<Document> {
    let mut documents = vec![document(agency, key, from)];
    while let Some(next) = documents.last().unwrap().links.get(relation) {
        assert!(documents.iter().all(|one| one.address != *next), "{next} comes again");
        documents.push(document(agency, key, next));
    }
    documents
}

fn months(documents: &[Document]) -> Vec<&str> {
    documents.iter().filter_map(|one| one.address.split_once("/archive/")).map(|(_, month)| &month[..7]).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn archives_lead_to_all_that_is_in_a_product(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let speeches = agency.product(2, json!({ "all": [{ "kind": "SPEECH" }] })).await;
    let interviews = agency.product(3, json!({ "all": [{ "kind": "INTERVIEW" }] })).await;
    let (_, key) = agency.partner(4, &[communiques, speeches, interviews]).await;
    let (_, other) = agency.partner(5, &[interviews]).await;

    let mut articles = Articles::default();
    for month in 1..=8 {
        articles.add(&format!("2024-{month:02}"), "COMMUNIQUE", 5);
    }
    articles.add("2024-03", "SPEECH", 4);
    // More than is looked through for the next month.
    articles.add("2024-09", "NEWS", 2_150);
    articles.add("2024-11", "NEWS", 3);
    for month in 2..=12 {
        articles.add(&format!("2025-{month:02}"), "COMMUNIQUE", 12);
        articles.add(&format!("2025-{month:02}"), "NEWS", 2);
    }
    articles.add("2026-02", "NEWS", 3);
    articles.add("2026-04", "COMMUNIQUE", 4);
    articles.add("2026-05", "NEWS", 1);
    agency.world.put(StoreName::Published, &articles.all).await;
    // What is public no more, and what is not yet.
    let gone = [agency.article("COMMUNIQUE", &["fr"]), agency.article("COMMUNIQUE", &["fr", "en"])];
    agency.world.partners.catch_up().await.unwrap();
    let address = |name: &str| format!("https://api.example/v1/feeds/product/{name}.atom");
    let of_may = || document(&agency, &key, &address("p1/archive/2026-05")).titles;
    assert_eq!(of_may().len(), 3);
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&gone[0]);
    agency.act("contentWithdraw", "ContentWithdrawInput", gone[1].clone());
    let early = json!({ "items": [agency.draft("COMMUNIQUE", &["fr"])], "at": "2026-06-02T06:00:00Z" });
    agency.act("contentEmbargo", "ContentScheduleInput", early);
    agency.world.partners.catch_up().await.unwrap();
    assert_eq!(of_may(), [""; 0], "archives are made anew");

    let documents = chain(&agency, &key, &address("p1"), "prev-archive");
    let found: BTreeSet<String> = documents.iter().flat_map(|one| one.titles.clone()).collect();
    assert_eq!(&found, &articles.titles["COMMUNIQUE"], "all of it, and nothing else");
    assert_eq!(documents[0].titles.len(), 100);
    assert!(!documents[0].is_archive && documents[1..].iter().all(|one| one.is_archive));
    for archive in &documents[1..] {
        let (_, month) = archive.address.split_once("/archive/").unwrap();
        assert!(archive.titles.iter().all(|title| title.starts_with(&month[..7])), "{month}: {:?}", archive.titles);
        assert_eq!(archive.links["current"], address("p1"));
        assert_eq!(archive.titles.len(), archive.titles.iter().collect::<BTreeSet<_>>().len());
    }
    // The newest 100 reach into July: of twelve articles four are in two languages.
    let found = months(&documents);
    let expected = [
        "2025-07", "2025-06", "2025-05", "2025-04", "2025-03", "2025-02", "2024-09", "2024-08", "2024-07", "2024-06",
        "2024-05", "2024-04", "2024-03", "2024-02", "2024-01",
    ];
    assert_eq!(found, expected);
    let held = |month: &str| documents[found.iter().position(|one| *one == month).unwrap() + 1].titles.len();
    assert_eq!((held("2025-07"), held("2024-09"), held("2024-08")), (16, 0, 7), "it says what there is, and leads on");

    // The same way forth, to the newest.
    let forth = chain(&agency, &key, &documents.last().unwrap().address, "next-archive");
    let mut back: Vec<&str> = months(&forth);
    back.reverse();
    let newer = ["2026-04", "2025-12", "2025-11", "2025-10", "2025-09", "2025-08"];
    assert_eq!(back, [&newer[..], &expected[..]].concat());

    // A product of which nothing is among what the feed is read from.
    let rare = chain(&agency, &key, &address("p2"), "prev-archive");
    assert_eq!(rare[0].titles, [""; 0]);
    assert_eq!(months(&rare), ["2024-09", "2024-03"]);
    assert_eq!(rare[2].titles.iter().cloned().collect::<BTreeSet<_>>(), articles.titles["SPEECH"]);
    let none = chain(&agency, &key, &address("p3"), "prev-archive");
    assert!(none.iter().all(|one| one.titles.is_empty()), "{:?}", months(&none));

    // For nobody else, and of no month in which nothing was issued.
    for (name, reader) in [
        ("p1/archive/2025-07.atom", None),
        ("p1/archive/2025-07.atom", Some(&other)),
        ("p1/archive/2025-01.atom", Some(&key)),
        ("p1/archive/2025-07.rss", Some(&key)),
        ("p9/archive/2025-07.atom", Some(&key)),
    ] {
        let get = |path: &str| {
            let path = format!("/v1/feeds/{path}");
            let mut answer = reader.map_or_else(|| agency.world.get(&path), |key| agency.world.get_as(key, &path));
            answer.headers.remove("ratelimit");
            answer
        };
        let name = format!("product/{name}");
        assert_eq!(get(&name).status, 404, "{name}");
        assert_eq!(get(&name), get("nothing.json"), "{name}");
    }
}
