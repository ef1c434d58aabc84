//! A desk over a record of its own, with a clock that tests set.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use griot_access::{Origin, Principal, Role, TwoPerson};
use griot_domain::{
    Clock, DraftPatch, EntryId, EntryKind, Locale, LocaleChain, Moment, RandomIds, Slug, TextPatch, View,
};
use griot_editorial::{Command, Desk, Doing, Done, PublishItem, UserError};
use griot_persistence::{EditorialStore, Location, PublishedStore, migrate};
use griot_testbed::{Place, TestDatabase};
use serde_json::{Map, Value, json};

pub use griot_testbed::Backend;

/// Shows what it was set to.
pub struct SetClock(Mutex<DateTime<Utc>>);

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl SetClock {
    pub fn set(&self, at: &str) {
        *self.0.lock().unwrap() = instant(at);
    }
}

/// A desk, its record and who sits at it.
pub struct House {
    _database: TestDatabase,
    pub location: Location,
    pub clock: Arc<SetClock>,
    pub desk: Arc<Desk>,
    pub public: PublishedStore,
}

pub async fn house(backend: Backend) -> House {
    house_with(backend, TwoPerson::default()).await
}

pub async fn house_with(backend: Backend, two_person: TwoPerson) -> House {
    let database = griot_testbed::database(backend);
    let location = match database.place() {
        Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
        Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
    };
    migrate(&location).await.unwrap();
    let clock = Arc::new(SetClock(Mutex::new(instant("2026-03-01T12:00:00Z"))));
    let store = EditorialStore::open(&location).await.unwrap();
    let desk = Arc::new(Desk::new(store, clock.clone(), Arc::new(RandomIds), two_person));
    let public = PublishedStore::open(&location).await.unwrap();
    House { _database: database, location, clock, desk, public }
}

pub fn instant(at: &str) -> DateTime<Utc> {
    at.parse().unwrap()
}

pub fn locale(tag: &str) -> Locale {
    Locale::parse(tag).unwrap()
}

pub fn slug(name: &str) -> Slug {
    Slug::parse(name).unwrap()
}

/// Somebody with a role, working from one place.
pub fn somebody(name: &str, role: Role) -> Doing {
    Doing {
        principal: Principal {
            id: format!("key:{name}"),
            name: name.to_owned(),
            role,
            origin: Origin::Key { id: name.to_owned() },
        },
        origin: "test".to_owned(),
        idempotency_key: None,
    }
}

pub fn publisher() -> Doing {
    somebody("paula", Role::Publisher)
}

fn object(value: Value) -> Map<String, Value> {
    value.as_object().cloned().unwrap()
}

/// A change of the neutral part and of the French text.
pub fn patch(entry: Value, french: Value) -> DraftPatch {
    let mut text = TextPatch { text: object(french), ..TextPatch::default() };
    if let Some(body) = text.text.remove("body") {
        text.body = Some(serde_json::from_value(body).unwrap());
    }
    if let Some(slug) = text.text.remove("slug") {
        text.slug = Some(serde_json::from_value(slug).unwrap());
    }
    let texts = if text == TextPatch::default() { BTreeMap::new() } else { BTreeMap::from([(locale("fr"), text)]) };
    DraftPatch { entry: object(entry), texts, ..DraftPatch::default() }
}

/// One paragraph.
pub fn paragraph(key: &str, words: &str) -> Value {
    json!({ "_type": "block", "_key": key, "style": "normal", "markDefs": [],
        "children": [{ "_type": "span", "_key": format!("{key}0"), "text": words, "marks": [] }] })
}

pub fn article(headline: &str) -> Command {
    let entry = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z" });
    let text = json!({ "headline": headline, "body": [paragraph("a", "Un paragraphe.")] });
    Command::Create { kind: EntryKind::Article, patch: patch(entry, text), note: None }
}

pub fn headline(id: EntryId, expected: i64, headline: &str) -> Command {
    Command::Edit { id, expected, patch: patch(json!({}), json!({ "headline": headline })), note: None }
}

pub fn item((id, expected): (EntryId, i64)) -> PublishItem {
    PublishItem { id, expected, locales: None }
}

pub fn publishing(entries: &[(EntryId, i64)]) -> Command {
    Command::Publish { items: entries.iter().copied().map(item).collect() }
}

impl House {
    /// Where a test keeps its files.
    pub fn dir(&self) -> &Path {
        self._database.data_dir()
    }

    /// Does it, as a publisher.
    pub async fn done(&self, command: &Command) -> Done {
        self.perform(&publisher(), command).await.unwrap()
    }

    /// The only entry it changed.
    pub async fn entry(&self, command: &Command) -> (EntryId, i64) {
        let done = self.done(command).await;
        assert_eq!(done.entries.len(), 1, "{done:?}");
        done.entries[0]
    }

    pub async fn refused(&self, command: &Command) -> Vec<UserError> {
        self.perform(&publisher(), command).await.unwrap_err()
    }

    pub async fn perform(&self, doing: &Doing, command: &Command) -> Result<Done, Vec<UserError>> {
        self.desk.perform(doing, command).await.unwrap()
    }

    /// The headline the public sees.
    pub async fn seen(&self, id: EntryId) -> Option<String> {
        self.seen_in(&self.public, id, Moment::Now).await
    }

    pub async fn seen_at(&self, id: EntryId, at: &str) -> Option<String> {
        self.seen_in(&self.public, id, Moment::AsOf(instant(at))).await
    }

    pub async fn seen_in(&self, store: &PublishedStore, id: EntryId, moment: Moment) -> Option<String> {
        let view = View { moment, locales: LocaleChain::with_any(locale("fr")) };
        let found = store.records(&view, &[id]).await.unwrap().remove(&id);
        found.map(|record| record.title().to_owned())
    }
}
