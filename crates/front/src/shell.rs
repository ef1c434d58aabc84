use std::panic::AssertUnwindSafe;

use axum::Router;
use axum::body::Body;
use axum::extract::State;
use axum::http::{Request, Response, StatusCode};
use axum::middleware::{self, Next};
use axum::response::IntoResponse;
use futures_util::FutureExt;

use crate::http::answer;
use crate::limits::Limits;
use crate::refusal::Refusal;

/// Wraps the whole router: caps the request target, turns a panic anywhere into a 500 without details, answers unknown
/// paths with a JSON 404, and gives every answer the headers that keep browsers from guessing.
pub fn shell(router: Router, limits: &Limits) -> Router {
    router.fallback(not_found).layer(middleware::from_fn_with_state(limits.uri_bytes, guard))
}

async fn guard(State(uri_bytes): State<usize>, request: Request<Body>, next: Next) -> Response<Body> {
    let target = request.uri();
    let length = target.path().len() + target.query().map_or(0, |query| query.len() + 1);
    let mut response = if length > uri_bytes {
        let message = format!("the address is {length} bytes long, at most {uri_bytes} are read: send a POST");
        answer::plain(&Refusal::http(StatusCode::URI_TOO_LONG, message))
    } else {
        AssertUnwindSafe(next.run(request)).catch_unwind().await.unwrap_or_else(|_| {
            let trace_id = answer::trace_id();
            tracing::error!(%trace_id, "a handler panicked");
            answer::internal(&trace_id).into_response()
        })
    };
    answer::add_shields(response.headers_mut());
    response
}

async fn not_found(request: Request<Body>) -> impl IntoResponse {
    let message = format!("nothing is served at {}", request.uri().path());
    answer::plain(&Refusal::http(StatusCode::NOT_FOUND, message))
}
