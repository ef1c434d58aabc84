//! Topics.

use serde::{Deserialize, Serialize};

use crate::{Seo, TopicId};

/// The language-neutral part of a topic.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Topic {
    /// The broader topic.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<TopicId>,
    /// IPTC Media Topic code, such as `medtop:20000593`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_topic: Option<String>,
}

/// A topic in one language, without its introduction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TopicText {
    #[allow(missing_docs)]
    pub name: String,
    /// What is filed under it, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub summary: Option<String>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Seo::is_empty")]
    pub seo: Seo,
}
