//! Counting SQL statements, so that a test can say how many a page costs.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The number of statements a store has run.
#[derive(Clone, Debug, Default)]
pub struct StatementCount(Arc<AtomicU64>);

impl StatementCount {
    pub(crate) fn add_one(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// Statements run since the store was opened.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}
