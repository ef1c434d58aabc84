//! The page on which anybody sees whether a file or a text was issued here. The hash is computed in the browser.

use axum::Router;
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS,
};
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use crate::documents::Shelf;

/// It runs its own script, and asks this server alone.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; \
                      form-action 'none'; frame-ancestors 'none'";

pub(super) fn page_routes() -> Router<Shelf> {
    let file = |content_type: &'static str, text: &'static str| get(move || async move { file(content_type, text) });
    Router::new()
        .route("/verify", file("text/html; charset=utf-8", include_str!("page/verify.html")))
        .route("/verify/page.js", file("text/javascript; charset=utf-8", include_str!("page/verify.js")))
        .route("/verify/page.css", file("text/css; charset=utf-8", include_str!("page/verify.css")))
}

fn file(content_type: &'static str, text: &'static str) -> Response {
    let headers = [
        (CONTENT_TYPE, content_type),
        (CONTENT_SECURITY_POLICY, POLICY),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "public, max-age=300"),
    ];
    (headers, text).into_response()
}
