//! `[websub]`: subscriptions to feeds.

use std::collections::BTreeSet;

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
    /// `HOST:PORT` of callbacks that may lie in a private network, and may be asked by plain HTTP.
    pub allowed_hosts: BTreeSet<String>,
}

impl Default for Websub {
    fn default() -> Self {
        Self { enabled: true, url: None, allowed_hosts: BTreeSet::new() }
    }
}
