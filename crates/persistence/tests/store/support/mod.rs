//! A store of its own for each test, and builders that default everything.

mod builder;

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, NaiveTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, LocaleChain, Moment, Publication, Slug, View};
use griot_persistence::{
    Act, Condition, ListQuery, Location, Order, OrderedBy, Outcome, PublishedStore, Publisher, Record, StoreName,
    Window, migrate,
};
use griot_testbed::{Place, TestDatabase};
use sea_orm::{ConnectOptions, ConnectionTrait, Database, DatabaseConnection, QueryResult, Statement};
use uuid::Uuid;

pub use builder::{appointment, article, asset, event, person, topic};
pub use griot_testbed::Backend;

/// The published store of a record of its own.
pub struct Store {
    pub database: TestDatabase,
    pub location: Location,
    pub publisher: Publisher,
    pub reader: PublishedStore,
}

/// An empty, migrated record.
pub async fn fresh_store(backend: Backend) -> Store {
    let database = griot_testbed::database(backend);
    let location = location_of(&database);
    migrate(&location).await.unwrap();
    let publisher = Publisher::open(&location, StoreName::Published).await.unwrap();
    let reader = PublishedStore::open(&location).await.unwrap();
    Store { database, location, publisher, reader }
}

/// Where the record of a test goes.
pub fn location_of(database: &TestDatabase) -> Location {
    match database.place() {
        Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
        Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
    }
}

impl Store {
    /// Publishes on 2026-01-01.
    pub async fn publish(&self, publications: &[Publication]) -> Vec<Outcome> {
        self.publish_on("2026-01-01", publications).await
    }

    pub async fn publish_on(&self, day: &str, publications: &[Publication]) -> Vec<Outcome> {
        self.publisher.publish(publications, &act(day)).await.unwrap()
    }

    pub async fn record(&self, view: &View, id: EntryId) -> Option<Record> {
        self.reader.records(view, &[id]).await.unwrap().remove(&id)
    }

    /// Headline or name seen, `None` when there is nothing to see.
    pub async fn title(&self, view: &View, id: EntryId) -> Option<String> {
        self.record(view, id).await.map(|record| record.title().to_owned())
    }

    pub async fn by_slug(&self, view: &View, kind: EntryKind, name: &str) -> Option<EntryId> {
        self.reader.find_by_slug(view, kind, &slug(name)).await.unwrap().map(|record| record.id)
    }

    /// The first thousand of a list.
    pub async fn list(&self, view: &View, query: ListQuery) -> Vec<EntryId> {
        let page = self.reader.pages(view, &[query]).await.unwrap().remove(0);
        page.rows.iter().map(|row| row.id).collect()
    }

    /// All of a kind that meet the conditions, latest first.
    pub async fn latest(&self, view: &View, kind: EntryKind, conditions: Vec<Condition>) -> Vec<EntryId> {
        self.list(view, latest(kind, conditions)).await
    }

    /// Runs a statement past the API, as the owner of the tables.
    pub async fn raw(&self, sql: &str) {
        self.try_raw_in("published", sql).await.unwrap();
    }

    /// As [`Store::raw`], in any store.
    pub async fn try_raw_in(&self, store: &str, sql: &str) -> Result<(), String> {
        let db = self.connect(store).await;
        db.execute_unprepared(sql).await.map(|_| ()).map_err(|err| err.to_string())
    }

    pub async fn count(&self, table: &str) -> i64 {
        let rows = self.query(&format!("SELECT COUNT(*) FROM {table}")).await;
        rows[0].try_get_by_index(0).unwrap()
    }

    pub async fn query(&self, sql: &str) -> Vec<QueryResult> {
        let db = self.connect("published").await;
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
    }

    async fn connect(&self, store: &str) -> DatabaseConnection {
        let url = match &self.location {
            Location::Sqlite { data_dir } => format!("sqlite://{}", data_dir.join(format!("{store}.db")).display()),
            Location::Postgres { url, .. } => url.clone(),
        };
        let mut options = ConnectOptions::new(url);
        options.sqlx_logging(false).max_connections(1).set_schema_search_path(store);
        Database::connect(options).await.unwrap()
    }

    /// Everything that can be told of what is stored, for showing that nothing changed.
    pub async fn traces(&self) -> (i64, Vec<(i64, Publication)>, HashMap<EntryKind, Vec<EntryId>>) {
        let mut live = HashMap::new();
        for kind in EntryKind::ALL {
            live.insert(kind, self.latest(&now("fr"), kind, Vec::new()).await);
        }
        (self.reader.last_seq().await.unwrap(), self.publisher.journal_page(0, 10_000).await.unwrap(), live)
    }
}

/// An act of the tests on `day`.
pub fn act(day: &str) -> Act {
    Act { origin: "test".to_owned(), at: at(day) }
}

pub fn id(number: u128) -> EntryId {
    EntryId(Uuid::from_u128(number))
}

/// `2024-05-01`, or an instant such as `2024-05-01T10:00:00Z`.
pub fn at(day: &str) -> DateTime<Utc> {
    match day.parse::<NaiveDate>() {
        Ok(day) => day.and_time(NaiveTime::MIN).and_utc(),
        Err(_) => day.parse().unwrap(),
    }
}

/// Microseconds of [`at`].
pub fn us(day: &str) -> i64 {
    at(day).timestamp_micros()
}

pub fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

pub fn slug(name: &str) -> Slug {
    Slug::parse(name).unwrap()
}

/// Now, in the language, else in any.
pub fn now(tag: &str) -> View {
    View { moment: Moment::Now, locales: LocaleChain::with_any(locale(tag)) }
}

/// On `day`, in French, else in any.
pub fn as_of(day: &str) -> View {
    View { moment: Moment::AsOf(at(day)), ..now("fr") }
}

/// Now, in these languages and no other.
pub fn only(tags: &[&str]) -> View {
    let locales = tags.iter().copied().map(locale).collect();
    View { moment: Moment::Now, locales: LocaleChain { locales, or_any: false } }
}

/// A list, latest first, of at most a thousand.
pub fn latest(kind: EntryKind, conditions: Vec<Condition>) -> ListQuery {
    ListQuery {
        kind,
        conditions,
        order: Order { by: OrderedBy::Date, is_descending: true },
        window: Window { after: None, before: None, limit: 1_000, from_end: false },
    }
}

/// A list by name, of at most a thousand.
pub fn by_name(kind: EntryKind, conditions: Vec<Condition>) -> ListQuery {
    ListQuery { order: Order { by: OrderedBy::Name, is_descending: false }, ..latest(kind, conditions) }
}
