//! What is known of a hook.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Counts since the start, and how far it is.
#[derive(Debug)]
pub(crate) struct PurgeFigures {
    pub name: String,
    /// Calls that were confirmed.
    pub confirmed: AtomicU64,
    /// Calls that were not.
    pub failed: AtomicU64,
    /// Whether this process tells the hook, and not another one that shares the folder of places.
    pub is_active: AtomicBool,
    /// The last publication that was confirmed; -1 before it is known, and where nothing ever was.
    pub seq: AtomicI64,
    /// The last publication that was confirmed again, after answers under way have come in; or -1 likewise.
    pub settled_seq: AtomicI64,
    waiting_since: Mutex<Option<Instant>>,
}

impl PurgeFigures {
    pub fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            confirmed: AtomicU64::new(0),
            failed: AtomicU64::new(0),
            is_active: AtomicBool::new(false),
            seq: AtomicI64::new(-1),
            settled_seq: AtomicI64::new(-1),
            waiting_since: Mutex::default(),
        }
    }

    /// Something has to be confirmed from now on, if nothing had to be before.
    pub fn wait(&self) {
        self.waiting().get_or_insert_with(Instant::now);
    }

    /// How far it is; `is_all` when nothing more is to be confirmed.
    pub fn reach(&self, settled_seq: i64, seq: i64, is_all: bool) {
        self.settled_seq.store(settled_seq, Ordering::Relaxed);
        self.seq.store(seq, Ordering::Relaxed);
        if is_all {
            *self.waiting() = None;
        }
    }

    /// How long something has been waiting for confirmation.
    pub fn waits_for(&self) -> Duration {
        self.waiting().map_or(Duration::ZERO, |since| since.elapsed())
    }

    fn waiting(&self) -> std::sync::MutexGuard<'_, Option<Instant>> {
        self.waiting_since.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
