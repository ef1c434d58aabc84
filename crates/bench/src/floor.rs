//! The floor: the same bytes out of axum, without looking at the request. What no server on this stack goes below.

use std::path::Path;

use axum::Router;
use axum::http::header::CONTENT_TYPE;
use axum::routing::post;
use axum::serve::ListenerExt;
use bytes::Bytes;
use tokio::net::TcpListener;

/// A body served at a path.
#[derive(Clone, Debug)]
pub struct Body {
    pub path: String,
    pub bytes: Bytes,
}

/// Serves `bodies` to POST requests, whose own bodies are read.
pub async fn serve(listener: TcpListener, bodies: Vec<Body>) -> std::io::Result<()> {
    let router = bodies.into_iter().fold(Router::new(), |router, Body { path, bytes }| {
        let answer =
            |_: Bytes| async move { ([(CONTENT_TYPE, "application/graphql-response+json; charset=utf-8")], bytes) };
        router.route(&path, post(answer))
    });
    let listener = listener.tap_io(|stream| {
        // A connection that is already gone says so when it is read.
        stream.set_nodelay(true).ok();
    });
    axum::serve(listener, router).await
}

/// The files of `dir`, each to be served at its name.
pub fn bodies(dir: &Path) -> std::io::Result<Vec<Body>> {
    let files = std::fs::read_dir(dir)?.map(|entry| {
        let entry = entry?;
        let path = format!("/{}", entry.file_name().to_string_lossy());
        Ok(Body { path, bytes: std::fs::read(entry.path())?.into() })
    });
    files.collect()
}
