//! Whether the process lives, and whether it does all of its work. Neither answer says why not: that is in the log.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use griot_persistence::PublishedStore;

/// How long a probe waits for the store.
const PATIENCE: Duration = Duration::from_secs(2);

/// Whether what runs beside the requests does its work. Clones tell of the same.
#[derive(Clone, Debug)]
pub struct Readiness(Arc<AtomicBool>);

impl Default for Readiness {
    fn default() -> Self {
        Self(Arc::new(AtomicBool::new(true)))
    }
}

impl Readiness {
    /// Says from now on that it does, or does not.
    pub fn set(&self, is_ready: bool) {
        self.0.store(is_ready, Ordering::Relaxed);
    }
}

#[derive(Clone)]
struct Health {
    readiness: Readiness,
    store: PublishedStore,
}

/// `/health/live` and `/health/ready`.
pub(crate) fn health_routes(readiness: Readiness, store: PublishedStore) -> Router {
    Router::new()
        .route("/health/live", get(async || answer(true, "live")))
        .route("/health/ready", get(ready))
        .with_state(Health { readiness, store })
}

async fn ready(State(Health { readiness, store }): State<Health>) -> Response {
    let is_read = matches!(tokio::time::timeout(PATIENCE, store.last_seq()).await, Ok(Ok(_)));
    answer(is_read && readiness.0.load(Ordering::Relaxed), "ready")
}

fn answer(is_so: bool, word: &str) -> Response {
    let status = if is_so { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let body = if is_so { format!("{word}\n") } else { format!("not {word}\n") };
    let mut response = (status, body).into_response();
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
