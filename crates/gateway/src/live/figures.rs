//! Counts of what is served live.

use std::fmt;
use std::sync::Arc;

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use super::channel::Channels;

/// Events that wait for a subscriber when it is told of the first of them.
const BACKLOGS: [f64; 8] = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 1_000.0];

/// What is counted. Clones count the same.
#[derive(Clone)]
pub(crate) struct Figures {
    pub sockets: Gauge,
    pub streams: Gauge,
    pub subscriptions: Gauge,
    /// Events made for a channel.
    pub made: Counter,
    /// Events handed to a connection.
    pub told: Counter,
    pub backlog: Histogram,
    pub closed: Family<Closed, Counter>,
    channels: Arc<Channels>,
}

/// How a connection ended.
#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
pub(crate) struct Closed {
    pub reason: &'static str,
}

impl Figures {
    pub fn new(channels: Arc<Channels>) -> Self {
        Self {
            sockets: Gauge::default(),
            streams: Gauge::default(),
            subscriptions: Gauge::default(),
            made: Counter::default(),
            told: Counter::default(),
            backlog: Histogram::new(BACKLOGS),
            closed: Family::default(),
            channels,
        }
    }

    /// Counts the end of a connection.
    pub fn close(&self, reason: &'static str) {
        self.closed.get_or_create(&Closed { reason }).inc();
    }

    pub fn register(&self, registry: &mut Registry) {
        registry.register("live_sockets", "WebSockets open", self.sockets.clone());
        registry.register("live_streams", "Event streams open", self.streams.clone());
        registry.register("live_subscriptions", "Subscriptions served", self.subscriptions.clone());
        registry.register("live_events_made", "Events made, once for all who listen to the same", self.made.clone());
        registry.register("live_events_told", "Events handed to connections", self.told.clone());
        registry.register("live_backlog", "Events that wait when a subscriber is told of one", self.backlog.clone());
        registry.register("live_closed", "Connections closed, by reason", self.closed.clone());
        registry.register_collector(Box::new(self.clone()));
    }
}

impl fmt::Debug for Figures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Figures").finish_non_exhaustive()
    }
}

impl Collector for Figures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let operations = ConstGauge::new(i64::try_from(self.channels.count()).unwrap_or(i64::MAX));
        let help = "Different things listened to";
        operations.encode(encoder.encode_descriptor("live_operations", help, None, MetricType::Gauge)?)
    }
}
