//! Reading what is published. Every read takes a moment; "now" and "as of" are one query with another predicate.

mod changes;
mod file;
mod list;
mod live;
mod notice;
mod page;
mod record;
mod related;
mod resolve;
mod row;
mod shape;
mod sql;
mod stated;
mod touched;
mod trace;
mod version;

use std::sync::Arc;

use sea_orm::sea_query::{SelectStatement, Value, Values};
use sea_orm::{
    ConnectionTrait, DatabaseConnection, DbBackend, EntityTrait, Statement, StatementBuilder, TransactionTrait,
};

pub use changes::Change;
pub use file::FileState;
pub use list::{Condition, ListQuery, Order, OrderKey, OrderedBy, Window};
pub use live::LiveText;
pub use notice::Notice;
pub(crate) use notice::standing_for;
pub use page::{Page, PageRow};
pub use record::{Alternate, Record};
pub use related::Related;
pub use resolve::Found;
use row::Row;
use shape::{Shape, Shapes, written};
pub use stated::{HashRun, Stated, StatedDigest, StatementHead};
pub(crate) use stated::{head, signed};
pub use touched::Touched;
pub use trace::{PublishedAct, Trace};
pub use version::Version;

use crate::entity::journal_head;
use crate::location::Access;
use crate::near::Near;
use crate::{Location, StatementCount, StoreError, StoreName, migrate};

/// The read-only handle of the published store: all that delivery holds. SQLite opens the file read-only;
/// PostgreSQL reads as a role that may only SELECT, and only here.
#[derive(Clone, Debug)]
pub struct PublishedStore {
    pub(crate) db: DatabaseConnection,
    /// The file, for what is found at once.
    near: Option<Arc<Near>>,
    shapes: Arc<Shapes>,
    statements: StatementCount,
}

impl PublishedStore {
    /// Opens a migrated record for reading.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let missing = location.file(StoreName::Published).filter(|file| !file.is_file());
        if let Some(file) = missing {
            return Err(StoreError::NotMigrated {
                place: file.display().to_string(),
                detail: "there is no such file".to_owned(),
            });
        }
        let store = Self::reading(location.connect(StoreName::Published, Access::Read).await?, location).await?;
        let near = location.file(StoreName::Published).map(|file| Arc::new(Near::new(file)));
        Ok(Self { near, ..store })
    }

    /// The handle over a connection that shows the content tables under their own names.
    pub(crate) async fn reading(mut db: DatabaseConnection, location: &Location) -> Result<Self, StoreError> {
        let statements = StatementCount::default();
        let counter = statements.clone();
        db.set_metric_callback(move |_| counter.add_one());
        migrate::check(&db, location, StoreName::Published).await?;
        Ok(Self { db, near: None, shapes: Arc::default(), statements })
    }

    /// Counts the statements this handle runs.
    pub fn statements(&self) -> &StatementCount {
        &self.statements
    }

    /// The `seq` of the last publication; 0 when nothing was published.
    pub async fn last_seq(&self) -> Result<i64, StoreError> {
        let head = journal_head::Entity::find().one(&self.db).await?;
        head.map(|row| row.seq).ok_or_else(|| StoreError::corrupt("journal_head", "its row is missing"))
    }

    /// Tries to run `sql`, to show what this handle is refused.
    pub(crate) async fn try_raw(&self, sql: &str) -> Result<(), StoreError> {
        self.db.execute_unprepared(sql).await?;
        Ok(())
    }

    /// How the database goes about a statement, step by step in its own words.
    async fn explain(&self, query: &impl StatementBuilder) -> Result<Vec<String>, StoreError> {
        let backend = self.db.get_database_backend();
        let mut statement = backend.build(query);
        let (rows, column) = if backend == DbBackend::Sqlite {
            statement.sql = format!("EXPLAIN QUERY PLAN {}", statement.sql);
            (self.db.query_all_raw(statement).await?, 3)
        } else {
            // The plan that serves all values, as it is used: so it does not matter which these are.
            let values = vec!["NULL"; statement.values.map_or(0, |values| values.0.len())].join(", ");
            let connection = self.db.begin().await?;
            connection.execute_unprepared(&format!("PREPARE explained AS {}", statement.sql)).await?;
            let explain = format!("EXPLAIN EXECUTE explained({values})");
            let rows = connection.query_all_raw(Statement::from_string(backend, explain)).await?;
            connection.execute_unprepared("DEALLOCATE explained").await?;
            connection.rollback().await?;
            (rows, 0)
        };
        Ok(rows.iter().map(|row| row.try_get_by_index(column)).collect::<Result<_, _>>()?)
    }

    /// The rows that a statement finds, however long that takes.
    async fn rows(&self, query: &SelectStatement) -> Result<Vec<Row>, StoreError> {
        let (sql, values) = written(self.db.get_database_backend(), query);
        self.pooled(sql, values).await
    }

    /// The few rows that a statement finds by indexes alone: of a file, the thread that asks reads them itself.
    async fn rows_by_index(&self, query: &SelectStatement) -> Result<Vec<Row>, StoreError> {
        let (sql, values) = written(self.db.get_database_backend(), query);
        match &self.near {
            Some(near) => self.found_near(near, &sql, &values),
            None => self.pooled(sql, values).await,
        }
    }

    /// [`Self::rows_by_index`] of the statement that `build` makes, with `values`. With a shape, it is written once.
    async fn rows_of(
        &self,
        shape: Option<Shape>,
        values: impl FnOnce() -> Vec<Value>,
        build: impl FnOnce() -> SelectStatement,
    ) -> Result<Vec<Row>, StoreError> {
        let Some(shape) = shape else { return self.rows_by_index(&build()).await };
        let values = Values(values());
        let sql = self.shapes.sql(self.db.get_database_backend(), shape, &values.0, build);
        match &self.near {
            Some(near) => self.found_near(near, &sql, &values),
            None => self.pooled((*sql).to_owned(), values).await,
        }
    }

    fn found_near(&self, near: &Near, sql: &str, values: &Values) -> Result<Vec<Row>, StoreError> {
        self.statements.add_one();
        Ok(near.rows(sql, values)?.into_iter().map(Row::Near).collect())
    }

    async fn pooled(&self, sql: String, values: Values) -> Result<Vec<Row>, StoreError> {
        let statement = Statement { sql, values: Some(values), db_backend: self.db.get_database_backend() };
        Ok(self.db.query_all_raw(statement).await?.into_iter().map(Row::Pooled).collect())
    }
}

#[cfg(test)]
mod tests {
    use griot_testbed::{Backend, Place};
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("UPDATE journal_head SET seq = 99")]
    #[case("DELETE FROM journal")]
    #[case("INSERT INTO journal_head VALUES (2, 2)")]
    #[case("CREATE TABLE mine (id INTEGER)")]
    #[case("DROP TABLE link")]
    #[tokio::test]
    async fn the_reading_handle_is_refused_every_write(
        #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
        #[case] sql: &str,
    ) {
        let database = griot_testbed::database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        crate::migrate(&location).await.unwrap();
        let reader = PublishedStore::open(&location).await.unwrap();
        let refused = reader.try_raw(sql).await.unwrap_err().to_string();
        let reasons = ["readonly", "read-only", "permission denied", "must be owner"];
        assert!(reasons.iter().any(|reason| refused.contains(reason)), "{refused}");
        assert_eq!(reader.last_seq().await.unwrap(), 0);
    }
}
