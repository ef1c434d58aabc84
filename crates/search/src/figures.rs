//! What is counted of searching.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

/// Counts since the start, and the state of the index.
#[derive(Debug, Default)]
pub struct Figures {
    queries: AtomicU64,
    micros: AtomicU64,
    rebuilds: AtomicU64,
    documents: AtomicU64,
    followed: AtomicI64,
    published: AtomicI64,
}

impl Figures {
    /// Searches answered.
    pub fn queries(&self) -> u64 {
        self.queries.load(Ordering::Relaxed)
    }

    /// Time they took in all.
    pub fn time(&self) -> Duration {
        Duration::from_micros(self.micros.load(Ordering::Relaxed))
    }

    /// Times an index was made from nothing, the first time included.
    pub fn rebuilds(&self) -> u64 {
        self.rebuilds.load(Ordering::Relaxed)
    }

    /// Texts in the index.
    pub fn documents(&self) -> u64 {
        self.documents.load(Ordering::Relaxed)
    }

    /// Publications that the index has not taken in, as far as is known.
    pub fn lag(&self) -> u64 {
        let (published, followed) = (self.published.load(Ordering::Relaxed), self.followed.load(Ordering::Relaxed));
        u64::try_from(published - followed).unwrap_or_default()
    }

    pub(crate) fn note_query(&self, time: Duration) {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(u64::try_from(time.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    pub(crate) fn note_rebuild(&self) {
        self.rebuilds.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn note_index(&self, followed: i64, documents: u64) {
        self.followed.store(followed, Ordering::Relaxed);
        self.documents.store(documents, Ordering::Relaxed);
    }

    pub(crate) fn note_published(&self, seq: i64) {
        self.published.fetch_max(seq, Ordering::Relaxed);
    }
}
