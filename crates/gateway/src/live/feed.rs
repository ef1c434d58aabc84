//! The journal as it grows, for whoever listens in this process.

use std::sync::{Arc, Mutex, PoisonError};

use griot_persistence::Change;
use tokio::sync::broadcast::{self, Receiver, Sender};

/// Steps of the journal that a listener may be behind; further ones are lost to it.
const MOST_BEHIND: usize = 256;

/// A step of the journal.
#[derive(Clone, Debug)]
pub(crate) enum Heard {
    /// Publications, in their order and without a gap to the step before.
    Changes(Arc<[Change]>),
    /// What came since the step before is not told one by one: there was too much, or the journal is another one.
    Leap,
}

/// Tells of publications that readers see already.
pub(crate) struct Feed {
    /// Number of the last publication told of; `None` before the journal was looked at.
    seq: Mutex<Option<i64>>,
    sender: Sender<Heard>,
}

impl Default for Feed {
    fn default() -> Self {
        Self { seq: Mutex::default(), sender: broadcast::channel(MOST_BEHIND).0 }
    }
}

impl Feed {
    /// All steps from now on, and the number of the last publication before them.
    pub fn listen(&self) -> Option<(Receiver<Heard>, i64)> {
        let seq = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        seq.map(|seq| (self.sender.subscribe(), seq))
    }

    /// Tells of publications.
    pub fn tell(&self, changes: Arc<[Change]>) {
        if let Some(last) = changes.last() {
            self.step(last.seq, Heard::Changes(Arc::clone(&changes)));
        }
    }

    /// Says that the journal goes on after `seq`.
    pub fn leap(&self, seq: i64) {
        self.step(seq, Heard::Leap);
    }

    fn step(&self, seq: i64, heard: Heard) {
        let mut last = self.seq.lock().unwrap_or_else(PoisonError::into_inner);
        *last = Some(seq);
        // An error says that nobody listens.
        let _ = self.sender.send(heard);
    }
}
