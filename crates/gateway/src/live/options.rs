use serde::{Deserialize, Serialize};

/// How subscriptions are served. Section `[live]` of the configuration carries it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LiveOptions {
    /// WebSockets and event streams at once; 0 offers none.
    pub connections: usize,
    /// Those of one address (IPv6: one /64 network) at once; 0 stands for no bound.
    pub connections_per_address: usize,
    /// Subscriptions at once on one WebSocket.
    pub subscriptions: usize,
    /// Different subscriptions at once: what many ask for in the same words, with the same variables, counts once.
    pub operations: usize,
    /// Bytes of a message from a client.
    pub message_bytes: usize,
    /// Bytes of what is told of one event.
    pub event_bytes: usize,
    /// Events a subscriber may be behind before it is cut off.
    pub queue: usize,
    /// Changes since a cursor that are told before what happens from now on.
    pub replay: usize,
    /// Milliseconds in which a client must introduce itself.
    pub init_ms: u64,
    /// Milliseconds after which a connection on which nothing was sent is shown to be alive.
    pub ping_ms: u64,
    /// Milliseconds for which a WebSocket without a subscription is kept.
    pub idle_ms: u64,
    /// Origins of sites whose pages may listen, such as `https://www.example.org`; any when empty.
    pub allowed_origins: Vec<String>,
}

impl Default for LiveOptions {
    fn default() -> Self {
        Self {
            connections: 10_000,
            connections_per_address: 256,
            subscriptions: 50,
            operations: 1_000,
            message_bytes: 64 * 1024,
            event_bytes: 256 * 1024,
            queue: 64,
            replay: 1_000,
            init_ms: 3_000,
            ping_ms: 25_000,
            idle_ms: 60_000,
            allowed_origins: Vec::new(),
        }
    }
}
