//! Reads of a SQLite file by the thread that asks. SQLx hands every statement to a thread of its own and every row back, which
//! costs many times what finding a few rows by an index does.

use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::types::{ToSql, ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{Connection, OpenFlags};
use sea_orm::sea_query::{Value, Values};
use sea_orm::{DbErr, RuntimeErr};

use crate::location::{MAPPED_BYTES, READERS_CACHE};

/// One row, cell by cell.
pub(crate) type Cells = Vec<Cell>;

/// Connections that only read one file. There are as many as threads that ever read at the same time.
#[derive(Debug)]
pub(crate) struct Near {
    file: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

/// Statements a connection keeps prepared; reads have a few dozen shapes.
const STATEMENTS: usize = 512;

impl Near {
    /// A reader of `file`, which need not be there yet.
    pub fn new(file: PathBuf) -> Self {
        Self { file, idle: Mutex::default() }
    }

    /// All rows that `sql` finds. It holds the thread up while it looks: for what an index leads to at once.
    pub fn rows(&self, sql: &str, values: &Values) -> Result<Vec<Cells>, DbErr> {
        let kept = self.lock().pop();
        let connection = kept.map_or_else(|| self.connect(), Ok).map_err(failed)?;
        let rows = find(&connection, sql, values).map_err(failed);
        // One whose statement failed is as good as any: it holds no transaction.
        self.lock().push(connection);
        rows
    }

    fn connect(&self) -> rusqlite::Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(&self.file, flags)?;
        // Else a statement is planned anew whenever another limit, or what might be another one, is bound to it.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        connection.busy_timeout(Duration::from_secs(5))?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(&format!(
            "PRAGMA query_only = ON; PRAGMA trusted_schema = OFF; PRAGMA mmap_size = {MAPPED_BYTES}; PRAGMA cache_size = \
             {READERS_CACHE}"
        ))?;
        Ok(connection)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn find(connection: &Connection, sql: &str, values: &Values) -> rusqlite::Result<Vec<Cells>> {
    let mut statement = connection.prepare_cached(sql)?;
    for (position, value) in values.iter().enumerate() {
        statement.raw_bind_parameter(position + 1, Bound(value))?;
    }
    let width = statement.column_count();
    let mut found = Vec::new();
    let mut rows = statement.raw_query();
    while let Some(row) = rows.next()? {
        let cells = (0..width).map(|column| row.get_ref(column).map(Cell::try_from)?.map_err(Into::into));
        found.push(cells.collect::<rusqlite::Result<_>>()?);
    }
    Ok(found)
}

fn failed(err: rusqlite::Error) -> DbErr {
    DbErr::Query(RuntimeErr::Internal(err.to_string()))
}

/// A value of a statement, as SQLx would bind it.
struct Bound<'a>(&'a Value);

impl ToSql for Bound<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        let bound = match self.0 {
            Value::Bool(value) => value.map(|value| ValueRef::Integer(value.into())),
            Value::Int(value) => value.map(|value| ValueRef::Integer(value.into())),
            Value::BigInt(value) => value.map(ValueRef::Integer),
            Value::BigUnsigned(value) => {
                let value = value.map(i64::try_from).transpose();
                value.map_err(|err| rusqlite::Error::ToSqlConversionFailure(err.into()))?.map(ValueRef::Integer)
            }
            Value::String(value) => value.as_deref().map(|value| ValueRef::Text(value.as_bytes())),
            Value::Uuid(value) => value.as_ref().map(|value| ValueRef::Blob(value.as_bytes())),
            other => {
                let message = format!("no read binds a value like {other:?}");
                return Err(rusqlite::Error::ToSqlConversionFailure(message.into()));
            }
        };
        Ok(ToSqlOutput::Borrowed(bound.unwrap_or(ValueRef::Null)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file() -> (tempfile::TempDir, Near) {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("some.db");
        let writer = Connection::open(&file).unwrap();
        writer
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE t (a); INSERT INTO t VALUES (1), ('é'), (NULL), (x'00ff')",
            )
            .unwrap();
        (folder, Near::new(file))
    }

    #[test]
    fn cells_come_as_they_are_kept() {
        let (_folder, near) = file();
        let found = near.rows("SELECT a, ? FROM t", &Values(vec![Value::from("b")])).unwrap();
        let kept = [Cell::Integer(1), Cell::Text("é".to_owned()), Cell::Null, Cell::Blob(vec![0, 255])];
        assert_eq!(found, kept.map(|cell| vec![cell, Cell::Text("b".to_owned())]));
    }

    #[test]
    fn nothing_can_be_written_and_a_refusal_costs_no_connection() {
        let (_folder, near) = file();
        for sql in ["DELETE FROM t", "INSERT INTO t VALUES (2)", "CREATE TABLE u (a)", "DROP TABLE t"] {
            let refused = near.rows(sql, &Values(Vec::new())).unwrap_err().to_string();
            assert!(refused.contains("readonly"), "{sql}: {refused}");
        }
        assert_eq!(near.rows("SELECT a FROM t", &Values(Vec::new())).unwrap().len(), 4);
        assert_eq!(near.lock().len(), 1);
    }

    #[test]
    fn a_value_no_read_binds_is_refused_by_its_name() {
        let (_folder, near) = file();
        let refused = near.rows("SELECT ?", &Values(vec![Value::from(1.5)])).unwrap_err().to_string();
        assert!(refused.contains("Double"), "{refused}");
    }
}
