//! Figures of the process for whoever runs it, in the text format of Prometheus. They tell of what is public and of how
//! much is asked; nothing of what is not published shows in them.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use griot_front::fresh::Freshness;
use griot_front::{Connections, Counts, OperationCounts};
use griot_search::Search;
use prometheus_client::collector::Collector;
use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{DescriptorEncoder, EncodeLabelSet, EncodeMetric};
use prometheus_client::metrics::MetricType;
use prometheus_client::metrics::counter::{ConstCounter, Counter};
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::{ConstGauge, Gauge};
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

use crate::graphql::delivery::memory::{Counted, Memory};
use crate::live::Figures;
use crate::purge::PurgeFigures;
use crate::tail::Tail;
use crate::webhooks::SendingFigures;
use crate::{EDITORIAL_PATH, GRAPHQL_PATH, METRICS_PATH, PREVIEW_PATH};

/// Seconds that answers take: from those found to those at the deadline.
const SECONDS: [f64; 14] =
    [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 10.0];

/// Costs of operations: from one field to the most that is run.
const COSTS: [f64; 10] = [5.0, 10.0, 25.0, 50.0, 100.0, 250.0, 500.0, 1_000.0, 2_500.0, 5_000.0];
/// Seconds from a publication to its being dealt with.
const LAG_SECONDS: [f64; 9] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0, 5.0, 60.0];

/// What is counted of requests. Clones count the same.
#[derive(Clone)]
pub(crate) struct Metrics {
    requests: Family<Answered, Counter>,
    seconds: Family<Asked, Histogram, fn() -> Histogram>,
    in_flight: Gauge,
    connections: Connections,
}

/// A histogram of what queries cost.
pub(crate) fn costs() -> Histogram {
    Histogram::new(COSTS)
}

/// A histogram of how late publications were heard of.
pub(crate) fn lags() -> Histogram {
    Histogram::new(LAG_SECONDS)
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Asked {
    endpoint: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Answered {
    endpoint: &'static str,
    status: &'static str,
}

/// What is known of the answers and reads kept.
#[derive(Clone)]
pub(crate) struct KeptFigures {
    pub counts: Arc<Counts>,
    pub named: Arc<OperationCounts>,
    /// Bytes of finished answers.
    pub kept_bytes: Arc<dyn Fn() -> u64 + Send + Sync>,
    /// `None` where nothing read is kept.
    pub memory: Option<Arc<Memory>>,
    pub freshness: Arc<Freshness>,
    pub tail: Arc<Tail>,
    /// Of operations of the delivery schema.
    pub costs: Histogram,
    /// Of each shared cache that is told of publications.
    pub purges: Vec<Arc<PurgeFigures>>,
    pub search: Option<Arc<Search>>,
    /// Of deliveries to endpoints of partners, where this process may send them.
    pub sending: Option<SendingFigures>,
}

impl Default for Metrics {
    fn default() -> Self {
        let seconds = Family::new_with_constructor((|| Histogram::new(SECONDS)) as fn() -> Histogram);
        Self { requests: Family::default(), seconds, in_flight: Gauge::default(), connections: Connections::default() }
    }
}

impl Metrics {
    /// Counts the connections of the listener it is given to.
    pub fn connections(&self) -> Connections {
        self.connections.clone()
    }

    /// The routes with a count of all that goes through them.
    pub fn around(&self, router: Router) -> Router {
        router.layer(from_fn_with_state(self.clone(), counted))
    }

    /// Counts a request to `path` that came at `start`.
    pub fn count(&self, path: &str, status: StatusCode, start: Instant) {
        self.count_at(endpoint(path), status, start);
    }

    fn count_at(&self, endpoint: &'static str, status: StatusCode, start: Instant) {
        self.seconds.get_or_create(&Asked { endpoint }).observe(start.elapsed().as_secs_f64());
        self.requests.get_or_create(&Answered { endpoint, status: class(status) }).inc();
    }

    /// `/metrics`.
    pub fn routes(&self, kept: KeptFigures, live: &Figures) -> Router {
        let mut registry = Registry::with_prefix("griot");
        registry.register("http_requests", "Requests answered, by endpoint and class of status", self.requests.clone());
        registry.register("http_request_seconds", "Time to the head of the answer", self.seconds.clone());
        registry.register("http_requests_in_flight", "Requests being answered", self.in_flight.clone());
        registry.register("query_cost", "Cost of the operations that were run for readers", kept.costs.clone());
        let lag = "Seconds from a publication to the end of the answers it made wrong";
        registry.register("tail_lag_seconds", lag, kept.tail.lags());
        registry.register_collector(Box::new(Open(self.connections.clone())));
        registry.register_collector(Box::new(kept));
        live.register(&mut registry);
        Router::new().route(METRICS_PATH, get(told)).with_state(Arc::new(registry))
    }
}

/// Counts itself out when it is dropped: by the answer, or because the client is gone.
struct InFlight(Gauge);

impl Drop for InFlight {
    fn drop(&mut self) {
        self.0.dec();
    }
}

async fn counted(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let endpoint = endpoint(request.uri().path());
    let start = Instant::now();
    metrics.in_flight.inc();
    let in_flight = InFlight(metrics.in_flight.clone());
    let response = next.run(request).await;
    drop(in_flight);
    metrics.count_at(endpoint, response.status(), start);
    response
}

/// Paths are many; these are few.
fn endpoint(path: &str) -> &'static str {
    match path {
        GRAPHQL_PATH => "delivery",
        EDITORIAL_PATH => "editorial",
        PREVIEW_PATH => "preview",
        _ => "other",
    }
}

fn class(status: StatusCode) -> &'static str {
    match status.as_u16() / 100 {
        1 => "1xx",
        2 => "2xx",
        3 => "3xx",
        4 => "4xx",
        _ => "5xx",
    }
}

async fn told(State(registry): State<Arc<Registry>>) -> Response {
    let mut text = String::new();
    if encode(&mut text, &registry).is_err() {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    }
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], text).into_response()
}

impl fmt::Debug for KeptFigures {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeptFigures").finish_non_exhaustive()
    }
}

/// Connections that are open.
#[derive(Debug)]
struct Open(Connections);

impl Collector for Open {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let gauge = ConstGauge::new(i64::try_from(self.0.open()).unwrap_or(i64::MAX));
        gauge.encode(encoder.encode_descriptor("connections", "Open connections", None, MetricType::Gauge)?)
    }
}

impl Collector for KeptFigures {
    fn encode(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let of = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let Counts { hits, misses, outdated, bypassed, stale } = &*self.counts;
        let answers = [
            ("hit", of(hits)),
            ("miss", of(misses)),
            ("outdated", of(outdated)),
            ("bypassed", of(bypassed)),
            ("stale", of(stale)),
        ];
        by_result(&mut encoder, "response_cache", "Answers looked for among those kept", &answers)?;
        let OperationCounts { found, not_found, registered, refused } = &*self.named;
        let named = [
            ("found", of(found)),
            ("not_found", of(not_found)),
            ("registered", of(registered)),
            ("refused", of(refused)),
        ];
        by_result(&mut encoder, "operations", "Documents that requests named, or brought with a hash", &named)?;
        let nothing = Counted::default();
        let (reads, parts, bytes) = match &self.memory {
            Some(memory) => (memory.reads(), memory.parts(), memory.bytes()),
            None => (&nothing, &nothing, 0),
        };
        let results = |counted: &Counted| [("hit", counted.hits()), ("miss", counted.misses())];
        let help = "Reads of the record looked for among those kept";
        by_result(&mut encoder, "record_memory", help, &results(reads))?;
        let help = "Parts of answers looked for among those kept";
        by_result(&mut encoder, "answer_parts", help, &results(parts))?;
        let gauges = [
            ("response_cache_bytes", "Bytes of answers kept", (self.kept_bytes)()),
            ("record_memory_bytes", "Bytes kept of the record", bytes),
            ("tail_seq", "Number of the last publication dealt with", self.tail.heard().unsigned_abs()),
            ("tail_blind", "1 while publications are not heard of", u64::from(self.freshness.is_blind())),
        ];
        for (name, help, value) in gauges {
            // More than a gauge holds is as good as endless.
            let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
            gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
        }
        if let Some(search) = &self.search {
            searching(&mut encoder, search.figures())?;
        }
        if let Some(sending) = &self.sending {
            sending.encode(&mut encoder)?;
        }
        let touches = ConstCounter::new(self.freshness.touches());
        let help = "Times at which publications ended what depends on them";
        touches.encode(encoder.encode_descriptor("tail_touches", help, None, MetricType::Counter)?)?;
        if self.purges.is_empty() { Ok(()) } else { self.encode_purges(encoder) }
    }
}

impl KeptFigures {
    fn encode_purges(&self, mut encoder: DescriptorEncoder) -> fmt::Result {
        let help = "Calls that told a shared cache what to drop";
        let mut calls = encoder.encode_descriptor("purge_calls", help, None, MetricType::Counter)?;
        for hook in &self.purges {
            for (result, count) in [("confirmed", &hook.confirmed), ("failed", &hook.failed)] {
                let labels = [("hook", hook.name.as_str()), ("result", result)];
                ConstCounter::new(count.load(Ordering::Relaxed)).encode(calls.encode_family(&labels)?)?;
            }
        }
        let heard = self.tail.heard();
        let lag = |hook: &PurgeFigures| heard.saturating_sub(hook.seq.load(Ordering::Relaxed).max(0)).max(0);
        let seconds = |hook: &PurgeFigures| i64::try_from(hook.waits_for().as_secs()).unwrap_or(i64::MAX);
        type Gauged<'a> = &'a dyn Fn(&PurgeFigures) -> i64;
        let gauges: [(&str, &str, Gauged<'_>); 5] = [
            ("purge_active", "1 where this process tells the cache, and not another", &|hook| {
                i64::from(hook.is_active.load(Ordering::Relaxed))
            }),
            ("purge_seq", "The last publication confirmed; -1 where none was", &|hook| {
                hook.seq.load(Ordering::Relaxed)
            }),
            ("purge_settled_seq", "The last publication confirmed again, after answers under way", &|hook| {
                hook.settled_seq.load(Ordering::Relaxed)
            }),
            ("purge_lag", "Publications not confirmed", &lag),
            ("purge_lag_seconds", "How long something has not been confirmed", &seconds),
        ];
        for (name, help, value) in gauges {
            let mut family = encoder.encode_descriptor(name, help, None, MetricType::Gauge)?;
            for hook in &self.purges {
                ConstGauge::new(value(hook)).encode(family.encode_family(&[("hook", hook.name.as_str())])?)?;
            }
        }
        Ok(())
    }
}

/// How much is searched, and how far the index is.
fn searching(encoder: &mut DescriptorEncoder, figures: &griot_search::Figures) -> fmt::Result {
    let queries = ConstCounter::new(figures.queries());
    queries.encode(encoder.encode_descriptor("search_queries", "Searches answered", None, MetricType::Counter)?)?;
    let seconds = ConstCounter::new(figures.time().as_secs_f64());
    seconds.encode(encoder.encode_descriptor("search_seconds", "Time they took", None, MetricType::Counter)?)?;
    let rebuilds = ConstCounter::new(figures.rebuilds());
    let help = "Times the index was made from nothing";
    rebuilds.encode(encoder.encode_descriptor("search_rebuilds", help, None, MetricType::Counter)?)?;
    for (name, help, value) in [
        ("search_documents", "Texts in the index", figures.documents()),
        ("search_lag", "Publications the index has not taken in", figures.lag()),
    ] {
        let gauge = ConstGauge::new(i64::try_from(value).unwrap_or(i64::MAX));
        gauge.encode(encoder.encode_descriptor(name, help, None, MetricType::Gauge)?)?;
    }
    Ok(())
}

/// One counter, told apart by what came of it.
fn by_result(encoder: &mut DescriptorEncoder, name: &str, help: &str, results: &[(&str, u64)]) -> fmt::Result {
    let mut family = encoder.encode_descriptor(name, help, None, MetricType::Counter)?;
    for (result, count) in results {
        ConstCounter::new(*count).encode(family.encode_family(&[("result", *result)])?)?;
    }
    Ok(())
}
