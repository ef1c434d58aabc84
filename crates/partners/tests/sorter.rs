//! Which items end up in which product, on both databases.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{
    Body, Edition, Entry, EntryId, EntryKind, Locale, Publication, Retraction, RetractionAct, Slug, Text,
};
use griot_partners::Sorter;
use griot_persistence::{
    Act, EVERYTHING_PRODUCT, Location, PartnerStore, Product, ProductSaving, PublishedStore, Publisher, Received,
    Round, StoreName, migrate,
};
use griot_testbed::{Backend, Place, TestDatabase, database};
use rstest::rstest;
use serde_json::{Value, json};
use uuid::Uuid;

struct Desk {
    publisher: Publisher,
    partners: PartnerStore,
    sorter: Sorter,
    now: DateTime<Utc>,
    _database: TestDatabase,
}

fn id(number: u128) -> EntryId {
    // Version and variant of a random UUID.
    EntryId(uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid())
}

fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

impl Desk {
    async fn open(backend: Backend) -> Self {
        let database = database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        migrate(&location).await.unwrap();
        let partners = PartnerStore::open(&location).await.unwrap();
        let published = PublishedStore::open(&location).await.unwrap();
        Self {
            publisher: Publisher::open(&location, StoreName::Published).await.unwrap(),
            sorter: Sorter::new(published, partners.clone(), locale("fr")),
            partners,
            now: "2026-06-01T00:00:00Z".parse().unwrap(),
            _database: database,
        }
    }

    /// Publishes a minute later than the last time.
    async fn publish(&mut self, number: u128, entry: Value, texts: &[(&str, Value)]) {
        self.now += TimeDelta::minutes(1);
        let kind = match &entry {
            entry if entry.get("issuedAt").is_some() => EntryKind::Article,
            entry if entry.get("kind").is_some() => EntryKind::Institution,
            _ => EntryKind::Topic,
        };
        let edition = |(tag, text): &(&str, Value)| {
            let slug = Some(Slug::parse(&format!("{kind}-{number}-{tag}")).unwrap());
            let text = Text::from_value(kind, text.clone()).unwrap();
            (locale(tag), Edition { slug, text, body: Body::default() })
        };
        let publication = Publication {
            entry: Some(Entry::from_value(kind, entry).unwrap()),
            editions: texts.iter().map(edition).collect(),
            ..self.empty(number, kind)
        };
        self.act(publication).await;
    }

    fn empty(&self, number: u128, kind: EntryKind) -> Publication {
        Publication {
            id: id(number),
            kind,
            live_from: self.now,
            revised_at: None,
            entry: None,
            editions: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            retraction: None,
            external_ids: Vec::new(),
            old_paths: Vec::new(),
        }
    }

    async fn take_back(&mut self, number: u128, kind: EntryKind, act: RetractionAct) {
        self.now += TimeDelta::minutes(1);
        let retraction = Retraction { act, reason: None, slugs: BTreeMap::new(), successor: None };
        let publication = Publication { retraction: Some(retraction), ..self.empty(number, kind) };
        self.act(publication).await;
    }

    async fn act(&self, publication: Publication) {
        let act = Act { origin: "test".to_owned(), at: self.now };
        self.publisher.publish(&[publication], &act).await.unwrap();
    }

    async fn product(&self, number: u128, filter: Value) -> Uuid {
        let product = Product {
            id: Uuid::from_u128(number),
            code: Slug::parse(&format!("p{number}")).unwrap(),
            title: "P".to_owned(),
            filter: serde_json::from_value(filter).unwrap(),
            is_sorted: false,
            revision: 1,
            created_at: self.now,
        };
        assert_eq!(self.partners.save_product(&product).await.unwrap(), ProductSaving::Saved);
        product.id
    }

    /// After sorting: what changed after a number, as `number entry language in`.
    async fn told(&self, product: Uuid, after: i64) -> Vec<String> {
        self.sorter.catch_up().await.unwrap();
        let received = Received { products: vec![product], former: Vec::new() };
        let changes = self.partners.item_changes(&received, after, 1_000).await.unwrap();
        let name = |entry: EntryId| (0..100).find(|number| id(*number) == entry).unwrap();
        let told = changes.iter().map(|change| {
            let way = if change.is_in { "in" } else { "out" };
            format!("{} {} {way}", name(change.entry), change.locale)
        });
        told.collect()
    }

    async fn number(&self) -> i64 {
        self.sorter.catch_up().await.unwrap();
        self.partners.sorted_to().await.unwrap().1
    }
}

fn article(kind: &str, topics: &[u128]) -> Value {
    let topics: Vec<String> = topics.iter().map(|topic| id(*topic).to_string()).collect();
    json!({ "kind": kind, "issuedAt": "2026-05-01T10:00:00Z", "topics": topics })
}

fn headline(tag: &str) -> (&str, Value) {
    (tag, json!({ "headline": "H", "mentions": [] }))
}

fn topic(parent: Option<u128>) -> Value {
    parent.map_or(json!({}), |parent| json!({ "parent": id(parent).to_string() }))
}

#[rstest]
#[tokio::test]
async fn items_go_where_filters_take_them_and_out_again(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let communiques = desk.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }, { "language": "fr" }] })).await;
    desk.publish(1, article("COMMUNIQUE", &[]), &[headline("fr"), headline("en")]).await;
    desk.publish(2, article("NEWS", &[]), &[headline("fr")]).await;
    assert_eq!(desk.told(communiques, 0).await, ["1 fr in"]);
    assert_eq!(desk.told(EVERYTHING_PRODUCT, 0).await, ["1 en in", "1 fr in", "2 fr in"]);

    let before = desk.number().await;
    assert_eq!(desk.number().await, before, "nothing new is nothing told");
    desk.publish(1, article("NEWS", &[]), &[headline("fr"), headline("en")]).await;
    assert_eq!(desk.told(communiques, before).await, ["1 fr out"]);
    assert_eq!(desk.told(EVERYTHING_PRODUCT, before).await, ["1 en in", "1 fr in"]);

    let before = desk.number().await;
    desk.take_back(1, EntryKind::Article, RetractionAct::Killed).await;
    assert_eq!(desk.told(communiques, before).await, ["1 fr out"], "who had it once is told");
    assert_eq!(desk.told(EVERYTHING_PRODUCT, before).await, ["1 en out", "1 fr out"]);
}

#[rstest]
#[tokio::test]
async fn another_filter_moves_what_is_there_already(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let mut desk = Desk::open(backend).await;
    for number in 1..=30 {
        let kind = if number % 3 == 0 { "SPEECH" } else { "NEWS" };
        desk.publish(number, article(kind, &[]), &[headline("fr")]).await;
    }
    let everything = desk.number().await;
    let product = desk.product(1, json!({ "all": [{ "kind": "SPEECH" }] })).await;
    assert_eq!(desk.told(product, 0).await.len(), 10);
    assert_eq!(desk.told(EVERYTHING_PRODUCT, everything).await, [""; 0], "nobody else is told of it");

    let before = desk.number().await;
    let wider = json!({ "any": [{ "kind": "SPEECH" }, { "kind": "NEWS" }], "none": [{ "kind": "SPEECH" }] });
    desk.product(1, wider).await;
    let told = desk.told(product, before).await;
    assert_eq!(told.iter().filter(|line| line.ends_with(" in")).count(), 20);
    assert_eq!(told.iter().filter(|line| line.ends_with(" out")).count(), 10);
    assert!(desk.partners.products().await.unwrap().iter().all(|product| product.is_sorted));
}

#[rstest]
#[tokio::test]
async fn narrower_topics_count_and_move_with_their_parents(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let name = |tag| (tag, json!({ "name": "T" }));
    for (number, parent) in [(10, None), (11, Some(10)), (12, Some(11)), (20, None)] {
        desk.publish(number, topic(parent), &[name("fr")]).await;
    }
    desk.publish(1, article("NEWS", &[12]), &[headline("fr")]).await;
    let broad = desk.product(1, json!({ "all": [{ "topic": id(10).to_string() }] })).await;
    let other = desk.product(2, json!({ "all": [{ "topic": id(20).to_string() }] })).await;
    assert_eq!(desk.told(broad, 0).await, ["1 fr in"]);
    assert_eq!(desk.told(other, 0).await, [""; 0]);

    let before = desk.number().await;
    desk.publish(11, topic(Some(20)), &[name("fr")]).await;
    assert_eq!(desk.told(broad, before).await, ["1 fr out"]);
    assert_eq!(desk.told(other, before).await, ["1 fr in"]);
}

#[rstest]
#[tokio::test]
async fn a_move_is_seen_whatever_else_happened_to_the_topic(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let name = |text: &str| ("fr", json!({ "name": text }));
    let broad = desk.product(1, json!({ "all": [{ "topic": id(10).to_string() }] })).await;
    // As an import may have them: what is about a topic before the topic, and that before what it belongs to.
    desk.publish(1, article("NEWS", &[12]), &[headline("fr")]).await;
    assert_eq!(desk.told(broad, 0).await, [""; 0]);
    desk.publish(12, topic(Some(11)), &[name("T")]).await;
    assert_eq!(desk.told(broad, 0).await, [""; 0]);
    desk.publish(11, topic(Some(10)), &[name("T")]).await;
    assert_eq!(desk.told(broad, 0).await, ["1 fr in"]);

    let before = desk.number().await;
    desk.publish(11, topic(None), &[name("T")]).await;
    desk.publish(11, topic(None), &[name("T, renamed")]).await;
    desk.publish(11, topic(None), &[name("T, renamed again")]).await;
    assert_eq!(desk.told(broad, before).await, ["1 fr out"], "edited before anybody looked");

    let before = desk.number().await;
    desk.publish(11, topic(Some(10)), &[name("T")]).await;
    desk.publish(11, topic(None), &[name("T")]).await;
    assert_eq!(desk.told(broad, before).await, [""; 0], "back before anybody looked");
    desk.publish(11, topic(Some(10)), &[name("T")]).await;
    assert_eq!(desk.told(broad, before).await, ["1 fr in"]);

    let before = desk.number().await;
    desk.take_back(11, EntryKind::Topic, RetractionAct::Withdrawn).await;
    assert_eq!(desk.told(broad, before).await, ["1 fr out"], "what is not public belongs to nothing");
    desk.publish(11, topic(Some(10)), &[name("T")]).await;
    assert_eq!(desk.told(broad, before).await, ["1 fr in"]);
    assert!(desk.partners.products().await.unwrap().iter().all(|product| product.is_sorted));
}

#[rstest]
#[tokio::test]
async fn a_new_topic_nothing_is_about_has_nothing_sorted_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    let name = ("fr", json!({ "name": "T" }));
    desk.product(1, json!({ "all": [{ "topic": id(10).to_string() }] })).await;
    desk.publish(10, topic(None), std::slice::from_ref(&name)).await;
    desk.sorter.catch_up().await.unwrap();
    let before = desk.partners.products().await.unwrap();
    desk.publish(11, topic(Some(10)), &[name]).await;
    desk.sorter.catch_up().await.unwrap();
    assert_eq!(desk.partners.products().await.unwrap(), before);
}

#[rstest]
#[tokio::test]
async fn a_journal_that_is_shorter_than_what_was_sorted_is_sorted_anew(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut desk = Desk::open(backend).await;
    desk.publish(1, article("NEWS", &[]), &[headline("fr")]).await;
    desk.sorter.catch_up().await.unwrap();
    // As after a restore: the editorial store is newer than the published one.
    let judges = [EVERYTHING_PRODUCT];
    let round = Round { from: 1, to: 7, products: &judges, entries: &[], ..Round::default() };
    assert!(desk.partners.sort(&round).await.unwrap());
    desk.publish(2, article("NEWS", &[]), &[headline("fr")]).await;
    assert_eq!(desk.told(EVERYTHING_PRODUCT, 1).await, ["1 fr in", "2 fr in"]);
    assert_eq!(desk.partners.sorted_to().await.unwrap().0, 2);
}
