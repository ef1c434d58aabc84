//! What documents refer to: terms of use, and what our own terms mean.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use griot_front::{Page, code};
use griot_syndication::policy::{self, Policy};
use griot_syndication::relation::Relation;

use super::item::{issuer, view_in};
use super::{Shelf, written};
use crate::graphql::delivery::Loads;

/// `/v1/policies/…`, `/v1/rel/…` and `/robots.txt`.
pub(super) fn term_routes() -> Router<Shelf> {
    Router::new()
        .route("/v1/policies/{name}", get(terms))
        .route("/v1/rel/{name}", get(meaning))
        .route("/robots.txt", get(robots))
}

async fn terms(State(shelf): State<Shelf>, Path(name): Path<String>, request: Request) -> Response<Body> {
    let Some(asked) = Policy::ALL.into_iter().find(|policy| policy.name() == name) else {
        return unknown("terms of use", &Policy::ALL.map(Policy::name));
    };
    let make = |loads: Loads| async move {
        let terms = asked.document(&issuer(&view_in(None, &loads), &loads));
        Ok(of(policy::MEDIA_TYPE, terms.to_string()))
    };
    shelf.page(request, &format!("/v1/policies/{name}"), make).await
}

async fn meaning(State(shelf): State<Shelf>, Path(name): Path<String>, request: Request) -> Response<Body> {
    let Some(asked) = Relation::ALL.into_iter().find(|relation| relation.name() == name) else {
        return unknown("term", &Relation::ALL.map(Relation::name));
    };
    let make = |_| async move {
        let mut page = of("text/html; charset=utf-8", asked.page());
        page.headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static("sandbox; default-src 'none'"));
        page.headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex"));
        Ok(page)
    };
    shelf.page(request, &format!("/v1/rel/{name}"), make).await
}

/// Robots may read what is made for everybody, which says itself what of it they may list, and not the rest.
async fn robots(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let make = |loads: Loads| async move {
        let text = format!(
            "User-agent: *\nAllow: /v1/items/\nAllow: /v1/feeds/\nAllow: /sitemap.xml\nAllow: /sitemaps/\nAllow: /media/\n\
             Disallow: /graphql\nDisallow: /preview/\nDisallow: /editorial/\nDisallow: /v1/\n\n\
             Sitemap: {}/sitemap.xml\n",
            loads.public_url
        );
        Ok(of("text/plain; charset=utf-8", text))
    };
    shelf.page(request, "/robots.txt", make).await
}

fn of(media_type: &'static str, text: String) -> Page {
    written(HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(media_type))]), text.into_bytes())
}

fn unknown(what: &str, known: &[&str]) -> Response<Body> {
    let message = format!("there is no such {what}: there are {}", known.join(", "));
    Shelf::refuse(Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, &message))
}
