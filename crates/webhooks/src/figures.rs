//! Figures of a sender.

use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use chrono::{DateTime, Utc};
use griot_persistence::QueueFigures;

/// What a sender did, and what waits for it.
#[derive(Debug, Default)]
pub struct Figures {
    delivered: AtomicU64,
    failed: AtomicU64,
    is_leading: AtomicBool,
    queue: Mutex<QueueFigures>,
}

impl Figures {
    /// Attempts that arrived, and those that did not.
    pub fn attempts(&self) -> [(&'static str, u64); 2] {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        [("delivered", of(&self.delivered)), ("failed", of(&self.failed))]
    }

    /// Whether this process is the one that sends.
    pub fn is_leading(&self) -> bool {
        self.is_leading.load(Ordering::Relaxed)
    }

    /// How much waited some seconds ago.
    pub fn queue(&self) -> QueueFigures {
        self.queue.lock().map(|queue| *queue).unwrap_or_default()
    }

    /// For how many seconds the oldest has waited.
    pub fn oldest_seconds(&self, now: DateTime<Utc>) -> i64 {
        self.queue().oldest.map_or(0, |at| (now - at).num_seconds().max(0))
    }

    pub(crate) fn count(&self, is_delivered: bool) {
        let count = if is_delivered { &self.delivered } else { &self.failed };
        count.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn lead(&self, is_leading: bool) {
        self.is_leading.store(is_leading, Ordering::Relaxed);
    }

    pub(crate) fn note(&self, queue: QueueFigures) {
        if let Ok(mut kept) = self.queue.lock() {
            *kept = queue;
        }
    }
}
