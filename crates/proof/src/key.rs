//! Keys that sign, each in a file of its own.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, SecondsFormat, Utc};
use ring::signature::{Ed25519KeyPair, KeyPair};

use crate::{Jwk, Verifier};

/// The first line of a key file.
const HEAD: &str = "griot signing key 1";
/// Bytes of a key file beyond which it is none.
const MOST: u64 = 4_096;

/// An Ed25519 key that signs statements and checkpoints. It is never printed.
pub struct SigningKey {
    origin: String,
    made_at: DateTime<Utc>,
    pair: Ed25519KeyPair,
}

/// Why a key cannot be used or made.
#[derive(Debug, thiserror::Error)]
#[allow(missing_docs)]
pub enum KeyError {
    #[error("cannot read the signing key {}: {source}", path.display())]
    Unreadable { path: PathBuf, source: std::io::Error },
    #[error(
        "the signing key {} has mode {mode:04o}: its owner alone may read it, and nobody write it; run: chmod 0400 {}",
        path.display(), path.display()
    )]
    Exposed { path: PathBuf, mode: u32 },
    #[error("{} is no signing key: `griot key init` makes one; keep nothing else that ends in .key in this folder", path.display())]
    Malformed { path: PathBuf },
    #[error("cannot write the signing key {}: {source}", path.display())]
    Unwritable { path: PathBuf, source: std::io::Error },
    #[error("the system gives no random bytes: {0}")]
    NoRandom(String),
    #[error("`{0}` cannot be the name of a log: write HOST/PATH without blanks and `+`, such as www.example.org/log")]
    Origin(String),
    #[error("the keys in {} are of different logs, {one} and {other}: keep those of one log in a folder", path.display())]
    Mixed { path: PathBuf, one: String, other: String },
}

impl SigningKey {
    /// Makes a key for the log `origin`, in a new file of `folder` that its owner alone may read, and nobody write.
    /// The folder is made, for its owner only, when it is not there.
    pub fn create(folder: &Path, origin: &str, made_at: DateTime<Utc>) -> Result<(Self, PathBuf), KeyError> {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|err| KeyError::NoRandom(err.to_string()))?;
        let made_at = DateTime::from_timestamp(made_at.timestamp(), 0).unwrap_or(made_at);
        let key = Self::from_seed(origin, made_at, &seed)?;
        let path = folder.join(format!("{}.key", key.id()));
        let unwritable = |source| KeyError::Unwritable { path: path.clone(), source };
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(folder).map_err(unwritable)?;
        let made = made_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let text = format!("{HEAD}\nlog {origin}\nmade {made}\nseed {}\n", STANDARD.encode(seed));
        let mut options = File::options();
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o400);
        let mut file = options.open(&path).map_err(unwritable)?;
        file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(unwritable)?;
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(unwritable)?;
        Ok((key, path))
    }

    /// Reads a key file; refuses one that others may read, or that anybody may write.
    pub fn load(path: &Path) -> Result<Self, KeyError> {
        let unreadable = |source| KeyError::Unreadable { path: path.to_owned(), source };
        let file = File::open(path).map_err(unreadable)?;
        refuse_exposed(&file, path)?;
        let mut text = String::new();
        (&file).take(MOST).read_to_string(&mut text).map_err(unreadable)?;
        let malformed = || KeyError::Malformed { path: path.to_owned() };
        let mut lines = text.lines();
        let mut line = |name: &str| Some(lines.next()?.strip_prefix(name)?.trim());
        if line(HEAD) != Some("") {
            return Err(malformed());
        }
        let read = |line: &mut dyn FnMut(&str) -> Option<String>| {
            let origin = line("log ")?;
            let made_at = DateTime::parse_from_rfc3339(&line("made ")?).ok()?.to_utc();
            let seed: [u8; 32] = STANDARD.decode(line("seed ")?).ok()?.try_into().ok()?;
            Some((origin, made_at, seed))
        };
        let (origin, made_at, seed) = read(&mut |name| line(name).map(str::to_owned)).ok_or_else(malformed)?;
        Self::from_seed(&origin, made_at, &seed)
    }

    /// The key of a seed.
    pub fn from_seed(origin: &str, made_at: DateTime<Utc>, seed: &[u8; 32]) -> Result<Self, KeyError> {
        let is_name = |c: char| !c.is_whitespace() && !c.is_control() && c != '+';
        if origin.is_empty() || !origin.chars().all(is_name) {
            return Err(KeyError::Origin(origin.to_owned()));
        }
        let pair = Ed25519KeyPair::from_seed_unchecked(seed).expect("any 32 bytes are a seed");
        Ok(Self { origin: origin.to_owned(), made_at, pair })
    }

    /// The log it signs checkpoints of.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// When it was made, to the second.
    pub fn made_at(&self) -> DateTime<Utc> {
        self.made_at
    }

    /// The thumbprint of its public half (RFC 7638).
    pub fn id(&self) -> String {
        self.public().id()
    }

    /// Its public half.
    pub fn public(&self) -> Jwk {
        Jwk::new(&self.public_bytes())
    }

    /// What verifies checkpoints that it signed.
    pub fn verifier(&self) -> Verifier {
        Verifier::new(&self.origin, self.public_bytes())
    }

    /// The signature of `message`, 64 bytes; the same whenever it is asked for.
    pub(crate) fn sign(&self, message: &[u8]) -> Vec<u8> {
        self.pair.sign(message).as_ref().to_vec()
    }

    fn public_bytes(&self) -> [u8; 32] {
        self.pair.public_key().as_ref().try_into().expect("a public key of Ed25519 has 32 bytes")
    }
}

impl std::fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "SigningKey({})", self.id())
    }
}

#[cfg(unix)]
fn refuse_exposed(file: &File, path: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let metadata = file.metadata().map_err(|source| KeyError::Unreadable { path: path.to_owned(), source })?;
    match metadata.permissions().mode() & 0o777 {
        mode if mode & 0o377 != 0 => Err(KeyError::Exposed { path: path.to_owned(), mode }),
        _ => Ok(()),
    }
}

#[cfg(not(unix))]
fn refuse_exposed(_file: &File, _path: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use rstest::rstest;

    use super::*;

    fn now() -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_795_168_800_123).unwrap()
    }

    #[test]
    fn a_key_is_read_back_as_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let (made, path) = SigningKey::create(&folder.path().join("keys"), "www.example.org/log", now()).unwrap();
        let read = SigningKey::load(&path).unwrap();
        assert_eq!((read.id(), read.made_at(), read.origin()), (made.id(), made.made_at(), "www.example.org/log"));
        assert_eq!(read.sign(b"x"), made.sign(b"x"));
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!((mode(&path), mode(path.parent().unwrap())), (0o400, 0o700));
        assert_eq!(format!("{read:?}"), format!("SigningKey({})", made.id()), "nothing of the key is ever printed");
    }

    #[rstest]
    #[case(0o600)]
    #[case(0o440)]
    #[case(0o404)]
    #[case(0o500)]
    fn a_key_that_others_may_read_or_anybody_write_is_refused(#[case] mode: u32) {
        let folder = tempfile::tempdir().unwrap();
        let (_, path) = SigningKey::create(folder.path(), "www.example.org/log", now()).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).unwrap();
        let refused = SigningKey::load(&path).unwrap_err().to_string();
        assert!(refused.contains(&format!("{mode:04o}")) && refused.contains("chmod 0400"), "{refused}");
    }

    #[rstest]
    #[case("")]
    #[case("griot signing key 1\n")]
    #[case("griot signing key 1\nlog a/log\nmade 2026-01-01T00:00:00Z\nseed AAAA\n")]
    #[case(
        "griot signing key 2\nlog a/log\nmade 2026-01-01T00:00:00Z\nseed AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n"
    )]
    fn what_is_no_key_is_named(#[case] text: &str) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("x.key");
        std::fs::write(&path, text).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o400)).unwrap();
        let refused = SigningKey::load(&path).unwrap_err().to_string();
        assert!(refused.contains("x.key") && refused.contains("griot key init"), "{refused}");
    }

    #[test]
    fn a_log_has_a_name_that_notes_can_hold() {
        for origin in ["", "a log", "a+b", "a\nb"] {
            assert!(matches!(SigningKey::from_seed(origin, now(), &[1; 32]), Err(KeyError::Origin(_))), "{origin}");
        }
    }
}
