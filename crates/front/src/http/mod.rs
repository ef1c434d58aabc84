//! The endpoint: one handler from request to response.

pub(crate) mod answer;
pub(crate) mod body;
pub(crate) mod encoding;
pub(crate) mod negotiate;
mod page;
pub(crate) mod params;

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_graphql::Executor;
use axum::Router;
use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_MAX_AGE,
    ALLOW, CONNECTION, HeaderValue, RETRY_AFTER, UPGRADE,
};
use axum::http::request::Parts;
use axum::http::{HeaderName, Method, Request, Response, StatusCode, Version};
use axum::routing::any;
use bytes::Bytes;
use futures_util::FutureExt;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use tokio::sync::Semaphore;

use self::answer::{Answer, Style};
use self::negotiate::MediaType;
pub use self::page::Page;
use self::params::Params;
use crate::check::{Checked, Checker, OperationKind};
use crate::fresh::{Freshness, Reads, Tag};
use crate::limits::Limits;
use crate::persisted::{OPERATIONS, OperationCounts, OperationMode, Operations, TrustedDocument};
use crate::refusal::Refusal;
use crate::responses::{Caching, Counts, Key, Personal, Responses, Shared};
use crate::schema::FrontError;
use crate::timing::{TIMING_HEADER, Timing, log_slow};
use crate::values::ScalarCheck;

/// A request with this header gets its cost in `extensions.cost.requested`.
pub const COST_HEADER: HeaderName = HeaderName::from_static("graphql-cost");

const METHODS: &str = "GET, HEAD, POST, OPTIONS";

/// Which statuses refused documents get.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum StatusProfile {
    /// 400, and 200 for clients that accept `application/json` alone. What clients of today expect.
    #[default]
    #[serde(rename = "compat-400")]
    Compat400,
    /// 422 and 294, after the GraphQL-over-HTTP draft of August 2026.
    #[serde(rename = "draft-2026-08")]
    Draft2026_08,
}

/// Gives a request what its resolvers read from the context, such as a loader made for it.
pub type Prepare = Arc<dyn Fn(async_graphql::Request, &Parts) -> async_graphql::Request + Send + Sync>;

/// Told the cost of each operation that is to run.
pub type Observe = Arc<dyn Fn(u64) + Send + Sync>;

/// How the endpoint behaves.
#[derive(Clone)]
pub struct FrontOptions {
    /// Statuses of refused documents.
    pub status_profile: StatusProfile,
    /// Whether `__schema` and `__type` may be asked for.
    pub introspection: bool,
    /// What custom scalars take: without a check of its own, a scalar's refusal is a fault of the server.
    pub scalars: Vec<ScalarCheck>,
    /// `Cache-Control` of complete answers; all others are `no-store`.
    pub cache_control: String,
    /// Called once for each request that is to run. What it reads goes into the [`Reads`] among the request's extensions,
    /// where there is one.
    pub prepare: Option<Prepare>,
    /// Who counts what is run.
    pub observe: Option<Observe>,
    /// Names of root fields that answer requests marked as [`Personal`] in a way of their own.
    pub personal: &'static [&'static str],
    /// Keeps the answers of requests marked as [`Shared`].
    pub caching: Option<Caching>,
    /// Which documents are run for requests without an [`OperationMode`] among their extensions.
    pub operations: OperationMode,
    /// Bytes that documents registered by clients may take; 0 lets them register none.
    pub registered_bytes: usize,
    /// An answer that takes longer to make is logged with its document's hash.
    pub slow_after: Duration,
}

impl Default for FrontOptions {
    fn default() -> Self {
        Self {
            status_profile: StatusProfile::default(),
            introspection: true,
            scalars: Vec::new(),
            cache_control: "public, max-age=5, s-maxage=30, stale-while-revalidate=30".to_owned(),
            prepare: None,
            observe: None,
            personal: &[],
            caching: None,
            operations: OperationMode::Open,
            registered_bytes: 4 << 20,
            slow_after: Duration::from_secs(1),
        }
    }
}

/// GraphQL over HTTP in front of an executor.
pub struct Front<E> {
    pub(crate) executor: E,
    pub(crate) checker: Checker,
    status_profile: StatusProfile,
    cache_control: HeaderValue,
    prepare: Option<Prepare>,
    observe: Option<Observe>,
    personal: &'static [&'static str],
    pub(crate) in_flight: Semaphore,
    freshness: Option<Arc<Freshness>>,
    responses: Option<Responses>,
    counts: Arc<Counts>,
    pub(crate) operations: Operations,
    default_mode: OperationMode,
    slow_after: Duration,
}

impl<E: Executor> Front<E> {
    /// A front for `executor`, whose schema is `sdl`. Fails when the SDL is not a valid schema or an option cannot be
    /// used.
    pub fn new(executor: E, sdl: &str, limits: Limits, options: FrontOptions) -> Result<Self, FrontError> {
        let cache_control = HeaderValue::try_from(&options.cache_control).map_err(|_| FrontError::InvalidSetting {
            setting: "cache_control",
            value: options.cache_control.clone(),
            problem: "it must be a value of the header Cache-Control, such as \"no-store\"",
        })?;
        let counts = Arc::<Counts>::default();
        let freshness = options.caching.as_ref().map(|caching| Arc::clone(&caching.freshness));
        let kept = options.caching.filter(|caching| caching.budget_bytes > 0);
        let responses = kept.map(|caching| Responses::new(caching, &options.cache_control, Arc::clone(&counts)));
        let in_flight = Semaphore::new(limits.in_flight.min(Semaphore::MAX_PERMITS));
        Ok(Self {
            executor,
            checker: Checker::new(sdl, limits, options.introspection, options.scalars)?,
            status_profile: options.status_profile,
            cache_control,
            prepare: options.prepare,
            observe: options.observe,
            personal: options.personal,
            in_flight,
            default_mode: options.operations,
            slow_after: options.slow_after,
            operations: Operations::new(options.registered_bytes, freshness.clone()),
            freshness,
            responses,
            counts,
        })
    }

    /// The endpoint at `path`, for GET, HEAD, POST and OPTIONS.
    pub fn routes(self: Arc<Self>, path: &str) -> Router {
        let handler = move |request: Request<Body>| {
            let front = Arc::clone(&self);
            async move {
                let start = Instant::now();
                let (mut parts, body) = request.into_parts();
                let timing = Timing::of(&mut parts);
                let mut response = front.answer(parts, body).await;
                if let Some(timing) = timing {
                    timing.tell(start.elapsed(), &mut response);
                }
                let us = u64::try_from(start.elapsed().as_micros()).unwrap_or(u64::MAX);
                tracing::debug!(status = response.status().as_u16(), us, "answered");
                response
            }
        };
        Router::new().route(path, any(handler))
    }

    /// Checks a request as the endpoint does, without running it. `variables` are the JSON object of the request.
    pub fn check(
        &self,
        query: &str,
        operation_name: Option<&str>,
        variables: Map<String, Value>,
    ) -> Result<Checked, Refusal> {
        self.checker.check(query, operation_name, variables)
    }

    /// Whether a document may be stored for clients to name: all that is checked of a request, but for what only its
    /// variables can tell.
    pub fn admit(&self, query: &str) -> Result<(), Refusal> {
        self.checker.admit(query)
    }

    /// Replaces the documents that clients of every [`OperationMode`] may name.
    pub fn trust(&self, documents: Vec<TrustedDocument>) {
        self.operations.trust(documents);
    }

    /// How often answers were found among those kept.
    pub fn counts(&self) -> Arc<Counts> {
        Arc::clone(&self.counts)
    }

    /// How often documents were found by what they were named by.
    pub fn operation_counts(&self) -> Arc<OperationCounts> {
        self.operations.counts()
    }

    /// Bytes that the answers kept take.
    pub fn kept_bytes(&self) -> u64 {
        self.responses.as_ref().map_or(0, Responses::bytes)
    }

    /// The answer kept for those in `shared`, or the request back, its body read, for the [routes](Self::routes).
    pub async fn recall(&self, request: Request<Body>, shared: Shared) -> Result<Response<Body>, Request<Body>> {
        let (parts, body) = request.into_parts();
        let media = negotiate::negotiate(&parts.headers);
        let limits = self.checker.limits();
        let asks_for_more = [COST_HEADER, TIMING_HEADER].iter().any(|name| parts.headers.contains_key(name));
        let is_short = parts.uri.path_and_query().is_none_or(|target| target.as_str().len() <= limits.uri_bytes);
        // The body that a HEAD must not have is taken off by the routes.
        let is_simple = is_short && !asks_for_more && parts.method != Method::HEAD;
        let (Some(responses), Some(media), true, Ok(())) =
            (&self.responses, media, is_simple, acceptable(&parts, media))
        else {
            return Err(Request::from_parts(parts, body));
        };
        let is_post = parts.method == Method::POST;
        let asked = if is_post {
            match body::read(&parts.headers, body, limits).await {
                Ok(asked) => asked,
                Err(refusal) => {
                    let refused = self.style(media).refused(&refusal).into_response();
                    return Ok(closing(true, parts.version, refused));
                }
            }
        } else {
            Bytes::copy_from_slice(parts.uri.query().unwrap_or_default().as_bytes())
        };
        let key = Key::new(shared, &parts.method, media, asked.clone());
        match responses.recall(&key, &parts) {
            Some(response) => Ok(response),
            None => Err(Request::from_parts(parts, if is_post { Body::from(asked) } else { Body::empty() })),
        }
    }

    fn style(&self, media: MediaType) -> Style<'_> {
        let limits = self.checker.limits();
        Style {
            media,
            profile: self.status_profile,
            cache_control: &self.cache_control,
            max_bytes: limits.response_bytes,
            max_errors: limits.errors,
        }
    }

    async fn answer(&self, parts: Parts, body: Body) -> Response<Body> {
        if parts.method == Method::OPTIONS {
            return preflight();
        }
        let media = negotiate::negotiate(&parts.headers);
        let limits = self.checker.limits();
        let style = self.style(media.unwrap_or(MediaType::Json));
        let has_unread_body = parts.method == Method::POST;
        let refused = |refusal: Refusal| style.refused(&refusal).into_response();
        if let Err(refusal) = acceptable(&parts, media) {
            return closing(has_unread_body, parts.version, refused(refusal));
        }
        let asked = if has_unread_body {
            match body::read(&parts.headers, body, limits).await {
                Ok(body) => body,
                Err(refusal) => return closing(true, parts.version, refused(refusal)),
            }
        } else {
            Bytes::copy_from_slice(parts.uri.query().unwrap_or_default().as_bytes())
        };
        let is_for_one = parts.headers.contains_key(COST_HEADER) || self.is_personal(&parts, &asked);
        let shared = parts.extensions.get::<Shared>().filter(|_| !is_for_one);
        match (&self.responses, shared) {
            (Some(responses), Some(shared)) => {
                let key = Key::new(*shared, &parts.method, style.media, asked.clone());
                responses.answer(key, &parts, |reads| self.run(parts.clone(), asked, style, Some(reads))).await
            }
            (_, shared) => {
                // Parts of the answer may be kept even where the whole is not.
                let freshness = self.freshness.as_ref().filter(|_| shared.is_some());
                let reads = freshness.map(|freshness| Arc::new(freshness.reads()));
                self.run(parts, asked, style, reads).await.into_response()
            }
        }
    }

    /// Whether what is asked for is answered to whoever asks in a way of their own. What cannot be read is nobody else's either.
    fn is_personal(&self, parts: &Parts, asked: &[u8]) -> bool {
        if parts.extensions.get::<Personal>().is_none() {
            return false;
        }
        let Ok(params) = self.params(parts, asked) else { return true };
        let Ok(found) = self.operations.look_up(&params.asked, self.mode_of(parts)) else { return true };
        self.checker.asks_for(&found.text, params.operation_name.as_deref(), self.personal).unwrap_or(true)
    }

    fn params(&self, parts: &Parts, asked: &[u8]) -> Result<Params, Refusal> {
        match &parts.method {
            &Method::POST => Params::from_body(asked),
            _ => Params::from_query_string(parts.uri.query().unwrap_or_default()),
        }
    }

    fn mode_of(&self, parts: &Parts) -> OperationMode {
        parts.extensions.get::<OperationMode>().copied().unwrap_or(self.default_mode)
    }

    async fn run(&self, mut parts: Parts, asked: Bytes, style: Style<'_>, reads: Option<Arc<Reads>>) -> Answer {
        let start = Instant::now();
        let Ok(_permit) = self.in_flight.try_acquire() else { return Self::busy(style) };
        let params = match self.params(&parts, &asked) {
            Ok(params) => params,
            Err(refusal) => return style.refused(&refusal),
        };
        let found = match self.operations.find(&params.asked, self.mode_of(&parts)) {
            Ok(found) => found,
            Err(refusal) => return style.refused(&refusal),
        };
        if let (Some(reads), Some(tag)) = (&reads, found.tag) {
            reads.note([tag, Tag::alone(OPERATIONS)]);
        }
        let checked = self.checker.check(&found.text, params.operation_name.as_deref(), params.variables);
        let Checked { request, kind, cost } = match checked {
            Ok(checked) => checked,
            Err(refusal) => return style.refused(&refusal),
        };
        if let Some(refused) = wrong_method(&parts.method, kind, style) {
            return refused;
        }
        if let Some(hash) = found.registers {
            self.operations.register(hash, &found.text);
        }
        let is_registration = found.registers.is_some();
        tracing::debug!(?kind, cost, "runs");
        if let Some(observe) = &self.observe {
            observe(cost);
        }
        let checked = start.elapsed();
        if let Some(reads) = reads {
            parts.extensions.insert(reads);
        }
        let request = match &self.prepare {
            Some(prepare) => prepare(request, &parts),
            None => request,
        };
        let told_cost = parts.headers.contains_key(COST_HEADER).then_some(cost);
        let answer = self.execute(request, told_cost, style).await;
        let took = start.elapsed();
        if let Some(timing) = parts.extensions.get::<Arc<Timing>>() {
            timing.made(checked, took - checked);
        }
        if took >= self.slow_after {
            log_slow(&found.text, cost, took);
        }
        // Were it kept, here or on the way, a document forgotten meanwhile would not be registered again.
        if is_registration { answer.unkept() } else { answer }
    }

    fn busy(style: Style<'_>) -> Answer {
        let refusal = Refusal::throttled("too many requests are being answered: try again in a second");
        let mut answer = style.refused(&refusal);
        answer.headers.insert(RETRY_AFTER, HeaderValue::from_static("1"));
        answer
    }

    async fn execute(&self, request: async_graphql::Request, cost: Option<u64>, style: Style<'_>) -> Answer {
        match self.guarded(self.executor.execute(request)).await {
            Ok(executed) => style.executed(executed, cost),
            Err(Broken::Panicked { trace_id }) => answer::internal(&trace_id),
            Err(Broken::Late(refusal)) => style.refused(&refusal),
        }
    }

    /// Runs where the connection is served: a task of its own would cost a change of threads for each answer. A panic ends
    /// the request and not the connection.
    pub(crate) async fn guarded<T>(&self, running: impl Future<Output = T>) -> Result<T, Broken> {
        let deadline_ms = self.checker.limits().deadline_ms;
        let running = AssertUnwindSafe(running).catch_unwind();
        match tokio::time::timeout(Duration::from_millis(deadline_ms), running).await {
            Ok(Ok(done)) => Ok(done),
            Ok(Err(_)) => {
                let trace_id = answer::trace_id();
                tracing::error!(%trace_id, "execution panicked");
                Err(Broken::Panicked { trace_id })
            }
            Err(_) => {
                tracing::warn!(deadline_ms, "execution passed its deadline");
                let message = format!("the request took longer than {deadline_ms} ms: ask for less");
                Err(Broken::Late(Refusal::timed_out(message)))
            }
        }
    }
}

/// Why an execution came to no end of its own.
pub(crate) enum Broken {
    /// The log has the cause under this id.
    Panicked { trace_id: String },
    /// It took too long.
    Late(Refusal),
}

fn acceptable(parts: &Parts, media: Option<MediaType>) -> Result<(), Refusal> {
    if parts.headers.contains_key(UPGRADE) {
        let message = "no other protocol is spoken here: send queries by GET or POST, without Upgrade";
        return Err(Refusal::http(StatusCode::BAD_REQUEST, message));
    }
    if ![Method::GET, Method::HEAD, Method::POST].contains(&parts.method) {
        return Err(Refusal::http(StatusCode::METHOD_NOT_ALLOWED, format!("{} is not allowed", parts.method)));
    }
    if media.is_none() {
        let message = "answers are application/graphql-response+json or application/json: accept one of them";
        return Err(Refusal::http(StatusCode::NOT_ACCEPTABLE, message));
    }
    Ok(())
}

/// GET must be safe: a link or an image on any page can make a browser send it.
fn wrong_method(method: &Method, kind: OperationKind, style: Style<'_>) -> Option<Answer> {
    let (message, allow) = match kind {
        OperationKind::Query => return None,
        OperationKind::Mutation if *method == Method::POST => return None,
        OperationKind::Mutation => ("mutations are run by POST alone", "POST"),
        OperationKind::Subscription => {
            ("subscriptions are run by WebSocket or with Accept: text/event-stream, where they are offered", METHODS)
        }
    };
    let status = match kind {
        OperationKind::Subscription => StatusCode::BAD_REQUEST,
        _ => StatusCode::METHOD_NOT_ALLOWED,
    };
    let mut answer = style.refused(&Refusal::unrunnable(status, message));
    answer.headers.insert(ALLOW, HeaderValue::from_static(allow));
    Some(answer)
}

/// Adds what a refusal of the HTTP request itself needs: `Allow` to 405, and `Connection: close` where a body was left
/// unread, so that HTTP/1 does not take its rest for a request.
fn closing(has_unread_body: bool, version: Version, mut response: Response<Body>) -> Response<Body> {
    if response.status() == StatusCode::METHOD_NOT_ALLOWED {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(METHODS));
    }
    if has_unread_body && version < Version::HTTP_2 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// Any site may send any header but a cookie.
fn preflight() -> Response<Body> {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(METHODS));
    headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("*, Authorization"));
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("7200"));
    answer::add_shields(headers);
    response
}
