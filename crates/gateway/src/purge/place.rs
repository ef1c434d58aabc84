//! How far a hook has been told, on disk.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

/// A place in the journal, and in the changes of trusted documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Number of the last publication told; 0 before the first.
    pub seq: i64,
    /// When that was made: a record that was exchanged has another one under the number.
    pub at: Option<DateTime<Utc>>,
    /// Number of the last change of trusted documents told.
    pub operations: i64,
}

/// The place of the hook `name` that is kept in `folder`; `None` when none is, or what is there cannot be read.
pub fn place_of(folder: &Path, name: &str) -> Option<Place> {
    serde_json::from_slice(&std::fs::read(file_of(folder, name)).ok()?).ok()
}

fn file_of(folder: &Path, name: &str) -> PathBuf {
    folder.join(format!("{name}.json"))
}

/// Keeps the place of one hook; no other process does at the same time.
pub(super) struct Keeper {
    folder: PathBuf,
    name: String,
    _lock: File,
}

impl Keeper {
    /// `None` while another process keeps it.
    pub fn open(folder: &Path, name: &str) -> std::io::Result<Option<Self>> {
        std::fs::create_dir_all(folder)?;
        let lock = OpenOptions::new().create(true).append(true).open(folder.join(format!("{name}.lock")))?;
        match lock.try_lock() {
            Ok(()) => Ok(Some(Self { folder: folder.to_owned(), name: name.to_owned(), _lock: lock })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(error),
        }
    }

    pub fn load(&self) -> Option<Place> {
        place_of(&self.folder, &self.name)
    }

    /// Replaces the place. When it returns the new one is on disk; after an error, or a crash before, the old one is.
    pub fn save(&self, place: &Place) -> std::io::Result<()> {
        let file = file_of(&self.folder, &self.name);
        let new = self.folder.join(format!("{}.new", self.name));
        let mut writer = File::create(&new)?;
        writer.write_all(&serde_json::to_vec(place)?)?;
        writer.sync_all()?;
        std::fs::rename(&new, &file)?;
        File::open(&self.folder)?.sync_all()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_at_a_time_keeps_a_place_and_the_next_one_finds_it() {
        let folder = std::env::temp_dir().join(format!("griot-places-{}", std::process::id()));
        let place = Place { seq: 7, at: DateTime::from_timestamp_micros(1_700_000_000_000_001), operations: 2 };
        let keeper = Keeper::open(&folder, "edge").unwrap().expect("nobody keeps it");
        assert!(Keeper::open(&folder, "edge").unwrap().is_none(), "it is kept");
        assert!(Keeper::open(&folder, "other").unwrap().is_some(), "each hook has its own");
        assert_eq!(keeper.load(), None);
        keeper.save(&place).unwrap();
        drop(keeper);
        let next = Keeper::open(&folder, "edge").unwrap().expect("nobody keeps it any more");
        assert_eq!(next.load(), Some(place));
        std::fs::write(folder.join("edge.json"), b"{\"seq\":").unwrap();
        assert_eq!(next.load(), None, "half a file is no place");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
