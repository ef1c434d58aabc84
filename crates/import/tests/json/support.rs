//! Records to import into.

use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{Clock, IdSource, Publication};
use griot_import::{ImportReport, JsonOptions, Silent, Target, export_json, import_json};
use griot_persistence::{Location, Publisher, StoreName, migrate};
use griot_testbed::{Backend, Place, TestDatabase, database};
use uuid::Uuid;

/// A fresh record of both stores; it is noon of 1 March 2026 and a second later with every look at the clock. Ids
/// are counted.
pub struct Record {
    pub published: Publisher,
    pub editorial: Publisher,
    ids: CountedIds,
    clock: TickingClock,
    _database: TestDatabase,
}

#[derive(Default)]
struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1)
    }
}

#[derive(Default)]
struct TickingClock(AtomicU64);

impl Clock for TickingClock {
    fn now(&self) -> DateTime<Utc> {
        let noon: DateTime<Utc> = "2026-03-01T12:00:00Z".parse().unwrap();
        noon + TimeDelta::seconds(self.0.fetch_add(1, Ordering::SeqCst) as i64)
    }
}

pub const IMPORT: JsonOptions = JsonOptions { is_rehearsal: false, find_mentions: true };

impl Record {
    pub async fn fresh(backend: Backend) -> Self {
        let database = database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        migrate(&location).await.unwrap();
        Self {
            published: Publisher::open(&location, StoreName::Published).await.unwrap(),
            editorial: Publisher::open(&location, StoreName::Editorial).await.unwrap(),
            ids: CountedIds::default(),
            clock: TickingClock::default(),
            _database: database,
        }
    }

    pub fn target(&self) -> Target<'_> {
        Target { published: &self.published, editorial: Some(&self.editorial), clock: &self.clock, ids: &self.ids }
    }

    pub async fn import_with(&self, lines: &str, options: JsonOptions) -> ImportReport {
        let bytes = Some(lines.len() as u64);
        import_json(lines.as_bytes(), bytes, options, &self.target(), &mut Silent).await.unwrap()
    }

    pub async fn import(&self, lines: &str) -> ImportReport {
        self.import_with(lines, IMPORT).await
    }

    /// Imports what must go in without a problem.
    pub async fn take(&self, lines: &str) -> ImportReport {
        let report = self.import(lines).await;
        assert_eq!(report.problem_count(), 0, "{report}");
        report
    }

    pub async fn export(&self) -> String {
        let mut out = Vec::new();
        let lines = export_json(&self.published, &mut out).await.unwrap();
        let text = String::from_utf8(out).unwrap();
        assert_eq!(text.lines().count() as u64, lines);
        text
    }

    pub async fn publications(&self) -> Vec<Publication> {
        let page = self.published.journal_page(0, 100_000).await.unwrap();
        page.into_iter().map(|(_, publication)| publication).collect()
    }
}

/// Problems as `line: message`.
pub fn problems(report: &ImportReport) -> Vec<String> {
    report.problems.iter().map(ToString::to_string).collect()
}
