//! SQL statements: how many were run, so that a test can say what a page costs, and how few shapes they have.

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

/// The list filled up with its last item to a power of two, so that lists of all lengths share few statements and
/// the databases' statement caches hit.
pub(crate) fn padded<T: Copy>(items: &[T]) -> Vec<T> {
    let Some(last) = items.last() else { return Vec::new() };
    let mut padded = items.to_vec();
    padded.resize(items.len().next_power_of_two(), *last);
    padded
}
