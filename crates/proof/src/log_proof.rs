//! Proofs that an entry is in a log, to keep beside what it is about (C2SP tlog-proof).

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::tree::{Hash, leaf, root_of};
use crate::{Checkpoint, LogEntry, NoteError, Verifier};

const HEAD: &str = "c2sp.org/tlog-proof@v1";
/// No tree of 64 bits is higher.
const HIGHEST: usize = 63;

/// That an entry is in a log. The entry itself is the extra data of the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogProof {
    /// As the log holds it.
    pub entry: Vec<u8>,
    #[allow(missing_docs)]
    pub index: u64,
    /// From the entry up.
    pub path: Vec<Hash>,
    /// The signed note.
    pub checkpoint: String,
}

/// Why a proof shows nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum LogProofError {
    #[error("it is not a proof of {HEAD} with an entry of this kind of log")]
    Malformed,
    #[error("its checkpoint cannot be relied on: {0}")]
    Checkpoint(#[from] NoteError),
    #[error("it does not lead from the entry to the checkpoint: one of them was altered")]
    Path,
}

impl LogProof {
    /// The text of a `.tlog-proof` file.
    pub fn text(&self) -> String {
        let path: String = self.path.iter().map(|hash| STANDARD.encode(hash) + "\n").collect();
        let (extra, index) = (STANDARD.encode(&self.entry), self.index);
        format!("{HEAD}\nextra {extra}\nindex {index}\n{path}\n{}", self.checkpoint)
    }

    /// Reads such a text.
    pub fn parse(text: &str) -> Option<Self> {
        let (head, checkpoint) = text.split_once("\n\n")?;
        let mut lines = head.split('\n');
        if lines.next()? != HEAD {
            return None;
        }
        let entry = STANDARD.decode(lines.next()?.strip_prefix("extra ")?).ok()?;
        let digits = lines.next()?.strip_prefix("index ")?;
        let index: u64 = digits.parse().ok().filter(|index: &u64| index.to_string() == digits)?;
        let path = lines.map(|line| STANDARD.decode(line).ok()?.try_into().ok());
        let path: Vec<Hash> = path.collect::<Option<_>>()?;
        (path.len() <= HIGHEST).then(|| Self { entry, index, path, checkpoint: checkpoint.to_owned() })
    }

    /// The entry, and the checkpoint of a log that `verifier` knows, which covers it.
    pub fn verify(&self, verifier: &Verifier) -> Result<(LogEntry, Checkpoint), LogProofError> {
        let checkpoint = Checkpoint::open(&self.checkpoint, verifier)?;
        let root = root_of(self.index, checkpoint.size, leaf(&self.entry), &self.path);
        if root != Some(checkpoint.root) {
            return Err(LogProofError::Path);
        }
        let entry = serde_json::from_slice(&self.entry).map_err(|_| LogProofError::Malformed)?;
        Ok((entry, checkpoint))
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use chrono::DateTime;

    use super::*;
    use crate::tree::{Edge, inclusion};
    use crate::{Digest, Keyring, SigningKey};

    fn entry(number: i64) -> LogEntry {
        LogEntry {
            seq: number,
            uri: format!("urn:x:{number}"),
            version: 1,
            pub_status: "usable".to_owned(),
            statement_sha256: Digest::of(&number.to_be_bytes()),
            logged_at: number,
        }
    }

    fn ring() -> Keyring {
        Keyring::of(vec![SigningKey::from_seed("a/log", DateTime::UNIX_EPOCH, &[1; 32]).unwrap()]).unwrap()
    }

    fn proof(index: u64, size: u64) -> LogProof {
        let mut edge = Edge::default();
        let mut kept = HashMap::new();
        for number in 0..size {
            let pushed = edge.push(&entry(number.try_into().unwrap()).bytes());
            kept.extend(pushed.into_iter().map(|(level, place, hash)| ((level, place), hash)));
        }
        let mut read = |run: crate::tree::Run| {
            (run.first..run.first + run.count).map(|place| kept[&(run.level, place)]).collect::<Vec<_>>()
        };
        LogProof {
            entry: entry(index.try_into().unwrap()).bytes(),
            index,
            path: inclusion(index, size, &mut read),
            checkpoint: ring().note(&Checkpoint { origin: "a/log".to_owned(), size, root: edge.root() }),
        }
    }

    #[test]
    fn a_proof_is_read_back_and_holds() {
        let verifier = &ring().verifiers()[0];
        for (index, size) in [(0, 1), (4, 5), (299, 300), (17, 300)] {
            let proof = proof(index, size);
            let read = LogProof::parse(&proof.text()).unwrap();
            assert_eq!(read, proof);
            let (entry, checkpoint) = read.verify(verifier).unwrap();
            assert_eq!((entry.seq, checkpoint.size), (i64::try_from(index).unwrap(), size));
        }
    }

    #[test]
    fn a_proof_of_something_else_does_not_hold() {
        let verifier = &ring().verifiers()[0];
        let proof = proof(17, 300);
        let others = [
            LogProof { entry: entry(18).bytes(), ..proof.clone() },
            LogProof { index: 18, ..proof.clone() },
            LogProof { index: u64::MAX, ..proof.clone() },
            LogProof { path: Vec::new(), ..proof.clone() },
        ];
        for other in others {
            assert_eq!(other.verify(verifier), Err(LogProofError::Path), "{other:?}");
        }
        let altered = LogProof { checkpoint: proof.checkpoint.replace("\n300\n", "\n301\n"), ..proof.clone() };
        assert!(matches!(altered.verify(verifier), Err(LogProofError::Checkpoint(NoteError::Signature(_)))));
        for nonsense in ["", "c2sp.org/tlog-proof@v1\n\n", &proof.text().replace("index 17", "index 017")] {
            assert_eq!(LogProof::parse(nonsense), None, "{nonsense}");
        }
    }
}
