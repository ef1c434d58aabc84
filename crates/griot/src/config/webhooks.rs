//! `[webhooks]`: deliveries to endpoints of partners.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

/// How events are delivered to endpoints of partners.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Whether this process may be the one that sends.
    pub enabled: bool,
    /// `HOST:PORT` of endpoints that may lie in a private network, and may be asked by plain HTTP.
    pub allowed_hosts: BTreeSet<String>,
    /// Milliseconds in which an endpoint has to answer.
    pub timeout_ms: u64,
}

impl Default for Webhooks {
    fn default() -> Self {
        Self { enabled: true, allowed_hosts: BTreeSet::new(), timeout_ms: 15_000 }
    }
}
