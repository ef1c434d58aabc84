//! The editors' desk over the record of a world whose server is stopped.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use griot_access::{Origin, Principal, Role, TwoPerson};
use griot_domain::{AssetFile, DraftPatch, EntryId, EntryKind, Locale, RandomIds, SystemClock, TextPatch};
use griot_editorial::{Command, Desk, Doing, Done, PublishItem};
use griot_files::Folders;
use griot_persistence::{EditorialStore, Location, Upload};
use serde_json::{Map, Value, json};

/// An entry and its last revision.
pub type Kept = (EntryId, i64);

/// A desk and whoever sits at it.
pub struct House {
    desk: Desk,
    doing: Doing,
}

impl House {
    /// `name` is all the log is told of who acts.
    pub async fn open(location: &Location, name: &str) -> Self {
        let store = EditorialStore::open(location).await.unwrap();
        let principal = Principal {
            id: format!("key:{name}"),
            name: name.to_owned(),
            role: Role::Administrator,
            origin: Origin::Key { id: name.to_owned() },
        };
        let doing = Doing { principal, origin: name.to_owned(), idempotency_key: None };
        Self { desk: Desk::new(store, Arc::new(SystemClock), Arc::new(RandomIds), TwoPerson::default()), doing }
    }

    /// The same with the folders of files in a data folder.
    pub fn with_files(self, data: &Path) -> Self {
        let folders = Folders::of(data);
        folders.prepare().unwrap();
        Self { desk: self.desk.with_files(folders, "https://api.example.org"), ..self }
    }

    /// Brings a file in, as the editorial side does.
    pub async fn upload(&self, name: String, bytes: &[u8]) -> Upload {
        let mut incoming = self.desk.folders().unwrap().receive().unwrap();
        incoming.write(bytes).unwrap();
        let kind = incoming.kind().unwrap();
        let file = AssetFile { name: Some(name), ..incoming.keep(kind).unwrap() };
        self.desk.receive(&self.doing, file).await.unwrap().unwrap()
    }

    /// Ends its connections: from then on the files can be copied.
    pub async fn close(self) {
        self.desk.store().clone().close().await.unwrap();
    }

    /// Does it under a key of its own.
    #[track_caller]
    pub fn done(&self, key: &str, command: Command) -> impl Future<Output = Done> {
        let doing = Doing { idempotency_key: Some(key.to_owned()), ..self.doing.clone() };
        async move {
            let performed = self.desk.perform(&doing, &command).await.unwrap();
            performed.unwrap_or_else(|errors| panic!("{errors:?}: {command:?}"))
        }
    }

    /// Does it; the one entry it changed.
    pub async fn kept(&self, key: &str, command: Command) -> Kept {
        self.done(key, command).await.entries[0]
    }

    /// The last revision; 0 of what was never edited here.
    pub async fn revision(&self, id: EntryId) -> i64 {
        self.desk.store().draft(id).await.unwrap().map_or(0, |draft| draft.revision)
    }

    /// Everything there is of a draft, as a line of the import format.
    pub async fn line(&self, id: EntryId) -> Value {
        let mut line = self.desk.store().draft(id).await.unwrap().expect("it was edited").content.to_value();
        line["id"] = json!(id);
        line
    }
}

pub fn item((id, expected): Kept) -> PublishItem {
    PublishItem { id, expected, locales: None }
}

/// A change of the neutral part and of texts by language; `slug` and `body` stand among the fields of a text.
pub fn patch(entry: Value, texts: Value) -> DraftPatch {
    let object = |value: Value| -> Map<String, Value> { value.as_object().cloned().unwrap_or_default() };
    let texts = object(texts).into_iter().map(|(locale, fields)| {
        let mut text = object(fields);
        let slug = text.remove("slug").map(|slug| serde_json::from_value(slug).unwrap());
        let body = text.remove("body").map(|body| serde_json::from_value(body).unwrap());
        (Locale::parse(&locale).unwrap(), TextPatch { slug, text, body })
    });
    DraftPatch { entry: object(entry), texts: texts.collect::<BTreeMap<_, _>>(), ..DraftPatch::default() }
}

pub fn kind_of(word: &str) -> EntryKind {
    word.parse().unwrap()
}
