//! What the log holds.

use serde::{Deserialize, Serialize};

use crate::Digest;

/// An entry of the log: of which version there is a statement, and its hash. No word of what was issued, so that a killed text
/// can be gone while the log stays as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogEntry {
    /// Number in the journal of the publication that it was stated after.
    pub seq: i64,
    #[allow(missing_docs)]
    pub uri: String,
    #[allow(missing_docs)]
    pub version: u32,
    #[allow(missing_docs)]
    pub pub_status: String,
    /// Of the compact JWS.
    pub statement_sha256: Digest,
    /// Seconds since 1970.
    pub logged_at: i64,
}

impl LogEntry {
    /// The bytes that the log holds.
    pub fn bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("numbers and texts can be written as JSON")
    }
}
