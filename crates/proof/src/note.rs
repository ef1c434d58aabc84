//! Checkpoints of a log, as signed notes (C2SP signed-note and tlog-checkpoint).

use std::fmt;
use std::str::FromStr;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use ring::signature::{ED25519, UnparsedPublicKey};
use sha2::{Digest, Sha256};

use crate::SigningKey;
use crate::tree::Hash;

/// The type of Ed25519 signatures in notes.
const ED25519_TYPE: u8 = 1;

/// What a log was at one time: its name, how many entries it had, and the hash over them.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Checkpoint {
    pub origin: String,
    pub size: u64,
    pub root: Hash,
}

/// Why a note is no checkpoint of a log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum NoteError {
    #[error("it is not a checkpoint: three lines, an empty one, and signatures")]
    Malformed,
    #[error("it is of the log {0}, not of {1}")]
    Origin(String, String),
    #[error("the key {0} did not sign it")]
    Unsigned(String),
    #[error("its signature by {0} is not right: it was altered")]
    Signature(String),
}

/// What verifies the notes of a log; written `NAME+HASH+KEY`, as Go's checksum database writes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verifier {
    name: String,
    public: [u8; 32],
}

impl Verifier {
    pub(crate) fn new(name: &str, public: [u8; 32]) -> Self {
        Self { name: name.to_owned(), public }
    }

    /// The log it knows.
    pub fn name(&self) -> &str {
        &self.name
    }

    fn hash(&self) -> [u8; 4] {
        let mut hash = Sha256::new();
        hash.update(self.name.as_bytes());
        hash.update([b'\n', ED25519_TYPE]);
        hash.update(self.public);
        let [a, b, c, d, ..] = Hash::from(hash.finalize());
        [a, b, c, d]
    }
}

impl fmt::Display for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let key = [&[ED25519_TYPE], self.public.as_slice()].concat();
        write!(f, "{}+{:08x}+{}", self.name, u32::from_be_bytes(self.hash()), STANDARD.encode(key))
    }
}

impl FromStr for Verifier {
    type Err = &'static str;

    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        const NOT: &str = "a log's key is NAME+HASH+KEY, as `griot key init` prints it";
        let mut parts = raw.trim().splitn(3, '+');
        let (Some(name), Some(hash), Some(key)) = (parts.next(), parts.next(), parts.next()) else { return Err(NOT) };
        let key = STANDARD.decode(key).map_err(|_| NOT)?;
        let [ED25519_TYPE, public @ ..] = &*key else { return Err(NOT) };
        let verifier = Self::new(name, public.try_into().map_err(|_| NOT)?);
        let is_whole = !name.is_empty() && u32::from_str_radix(hash, 16).map(u32::to_be_bytes) == Ok(verifier.hash());
        if is_whole { Ok(verifier) } else { Err(NOT) }
    }
}

impl Checkpoint {
    /// The lines that are signed.
    pub fn text(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, STANDARD.encode(self.root))
    }

    /// The note with the signature of every key.
    pub(crate) fn signed(&self, keys: &[SigningKey]) -> String {
        let text = self.text();
        let mut note = format!("{text}\n");
        for key in keys {
            let signature = [key.verifier().hash().as_slice(), &key.sign(text.as_bytes())].concat();
            note.push_str(&format!("\u{2014} {} {}\n", key.origin(), STANDARD.encode(signature)));
        }
        note
    }

    /// Reads a note that `verifier` vouches for. Signatures of others are left out of account.
    pub fn open(note: &str, verifier: &Verifier) -> Result<Self, NoteError> {
        // The last empty line: a text may have some too.
        let at = note.rfind("\n\n").ok_or(NoteError::Malformed)? + 1;
        let (text, signatures) = (&note[..at], &note[at + 1..]);
        let checkpoint = Self::parse(text).ok_or(NoteError::Malformed)?;
        if checkpoint.origin != verifier.name {
            return Err(NoteError::Origin(checkpoint.origin, verifier.name.clone()));
        }
        for line in signatures.lines() {
            let (name, signature) =
                line.strip_prefix("\u{2014} ").and_then(|line| line.split_once(' ')).ok_or(NoteError::Malformed)?;
            let signature = STANDARD.decode(signature).map_err(|_| NoteError::Malformed)?;
            let Some((hash, signature)) = signature.split_at_checked(4) else { return Err(NoteError::Malformed) };
            if name != verifier.name || hash != verifier.hash() {
                continue;
            }
            let verified = UnparsedPublicKey::new(&ED25519, verifier.public).verify(text.as_bytes(), signature);
            return verified.map(|()| checkpoint).map_err(|_| NoteError::Signature(verifier.name.clone()));
        }
        Err(NoteError::Unsigned(verifier.to_string()))
    }

    /// Reads the lines that are signed.
    fn parse(text: &str) -> Option<Self> {
        let mut lines = text.split('\n');
        let origin = lines.next().filter(|origin| !origin.is_empty())?.to_owned();
        let size = lines.next()?;
        let number: u64 = size.parse().ok().filter(|number: &u64| number.to_string() == size)?;
        let root = STANDARD.decode(lines.next()?).ok()?.try_into().ok()?;
        Some(Self { origin, size: number, root })
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;

    fn key(seed: u8) -> SigningKey {
        SigningKey::from_seed("www.example.org/log", DateTime::UNIX_EPOCH, &[seed; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "www.example.org/log".to_owned(), size: 7, root: [5; 32] }
    }

    /// The example key of Go's `golang.org/x/mod/sumdb/note`.
    #[test]
    fn a_key_of_the_first_such_log_is_read_and_written() {
        let raw = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
        assert_eq!(raw.parse::<Verifier>().unwrap().to_string(), raw);
        let note =
            "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
        let signature = "x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=";
        let signature = STANDARD.decode(signature).unwrap();
        let verifier: Verifier = raw.parse().unwrap();
        assert_eq!(signature[..4], verifier.hash());
        UnparsedPublicKey::new(&ED25519, verifier.public).verify(note.as_bytes(), &signature[4..]).unwrap();
        for nonsense in ["", "a+b", "PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"] {
            assert!(nonsense.parse::<Verifier>().is_err(), "{nonsense}");
        }
    }

    #[test]
    fn a_checkpoint_is_read_by_those_who_know_one_of_its_keys() {
        let note = checkpoint().signed(&[key(1), key(2)]);
        for seed in [1, 2] {
            assert_eq!(Checkpoint::open(&note, &key(seed).verifier()), Ok(checkpoint()));
        }
        assert!(matches!(Checkpoint::open(&note, &key(3).verifier()), Err(NoteError::Unsigned(_))));
        let other = SigningKey::from_seed("other.example/log", DateTime::UNIX_EPOCH, &[1; 32]).unwrap();
        assert!(matches!(Checkpoint::open(&note, &other.verifier()), Err(NoteError::Origin(..))));
    }

    #[test]
    fn a_checkpoint_that_was_altered_is_refused() {
        let note = checkpoint().signed(&[key(1)]);
        assert!(matches!(
            Checkpoint::open(&note.replacen("\n7\n", "\n8\n", 1), &key(1).verifier()),
            Err(NoteError::Signature(_))
        ));
        for nonsense in ["", "a\n", "a\n7\n", "a\n07\nAAAA\n\n", "a\n7\nAAAA\n\n\u{2014} a x\n"] {
            assert_eq!(Checkpoint::open(nonsense, &key(1).verifier()), Err(NoteError::Malformed), "{nonsense:?}");
        }
    }
}
