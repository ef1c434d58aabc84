//! The GraphiQL page, served out of the binary: no other host, no build tool.
//!
//! `graphiql/` holds the page's sources and `assets/graphiql/` what its build
//! makes of them (docs/decisions/0007-graphiql.md). The files are stored as gzip
//! under names that carry a hash of their content, so browsers keep them for good.

use std::io::Read;
use std::sync::Arc;

use axum::Router;
use axum::extract::{Path, State};
use axum::http::header::{
    ACCEPT_ENCODING, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, VARY,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

/// What the page shows and where it sends its operations.
#[derive(Clone, Debug)]
pub struct GraphiqlOptions {
    /// Address of the GraphQL endpoint on this origin, such as `/graphql`.
    pub endpoint: String,
    /// Title of the browser window, as plain text.
    pub title: String,
    /// Document in the editor on the first visit. Later visits show the visitor's own drafts.
    pub default_query: String,
    /// Variables beside it: an object, or null for none.
    pub default_variables: Value,
}

/// The routes `/` (the page) and `/graphiql/{asset}` (its scripts and styles).
pub fn graphiql_routes(options: GraphiqlOptions) -> Router {
    Router::new().route("/", get(page)).route("/graphiql/{asset}", get(asset)).with_state(Arc::new(Page::new(&options)))
}

/// What the build of `graphiql/` wrote: names as the browser asks for them, bytes as gzip.
struct Bundle {
    script: &'static str,
    style: &'static str,
    files: &'static [(&'static str, &'static [u8])],
}

const BUNDLE: Bundle = include!("../assets/graphiql/manifest.rs");

/// The icon of the browser tab, so that no browser asks for `/favicon.ico`.
const ICON: &str = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E\
    %3Crect width='16' height='16' rx='3' fill='%231f3a5f'/%3E\
    %3Cpath d='M4 4h8M4 8h8M4 12h5' stroke='white' stroke-width='1.5'/%3E%3C/svg%3E";

/// The page's variable parts, already escaped for the places they go to.
struct Page {
    title: String,
    settings: String,
}

impl Page {
    fn new(options: &GraphiqlOptions) -> Self {
        let variables = match &options.default_variables {
            Value::Null => String::new(),
            some => format!("{some:#}"),
        };
        let settings = json!({
            "endpoint": options.endpoint,
            "query": options.default_query,
            "variables": variables,
        });
        Self {
            title: escape_text(&options.title),
            // `<` occurs in JSON only inside strings; escaped, no `</script>` can end the block.
            settings: settings.to_string().replace('<', "\\u003c"),
        }
    }

    fn html(&self, nonce: &str) -> String {
        let Self { title, settings } = self;
        let Bundle { script, style, .. } = BUNDLE;
        format!(
            r#"<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="icon" href="{ICON}">
<link rel="stylesheet" href="graphiql/{style}" nonce="{nonce}">
<script id="griot-page" type="application/json">{settings}</script>
<script type="module" src="graphiql/{script}"></script>
</head>
<body>
<div id="graphiql"></div>
<noscript>This page needs JavaScript. The API itself does not.</noscript>
</body>
</html>
"#
        )
    }
}

async fn page(State(page): State<Arc<Page>>) -> Response {
    let Some(nonce) = fresh_nonce() else {
        return StatusCode::INTERNAL_SERVER_ERROR.into_response();
    };
    let headers = [
        (CONTENT_SECURITY_POLICY, policy(&nonce)),
        (CACHE_CONTROL, "no-store".to_owned()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff".to_owned()),
        (REFERRER_POLICY, "no-referrer".to_owned()),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin".to_owned()),
    ];
    (headers, Html(page.html(&nonce))).into_response()
}

async fn asset(Path(name): Path<String>, request: HeaderMap) -> Response {
    let Some(&(name, packed)) = BUNDLE.files.iter().find(|(known, _)| *known == name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut headers = HeaderMap::new();
    let mut set = |name, value| headers.insert(name, HeaderValue::from_static(value));
    set(CONTENT_TYPE, content_type(name));
    set(CACHE_CONTROL, "public, max-age=31536000, immutable");
    set(VARY, "accept-encoding");
    set(X_CONTENT_TYPE_OPTIONS, "nosniff");
    set(HeaderName::from_static("cross-origin-resource-policy"), "same-origin");
    if accepts_gzip(&request) {
        set(CONTENT_ENCODING, "gzip");
        return (headers, packed).into_response();
    }
    (headers, unpack(packed)).into_response()
}

/// 128 random bits in base64, or `None` when the system gives no randomness.
fn fresh_nonce() -> Option<String> {
    let mut bytes = [0; 16];
    getrandom::fill(&mut bytes)
        .inspect_err(|error| tracing::error!(%error, "no randomness for the page's nonce"))
        .ok()?;
    Some(STANDARD.encode(bytes))
}

/// Everything comes from this origin; nothing is evaluated from text; nobody frames the page.
///
/// The editor writes its lines as HTML with `style` attributes, which no nonce can cover, hence
/// `style-src-attr`. Its `<style>` elements carry the nonce. Fonts are inside the style sheet.
fn policy(nonce: &str) -> String {
    format!(
        "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src 'self'; \
         style-src 'self' 'nonce-{nonce}'; style-src-attr 'unsafe-inline'; \
         img-src 'self' data:; font-src 'self' data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
}

fn content_type(name: &str) -> &'static str {
    match name.rsplit('.').next() {
        Some("js") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        _ => "application/octet-stream",
    }
}

/// Whether `Accept-Encoding` lists gzip (or anything) and does not give it weight 0 (RFC 9110, 12.5.3).
fn accepts_gzip(request: &HeaderMap) -> bool {
    let weight_of = |wanted: &str| {
        let lines = request.get_all(ACCEPT_ENCODING).into_iter();
        let codings = lines.filter_map(|line| line.to_str().ok()).flat_map(|line| line.split(','));
        codings
            .filter_map(split_weight)
            .find_map(|(coding, weight)| coding.eq_ignore_ascii_case(wanted).then_some(weight))
    };
    weight_of("gzip").or_else(|| weight_of("*")).is_some_and(|weight| weight > 0.0)
}

/// `gzip;q=0.5` as `("gzip", 0.5)`; `None` for a weight that is not a number.
fn split_weight(coding: &str) -> Option<(&str, f32)> {
    let Some((name, parameter)) = coding.split_once(';') else {
        return Some((coding.trim(), 1.0));
    };
    let weight = parameter.trim().strip_prefix("q=")?.parse().ok()?;
    Some((name.trim(), weight))
}

fn unpack(packed: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    flate2::read::GzDecoder::new(packed)
        .read_to_end(&mut bytes)
        .expect("the build wrote whole gzip files, and a test unpacks each");
    bytes
}

fn escape_text(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use axum::body::{Body, to_bytes};
    use axum::http::Request;
    use rstest::rstest;
    use tower::ServiceExt as _;

    use super::*;

    async fn answer(path: &str, accept_encoding: &str) -> (StatusCode, HeaderMap, Vec<u8>) {
        let routes = graphiql_routes(GraphiqlOptions {
            endpoint: "/graphql".to_owned(),
            title: "Griot <b>&".to_owned(),
            default_query: "{ a(b: \"</script><script>alert(1)\") }".to_owned(),
            default_variables: json!({ "slug": "x" }),
        });
        let request = Request::get(path).header(ACCEPT_ENCODING, accept_encoding);
        let response = routes.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
        let (parts, body) = response.into_parts();
        (parts.status, parts.headers, to_bytes(body, usize::MAX).await.unwrap().to_vec())
    }

    fn attribute<'a>(html: &'a str, start: &str) -> &'a str {
        let (_, rest) = html.split_once(start).unwrap();
        rest.split('"').next().unwrap()
    }

    #[tokio::test]
    async fn the_page_names_its_assets_and_they_are_all_served() {
        let (status, headers, body) = answer("/", "gzip").await;
        let html = String::from_utf8(body).unwrap();
        assert_eq!(status, StatusCode::OK);
        assert_eq!(headers[CONTENT_TYPE], "text/html; charset=utf-8");
        for (start, kind) in [("src=\"", "text/javascript"), ("rel=\"stylesheet\" href=\"", "text/css")] {
            let path = format!("/{}", attribute(&html, start));
            let (status, headers, _) = answer(&path, "gzip").await;
            assert_eq!(status, StatusCode::OK, "{path}");
            assert!(headers[CONTENT_TYPE].to_str().unwrap().starts_with(kind), "{path}");
            assert_eq!(headers[CACHE_CONTROL], "public, max-age=31536000, immutable");
        }
    }

    #[tokio::test]
    async fn text_given_as_options_cannot_leave_its_place() {
        let (_, _, body) = answer("/", "gzip").await;
        let html = String::from_utf8(body).unwrap();
        assert!(html.contains("<title>Griot &lt;b&gt;&amp;</title>"), "{html}");
        assert_eq!(html.matches("<script").count(), 2, "{html}");
        let (_, block) = html.split_once("type=\"application/json\">").unwrap();
        let settings: Value = serde_json::from_str(block.split_once("</script>").unwrap().0).unwrap();
        assert_eq!(settings["query"], "{ a(b: \"</script><script>alert(1)\") }");
        assert_eq!(settings["variables"], "{\n  \"slug\": \"x\"\n}");
    }

    #[tokio::test]
    async fn every_answer_has_its_own_nonce_in_policy_and_page() {
        let mut seen = Vec::new();
        for _ in 0..2 {
            let (_, headers, body) = answer("/", "gzip").await;
            let html = String::from_utf8(body).unwrap();
            let nonce = attribute(&html, "nonce=\"").to_owned();
            let policy = headers[CONTENT_SECURITY_POLICY].to_str().unwrap();
            assert!(policy.contains(&format!("style-src 'self' 'nonce-{nonce}';")), "{policy}");
            assert!(!policy.contains("unsafe-eval"), "{policy}");
            assert_eq!(headers[CACHE_CONTROL], "no-store");
            assert_eq!(headers["cross-origin-opener-policy"], "same-origin");
            seen.push(nonce);
        }
        assert_ne!(seen[0], seen[1]);
    }

    #[tokio::test]
    async fn an_unknown_asset_is_not_found() {
        assert_eq!(answer("/graphiql/manifest.rs", "gzip").await.0, StatusCode::NOT_FOUND);
    }

    #[tokio::test]
    async fn every_stored_file_is_whole_and_its_type_known() {
        for (name, packed) in BUNDLE.files {
            assert_ne!(content_type(name), "application/octet-stream", "{name}");
            let (_, plain_headers, plain) = answer(&format!("/graphiql/{name}"), "identity").await;
            assert_eq!(plain_headers.get(CONTENT_ENCODING), None);
            assert_eq!(plain, unpack(packed), "{name}");
            let (_, packed_headers, sent) = answer(&format!("/graphiql/{name}"), "br, gzip").await;
            assert_eq!(packed_headers[CONTENT_ENCODING], "gzip");
            assert_eq!(sent, *packed, "{name}");
        }
    }

    #[rstest]
    #[case::listed("deflate, GZIP", true)]
    #[case::weighted("br;q=1.0, gzip;q=0.8", true)]
    #[case::anything("*", true)]
    #[case::refused("gzip;q=0, *", false)]
    #[case::absent("br", false)]
    #[case::empty("", false)]
    fn gzip_is_sent_only_to_those_who_take_it(#[case] accept: &'static str, #[case] taken: bool) {
        let request = HeaderMap::from_iter([(ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
        assert_eq!(accepts_gzip(&request), taken);
    }
}
