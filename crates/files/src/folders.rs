//! The two folders, and the way from one to the other.

use std::fs::{self, DirBuilder, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use crate::{Incoming, StoredName};

/// Where the files of a record lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folders {
    uploads: PathBuf,
    media: PathBuf,
}

impl Folders {
    /// Those of a data folder.
    pub fn of(data: &Path) -> Self {
        Self { uploads: data.join("uploads"), media: data.join("media") }
    }

    /// What delivery may serve.
    pub fn media(&self) -> &Path {
        &self.media
    }

    /// What is not public yet.
    pub fn uploads(&self) -> &Path {
        &self.uploads
    }

    /// Makes both; that of uploads for this account alone.
    pub fn prepare(&self) -> io::Result<()> {
        fs::create_dir_all(&self.media)?;
        let mut builder = DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.uploads)?;
        // One that was there already may have been made by hand.
        set_mode(&self.uploads, 0o700)
    }

    /// Begins an upload.
    pub fn receive(&self) -> io::Result<Incoming> {
        Incoming::private(&self.uploads)
    }

    /// Moves an upload to where delivery reads. Done again, or after a crash on the way, it changes nothing; `false` when
    /// neither folder has the file.
    pub fn release(&self, name: &StoredName) -> io::Result<bool> {
        let (from, to) = (self.uploads.join(name.as_str()), self.media.join(name.as_str()));
        // Before it is public, or a reader could be refused in between.
        match set_mode(&from, 0o644) {
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(to.is_file()),
            outcome => outcome?,
        }
        match fs::rename(&from, &to) {
            Ok(()) => {}
            Err(err) if err.kind() == ErrorKind::NotFound => return Ok(to.is_file()),
            Err(err) if err.kind() == ErrorKind::CrossesDevices => self.copy_over(name, &from, &to)?,
            Err(err) => return Err(err),
        }
        File::open(&self.media)?.sync_all()?;
        File::open(&self.uploads)?.sync_all()?;
        Ok(true)
    }

    /// The way between two disks: what stands under the name is whole.
    fn copy_over(&self, name: &StoredName, from: &Path, to: &Path) -> io::Result<()> {
        let temporary = self.media.join(format!(".{name}.part"));
        fs::copy(from, &temporary)?;
        File::open(&temporary)?.sync_all()?;
        fs::rename(&temporary, to)?;
        File::open(&self.media)?.sync_all()?;
        fs::remove_file(from)
    }

    /// Removes a file wherever it lies.
    pub fn remove(&self, name: &StoredName) -> io::Result<()> {
        for folder in [&self.uploads, &self.media] {
            match fs::remove_file(folder.join(name.as_str())) {
                Err(err) if err.kind() != ErrorKind::NotFound => return Err(err),
                _ => {}
            }
        }
        Ok(())
    }

    /// Removes an upload; a file that is public stays.
    pub fn discard(&self, name: &StoredName) -> io::Result<()> {
        match fs::remove_file(self.uploads.join(name.as_str())) {
            Err(err) if err.kind() != ErrorKind::NotFound => Err(err),
            _ => Ok(()),
        }
    }

    /// Removes uploads that broke off in a crash, and answers the names of those that are older than `age` and whole.
    pub fn old_uploads(&self, age: Duration) -> io::Result<Vec<StoredName>> {
        let before = SystemTime::now().checked_sub(age).unwrap_or(SystemTime::UNIX_EPOCH);
        let mut names = Vec::new();
        for file in fs::read_dir(&self.uploads)? {
            let file = file?;
            let Ok(facts) = file.metadata() else { continue };
            if !facts.is_file() || facts.modified()? > before {
                continue;
            }
            let name = file.file_name();
            let Some(name) = name.to_str() else { continue };
            match StoredName::parse(name) {
                Some(name) => names.push(name),
                None if name.starts_with('.') && name.ends_with(".part") => fs::remove_file(file.path())?,
                None => {}
            }
        }
        Ok(names)
    }
}

#[cfg(unix)]
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode))
}

#[cfg(not(unix))]
fn set_mode(path: &Path, _mode: u32) -> io::Result<()> {
    fs::metadata(path).map(|_| ())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folders() -> (tempfile::TempDir, Folders) {
        let data = tempfile::tempdir().unwrap();
        let folders = Folders::of(data.path());
        folders.prepare().unwrap();
        (data, folders)
    }

    fn kept(folders: &Folders) -> StoredName {
        let mut incoming = folders.receive().unwrap();
        incoming.write(b"%PDF-1.7 \n").unwrap();
        let kind = incoming.kind().unwrap();
        StoredName::parse(&incoming.keep(kind).unwrap().stored.unwrap()).unwrap()
    }

    #[test]
    fn a_file_is_released_once_and_again_without_harm() {
        let (_data, folders) = folders();
        let name = kept(&folders);
        assert!(!folders.media().join(name.as_str()).exists());
        for _ in 0..2 {
            assert!(folders.release(&name).unwrap());
            assert_eq!(fs::read(folders.media().join(name.as_str())).unwrap(), b"%PDF-1.7 \n");
            assert!(!folders.uploads().join(name.as_str()).exists());
        }
        folders.remove(&name).unwrap();
        assert!(!folders.release(&name).unwrap());
    }

    #[test]
    fn what_broke_off_is_removed_and_what_is_whole_is_named() {
        let (_data, folders) = folders();
        let name = kept(&folders);
        fs::write(folders.uploads().join(".0f.part"), b"half").unwrap();
        assert_eq!(folders.old_uploads(Duration::from_secs(3_600)).unwrap(), []);
        assert_eq!(folders.old_uploads(Duration::ZERO).unwrap(), [name]);
        assert_eq!(fs::read_dir(folders.uploads()).unwrap().count(), 1);
    }

    #[cfg(unix)]
    #[test]
    fn uploads_are_their_owners_alone() {
        use std::os::unix::fs::PermissionsExt;
        let (_data, folders) = folders();
        let name = kept(&folders);
        let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode(folders.uploads()), 0o700);
        assert_eq!(mode(&folders.uploads().join(name.as_str())), 0o600);
        folders.release(&name).unwrap();
        assert_eq!(mode(&folders.media().join(name.as_str())), 0o644);
    }
}
