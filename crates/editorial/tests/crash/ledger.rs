//! What was acknowledged, written down after each answer and before the next request.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Mutex;

use griot_domain::EntryId;

/// One acknowledgement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    pub id: EntryId,
    pub revision: i64,
    /// The number in the headline that was published with it.
    pub published: Option<u64>,
}

pub struct Ledger(Mutex<File>);

impl Ledger {
    pub fn open(path: &Path) -> Self {
        Self(Mutex::new(OpenOptions::new().create(true).append(true).open(path).unwrap()))
    }

    /// On the disk when it returns.
    pub fn write(&self, line: &Line) {
        let published = line.published.map_or_else(|| "-".to_owned(), |number| number.to_string());
        let text = format!("{} {} {published}\n", line.id, line.revision);
        let mut file = self.0.lock().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        file.sync_data().unwrap();
    }
}

/// All whole lines; a kill may cut the last one.
pub fn read(path: &Path) -> Vec<Line> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    let whole = text.rfind('\n').map_or("", |end| &text[..end]);
    whole
        .lines()
        .map(|line| {
            let mut words = line.split(' ');
            let mut next = || words.next().expect("three words");
            let (id, revision, published) = (next(), next(), next());
            Line {
                id: id.parse().unwrap(),
                revision: revision.parse().unwrap(),
                published: (published != "-").then(|| published.parse().unwrap()),
            }
        })
        .collect()
}
