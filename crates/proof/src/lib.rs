//! Proof of origin: what was issued can be shown to be what the office issued, by whoever holds a copy and the public keys.
//!
//! A [`Statement`] lists the hashes of a version's forms and is signed as a compact JWS by a [`SigningKey`]; [`KeySet`] is what
//! verifies it. A log of statements is a tree of hashes ([`tree`]), served in [tiles](Tile) and summed up by signed
//! [checkpoints](Checkpoint); a [`LogProof`] shows that a statement is in it. Nothing here reads or writes anything but key files.

mod digest;
mod entry;
mod jwk;
mod jws;
mod key;
mod keyring;
mod log_proof;
mod note;
mod statement;
mod tile;
pub mod tree;

pub use digest::{Digest, normalized, of_json, of_text};
pub use entry::LogEntry;
pub use jwk::{Jwk, KeySet};
pub use jws::JwsError;
pub use key::{KeyError, SigningKey};
pub use keyring::Keyring;
pub use log_proof::{LogProof, LogProofError};
pub use note::{Checkpoint, NoteError, Verifier};
pub use statement::{Statement, Subject};
pub use tile::{Tile, TileKind, entry_bundle};
