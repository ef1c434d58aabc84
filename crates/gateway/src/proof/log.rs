//! The log of statements, as others read it (C2SP tlog-tiles), and the keys.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use griot_front::{Page, code};
use griot_proof::{Tile, TileKind, entry_bundle};

use super::sidecar::{run, torn};
use super::{UNSIGNED, keep_for};
use crate::documents::{Shelf, written};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;

pub(super) fn log_routes() -> Router<Shelf> {
    Router::new()
        .route("/.well-known/jwks.json", get(keys))
        .route("/log/checkpoint", get(checkpoint))
        .route("/log/tile/{*path}", get(tile))
}

async fn keys(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let make = |loads: Loads| async move {
        let head = loads.store.statement_head().await?;
        keep_for(60, &loads);
        Ok(told("application/jwk-set+json", head.keys.into_bytes()))
    };
    shelf.page(request, "/.well-known/jwks.json", make).await
}

async fn checkpoint(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let make = |loads: Loads| async move {
        let head = loads.store.statement_head().await?;
        keep_for(1, &loads);
        Ok(told("text/plain; charset=utf-8", head.checkpoint.into_bytes()))
    };
    let response = shelf.page(request, "/log/checkpoint", make).await;
    kept_as(response, "no-cache")
}

async fn tile(State(shelf): State<Shelf>, Path(path): Path<String>, request: Request) -> Response<Body> {
    let Some(tile) = Tile::parse(&path) else { return Shelf::refuse(no_tile()) };
    let name = format!("/log/tile/{path}");
    let response = shelf.page(request, &name, |loads| async move { tile_page(&tile, &loads).await }).await;
    // What is in the log stays as it is.
    kept_as(response, "public, max-age=31536000, immutable")
}

async fn tile_page(tile: &Tile, loads: &Loads) -> Answer<Page> {
    let size = loads.store.statement_head().await?.size;
    let (Some(wanted), true) = (tile.run(), tile.is_in(size)) else { return Ok(no_tile()) };
    let bytes = match tile.kind {
        TileKind::Hashes(_) => loads.store.log_hashes(&[run(wanted)]).await?.concat().concat(),
        TileKind::Entries => {
            let entries = loads.store.log_entries(wanted.first, wanted.count).await?;
            if entries.len() as u64 != wanted.count {
                return Err(torn());
            }
            entry_bundle(entries.iter().map(String::as_bytes))
        }
    };
    Ok(told("application/octet-stream", bytes))
}

/// A page of the log; nothing where there is none yet.
fn told(content_type: &'static str, body: Vec<u8>) -> Page {
    if body.is_empty() {
        return Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, UNSIGNED);
    }
    written(HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(content_type))]), body)
}

fn no_tile() -> Page {
    let message = "the log has no such tile: take its size from /log/checkpoint, and addresses from C2SP tlog-tiles";
    Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message)
}

fn kept_as(mut response: Response<Body>, how: &'static str) -> Response<Body> {
    if response.status() == StatusCode::OK || response.status() == StatusCode::NOT_MODIFIED {
        response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static(how));
    }
    response
}
