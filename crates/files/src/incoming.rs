//! A file on its way in.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use griot_domain::AssetFile;
use sha2::{Digest, Sha256};

use crate::name::{hex, random_hex};
use crate::{FileKind, HEAD, StoredName};

/// A file being written under a name nobody asks for. Dropped before it is kept, it leaves nothing behind.
pub struct Incoming {
    folder: PathBuf,
    temporary: PathBuf,
    file: File,
    head: Vec<u8>,
    hash: Sha256,
    length: u64,
    is_kept: bool,
}

impl Incoming {
    /// Begins a file that whoever may read the folder may read.
    pub fn create(folder: &Path) -> io::Result<Self> {
        Self::begin(folder, 0o666)
    }

    /// Begins a file for this account alone.
    pub fn private(folder: &Path) -> io::Result<Self> {
        Self::begin(folder, 0o600)
    }

    fn begin(folder: &Path, mode: u32) -> io::Result<Self> {
        let temporary = folder.join(format!(".{}.part", random_hex()?));
        let mut options = File::options();
        options.read(true).write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, mode);
        #[cfg(not(unix))]
        let _ = mode;
        let file = options.open(&temporary)?;
        let head = Vec::with_capacity(HEAD);
        Ok(Self { folder: folder.to_owned(), temporary, file, head, hash: Sha256::new(), length: 0, is_kept: false })
    }

    /// Takes what comes next.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        self.head.extend(bytes.iter().take(HEAD - self.head.len()));
        Ok(())
    }

    /// Bytes taken so far.
    pub fn length(&self) -> u64 {
        self.length
    }

    /// What it is, as far as its first bytes tell.
    pub fn kind(&self) -> Option<FileKind> {
        FileKind::sniff(&self.head)
    }

    /// Whether nothing that comes can make it a file that is kept.
    pub fn is_hopeless(&self) -> bool {
        self.head.len() == HEAD && self.kind().is_none()
    }

    /// Width and height in pixels as the header of an image says, which is not decoded.
    pub fn size(&self) -> Option<(u32, u32)> {
        let size = imagesize::size(&self.temporary).ok()?;
        Some((size.width.try_into().ok()?, size.height.try_into().ok()?))
    }

    /// Gives the file its name, on the disk for good, and tells the facts about it.
    pub fn keep(mut self, kind: FileKind) -> io::Result<AssetFile> {
        self.file.sync_all()?;
        let stored = StoredName::random(kind)?;
        let size = if kind.is_image() { self.size() } else { None };
        fs::rename(&self.temporary, self.folder.join(stored.as_str()))?;
        self.is_kept = true;
        // The name is in the folder; without this it might not be after a power cut.
        File::open(&self.folder)?.sync_all()?;
        Ok(AssetFile {
            name: None,
            mime_type: Some(kind.mime_type.to_owned()),
            byte_size: Some(self.length),
            sha256: Some(hex(&std::mem::take(&mut self.hash).finalize())),
            width: size.map(|(width, _)| width),
            height: size.map(|(_, height)| height),
            stored: Some(stored.as_str().to_owned()),
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_kept {
            // What cannot be removed now is a hidden file that nothing refers to.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_not_kept_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut incoming = Incoming::create(folder.path()).unwrap();
        incoming.write(b"half").unwrap();
        drop(incoming);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn the_type_is_told_as_soon_as_it_can_be() {
        let folder = tempfile::tempdir().unwrap();
        let mut incoming = Incoming::create(folder.path()).unwrap();
        incoming.write(b"<svg xmlns=\"http://www.w3.org").unwrap();
        assert!(!incoming.is_hopeless(), "bytes are missing");
        incoming.write(b"/2000/svg\">").unwrap();
        assert!(incoming.is_hopeless());
    }
}
