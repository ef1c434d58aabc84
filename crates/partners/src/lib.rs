//! What partner outlets receive. [`Sorter`] follows the journal and notes which items are in which product; [`Quotas`] bound what
//! a partner may ask for, and [`Ledger`] counts what it did.

mod ledger;
mod quota;
mod sorter;

pub use ledger::Ledger;
pub use quota::{Grant, Quotas};
pub use sorter::Sorter;
