//! Where partners manage their endpoints.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, Query, Request, State};
use axum::http::{Response, StatusCode, Uri};
use axum::response::IntoResponse;
use axum::routing::{get, post};
use axum::{Extension, Router};
use griot_domain::Clock;
use griot_persistence::{Endpoint, EndpointId, EndpointState, LoggedAttempt, Partner, PartnerStore};
use griot_webhooks::{Changes, EndpointError, Endpoints, NewEndpoint, ROTATION, Secret};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer};
use serde_json::{Value, json};

use crate::body::whole;
use crate::partners::{Asking, Problem, partner_of};

/// Bytes of a body.
const BODY: usize = 16 * 1024;
/// Attempts told at a time, and the most that may be asked for.
const USUAL: u64 = 50;
const MOST: u64 = 500;

#[derive(Clone)]
struct Desk {
    endpoints: Endpoints,
    partners: PartnerStore,
    clock: Arc<dyn Clock>,
}

type Key = Option<Extension<Asking>>;
type Told = Result<(StatusCode, Value), Problem>;

/// `/v1/partner/endpoints` and what is below it.
pub(crate) fn endpoint_routes(endpoints: Endpoints, partners: PartnerStore, clock: Arc<dyn Clock>) -> Router {
    Router::new()
        .route("/v1/partner/endpoints", get(list).post(create))
        .route("/v1/partner/endpoints/{id}", get(read).patch(change).delete(delete))
        .route("/v1/partner/endpoints/{id}/attempts", get(attempts))
        .route("/v1/partner/endpoints/{id}/verify", post(verify))
        .route("/v1/partner/endpoints/{id}/disable", post(disable))
        .route("/v1/partner/endpoints/{id}/rotate", post(rotate))
        .route("/v1/partner/endpoints/{id}/test", post(test))
        .route("/v1/partner/endpoints/{id}/replay", post(replay))
        .with_state(Desk { endpoints, partners, clock })
}

/// An endpoint to be.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct New {
    url: String,
    products: Option<BTreeSet<String>>,
    types: Option<Vec<String>>,
}

/// What is to be another; null for all products or types, left out for what stays.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Changed {
    url: Option<String>,
    #[serde(default, deserialize_with = "given")]
    products: Option<Option<BTreeSet<String>>>,
    #[serde(default, deserialize_with = "given")]
    types: Option<Option<Vec<String>>>,
}

/// Tells null from nothing.
fn given<'de, D: Deserializer<'de>, T: Deserialize<'de>>(deserializer: D) -> Result<Option<T>, D::Error> {
    T::deserialize(deserializer).map(Some)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Since {
    from: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Page {
    before: Option<i64>,
    limit: Option<u64>,
}

impl Desk {
    /// An endpoint of the partner who asks, and what changes it in that partner's name.
    async fn in_hand(&self, key: Key, id: &str) -> Result<(Endpoint, Endpoints), Problem> {
        let (_, asking) = partner_of(key.clone())?;
        Ok((self.of(key, id).await?, self.by(&asking)))
    }

    fn by(&self, asking: &Asking) -> Endpoints {
        self.endpoints.by(asking.actor(self.clock.now()))
    }

    /// An endpoint of the partner who asks. Those of others are not there.
    async fn of(&self, key: Key, id: &str) -> Result<Endpoint, Problem> {
        let (partner, _) = partner_of(key)?;
        let missing = || Problem::new(StatusCode::NOT_FOUND, "no-endpoint", format!("there is no endpoint `{id}`"));
        let parsed: EndpointId = id.parse().map_err(|_| missing())?;
        let found = self.endpoints.store().endpoint(parsed).await?;
        found.filter(|endpoint| endpoint.partner == partner.id).ok_or_else(missing)
    }

    /// Refuses products the partner does not receive.
    async fn known(&self, partner: &Partner, wanted: Option<&BTreeSet<String>>) -> Result<(), Problem> {
        let Some(wanted) = wanted else { return Ok(()) };
        let all = self.partners.products().await?;
        let received = all.iter().filter(|product| partner.products.contains(&product.id));
        let received: BTreeSet<&str> = received.map(|product| product.code.as_str()).collect();
        match wanted.iter().find(|code| !received.contains(code.as_str())) {
            None => Ok(()),
            Some(stray) => {
                let received = received.into_iter().collect::<Vec<_>>().join(", ");
                Err(Problem::bad(format!("`products` has `{stray}`: this partner receives {received}")))
            }
        }
    }
}

async fn list(State(desk): State<Desk>, key: Key) -> Response<Body> {
    let all = async {
        let (partner, _) = partner_of(key)?;
        let endpoints = desk.endpoints.store().endpoints(Some(partner.id)).await?;
        Ok((StatusCode::OK, json!({ "endpoints": endpoints.iter().map(shown).collect::<Vec<_>>() })))
    };
    answer(all.await)
}

async fn create(State(desk): State<Desk>, key: Key, request: Request) -> Response<Body> {
    let created = async {
        let (partner, asking) = partner_of(key)?;
        let New { url, products, types } = body(request).await?;
        desk.known(&partner, products.as_ref()).await?;
        let (_, place) = desk.partners.sorted_to().await?;
        let new = NewEndpoint { partner: partner.id, url, products, types, place };
        let (endpoint, secret) = desk.by(&asking).create(new).await.map_err(refused)?;
        Ok((StatusCode::CREATED, with_secret(&endpoint, &secret)))
    };
    answer(created.await)
}

async fn read(State(desk): State<Desk>, Path(id): Path<String>, key: Key) -> Response<Body> {
    answer(async { Ok((StatusCode::OK, shown(&desk.of(key, &id).await?))) }.await)
}

async fn change(State(desk): State<Desk>, Path(id): Path<String>, key: Key, request: Request) -> Response<Body> {
    let changed = async {
        let (partner, _) = partner_of(key.clone())?;
        let (endpoint, endpoints) = desk.in_hand(key, &id).await?;
        let Changed { url, products, types } = body(request).await?;
        desk.known(&partner, products.as_ref().and_then(Option::as_ref)).await?;
        let changes = Changes { url, products, types };
        let endpoint = endpoints.change(endpoint.id, changes).await.map_err(refused)?;
        Ok((StatusCode::OK, shown(&endpoint)))
    };
    answer(changed.await)
}

async fn delete(State(desk): State<Desk>, Path(id): Path<String>, key: Key) -> Response<Body> {
    let deleted = async {
        let (endpoint, endpoints) = desk.in_hand(key, &id).await?;
        endpoints.delete(endpoint.id).await.map_err(refused)?;
        Ok((StatusCode::OK, json!({ "id": endpoint.id.to_string(), "state": "deleted" })))
    };
    answer(deleted.await)
}

async fn attempts(State(desk): State<Desk>, Path(id): Path<String>, key: Key, uri: Uri) -> Response<Body> {
    let log = async {
        let endpoint = desk.of(key, &id).await?;
        let Query(Page { before, limit }) = Query::<Page>::try_from_uri(&uri)
            .map_err(|err| Problem::bad(format!("{}; `before` and `limit` can be given", err.body_text())))?;
        let limit = limit.unwrap_or(USUAL);
        if !(1..=MOST).contains(&limit) {
            return Err(Problem::bad(format!("`limit` is {limit}: write 1 to {MOST}")));
        }
        let log = desk.endpoints.store().attempts(endpoint.id, before, limit).await?;
        let next = (log.len() as u64 == limit).then(|| log.last().map(|last| last.number)).flatten();
        Ok((StatusCode::OK, json!({ "attempts": log.iter().map(logged).collect::<Vec<_>>(), "next_before": next })))
    };
    answer(log.await)
}

async fn verify(State(desk): State<Desk>, Path(id): Path<String>, key: Key) -> Response<Body> {
    let verified = async {
        let (endpoint, endpoints) = desk.in_hand(key, &id).await?;
        let endpoint = endpoints.verify(endpoint.id).await.map_err(refused)?;
        Ok((StatusCode::OK, shown(&endpoint)))
    };
    answer(verified.await)
}

async fn disable(State(desk): State<Desk>, Path(id): Path<String>, key: Key) -> Response<Body> {
    let disabled = async {
        let (endpoint, endpoints) = desk.in_hand(key, &id).await?;
        let endpoint = endpoints.disable(endpoint.id, "disabled by its partner").await.map_err(refused)?;
        Ok((StatusCode::OK, shown(&endpoint)))
    };
    answer(disabled.await)
}

async fn rotate(State(desk): State<Desk>, Path(id): Path<String>, key: Key) -> Response<Body> {
    let rotated = async {
        let (endpoint, endpoints) = desk.in_hand(key, &id).await?;
        let (endpoint, secret) = endpoints.rotate(endpoint.id).await.map_err(refused)?;
        let mut told = with_secret(&endpoint, &secret);
        told["previous_signs_for_hours"] = ROTATION.num_hours().into();
        Ok((StatusCode::OK, told))
    };
    answer(rotated.await)
}

async fn test(State(desk): State<Desk>, Path(id): Path<String>, key: Key) -> Response<Body> {
    let sent = async {
        let endpoint = desk.of(key, &id).await?;
        let event = desk.endpoints.test(endpoint.id).await.map_err(refused)?;
        Ok((StatusCode::ACCEPTED, json!({ "event_id": event })))
    };
    answer(sent.await)
}

async fn replay(State(desk): State<Desk>, Path(id): Path<String>, key: Key, request: Request) -> Response<Body> {
    let replayed = async {
        let (endpoint, endpoints) = desk.in_hand(key, &id).await?;
        let Since { from } = body(request).await?;
        let seq: i64 = from.parse().map_err(|_| {
            Problem::bad(format!("`from` is `{from}`: write the `seq` of an event, such as \"184467\""))
        })?;
        let place = desk.partners.number_before(seq).await?;
        let endpoint = endpoints.replay(endpoint.id, place).await.map_err(refused)?;
        Ok((StatusCode::ACCEPTED, shown(&endpoint)))
    };
    answer(replayed.await)
}

async fn body<T: DeserializeOwned>(request: Request) -> Result<T, Problem> {
    let bytes = whole(request.into_body(), BODY).await?;
    serde_json::from_slice(&bytes).map_err(|err| Problem::bad(format!("the body is not the JSON wanted here: {err}")))
}

fn answer(told: Told) -> Response<Body> {
    match told {
        Ok((status, value)) => (status, axum::Json(value)).into_response(),
        Err(problem) => problem.response(),
    }
}

fn refused(error: EndpointError) -> Problem {
    let (status, kind) = match &error {
        EndpointError::Address(_) | EndpointError::Type(_) => (StatusCode::BAD_REQUEST, "bad-request"),
        EndpointError::Missing(_) => (StatusCode::NOT_FOUND, "no-endpoint"),
        EndpointError::TooMany => (StatusCode::CONFLICT, "too-many-endpoints"),
        EndpointError::Unverified(_) => (StatusCode::CONFLICT, "not-verified"),
        EndpointError::NotActive(_) => (StatusCode::CONFLICT, "not-active"),
        EndpointError::Random(_) | EndpointError::Store(_) => {
            tracing::error!(error = %error, "an endpoint could not be changed");
            let detail = "internal error; try again later";
            return Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal-error", detail);
        }
    };
    Problem::new(status, kind, error.to_string())
}

fn shown(endpoint: &Endpoint) -> Value {
    let reason = match &endpoint.state {
        EndpointState::Disabled { reason } => Some(reason),
        EndpointState::Pending | EndpointState::Active => None,
    };
    json!({
        "id": endpoint.id.to_string(),
        "url": endpoint.url,
        "products": endpoint.products,
        "types": endpoint.types,
        "state": endpoint.state.as_str(),
        "state_since": endpoint.state_since,
        "reason": reason,
        "failures": endpoint.health.failures,
        "failing_since": endpoint.health.failing_since,
        "created_at": endpoint.created_at,
    })
}

fn with_secret(endpoint: &Endpoint, secret: &Secret) -> Value {
    let mut told = shown(endpoint);
    told["secret"] = secret.expose().into();
    told
}

fn logged(logged: &LoggedAttempt) -> Value {
    let attempt = &logged.attempt;
    json!({
        "number": logged.number,
        "event_id": attempt.event_id,
        "type": attempt.event_type,
        "at": attempt.at,
        "try": attempt.number_of_try,
        "status": attempt.status,
        "failure": attempt.failure,
        "ms": attempt.ms,
        "answer": attempt.answer,
    })
}
