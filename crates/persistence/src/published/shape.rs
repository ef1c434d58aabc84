//! Statements that are asked again and again with other values. Writing the text of one takes longer than running it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use griot_domain::Moment;
use sea_orm::DbBackend;
use sea_orm::sea_query::{PostgresQueryBuilder, SelectStatement, SqliteQueryBuilder, Value, Values};

/// What tells statements apart whose values differ alone. All look at the present.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Shape {
    /// Of how many entries.
    Records(usize),
    /// Of how many editions.
    Bodies(usize),
    /// In how many languages, and whether another one will do.
    Slug(usize, bool),
    /// To how many entries.
    Linking(usize),
    /// By how many things.
    Related(usize),
}

impl Shape {
    /// The shape, when it is the present that is looked at.
    pub fn now(self, moment: Moment) -> Option<Self> {
        (moment == Moment::Now).then_some(self)
    }
}

/// The texts of the statements written so far.
#[derive(Debug, Default)]
pub(super) struct Shapes(RwLock<HashMap<Shape, Arc<str>>>);

impl Shapes {
    /// The text of the statement with this shape; `build` makes one, whose values are `values`.
    pub fn sql(
        &self,
        backend: DbBackend,
        shape: Shape,
        values: &[Value],
        build: impl FnOnce() -> SelectStatement,
    ) -> Arc<str> {
        let known = self.0.read().unwrap_or_else(PoisonError::into_inner).get(&shape).cloned();
        // Wherever this is tested, every statement is written anew and compared.
        if let Some(known) = known.as_ref().filter(|_| !cfg!(debug_assertions)) {
            return Arc::clone(known);
        }
        let (sql, built) = written(backend, &build());
        debug_assert_eq!(values, built.0, "{shape:?}");
        debug_assert!(known.is_none_or(|known| *known == *sql), "{shape:?} stands for two statements");
        let sql: Arc<str> = sql.into();
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(shape, Arc::clone(&sql));
        sql
    }
}

/// A statement as text, and what is bound to it.
pub(super) fn written(backend: DbBackend, query: &SelectStatement) -> (String, Values) {
    match backend {
        DbBackend::Sqlite => query.build(SqliteQueryBuilder),
        _ => query.build(PostgresQueryBuilder),
    }
}
