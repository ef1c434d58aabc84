//! Records to import into, and exports to import.

use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use griot_domain::{Clock, IdSource, Publication};
use griot_import::{ImportReport, Silent, Target, WordPressError, WordPressOptions, import_wordpress};
use griot_persistence::{Location, Publisher, StoreName, migrate};
use griot_testbed::{Backend, Place, TestDatabase, database};
use uuid::Uuid;

/// A fresh record of both stores.
pub struct Record {
    pub published: Publisher,
    pub editorial: Publisher,
    ids: CountedIds,
    pub clock: SetClock,
    database: TestDatabase,
}

/// Hands out 1, 2, 3…
#[derive(Default)]
struct CountedIds(AtomicU64);

impl IdSource for CountedIds {
    fn next_id(&self) -> Uuid {
        Uuid::from_u128(u128::from(self.0.fetch_add(1, Ordering::SeqCst)) + 1)
    }
}

/// Stands still until it is advanced.
pub struct SetClock(AtomicU64);

impl SetClock {
    /// One day on.
    pub fn advance(&self) {
        self.0.fetch_add(24 * 3600, Ordering::SeqCst);
    }
}

impl Clock for SetClock {
    fn now(&self) -> DateTime<Utc> {
        DateTime::from_timestamp(self.0.load(Ordering::SeqCst) as i64, 0).unwrap()
    }
}

impl Record {
    pub async fn fresh(backend: Backend) -> Self {
        let database = database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        migrate(&location).await.unwrap();
        let noon: DateTime<Utc> = "2024-03-01T12:00:00Z".parse().unwrap();
        let clock = SetClock(AtomicU64::new(noon.timestamp() as u64));
        Self {
            published: Publisher::open(&location, StoreName::Published).await.unwrap(),
            editorial: Publisher::open(&location, StoreName::Editorial).await.unwrap(),
            ids: CountedIds::default(),
            clock,
            database,
        }
    }

    pub fn dir(&self) -> &Path {
        self.database.data_dir()
    }

    pub fn target(&self) -> Target<'_> {
        Target { published: &self.published, editorial: Some(&self.editorial), clock: &self.clock, ids: &self.ids }
    }

    pub async fn import(&self, file: &Path, options: &WordPressOptions) -> Result<ImportReport, WordPressError> {
        import_wordpress(file, options, &self.target(), &mut Silent).await
    }

    /// Imports an export written for the test.
    pub async fn import_text(&self, xml: &str) -> Result<ImportReport, WordPressError> {
        let file = self.write("export.xml", xml);
        self.import(&file, &WordPressOptions::default()).await
    }

    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
        let file = self.dir().join(name);
        std::fs::write(&file, text).unwrap();
        file
    }

    pub async fn publications(&self) -> Vec<Publication> {
        publications(&self.published).await
    }

    /// The live publication of a post, page or upload of `https://site.example`.
    pub async fn post(&self, number: u64) -> Publication {
        let value = format!("post:{number}");
        let has = |one: &&Publication| one.external_ids.iter().any(|id| id.value == value);
        let found = self.publications().await;
        found.iter().rfind(has).unwrap_or_else(|| panic!("no post {number}")).clone()
    }
}

pub async fn publications(store: &Publisher) -> Vec<Publication> {
    let page = store.journal_page(0, 100_000).await.unwrap();
    page.into_iter().map(|(_, publication)| publication).collect()
}

pub fn kinds() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/wordpress-kinds.xml")
}

/// An export with these items.
pub fn export(items: &str) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\" ?>\n<rss version=\"2.0\" xmlns:wp=\"http://wordpress.org/export/1.2/\">\n<channel>\n\
         <link>https://site.example</link><language>fr-FR</language>\n\
         <wp:base_site_url>https://site.example</wp:base_site_url>\n{items}\n</channel></rss>\n"
    )
}

/// A public post on one line.
pub fn post(number: u64, slug: &str, content: &str) -> String {
    format!(
        "<item><title>Titre {number}</title><link>https://site.example/{slug}/</link>\
         <content:encoded><![CDATA[{content}]]></content:encoded><wp:post_id>{number}</wp:post_id>\
         <wp:post_date_gmt>2023-01-01 00:00:00</wp:post_date_gmt><wp:post_name>{slug}</wp:post_name>\
         <wp:status>publish</wp:status><wp:post_type>post</wp:post_type></item>\n"
    )
}

/// Everything a store was told, in a form to read.
pub fn told(publications: &[Publication]) -> String {
    let mut out = String::new();
    for one in publications {
        writeln!(out, "== {} {} from {}", one.kind, short(one.id.0), one.live_from.to_rfc3339()).unwrap();
        for id in &one.external_ids {
            writeln!(out, "   {} {}", id.scheme, id.value).unwrap();
        }
        for path in &one.old_paths {
            writeln!(out, "   path {}", path.path).unwrap();
        }
        if let Some(entry) = &one.entry {
            writeln!(out, "   {}", shortened(&entry.to_json())).unwrap();
        }
        for (locale, edition) in &one.editions {
            let slug = edition.slug.as_ref().map(|slug| slug.as_str()).unwrap_or("-");
            writeln!(out, "   {locale} {slug} {}", shortened(&edition.text.to_json())).unwrap();
            for block in &edition.body.blocks {
                writeln!(out, "      {}", shortened(&serde_json::to_string(block).unwrap())).unwrap();
            }
        }
    }
    out
}

fn short(id: Uuid) -> String {
    format!("#{}", id.as_u128())
}

/// Ids are counted from 1: their zeros say nothing.
fn shortened(json: &str) -> String {
    let mut out = String::with_capacity(json.len());
    let mut rest = json;
    while let Some(at) = rest.find("00000000-0000-0000-0000-") {
        let (before, id) = rest.split_at(at);
        let number = u64::from_str_radix(&id[24..36], 16).unwrap();
        write!(out, "{before}#{number}").unwrap();
        rest = &id[36..];
    }
    out + rest
}
