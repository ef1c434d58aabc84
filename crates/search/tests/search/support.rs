//! A record, a search over it, and short ways to ask.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use griot_domain::{
    Body, Edition, Entry, EntryId, EntryKind, Locale, LocaleChain, Publication, Retraction, RetractionAct, Slug, Text,
};
use griot_persistence::{Act, Location, PublishedStore, Publisher, StoreName, migrate};
use griot_search::{Ask, Filter, Found, Language, Query, Search};
use griot_testbed::{Backend, Place, TestDatabase};
use serde_json::{Value, json};

pub struct Desk {
    pub publisher: Publisher,
    pub store: PublishedStore,
    pub search: Arc<Search>,
    pub dir: PathBuf,
    slugs: BTreeMap<EntryId, String>,
    _database: TestDatabase,
}

pub fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

pub fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

/// The id that goes with a slug.
pub fn id(slug: &str) -> EntryId {
    let number = slug.bytes().fold(0xcbf2_9ce4_8422_2325_u128, |hash, byte| {
        (hash ^ u128::from(byte)).wrapping_mul(0x0000_0000_0100_0000_0000_0000_0000_013b)
    });
    EntryId(uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid())
}

pub fn ask(raw: &str) -> Ask {
    Ask {
        query: Query::parse(raw, Language::French, false).unwrap(),
        filter: Filter::default(),
        locales: LocaleChain { locales: vec![locale("fr"), locale("en")], or_any: true },
        after: None,
        limit: 20,
    }
}

impl Desk {
    pub async fn open(backend: Backend) -> Self {
        let database = griot_testbed::database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        migrate(&location).await.unwrap();
        let publisher = Publisher::open(&location, StoreName::Published).await.unwrap();
        let store = PublishedStore::open(&location).await.unwrap();
        let dir = database.data_dir().join("search");
        let search = Search::new(store.clone(), dir.clone());
        Self { publisher, store, search, dir, slugs: BTreeMap::new(), _database: database }
    }

    /// Another process over the same record and the same folder.
    pub fn another(&self) -> Arc<Search> {
        Search::new(self.store.clone(), self.dir.clone())
    }

    /// Lets go of the index, as a process does that ends.
    pub fn restart(&mut self) {
        self.search = Search::new(self.store.clone(), self.dir.clone());
    }

    pub async fn publish(&mut self, publications: Vec<Publication>) {
        for one in &publications {
            for edition in one.editions.values() {
                let slug = edition.slug.as_ref().map_or("no-slug", Slug::as_str);
                self.slugs.entry(one.id).or_insert_with(|| slug.to_owned());
            }
        }
        let act = Act { origin: "test".to_owned(), at: at("2025-12-31T00:00:00Z") };
        self.publisher.publish(&publications, &act).await.unwrap();
    }

    pub async fn take_back(&mut self, slug: &str, act: RetractionAct) {
        let kind = EntryKind::Article;
        let retraction = Retraction { act, reason: None, slugs: BTreeMap::new(), successor: None };
        let publication = Publication {
            id: id(slug),
            kind,
            live_from: at("2025-12-30T00:00:00Z"),
            revised_at: None,
            entry: None,
            editions: BTreeMap::new(),
            withdrawn: BTreeSet::new(),
            retraction: Some(retraction),
            external_ids: Vec::new(),
            old_paths: Vec::new(),
        };
        self.publish(vec![publication]).await;
    }

    pub async fn find(&self, ask: Ask) -> Found {
        self.search.find(ask).await.unwrap()
    }

    /// The slugs of what is found, best first. The index is complete.
    pub async fn slugs(&self, ask: Ask) -> Vec<String> {
        let found = self.find(ask).await;
        assert!(found.is_complete);
        self.named(&found)
    }

    pub fn named(&self, found: &Found) -> Vec<String> {
        found.hits.iter().map(|hit| self.slugs.get(&hit.id).cloned().unwrap_or_default()).collect()
    }
}

/// One entry with a text in each of the languages given.
pub fn publication(kind: EntryKind, entry: Value, texts: &[(&str, &str, Value, &str)]) -> Publication {
    let edition = |(tag, slug, text, body): &(&str, &str, Value, &str)| {
        let blocks: Vec<Value> = body
            .split('\n')
            .filter(|paragraph| !paragraph.is_empty())
            .enumerate()
            .map(|(at, paragraph)| {
                json!({ "_type": "block", "_key": format!("b{at}"), "style": "normal", "markDefs": [],
                    "children": [{ "_type": "span", "_key": "s1", "text": paragraph, "marks": [] }] })
            })
            .collect();
        let text = Text::from_value(kind, text.clone()).unwrap();
        let body: Body = serde_json::from_value(Value::Array(blocks)).unwrap();
        let slug = kind.has_slug().then(|| Slug::parse(slug).unwrap());
        (locale(tag), Edition { slug, text, body })
    };
    Publication {
        id: id(texts[0].1),
        kind,
        live_from: at("2024-01-01T00:00:00Z"),
        revised_at: None,
        entry: Some(Entry::from_value(kind, entry).unwrap()),
        editions: texts.iter().map(edition).collect(),
        withdrawn: BTreeSet::new(),
        retraction: None,
        external_ids: Vec::new(),
        old_paths: Vec::new(),
    }
}

/// A French article.
pub fn article(slug: &str, day: &str, headline: &str, summary: &str, body: &str) -> Publication {
    let entry = json!({ "kind": "NEWS", "issuedAt": format!("{day}T10:00:00Z") });
    let mut text = json!({ "headline": headline });
    if !summary.is_empty() {
        text["summary"] = summary.into();
    }
    publication(EntryKind::Article, entry, &[("fr", slug, text, body)])
}
