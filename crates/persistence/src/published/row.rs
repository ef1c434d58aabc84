//! Rows, from wherever they come.

use std::borrow::Cow;

use rusqlite::types::Value as Cell;
use sea_orm::{QueryResult, TryGetable};
use uuid::Uuid;

use crate::StoreError;
use crate::near::Cells;

/// A row that a read found.
pub(super) enum Row {
    /// Through a pool.
    Pooled(QueryResult),
    /// In a file, by the thread that asked.
    Near(Cells),
}

impl Row {
    /// The value of a column, by its place.
    pub fn get<T: Column>(&self, index: usize) -> Result<T, StoreError> {
        match self {
            Self::Pooled(row) => Ok(row.try_get_by_index(index)?),
            Self::Near(cells) => {
                let value = cells.get(index).and_then(T::of);
                value.ok_or_else(|| StoreError::corrupt("a row", format_args!("column {index} is of another type")))
            }
        }
    }

    /// A text, by the place of its column.
    pub fn text(&self, index: usize) -> Result<Cow<'_, str>, StoreError> {
        match self {
            Self::Near(cells) => match cells.get(index) {
                Some(Cell::Text(text)) => Ok(Cow::Borrowed(text)),
                _ => self.get(index).map(Cow::Owned),
            },
            Self::Pooled(_) => self.get(index).map(Cow::Owned),
        }
    }
}

/// What a column can be read as.
pub(super) trait Column: TryGetable {
    /// The value of a cell of SQLite; `None` when it is of another type.
    fn of(cell: &Cell) -> Option<Self>;
}

impl Column for i64 {
    fn of(cell: &Cell) -> Option<Self> {
        let Cell::Integer(value) = cell else { return None };
        Some(*value)
    }
}

impl Column for i32 {
    fn of(cell: &Cell) -> Option<Self> {
        i64::of(cell)?.try_into().ok()
    }
}

impl Column for bool {
    fn of(cell: &Cell) -> Option<Self> {
        Some(i64::of(cell)? != 0)
    }
}

impl Column for String {
    fn of(cell: &Cell) -> Option<Self> {
        let Cell::Text(value) = cell else { return None };
        Some(value.clone())
    }
}

impl Column for Uuid {
    fn of(cell: &Cell) -> Option<Self> {
        let Cell::Blob(value) = cell else { return None };
        Self::from_slice(value).ok()
    }
}

impl<T: Column> Column for Option<T> {
    fn of(cell: &Cell) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            cell => T::of(cell).map(Some),
        }
    }
}
