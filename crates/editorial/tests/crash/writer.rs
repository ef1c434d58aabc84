//! The process that is killed.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use griot_access::{Origin, Principal, Role, TwoPerson};
use griot_domain::{DraftPatch, EntryId, EntryKind, Locale, RandomIds, SystemClock, TextPatch};
use griot_editorial::{Command, Desk, Doing, PublishItem};
use griot_import::{JsonOptions, Silent, Target, import_json};
use griot_persistence::{EditorialStore, Location, Publisher, StoreName};
use serde_json::{Value, json};

use crate::ledger::{Ledger, Line};

const WRITERS: u64 = 8;
/// Topics the import brings.
pub const IMPORTED: usize = 600;
/// How their names begin.
pub const IMPORTED_NAME: &str = "Imported";

/// Eight writers, and an import in some rounds, until the process dies.
pub async fn write_until_killed(location: &Location, ledger: &Path) {
    let store = EditorialStore::open(location).await.unwrap();
    let desk = Arc::new(Desk::new(store, Arc::new(SystemClock), Arc::new(RandomIds), TwoPerson::default()));
    let ledger = Arc::new(Ledger::open(ledger));
    println!("writing");
    let writers: Vec<_> =
        (0..WRITERS).map(|writer| tokio::spawn(write(desk.clone(), ledger.clone(), writer))).collect();
    if std::env::var(crate::IMPORTS).is_ok_and(|imports| !imports.is_empty()) {
        import(location).await;
    }
    for writer in writers {
        writer.await.unwrap();
    }
}

/// Makes articles, and publishes each several times over.
async fn write(desk: Arc<Desk>, ledger: Arc<Ledger>, writer: u64) {
    let origin = Origin::Key { id: writer.to_string() };
    let principal =
        Principal { id: format!("key:{writer}"), name: format!("writer {writer}"), role: Role::Publisher, origin };
    let mut doing = Doing { principal, origin: "crash".to_owned(), idempotency_key: None };
    loop {
        let mut entry: Option<(EntryId, i64)> = None;
        for number in 1..=4 {
            let patch = patch(number);
            let command = match entry {
                None => Command::Create { kind: EntryKind::Article, patch, note: None },
                Some((id, expected)) => Command::Edit { id, expected, patch, note: None },
            };
            let (id, revision) = perform(&desk, &mut doing, &command).await;
            entry = Some((id, revision));
            ledger.write(&Line { id, revision, published: None });
            let items = vec![PublishItem { id, expected: revision, locales: None }];
            perform(&desk, &mut doing, &Command::Publish { items }).await;
            ledger.write(&Line { id, revision, published: Some(number) });
        }
    }
}

async fn perform(desk: &Desk, doing: &mut Doing, command: &Command) -> (EntryId, i64) {
    doing.idempotency_key = Some(griot_domain::IdSource::next_id(&RandomIds).to_string());
    let done = desk.perform(doing, command).await.unwrap().unwrap();
    // A client that heard nothing asks again; the answer has to be the same.
    assert_eq!(desk.perform(doing, command).await.unwrap(), Ok(done.clone()));
    done.entries[0]
}

fn patch(number: u64) -> DraftPatch {
    let object = |value: Value| value.as_object().cloned().unwrap();
    let span = json!({ "_type": "span", "_key": "b", "text": "Un.", "marks": [] });
    let block = json!({ "_type": "block", "_key": "a", "style": "normal", "markDefs": [], "children": [span] });
    let text = TextPatch {
        text: object(json!({ "headline": number.to_string() })),
        body: Some(serde_json::from_value(json!([block])).unwrap()),
        ..TextPatch::default()
    };
    DraftPatch {
        entry: object(json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z" })),
        texts: BTreeMap::from([(Locale::parse("fr").unwrap(), text)]),
        ..DraftPatch::default()
    }
}

/// The same topics each time, known by their ids in another system.
pub async fn import(location: &Location) {
    let mut lines = String::new();
    for number in 0..IMPORTED {
        let name = format!("{IMPORTED_NAME} {number}");
        let line = json!({
            "kind": "topic", "entry": {}, "liveFrom": "2026-01-01T00:00:00Z",
            "externalIds": [{ "scheme": "test", "value": number.to_string() }],
            "texts": { "fr": { "slug": format!("imported-{number}"), "name": name } },
        });
        lines.push_str(&format!("{line}\n"));
    }
    let published = Publisher::open(location, StoreName::Published).await.unwrap();
    let target = Target { published: &published, editorial: None, clock: &SystemClock, ids: &RandomIds };
    let options = JsonOptions { is_rehearsal: false, find_mentions: false };
    let report = import_json(lines.as_bytes(), None, options, &target, &mut Silent).await.unwrap();
    assert_eq!(report.problem_count(), 0, "{report}");
    published.close().await.unwrap();
}
