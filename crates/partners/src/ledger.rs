//! Counts of what partners asked for, until they are written down.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use griot_persistence::{PartnerStore, StoreError, Usage, UsageOf};

/// Counts in memory, so that nobody waits for a store to be told.
#[derive(Debug, Default)]
pub struct Ledger {
    counts: Mutex<HashMap<UsageOf, Usage>>,
}

impl Ledger {
    /// Adds to what is counted.
    pub fn add(&self, of: UsageOf, more: Usage) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let usage = counts.entry(of).or_default();
        usage.requests += more.requests;
        usage.refused += more.refused;
        usage.errors += more.errors;
        usage.items += more.items;
        usage.bytes += more.bytes;
    }

    /// Writes down what was counted since the last time; what cannot be written is kept for the next.
    pub async fn write_down(&self, store: &PartnerStore) -> Result<(), StoreError> {
        let counts = std::mem::take(&mut *self.counts.lock().unwrap_or_else(PoisonError::into_inner));
        let mut counts: Vec<(UsageOf, Usage)> = counts.into_iter().collect();
        // In one order, so that two processes wait for each other and never in a circle.
        counts.sort_by(|(a, _), (b, _)| a.cmp(b));
        let written = store.add_usage(&counts).await;
        if written.is_err() {
            counts.into_iter().for_each(|(of, usage)| self.add(of, usage));
        }
        written
    }
}
