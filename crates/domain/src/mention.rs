//! Who and what a text names.

use serde::{Deserialize, Serialize};

use crate::{EntryId, EntryKind};

/// One confirmed naming of an entry in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Mention {
    /// The person, institution or event.
    pub target: EntryId,
    /// Kind of the target.
    pub kind: EntryKind,
    /// What part it plays in the story.
    pub role: MentionRole,
    /// The words used in the text, as they stand there.
    pub words: String,
    /// Where they stand.
    pub passage: Passage,
    /// Where they begin, in Unicode code points of the passage's plain text.
    pub offset: u32,
    /// How long they are, in Unicode code points.
    pub length: u32,
}

/// Part of an article a mention stands in.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Passage {
    #[allow(missing_docs)]
    Headline,
    #[allow(missing_docs)]
    Summary,
    /// The block of the body with this key.
    Block(String),
}

/// What part the one named plays in the story.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum MentionRole {
    /// Named in the headline.
    Subject,
    /// Named in the text.
    Mentioned,
}
