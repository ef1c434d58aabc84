//! Where a process keeps its index: several may work on one data folder, each with an index of its own.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};

use crate::error::SearchError;

/// Most processes that keep an index in one folder.
pub(crate) const MOST: usize = 64;

const LOCK: &str = "in-use";
const REQUEST: &str = "make-anew";

/// A numbered folder that no other process uses while this is held.
#[derive(Debug)]
pub(crate) struct Slot {
    folder: PathBuf,
    /// The system gives the lock back when the process ends, however it ends.
    _lock: File,
}

impl Slot {
    /// Takes the first free folder in `dir`.
    pub fn take(dir: &Path) -> Result<Self, SearchError> {
        for number in 0..MOST {
            let folder = dir.join(number.to_string());
            let failed = |source| SearchError::Files { place: folder.clone(), source };
            make_private(&folder).map_err(failed)?;
            let lock =
                File::options().create(true).truncate(false).write(true).open(folder.join(LOCK)).map_err(failed)?;
            match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => return Ok(Self { folder, _lock: lock }),
                Err(rustix::io::Errno::WOULDBLOCK) => {}
                Err(errno) => return Err(failed(errno.into())),
            }
        }
        Err(SearchError::NoPlace(dir.to_owned()))
    }

    /// Asks every process that keeps an index in `dir` to make it anew, and removes the indexes that nobody uses. Returns
    /// how many were asked.
    pub fn ask_for_new(dir: &Path) -> Result<usize, SearchError> {
        let mut asked = 0;
        for number in 0..MOST {
            let folder = dir.join(number.to_string());
            let failed = |source| SearchError::Files { place: folder.clone(), source };
            let lock = match File::options().write(true).open(folder.join(LOCK)) {
                Ok(lock) => lock,
                Err(err) if err.kind() == std::io::ErrorKind::NotFound => continue,
                Err(err) => return Err(failed(err)),
            };
            match flock(&lock, FlockOperation::NonBlockingLockExclusive) {
                Ok(()) => Self { folder, _lock: lock }.empty()?,
                Err(rustix::io::Errno::WOULDBLOCK) => {
                    fs::write(folder.join(REQUEST), b"").map_err(failed)?;
                    asked += 1;
                }
                Err(errno) => return Err(failed(errno.into())),
            }
        }
        Ok(asked)
    }

    /// Whether somebody asked for a new index since the last time this was looked at.
    pub fn is_asked(&self) -> bool {
        fs::remove_file(self.folder.join(REQUEST)).is_ok()
    }

    /// The folder of the files of the index.
    pub fn index(&self) -> PathBuf {
        self.folder.join("index")
    }

    /// Makes an empty folder for the files of the index.
    pub fn empty(&self) -> Result<(), SearchError> {
        let place = self.index();
        let failed = |source| SearchError::Files { place: place.clone(), source };
        if place.symlink_metadata().is_ok() {
            let removed = if place.is_dir() { fs::remove_dir_all(&place) } else { fs::remove_file(&place) };
            removed.map_err(failed)?;
        }
        make_private(&place).map_err(failed)
    }
}

fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_taker_has_a_folder_of_its_own() {
        let dir = tempfile::tempdir().unwrap();
        let first = Slot::take(dir.path()).unwrap();
        let second = Slot::take(dir.path()).unwrap();
        assert_ne!(first.index(), second.index());
        assert_eq!(Slot::ask_for_new(dir.path()).unwrap(), 2);
        assert!(first.is_asked() && !first.is_asked() && second.is_asked());
        let place = first.index();
        drop(first);
        assert_eq!(Slot::take(dir.path()).unwrap().index(), place);
    }
}
