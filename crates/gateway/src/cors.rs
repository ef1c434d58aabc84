//! Which sites may have browsers ask the editorial side: none but those that are listed.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ALLOW, CACHE_CONTROL,
    HeaderMap, ORIGIN, VARY,
};
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;

use crate::UPLOADS_PATH;

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

/// Origins of the sites that may ask, as browsers write them: `https://desk.example.org`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct AllowedOrigins(pub Arc<[String]>);

impl AllowedOrigins {
    /// The origin of a request, when it is listed to the letter.
    fn of(&self, headers: &HeaderMap) -> Option<HeaderValue> {
        let origin = headers.get(ORIGIN)?;
        self.0.iter().any(|allowed| allowed.as_bytes() == origin.as_bytes()).then(|| origin.clone())
    }
}

/// Answers browsers that ask whether they may ask, and lets only listed sites read answers.
pub(crate) async fn listed_sites_only(State(origins): State<AllowedOrigins>, request: Request, next: Next) -> Response {
    let origin = origins.of(request.headers());
    let is_preflight = request.method() == Method::OPTIONS;
    let methods = if request.uri().path() == UPLOADS_PATH { "PUT, OPTIONS" } else { "GET, HEAD, POST, OPTIONS" };
    let mut response = if is_preflight { preflight(methods, origin.is_some()) } else { next.run(request).await };
    let headers = response.headers_mut();
    for name in [ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_EXPOSE_HEADERS] {
        headers.remove(name);
    }
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
    }
    headers.insert(VARY, HeaderValue::from_static("Accept, Accept-Encoding, Authorization, Origin"));
    headers.insert(RESOURCE_POLICY, HeaderValue::from_static("same-origin"));
    response
}

fn preflight(methods: &'static str, is_listed: bool) -> Response {
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::NO_CONTENT;
    let headers = response.headers_mut();
    headers.insert(ALLOW, HeaderValue::from_static(methods));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    if is_listed {
        let asked = if methods.starts_with("PUT") { "PUT" } else { "GET, POST" };
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static(asked));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static("Authorization, Content-Type"));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    }
    response
}
