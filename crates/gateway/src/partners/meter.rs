//! Keeps partners within their quotas, and counts what they ask for.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, HttpBody};
use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HeaderName, RETRY_AFTER};
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use griot_access::Caller;
use griot_partners::Grant;
use griot_persistence::{Partner, Usage, UsageOf};

use super::problem::Problem;
use super::{Asking, Partners};
use crate::GRAPHQL_PATH;
use crate::auth::{depending_on_reader, for_one_reader, turn_away};

/// Answers whoever brings the key of a partner within that partner's quota.
pub(crate) async fn metered(State(desk): State<Arc<Partners>>, mut request: Request, next: Next) -> Response {
    // Browsers ask whether they may ask, and bring no credentials for that.
    if request.method() == Method::OPTIONS || !request.headers().contains_key(AUTHORIZATION) {
        return depending_on_reader(next.run(request).await);
    }
    let credentials = desk.gate.credentials(&request);
    let reader = match desk.gate.caller(&credentials).await {
        Ok(Some(Caller::Reader(reader))) => Some(reader),
        Ok(_) => None,
        Err(failure) => return for_one_reader(turn_away(&failure, request.method(), request.version())),
    };
    let Some(reader) = reader else { return for_one_reader(next.run(request).await) };
    let partner = reader.partner.clone();
    let asking = Asking::new(reader, credentials.address);
    request.extensions_mut().insert(asking.clone());
    let Some(partner) = partner else { return for_one_reader(next.run(request).await) };
    let channel = channel(request.uri().path());
    let per_minute = partner.requests_per_minute;
    match desk.quotas.take(partner.id, per_minute, Instant::now()) {
        Grant::Refused { retry_in } => {
            desk.count(&partner, channel, Usage { requests: 1, refused: 1, ..Usage::default() });
            for_one_reader(refused(per_minute, retry_in))
        }
        Grant::Granted { left, full_in } => {
            let mut response = next.run(request).await;
            desk.count(&partner, channel, usage_of(&response, &asking));
            tell(&mut response, per_minute, left, full_in);
            for_one_reader(response)
        }
    }
}

impl Partners {
    fn count(&self, partner: &Partner, channel: &str, usage: Usage) {
        let day = self.clock.now().date_naive();
        self.ledger.add(UsageOf { partner: partner.id, day, channel: channel.to_owned() }, usage);
    }
}

/// What usage reports call what is asked for.
fn channel(path: &str) -> &'static str {
    const CHANNELS: [(&str, &str); 4] =
        [(GRAPHQL_PATH, "graphql"), ("/v1/changes", "changes"), ("/v1/items/", "items"), ("/v1/feeds/", "feeds")];
    CHANNELS.iter().find(|(start, _)| path.starts_with(start)).map_or("other", |(_, channel)| channel)
}

fn usage_of(response: &Response, asking: &Asking) -> Usage {
    let is_error = response.status().is_client_error() || response.status().is_server_error();
    let bytes = response.body().size_hint().exact().unwrap_or_default();
    Usage {
        requests: 1,
        refused: 0,
        errors: is_error.into(),
        items: i64::try_from(asking.told_count()).unwrap_or(i64::MAX),
        bytes: i64::try_from(bytes).unwrap_or(i64::MAX),
    }
}

fn refused(per_minute: u32, retry_in: Duration) -> Response<Body> {
    let seconds = retry_in.as_secs() + 1;
    let detail = format!("{per_minute} requests a minute are agreed and used up: try again in {seconds} s");
    let mut response = Problem::new(StatusCode::TOO_MANY_REQUESTS, "quota-exceeded", detail).response();
    response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    tell(&mut response, per_minute, 0, retry_in);
    response
}

/// Says what is left, as the IETF's draft of rate limit headers has it.
fn tell(response: &mut Response, per_minute: u32, left: u32, reset: Duration) {
    let headers = response.headers_mut();
    for (name, value) in [
        (HeaderName::from_static("ratelimit-policy"), format!("\"minute\";q={per_minute};w=60")),
        (HeaderName::from_static("ratelimit"), format!("\"minute\";r={left};t={}", reset.as_secs())),
    ] {
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(name, value);
        }
    }
}
