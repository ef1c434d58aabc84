//! Namings in texts that may mean several entries.

use griot_domain::{EntryId, Passage};
use serde::{Deserialize, Serialize};

/// A naming that an editor has to decide. It is kept in the editorial store only.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Suggestion {
    /// The words used in the text.
    pub words: String,
    /// Where they stand.
    pub passage: Passage,
    /// Where they begin, in Unicode code points of the passage's plain text.
    pub offset: u32,
    /// How long they are, in Unicode code points.
    pub length: u32,
    /// Whom or what they may mean, likeliest first.
    pub candidates: Vec<EntryId>,
}
