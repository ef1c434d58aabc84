//! Where fetched files are kept, and what may be kept.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use griot_domain::AssetFile;
use sha2::{Digest, Sha256};

/// Bytes needed to tell the type of a file.
pub(super) const HEAD: usize = 32;

/// Types that are kept, told by what the file begins with and by nothing else.
pub(super) fn sniff(head: &[u8]) -> Option<Kind> {
    let at = |from: usize, expected: &[u8]| head.get(from..from + expected.len()) == Some(expected);
    let kind = |mime_type, extension| Some(Kind { mime_type, extension });
    if at(0, b"\x89PNG\r\n\x1a\n") {
        return kind("image/png", "png");
    }
    if at(0, b"\xff\xd8\xff") {
        return kind("image/jpeg", "jpg");
    }
    if at(0, b"GIF87a") || at(0, b"GIF89a") {
        return kind("image/gif", "gif");
    }
    if at(0, b"RIFF") && at(8, b"WEBP") {
        return kind("image/webp", "webp");
    }
    if at(0, b"%PDF-") {
        return kind("application/pdf", "pdf");
    }
    if at(4, b"ftyp") {
        // The major brand, then, behind a version, the compatible ones.
        let brands = [head.get(8..12), head.get(16..20), head.get(20..24), head.get(24..28)];
        let has = |wanted: &[&[u8]]| brands.iter().flatten().any(|brand| wanted.contains(brand));
        if has(&[b"avif", b"avis"]) {
            return kind("image/avif", "avif");
        }
        if has(&[b"isom", b"iso2", b"iso4", b"iso5", b"iso6", b"mp41", b"mp42", b"avc1", b"M4V ", b"dash", b"MSNV"]) {
            return kind("video/mp4", "mp4");
        }
    }
    None
}

/// A type of file that is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) mime_type: &'static str,
    extension: &'static str,
}

/// A file being written under a name nobody asks for.
pub(super) struct Incoming {
    folder: PathBuf,
    temporary: PathBuf,
    file: File,
    hash: Sha256,
    pub(super) length: u64,
    is_done: bool,
}

impl Incoming {
    pub(super) fn create(folder: &Path) -> io::Result<Self> {
        let temporary = folder.join(format!(".{}.part", random_name()?));
        let file = File::options().write(true).create_new(true).open(&temporary)?;
        Ok(Self { folder: folder.to_owned(), temporary, file, hash: Sha256::new(), length: 0, is_done: false })
    }

    pub(super) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.file.write_all(bytes)?;
        self.hash.update(bytes);
        self.length += bytes.len() as u64;
        Ok(())
    }

    /// Gives the file its name: 128 random bits, so that it cannot be guessed, and the extension of its type.
    pub(super) fn keep(mut self, kind: Kind) -> io::Result<AssetFile> {
        self.file.sync_all()?;
        let stored = format!("{}.{}", random_name()?, kind.extension);
        let size = kind.mime_type.starts_with("image/").then(|| imagesize::size(&self.temporary).ok()).flatten();
        fs::rename(&self.temporary, self.folder.join(&stored))?;
        self.is_done = true;
        let side = |side: usize| u32::try_from(side).ok();
        Ok(AssetFile {
            name: None,
            mime_type: Some(kind.mime_type.to_owned()),
            byte_size: Some(self.length),
            sha256: Some(hex(&std::mem::take(&mut self.hash).finalize())),
            width: size.and_then(|size| side(size.width)),
            height: size.and_then(|size| side(size.height)),
            stored: Some(stored),
        })
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.is_done {
            // What cannot be removed now is a hidden file that nothing refers to.
            let _ = fs::remove_file(&self.temporary);
        }
    }
}

fn random_name() -> io::Result<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes).map_err(io::Error::other)?;
    Ok(hex(&bytes))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case(b"\x89PNG\r\n\x1a\nIHDR", Some("image/png"))]
    #[case(b"\xff\xd8\xff\xe0", Some("image/jpeg"))]
    #[case(b"GIF89a<script>", Some("image/gif"))]
    #[case(b"RIFF\0\0\0\0WEBPVP8 ", Some("image/webp"))]
    #[case(b"\0\0\0\x1cftypavif\0\0\0\0mif1", Some("image/avif"))]
    #[case(b"\0\0\0\x18ftypmp42\0\0\0\0isom", Some("video/mp4"))]
    #[case(b"%PDF-1.7", Some("application/pdf"))]
    #[case(b"<svg xmlns=", None)]
    #[case(b"<!DOCTYPE html>", None)]
    #[case(b"PK\x03\x04", None)]
    #[case(b"\0\0\0\x18ftypheic\0\0\0\0heic", None)]
    #[case(b"", None)]
    fn the_first_bytes_tell_the_type(#[case] head: &[u8], #[case] expected: Option<&str>) {
        assert_eq!(sniff(head).map(|kind| kind.mime_type), expected);
    }

    #[test]
    fn a_file_that_is_not_kept_leaves_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let mut incoming = Incoming::create(folder.path()).unwrap();
        incoming.write(b"half").unwrap();
        drop(incoming);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}
