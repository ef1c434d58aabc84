//! What is known of a sender, for whoever runs it.

use std::fmt;
use std::sync::Arc;

use griot_domain::Clock;
use griot_webhooks::Figures;
use prometheus_client::encoding::{DescriptorEncoder, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::ConstCounter;
use prometheus_client::metrics::gauge::ConstGauge;

/// Figures of a sender, and the clock they are told by.
#[derive(Clone)]
pub(crate) struct SendingFigures {
    pub figures: Arc<Figures>,
    pub clock: Arc<dyn Clock>,
}

impl SendingFigures {
    pub fn encode(&self, encoder: &mut DescriptorEncoder) -> fmt::Result {
        let help = "Attempts to deliver to endpoints of partners";
        let mut attempts = encoder.encode_descriptor("webhook_attempts", help, None, MetricType::Counter)?;
        for (result, count) in self.figures.attempts() {
            ConstCounter::new(count).encode(attempts.encode_family(&[("result", result)])?)?;
        }
        let queue = self.figures.queue();
        let number = |count: u64| i64::try_from(count).unwrap_or(i64::MAX);
        let help = "Deliveries that wait";
        let mut waiting = encoder.encode_descriptor("webhook_queue", help, None, MetricType::Gauge)?;
        for (lane, count) in [("kill", queue.kills), ("normal", queue.others)] {
            ConstGauge::new(number(count)).encode(waiting.encode_family(&[("lane", lane)])?)?;
        }
        let oldest = self.figures.oldest_seconds(self.clock.now());
        for (name, help, value) in [
            ("webhook_sending", "1 where this process sends, and not another", i64::from(self.figures.is_leading())),
            ("webhook_oldest_seconds", "How long the oldest delivery has waited", oldest),
            ("webhook_endpoints_disabled", "Endpoints that get nothing any more", number(queue.disabled)),
        ] {
            ConstGauge::new(value).encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        Ok(())
    }
}
