//! The keys of a house.

use std::path::Path;

use chrono::{DateTime, Utc};

use crate::{Checkpoint, Jwk, KeyError, KeySet, SigningKey, Statement, Verifier};

/// The keys in a folder, oldest first; at least one. The newest signs statements; all of them sign checkpoints, so that those
/// who know an old one go on reading the log.
#[derive(Debug)]
pub struct Keyring {
    keys: Vec<SigningKey>,
}

impl Keyring {
    /// Reads every `*.key` file in `folder`; `None` when there is none, or no folder.
    pub fn load(folder: &Path) -> Result<Option<Self>, KeyError> {
        let unreadable = |source| KeyError::Unreadable { path: folder.to_owned(), source };
        let files = match std::fs::read_dir(folder) {
            Ok(files) => files,
            Err(err) if err.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(err) => return Err(unreadable(err)),
        };
        let mut keys = Vec::new();
        for file in files {
            let path = file.map_err(unreadable)?.path();
            if path.extension().is_some_and(|end| end == "key") {
                keys.push(SigningKey::load(&path)?);
            }
        }
        keys.sort_by_key(|key| (key.made_at(), key.id()));
        if let [first, others @ ..] = &*keys
            && let Some(other) = others.iter().find(|key| key.origin() != first.origin())
        {
            let (one, other) = (first.origin().to_owned(), other.origin().to_owned());
            return Err(KeyError::Mixed { path: folder.to_owned(), one, other });
        }
        Ok((!keys.is_empty()).then_some(Self { keys }))
    }

    /// These keys; `None` of none.
    pub fn of(keys: Vec<SigningKey>) -> Option<Self> {
        (!keys.is_empty()).then_some(Self { keys })
    }

    /// The key that signs statements.
    pub fn signing(&self) -> &SigningKey {
        self.keys.last().expect("there is a key at least")
    }

    /// The log they sign checkpoints of.
    pub fn origin(&self) -> &str {
        self.signing().origin()
    }

    /// The compact JWS of a statement.
    pub fn sign(&self, statement: &Statement) -> String {
        crate::jws::sign(statement, self.signing())
    }

    /// The checkpoint as a note that every key signed.
    pub fn note(&self, checkpoint: &Checkpoint) -> String {
        checkpoint.signed(&self.keys)
    }

    /// What verifies notes of theirs, the newest last.
    pub fn verifiers(&self) -> Vec<Verifier> {
        self.keys.iter().map(SigningKey::verifier).collect()
    }

    /// Whether the key that signs is `known` to have ended: another server signs with one that follows it.
    pub fn has_ended(&self, known: &KeySet) -> bool {
        known.find(&self.signing().id()).is_some_and(|key| key.exp.is_some())
    }

    /// Their public halves beside those `known` before, oldest first. All but the one that signs have ended: `now`, if it is not
    /// known when.
    pub fn public(&self, known: &KeySet, now: DateTime<Utc>) -> KeySet {
        let end = |key: &Jwk| known.find(&key.kid).and_then(|known| known.exp).or(Some(now.timestamp()));
        let (signing, others) = self.keys.split_last().expect("there is a key at least");
        let own: Vec<Jwk> = others.iter().map(SigningKey::public).collect();
        let is_own = |key: &Jwk| own.iter().any(|own| own.x == key.x) || key.x == signing.public().x;
        let gone = known.keys.iter().filter(|key| !is_own(key)).cloned();
        let ended = gone.chain(own.iter().cloned()).map(|key| Jwk { exp: end(&key), ..key });
        KeySet { keys: ended.chain([signing.public()]).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(second, 0).unwrap()
    }

    #[test]
    fn the_newest_signs_and_the_older_ones_stay_listed_with_an_end() {
        let folder = tempfile::tempdir().unwrap();
        assert!(Keyring::load(&folder.path().join("none")).unwrap().is_none());
        assert!(Keyring::load(folder.path()).unwrap().is_none());
        let (new, _) = SigningKey::create(folder.path(), "a/log", at(2_000)).unwrap();
        let (old, path) = SigningKey::create(folder.path(), "a/log", at(1_000)).unwrap();
        let ring = Keyring::load(folder.path()).unwrap().unwrap();
        assert_eq!(ring.signing().id(), new.id());
        let before = KeySet { keys: vec![old.public()] };
        let listed = ring.public(&before, at(3_000));
        let ends: Vec<_> = listed.keys.iter().map(|key| (key.id(), key.exp)).collect();
        assert_eq!(ends, [(old.id(), Some(3_000)), (new.id(), None)]);
        assert_eq!(ring.public(&listed, at(4_000)), listed, "it ended once");
        assert!(!ring.has_ended(&listed));
        let outdated = Keyring::of(vec![old]).unwrap();
        assert!(outdated.has_ended(&listed) && !outdated.has_ended(&before));

        std::fs::remove_file(path).unwrap();
        let ring = Keyring::load(folder.path()).unwrap().unwrap();
        assert_eq!(ring.public(&listed, at(4_000)), listed, "a key that is destroyed stays known");
        let known = ring.public(&before, at(4_000));
        assert_eq!(known.keys[0].exp, Some(4_000), "that it is destroyed ends it");
    }

    #[test]
    fn keys_of_two_logs_are_not_mixed() {
        let folder = tempfile::tempdir().unwrap();
        for origin in ["a/log", "b/log"] {
            SigningKey::create(folder.path(), origin, at(1_000)).unwrap();
        }
        assert!(matches!(Keyring::load(folder.path()), Err(KeyError::Mixed { .. })));
    }
}
