//! One call after another, until each is confirmed.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use griot_domain::{Clock, SystemClock};
use griot_egress::header::{CONTENT_TYPE, HeaderValue};
use griot_egress::{Egress, EgressError, Failure, Reach, Rules, StatusCode, Timeouts, beginning_of, retry_after};
use serde_json::Value;

use super::{PurgeFigures, PurgeHook, TAGS, TagForm};

/// For a connection.
const CONNECT: Duration = Duration::from_secs(5);
/// Before the second try; twice as long before each further one.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
/// The longest of these.
const LAST_PAUSE: Duration = Duration::from_secs(60);
/// The longest a cache may ask to be left alone.
const LONGEST_ASKED: Duration = Duration::from_secs(600);
/// Calls that fail for so long are worth an alarm.
const ALARM_AFTER: Duration = Duration::from_secs(10);
/// Read of an answer, so that its connection can be used again.
const MOST_READ: usize = 16 * 1024;
const READ_FOR: Duration = Duration::from_millis(200);

/// Why a call was not confirmed; for the log only.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error(transparent)]
    Failure(#[from] Failure),
    #[error("it answered {status}")]
    Status { status: StatusCode, retry_after: Option<Duration> },
}

/// Calls one hook.
pub(super) struct Caller {
    hook: PurgeHook,
    egress: Egress,
    figures: Arc<PurgeFigures>,
    failing: Option<Failing>,
}

struct Failing {
    since: Instant,
    tries: u32,
    is_told: bool,
}

impl Caller {
    pub fn new(hook: PurgeHook, figures: Arc<PurgeFigures>) -> Result<Self, EgressError> {
        let rules = Rules { allowed: hook.allowed_hosts.clone(), reach: Reach::Web };
        let timeouts = Timeouts { connect: CONNECT.min(hook.timeout), total: hook.timeout };
        Ok(Self { egress: Egress::new(rules, timeouts)?, hook, figures, failing: None })
    }

    /// Has the cache drop what carries one of `tags`. Returns when it has confirmed that, however long it takes.
    pub async fn call(&mut self, tags: &[String]) {
        loop {
            match self.attempt(tags).await {
                Ok(()) => {
                    self.figures.confirmed.fetch_add(1, Ordering::Relaxed);
                    if let Some(Failing { tries, .. }) = self.failing.take() {
                        tracing::info!(hook = self.hook.name, tries, "a shared cache confirms again what it dropped");
                    }
                    return;
                }
                Err(refused) => {
                    self.figures.failed.fetch_add(1, Ordering::Relaxed);
                    self.figures.wait();
                    let tries = self.note(&refused);
                    tokio::time::sleep(pause(tries, &refused)).await;
                }
            }
        }
    }

    /// Logs the first failure and, once, that it lasts. How often it was tried so far.
    fn note(&mut self, refused: &Refused) -> u32 {
        let hook = self.hook.name.as_str();
        let error = refused as &dyn std::error::Error;
        let failing = self.failing.get_or_insert_with(|| {
            tracing::warn!(hook, error, "a shared cache was not reached to drop answers; this is tried again");
            Failing { since: Instant::now(), tries: 0, is_told: false }
        });
        failing.tries = failing.tries.saturating_add(1);
        if !failing.is_told && failing.since.elapsed() >= ALARM_AFTER {
            failing.is_told = true;
            tracing::error!(hook, error, "a shared cache may be giving old answers: it confirms nothing");
        }
        failing.tries
    }

    async fn attempt(&self, tags: &[String]) -> Result<(), Refused> {
        let PurgeHook { url, method, headers, form, .. } = &self.hook;
        let mut request = self
            .egress
            .request(method.clone(), url.clone())
            .map_err(Failure::from)?
            .headers(headers.iter().cloned().collect());
        match form {
            TagForm::Header { name, separator } => request = request.header(name, tags.join(separator)),
            TagForm::Json(template) => {
                let json = HeaderValue::from_static("application/json");
                request = request.header(CONTENT_TYPE, json).body(filled(template, tags).to_string());
            }
        }
        let response = request.send().await.map_err(Failure::from)?;
        let status = response.status();
        let retry_after = retry_after(response.headers(), || SystemClock.now());
        // What it says does not matter, nor whether it goes on saying it.
        beginning_of(response, MOST_READ, READ_FOR).await;
        if status.is_success() { Ok(()) } else { Err(Refused::Status { status, retry_after }) }
    }
}

/// The body with the tags in their place.
fn filled(template: &Value, tags: &[String]) -> Value {
    match template {
        Value::String(text) if text == TAGS => tags.iter().cloned().map(Value::from).collect(),
        Value::Array(items) => items.iter().map(|item| filled(item, tags)).collect(),
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled(value, tags))).collect(),
        other => other.clone(),
    }
}

/// How long to wait after so many failed tries. No two gateways come back at the same time.
fn pause(tries: u32, refused: &Refused) -> Duration {
    let grown = FIRST_PAUSE.saturating_mul(1 << tries.saturating_sub(1).min(16)).min(LAST_PAUSE);
    match refused {
        Refused::Status { retry_after: Some(asked), .. } => {
            (*asked).min(LONGEST_ASKED).mul_f64(1.0 + 0.1 * fastrand::f64())
        }
        _ => grown.mul_f64(0.8 + 0.4 * fastrand::f64()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn status(retry_after: Option<u64>) -> Refused {
        let retry_after = retry_after.map(Duration::from_secs);
        Refused::Status { status: StatusCode::SERVICE_UNAVAILABLE, retry_after }
    }

    #[test]
    fn tags_stand_where_the_template_wants_them() {
        let template = json!({ "tags": "$tags", "of": [{ "keys": "$tags" }], "note": "not $tags", "soft": true });
        let told = json!({ "tags": ["a", "b"], "of": [{ "keys": ["a", "b"] }], "note": "not $tags", "soft": true });
        assert_eq!(filled(&template, &["a", "b"].map(String::from)), told);
    }

    #[test]
    fn pauses_grow_to_a_minute_and_are_never_shorter_than_asked() {
        for tries in 1..100 {
            let expected = Duration::from_millis(500 << (tries - 1).min(7)).min(LAST_PAUSE);
            let pause = pause(tries, &status(None));
            assert!(pause >= expected.mul_f64(0.8) && pause <= expected.mul_f64(1.2), "{tries}: {pause:?}");
        }
        assert!(pause(1, &status(Some(7))) >= Duration::from_secs(7));
        assert!(pause(1, &status(Some(u64::MAX))) <= LONGEST_ASKED.mul_f64(1.1), "within bounds");
        assert!(pause(9, &status(Some(0))) < FIRST_PAUSE, "it is ready now");
    }
}
