//! One store laid over the published one, read by the same code: an entry that the overlay holds hides every row of
//! that entry in the base; all else is as the public sees it.

pub(crate) mod postgres;
mod sqlite;
mod tables;

use griot_domain::EntryId;

use crate::{Location, PublishedStore, StoreError, StoreName};

/// What a preview may see beyond what is published: the working state of the entries it names, and of what these link
/// to now, by whatever role, that the public record never knew. Nothing of what these were before, nor of what was
/// killed.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PreviewScope {
    #[allow(missing_docs)]
    pub entries: Vec<EntryId>,
}

/// What lies over the published store.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Overlay<'a> {
    Embargoed,
    Editorial(&'a PreviewScope),
}

impl Overlay<'_> {
    fn store(self) -> StoreName {
        match self {
            Self::Embargoed => StoreName::Embargoed,
            Self::Editorial(_) => StoreName::Editorial,
        }
    }

    fn connections(self) -> u32 {
        match self {
            Self::Embargoed => 8,
            Self::Editorial(_) => 2,
        }
    }
}

impl PublishedStore {
    /// Opens a migrated record as those see it who may read embargoed items.
    pub async fn open_early(location: &Location) -> Result<Self, StoreError> {
        Self::open_layer(location, Overlay::Embargoed).await
    }

    /// Opens a migrated record as it would be if the working state of some entries were published. What the scope takes
    /// in follows the working state: it is asked anew by every statement. Holds at most two connections, and none
    /// after a minute without a question.
    pub async fn open_preview(location: &Location, scope: PreviewScope) -> Result<Self, StoreError> {
        Self::open_layer(location, Overlay::Editorial(&scope)).await
    }

    async fn open_layer(location: &Location, overlay: Overlay<'_>) -> Result<Self, StoreError> {
        let db = match location {
            Location::Sqlite { .. } => sqlite::connect(location, overlay).await?,
            Location::Postgres { url, .. } => postgres::connect(location, url, overlay).await?,
        };
        Self::reading(db, location).await
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use griot_domain::{EntryKind, LinkRole, Locale, LocaleChain, Moment, Slug, View, from_micros};
    use griot_testbed::{Backend, Place, TestDatabase};
    use rstest::rstest;
    use sea_orm::{ConnectionTrait, DatabaseConnection, Statement};
    use uuid::Uuid;

    use super::tables::{AS_PUBLISHED, Column, LAYERED};
    use super::*;
    use crate::location::Access;
    use crate::{Condition, ListQuery, Order, OrderedBy, Window};

    const ENTRY: EntryId = EntryId(Uuid::from_u128(1));

    async fn migrated(backend: Backend) -> (TestDatabase, Location) {
        let database = griot_testbed::database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        crate::migrate(&location).await.unwrap();
        (database, location)
    }

    async fn both(location: &Location) -> [PublishedStore; 2] {
        let early = PublishedStore::open_early(location).await.unwrap();
        [early, PublishedStore::open_preview(location, PreviewScope { entries: vec![ENTRY] }).await.unwrap()]
    }

    #[rstest]
    #[tokio::test]
    async fn the_layered_handles_are_refused_every_write(
        #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
    ) {
        let (_database, location) = migrated(backend).await;
        let schemas = match backend {
            Backend::Sqlite => ["", "base.", "overlay."].as_slice(),
            Backend::Postgres => ["", "published.", "editorial.", "embargoed."].as_slice(),
        };
        for reader in both(&location).await {
            for schema in schemas {
                for sql in [
                    format!("UPDATE {schema}journal_head SET seq = 99"),
                    format!("DELETE FROM {schema}link"),
                    format!("INSERT INTO {schema}journal_head VALUES (2, 2)"),
                    format!("CREATE TABLE {schema}mine (id INTEGER)"),
                    format!("DROP TABLE {schema}link"),
                ] {
                    let refused = reader.try_raw(&sql).await.unwrap_err().to_string();
                    let reasons = [
                        "readonly",
                        "read-only",
                        "permission denied",
                        "must be owner",
                        "is not a table",
                        "it is a view",
                        "use DROP VIEW",
                        "from view",
                        "update view",
                    ];
                    assert!(reasons.iter().any(|reason| refused.contains(reason)), "{sql}: {refused}");
                }
            }
            assert_eq!(reader.last_seq().await.unwrap(), 0);
        }
    }

    /// The attached files are opened for reading, whatever a connection makes of `query_only`.
    #[tokio::test]
    async fn the_files_of_a_layer_are_opened_read_only() {
        let (_database, location) = migrated(Backend::Sqlite).await;
        for reader in both(&location).await {
            for file in ["base", "overlay"] {
                let sql = format!("PRAGMA query_only = OFF; UPDATE {file}.journal_head SET seq = 99");
                let refused = reader.try_raw(&sql).await.unwrap_err().to_string();
                assert!(refused.contains("readonly"), "{refused}");
            }
        }
    }

    #[tokio::test]
    async fn the_layers_have_every_table_and_column_of_a_content_store() {
        let (_database, location) = migrated(Backend::Sqlite).await;
        let db = location.connect(StoreName::Published, Access::Read).await.unwrap();
        let ask = "SELECT m.name, c.name FROM sqlite_schema m, pragma_table_info(m.name) c \
                   WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY m.name, c.cid";
        let mut stored: Vec<(String, String)> = Vec::new();
        for row in query(&db, ask).await {
            let table: String = row.try_get_by_index(0).unwrap();
            if !AS_PUBLISHED.contains(&table.as_str()) {
                stored.push((table, row.try_get_by_index(1).unwrap()));
            }
        }
        let mut layered: Vec<(String, String)> = Vec::new();
        for table in &LAYERED {
            let columns = table.columns.iter().map(Column::name);
            layered.extend(columns.map(|column| (table.name.to_owned(), column.to_owned())));
        }
        layered.sort_by(|a, b| a.0.cmp(&b.0));
        assert_eq!(layered, stored);
    }

    /// SQLite goes to the rows of both halves by an index, in every read.
    #[tokio::test]
    async fn no_read_of_a_layer_goes_over_a_whole_table() {
        let (_database, location) = migrated(Backend::Sqlite).await;
        for mut reader in both(&location).await {
            let heard: Arc<Mutex<Vec<Statement>>> = Arc::default();
            let log = Arc::clone(&heard);
            reader.db.set_metric_callback(move |info| log.lock().unwrap().push(info.statement.clone()));
            ask_everything(&reader).await;
            let statements = std::mem::take(&mut *heard.lock().unwrap());
            assert!(statements.len() > 15, "{}", statements.len());
            for mut statement in statements {
                statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
                let rows = reader.db.query_all_raw(statement.clone()).await.unwrap();
                let plan: Vec<String> = rows.iter().map(|row| row.try_get_by_index(3).unwrap()).collect();
                let scans = plan.iter().filter(|step| {
                    let is_whole = step.starts_with("SCAN base.") || step.starts_with("SCAN overlay.");
                    // Bodies come by row id, which is another one in the overlay, where few entries are embargoed at
                    // once; notices are few everywhere.
                    let is_short = ["overlay.edition", "notice", "journal_head"].iter().any(|end| step.ends_with(end));
                    is_whole && !is_short
                });
                assert_eq!(scans.count(), 0, "{}\n{plan:#?}", statement.sql);
            }
        }
    }

    async fn ask_everything(reader: &PublishedStore) {
        let slug = Slug::parse("one").unwrap();
        let locale = Locale::parse("fr").unwrap();
        let moments = [Moment::Now, Moment::AsOf(from_micros(1_700_000_000_000_000).unwrap())];
        for moment in moments {
            let view = View { moment, locales: LocaleChain::with_any(locale.clone()) };
            reader.records(&view, &[ENTRY]).await.unwrap();
            reader.find_by_slug(&view, EntryKind::Article, &slug).await.unwrap();
            reader.linking_to(&view, LinkRole::Holder, &[ENTRY]).await.unwrap();
            reader.related_to(moment, ENTRY, chrono::DateTime::UNIX_EPOCH, &[(LinkRole::Topic, ENTRY)]).await.unwrap();
            let links = Condition::LinksTo { role: LinkRole::Topic, targets: vec![ENTRY] };
            for conditions in [vec![], vec![links]] {
                for (by, is_descending) in [(OrderedBy::Date, true), (OrderedBy::Name, false)] {
                    let window = Window { after: None, before: None, limit: 20, from_end: false };
                    let order = Order { by, is_descending };
                    let query = ListQuery { kind: EntryKind::Article, conditions: conditions.clone(), order, window };
                    reader.pages(&view, std::slice::from_ref(&query)).await.unwrap();
                    reader.count(&view, &query).await.unwrap();
                }
            }
        }
        reader.bodies(&[1, -1]).await.unwrap();
        reader.ids_by_slug(EntryKind::Article, &[slug]).await.unwrap();
        reader.external_ids(&[ENTRY]).await.unwrap();
        reader.find_by_old_path(&["/old".to_owned()]).await.unwrap();
        reader.file_state("0123456789abcdef0123456789abcdef.png").await.unwrap();
    }

    async fn query(db: &DatabaseConnection, sql: &str) -> Vec<sea_orm::QueryResult> {
        db.query_all_raw(Statement::from_string(db.get_database_backend(), sql)).await.unwrap()
    }
}
