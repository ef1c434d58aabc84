//! Where the time of a request went: told to whoever asks, and to the log when it was long.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use axum::body::Body;
use axum::http::Response;
use axum::http::header::{CACHE_CONTROL, HeaderName, HeaderValue};
use axum::http::request::Parts;

use crate::persisted::document_hash;

/// A request with this header gets `Server-Timing`, in milliseconds: `check` for reading and checking what is asked,
/// `run` for making the answer, and `total` with all that lies around them; `total` alone when the answer was there
/// already, or refused.
pub const TIMING_HEADER: HeaderName = HeaderName::from_static("graphql-timing");

const SERVER_TIMING: HeaderName = HeaderName::from_static("server-timing");
/// Lets scripts of any site read it, as they may the answer.
const TIMING_ALLOW_ORIGIN: HeaderName = HeaderName::from_static("timing-allow-origin");

/// What one request took.
#[derive(Debug, Default)]
pub(crate) struct Timing {
    /// Reading and checking what is asked, and making the answer.
    spent: OnceLock<(Duration, Duration)>,
}

impl Timing {
    /// That of a request which asks for it, among whose extensions it is.
    pub fn of(parts: &mut Parts) -> Option<Arc<Self>> {
        let timing = parts.headers.contains_key(TIMING_HEADER).then(Arc::<Self>::default)?;
        parts.extensions.insert(Arc::clone(&timing));
        Some(timing)
    }

    /// What is asked was read and checked, and the answer made.
    pub fn made(&self, check: Duration, run: Duration) {
        let _ = self.spent.set((check, run));
    }

    /// Tells of it. The figures are of this request alone, so nobody keeps the answer.
    pub fn tell(&self, total: Duration, response: &mut Response<Body>) {
        let ms = |took: Duration| took.as_secs_f64() * 1_000.0;
        let value = match self.spent.get() {
            Some((check, run)) => {
                format!("check;dur={:.3}, run;dur={:.3}, total;dur={:.3}", ms(*check), ms(*run), ms(total))
            }
            None => format!("total;dur={:.3}", ms(total)),
        };
        let value = HeaderValue::try_from(value).expect("figures and names are ASCII");
        let headers = response.headers_mut();
        headers.insert(SERVER_TIMING, value);
        headers.insert(TIMING_ALLOW_ORIGIN, HeaderValue::from_static("*"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
}

/// Writes to the log that an answer took long, by the hash of its document: nothing a client sends gets there.
pub(crate) fn log_slow(document: &str, cost: u64, took: Duration) {
    let us = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
    tracing::warn!(document = document_hash(document), cost, us, "slow");
}
