//! What was acknowledged, written down after each answer and before the next request.

use std::collections::HashMap;
use std::sync::Mutex;

use griot_domain::EntryId;

/// One acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Who asked, as the audit log names them.
    pub author: String,
    pub id: EntryId,
    pub revision: i64,
    /// The number in the headline that was published with it.
    pub published: Option<u64>,
}

/// Kept by the side of the writers, which nobody kills.
#[derive(Default)]
pub struct Ledger(Mutex<Vec<Line>>);

/// What an entry has to be at least.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Least {
    pub revision: i64,
    pub published: Option<u64>,
}

impl Ledger {
    pub fn write(&self, line: Line) {
        self.0.lock().unwrap().push(line);
    }

    pub fn len(&self) -> usize {
        self.0.lock().unwrap().len()
    }

    /// What was acknowledged of each entry.
    pub fn by_entry(&self) -> HashMap<EntryId, Least> {
        let mut found: HashMap<EntryId, Least> = HashMap::new();
        for line in &*self.0.lock().unwrap() {
            let least = found.entry(line.id).or_default();
            least.revision = least.revision.max(line.revision);
            least.published = least.published.max(line.published);
        }
        found
    }

    /// How many acts each writer was told of.
    pub fn by_author(&self) -> HashMap<String, usize> {
        let mut found = HashMap::new();
        for line in &*self.0.lock().unwrap() {
            *found.entry(line.author.clone()).or_default() += 1;
        }
        found
    }
}
