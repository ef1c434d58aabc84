//! What an office tells at addresses that everybody knows: who hears of weaknesses, and which sites and accounts are its own.
//! Sources: RFC 9116; "The trust.txt Specification" of JournalList.

use axum::Router;
use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderValue, Response};
use axum::routing::get;
use chrono::{DateTime, SecondsFormat, Utc};

/// What is told there: nothing where nothing is set.
#[derive(Clone, Debug, Default)]
pub struct WellKnown {
    /// Whom weaknesses are reported to.
    pub security: Option<SecurityContact>,
    /// The text of trust.txt.
    pub trust: Option<String>,
}

/// Whom weaknesses are reported to.
#[derive(Clone, Debug)]
pub struct SecurityContact {
    /// Addresses such as `mailto:security@example.org`, best first; without line breaks.
    pub contacts: Vec<String>,
    /// Until when they are good.
    pub expires: DateTime<Utc>,
}

/// Routes to what is told, by a server that is reached at `public_url`.
pub(crate) fn well_known_routes(told: &WellKnown, public_url: &str) -> Router {
    let mut routes = Router::new();
    if let Some(security) = &told.security {
        let path = "/.well-known/security.txt";
        routes = serving(routes, path, security.text(&format!("{public_url}{path}")));
    }
    if let Some(trust) = &told.trust {
        for path in ["/trust.txt", "/.well-known/trust.txt"] {
            routes = serving(routes, path, trust.clone());
        }
    }
    routes
}

impl SecurityContact {
    fn text(&self, canonical: &str) -> String {
        let contacts: String = self.contacts.iter().map(|contact| format!("Contact: {contact}\n")).collect();
        let expires = self.expires.to_rfc3339_opts(SecondsFormat::Secs, true);
        format!("{contacts}Expires: {expires}\nCanonical: {canonical}\n")
    }
}

fn serving(routes: Router, path: &str, text: String) -> Router {
    let answer = move || async move {
        let mut response = Response::new(Body::from(text));
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600"));
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    };
    routes.route(path, get(answer))
}
