//! A small record, published into a fresh store, and a gateway over it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use axum::body::Body as HttpBody;
use axum::http::{Request, header};
use chrono::{DateTime, Utc};
use griot_domain::{Body, Clock, Edition, Entry, EntryId, EntryKind, Locale, Localized, Publication, Site, Slug, Text};
use griot_front::{FrontOptions, Limits};
use griot_gateway::Doors;
use griot_gateway::{Gateway, GatewaySettings, Readiness, TrustedProxies};
use griot_persistence::{Act, Location, Outcome, PublishedStore, Publisher, StatementCount, StoreName};
use griot_search::Search;
use griot_testbed::{Backend, Place, TestDatabase, database};
use serde_json::{Value, json};
use tower::ServiceExt;

pub fn at(instant: &str) -> DateTime<Utc> {
    instant.parse().unwrap()
}

pub fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

/// An id that says which number it has.
pub fn id(number: u32) -> EntryId {
    format!("00000000-0000-4000-8000-{number:012}").parse().unwrap()
}

struct Fixed(DateTime<Utc>);

impl Clock for Fixed {
    fn now(&self) -> DateTime<Utc> {
        self.0
    }
}

/// A record with a gateway in front.
pub struct Desk {
    publisher: Publisher,
    router: Doors,
    statements: StatementCount,
    database: TestDatabase,
}

impl Desk {
    pub async fn open(backend: Backend) -> Self {
        let database = database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        griot_persistence::migrate(&location).await.unwrap();
        let publisher = Publisher::open(&location, StoreName::Published).await.unwrap();
        let store = PublishedStore::open(&location).await.unwrap();
        let statements = store.statements().clone();
        let settings = GatewaySettings {
            is_stated: false,
            hub: None,
            site: Site {
                base_url: "https://presidence.example/".parse().unwrap(),
                publisher: Localized::from("Présidence"),
                default_locale: locale("fr"),
            },
            fallback_locales: vec![locale("en")],
            public_url: "https://api.example/".parse().unwrap(),
            limits: Limits::default(),
            front: FrontOptions::default(),
            graphiql: None,
            media_dir: Some(database.data_dir().join("media")),
            clock: Arc::new(Fixed(at("2026-01-01T12:00:00Z"))),
            proxies: TrustedProxies::default(),
            readiness: Readiness::default(),
            caches: Default::default(),
            live: Default::default(),
            search: Some(Search::new(store.clone(), database.data_dir().join("search"))),
            well_known: Default::default(),
            editorial: None,
        };
        let router = Gateway::new(store, settings).unwrap().doors();
        Self { publisher, router, statements, database }
    }

    /// Publishes, and expects each to be new or changed.
    pub async fn publish(&self, publications: Vec<Publication>) {
        let act = Act { origin: "test".to_owned(), at: at("2025-12-31T00:00:00Z") };
        for (outcome, one) in self.publisher.publish(&publications, &act).await.unwrap().iter().zip(&publications) {
            assert!(matches!(outcome, Outcome::Created { .. } | Outcome::Updated { .. }), "{outcome:?}: {one:?}");
        }
    }

    /// Runs a statement on the PostgreSQL database, past the store.
    pub fn damage(&self, statement: &str) {
        self.database.execute(statement);
    }

    /// The whole answer to a query.
    pub async fn ask(&self, query: &str, variables: Value) -> Value {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let request = Request::post("/graphql")
            .header(header::CONTENT_TYPE, "application/json")
            .header(header::ACCEPT, "application/graphql-response+json")
            .body(HttpBody::from(body))
            .unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let bytes = axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap();
        serde_json::from_slice(&bytes).unwrap()
    }

    /// The data of an answer without errors.
    pub async fn data(&self, query: &str, variables: Value) -> Value {
        let mut answer = self.ask(query, variables).await;
        assert_eq!(answer.get("errors"), None, "{query}");
        answer["data"].take()
    }

    /// The one error of an answer: its code and message.
    pub async fn refusal(&self, query: &str, variables: Value) -> (String, String) {
        let answer = self.ask(query, variables).await;
        let error = &answer["errors"][0];
        let text = |value: &Value| value.as_str().unwrap_or_else(|| panic!("no error: {answer}")).to_owned();
        (text(&error["extensions"]["code"]), text(&error["message"]))
    }

    /// Puts a file into the media folder.
    pub fn keep_file(&self, name: &str, bytes: &[u8]) {
        let folder = self.database.data_dir().join("media");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }

    /// Status and bytes of a media file.
    pub async fn file(&self, name: &str) -> (u16, Vec<u8>) {
        let request = Request::get(format!("/media/{name}")).body(HttpBody::empty()).unwrap();
        let response = self.router.clone().oneshot(request).await.unwrap();
        let status = response.status().as_u16();
        (status, axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec())
    }

    /// How many statements the query takes.
    pub async fn statements(&self, query: &str, variables: Value) -> u64 {
        let before = self.statements.get();
        self.data(query, variables).await;
        self.statements.get() - before
    }
}

/// One entry with a text in each of the languages given.
pub fn publication(
    number: u32,
    kind: EntryKind,
    live_from: &str,
    entry: Value,
    texts: &[(&str, Option<&str>, Value, Value)],
) -> Publication {
    let editions: BTreeMap<Locale, Edition> = texts
        .iter()
        .map(|(tag, slug, text, body)| {
            let text = Text::from_value(kind, text.clone()).unwrap();
            let body: Body = serde_json::from_value(body.clone()).unwrap();
            (locale(tag), Edition { slug: slug.map(|slug| Slug::parse(slug).unwrap()), text, body })
        })
        .collect();
    Publication {
        id: id(number),
        kind,
        live_from: at(live_from),
        revised_at: None,
        entry: Some(Entry::from_value(kind, entry).unwrap()),
        editions,
        withdrawn: BTreeSet::new(),
        retraction: None,
        external_ids: Vec::new(),
        old_paths: Vec::new(),
    }
}

pub fn person(number: u32, slug: &str, entry: Value) -> Publication {
    publication(number, EntryKind::Person, "2020-01-01T00:00:00Z", entry, &[("fr", Some(slug), json!({}), json!([]))])
}

pub fn institution(number: u32, slug: &str, name: &str) -> Publication {
    let text = json!({ "name": name });
    publication(
        number,
        EntryKind::Institution,
        "2020-01-01T00:00:00Z",
        json!({ "kind": "PRESIDENCY" }),
        &[("fr", Some(slug), text, json!([]))],
    )
}

pub fn topic(number: u32, slug: &str, name: &str) -> Publication {
    publication(
        number,
        EntryKind::Topic,
        "2020-01-01T00:00:00Z",
        json!({}),
        &[("fr", Some(slug), json!({ "name": name }), json!([]))],
    )
}

pub fn appointment(number: u32, live_from: &str, entry: Value, title: &str) -> Publication {
    publication(number, EntryKind::Appointment, live_from, entry, &[("fr", None, json!({ "title": title }), json!([]))])
}

/// A French article issued at the instant it goes live, naming the entries given in its first paragraph.
pub fn article(number: u32, slug: &str, issued_at: &str, topics: &[u32], named: &[(EntryKind, u32)]) -> Publication {
    let mentions: Vec<Value> = named
        .iter()
        .map(|(kind, number)| {
            json!({ "target": id(*number), "kind": kind, "role": "MENTIONED", "words": "Texte",
                    "passage": { "block": "b1" }, "offset": 0, "length": 5 })
        })
        .collect();
    let topics: Vec<EntryId> = topics.iter().map(|number| id(*number)).collect();
    let body = json!([{ "_type": "block", "_key": "b1", "style": "normal", "markDefs": [],
        "children": [{ "_type": "span", "_key": "s1", "text": format!("Texte de {slug}."), "marks": [] }] }]);
    publication(
        number,
        EntryKind::Article,
        issued_at,
        json!({ "kind": "NEWS", "issuedAt": issued_at, "topics": topics }),
        &[("fr", Some(slug), json!({ "headline": format!("Titre {slug}"), "mentions": mentions }), body)],
    )
}
