//! What partner outlets receive. [`Sorter`] follows the journal and notes which items are in which product; [`Quotas`] bound what
//! a partner may ask for, [`Ledger`] counts what it did, and [`Cursors`] write down how far it has been told.

mod cursor;
mod judge;
mod ledger;
mod quota;
mod sorter;

pub use cursor::{CursorError, Cursors, Place, Scope};
pub use judge::{Judge, Judged};
pub use ledger::Ledger;
pub use quota::{Grant, Quotas};
pub use sorter::Sorter;
