//! Media files kept in the data folder.

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use griot_persistence::PublishedStore;
use tokio_util::io::ReaderStream;

/// Endings of the files an import keeps, and the media type each is served as. Nothing a browser would run.
const TYPES: [(&str, &str); 7] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("webp", "image/webp"),
    ("gif", "image/gif"),
    ("avif", "image/avif"),
    ("pdf", "application/pdf"),
    ("mp4", "video/mp4"),
];

/// The files of a record.
#[derive(Clone)]
struct Media {
    folder: Arc<PathBuf>,
    store: PublishedStore,
}

/// `/media/<name>` for the files in `folder`. Names are random and never reused, so answers may be kept for ever.
pub(crate) fn media_routes(folder: PathBuf, store: PublishedStore) -> Router {
    Router::new().route("/media/{name}", get(file)).with_state(Media { folder: Arc::new(folder), store })
}

async fn file(State(Media { folder, store }): State<Media>, Path(name): Path<String>) -> Response {
    let Some(media_type) = media_type(&name) else { return StatusCode::NOT_FOUND.into_response() };
    match store.is_killed_file(&name).await {
        Ok(false) => {}
        Ok(true) => return StatusCode::GONE.into_response(),
        Err(error) => {
            // What cannot be shown to be public is not served.
            tracing::error!(error = &error as &dyn std::error::Error, "a media file was not served");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
    }
    let Ok(file) = tokio::fs::File::open(folder.join(&name)).await else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let length = file.metadata().await.ok().filter(std::fs::Metadata::is_file).map(|facts| facts.len());
    let Some(length) = length else { return StatusCode::NOT_FOUND.into_response() };
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file)));
    let headers = response.headers_mut();
    let mut set = |name, value: &str| {
        if let Ok(value) = HeaderValue::from_str(value) {
            headers.insert(name, value);
        }
    };
    set(header::CONTENT_TYPE, media_type);
    set(header::CONTENT_LENGTH, &length.to_string());
    set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    set(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !media_type.starts_with("image/") && !media_type.starts_with("video/") {
        set(header::CONTENT_DISPOSITION, "attachment");
    }
    response
}

/// The media type of a name an import gives: 32 hexadecimal digits and a known ending. `None` for every other name,
/// so that no path can lead out of the folder.
fn media_type(name: &str) -> Option<&'static str> {
    let (stem, ending) = name.split_once('.')?;
    let is_ours = stem.len() == 32 && stem.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'a'..=b'f'));
    TYPES.iter().find(|(known, _)| is_ours && *known == ending).map(|(_, media_type)| *media_type)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_names_an_import_gives_are_looked_for() {
        assert_eq!(media_type("0123456789abcdef0123456789abcdef.jpg"), Some("image/jpeg"));
        for name in ["../editorial.db", "0123456789abcdef0123456789abcdef.svg", "a.png", "", "x/../y.png"] {
            assert_eq!(media_type(name), None, "{name}");
        }
    }
}
