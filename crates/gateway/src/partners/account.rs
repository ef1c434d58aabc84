//! What a partner is told of itself.

use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::{Query, State};
use axum::http::{Response, StatusCode, Uri};
use axum::response::IntoResponse;
use chrono::{NaiveDate, TimeDelta};
use griot_persistence::Partner;
use serde::Deserialize;
use serde_json::{Value, json};

use super::problem::Problem;
use super::{Asking, Partners};
use crate::body::whole;

/// Days of a usage report where none are named, and the most there may be.
const USUAL_DAYS: i64 = 30;
const MOST_DAYS: i64 = 366;
/// A day's minutes: longer than that nobody is left unwarned on purpose.
const LONGEST_IDLE: u32 = 24 * 60;
/// Bytes of a body.
const BODY: usize = 4 * 1024;

/// Who asks, where a key was brought.
pub(super) type Key = Option<Extension<Asking>>;

pub(crate) fn partner_of(key: Key) -> Result<(Arc<Partner>, Asking), Problem> {
    let partner = key.and_then(|Extension(asking)| Some((asking.partner.clone()?, asking)));
    partner.ok_or_else(|| {
        Problem::new(
            StatusCode::UNAUTHORIZED,
            "no-partner",
            "this needs the key of a partner in the header Authorization",
        )
    })
}

pub(super) fn told(value: Result<Value, Problem>) -> Response<Body> {
    match value {
        Ok(value) => axum::Json(value).into_response(),
        Err(problem) => problem.response(),
    }
}

/// Who the partner is, and what it receives.
pub(super) async fn account(State(partners): State<Arc<Partners>>, key: Key) -> Response<Body> {
    let account = async {
        let (partner, asking) = partner_of(key)?;
        let products = partners.store.products().await?;
        let products = products.iter().filter(|product| partner.products.contains(&product.id));
        let products = products
            .map(|product| json!({ "code": product.code.as_str(), "title": product.title, "filter": product.filter }));
        let (seq, _) = partners.store.sorted_to().await?;
        Ok(json!({
            "name": partner.name,
            "products": products.collect::<Vec<_>>(),
            "requests_per_minute": partner.requests_per_minute,
            "embargo": partner.embargo.as_ref().map(|(terms, at)| {
                json!({ "terms": terms, "accepted_at": at, "is_entitled": asking.sees_embargoed })
            }),
            "idle_after_minutes": partner.idle_after_minutes,
            "polled_at": partner.polled.map(|(at, _)| at),
            "head_seq": seq.to_string(),
        }))
    };
    told(account.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Days {
    from: Option<NaiveDate>,
    to: Option<NaiveDate>,
}

/// What the partner asked for, day by day.
pub(super) async fn usage(State(partners): State<Arc<Partners>>, key: Key, uri: Uri) -> Response<Body> {
    let usage = async {
        let (partner, _) = partner_of(key)?;
        let Query(Days { from, to }) = Query::<Days>::try_from_uri(&uri)
            .map_err(|err| Problem::bad(format!("{}; `from` and `to` are days such as 2026-11-30", err.body_text())))?;
        let to = to.unwrap_or_else(|| partners.clock.now().date_naive());
        let first = to.checked_sub_signed(TimeDelta::days(USUAL_DAYS - 1)).unwrap_or(to);
        let from = from.unwrap_or(first);
        if from > to || (to - from).num_days() >= MOST_DAYS {
            let detail =
                format!("`from` is {from} and `to` is {to}: write one to {MOST_DAYS} days, the first one first");
            return Err(Problem::bad(detail));
        }
        // What was asked for a moment ago counts too.
        partners.write_down().await;
        let days = partners.store.usage(partner.id, from, to).await?;
        let days = days.iter().map(|(of, usage)| {
            json!({
                "day": of.day,
                "channel": of.channel,
                "requests": usage.requests,
                "refused": usage.refused,
                "errors": usage.errors,
                "items": usage.items,
                "bytes": usage.bytes,
            })
        });
        Ok(json!({ "from": from, "to": to, "usage": days.collect::<Vec<_>>() }))
    };
    told(usage.await)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct IdleWarning {
    minutes: Option<u32>,
}

/// Sets after how many minutes without a request for changes the partner is warned of; null for never.
pub(super) async fn set_idle_warning(State(partners): State<Arc<Partners>>, key: Key, body: Body) -> Response<Body> {
    let set = async {
        let (partner, asking) = partner_of(key)?;
        let body = whole(body, BODY).await?;
        let IdleWarning { minutes } = serde_json::from_slice(&body).map_err(|err| {
            Problem::bad(format!("the body is not {{\"minutes\": 15}} or {{\"minutes\": null}}: {err}"))
        })?;
        if minutes.is_some_and(|minutes| !(1..=LONGEST_IDLE).contains(&minutes)) {
            return Err(Problem::bad(format!("`minutes` is 1 to {LONGEST_IDLE}, or null")));
        }
        partners.store_by(&asking).set_idle_warning(partner.id, minutes).await?;
        Ok(json!({ "minutes": minutes }))
    };
    told(set.await)
}
