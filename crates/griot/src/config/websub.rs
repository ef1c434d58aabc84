//! `[websub]`: subscriptions to feeds.

use serde::{Deserialize, Serialize};

use super::WebUrl;

/// Who takes subscriptions to feeds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Websub {
    /// Whether feeds can be subscribed to.
    pub enabled: bool,
    /// Where subscribers reach the hub; without one, at the public address of this server, unless it only delivers.
    pub url: Option<WebUrl>,
}

impl Default for Websub {
    fn default() -> Self {
        Self { enabled: true, url: None }
    }
}
