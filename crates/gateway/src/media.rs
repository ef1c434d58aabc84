//! Media files kept in the data folder: served to whoever is shown an asset that has them, and to nobody else.

use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Extension, Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use griot_files::StoredName;
use griot_front::EVERYTHING;
use griot_front::fresh::Tag;
use griot_persistence::{FileState, PublishedStore, StoreError};
use tokio::fs::File;
use tokio_util::io::ReaderStream;

use crate::audience::{Audiences, Shown};
use crate::auth::{for_one_reader, turn_away};
use crate::{MEDIA_PATH, PREVIEW_MEDIA_PATH, tags};

/// What is public: the folder, and the store that says what of it may be served.
#[derive(Clone)]
pub(crate) struct Media {
    pub folder: Arc<PathBuf>,
    pub public: PublishedStore,
}

/// The same, and the folder of uploads; `None` where nothing but published content is held.
#[derive(Clone)]
struct Shelves {
    media: Media,
    private: Option<Arc<FilePath>>,
}

/// `/media/<name>`. Names are random and never reused, so what the public gets may be kept for ever.
pub(crate) fn media_routes(media: Media, private: Option<Arc<FilePath>>, audiences: Arc<Audiences>) -> Router {
    let state = (Shelves { media, private }, audiences);
    Router::new().route(&format!("{MEDIA_PATH}/{{name}}"), get(file)).with_state(state)
}

/// `/preview/media/<name>`, below the layer that looks at preview tokens.
pub(crate) fn preview_media_routes(media: Media, private: Option<Arc<FilePath>>) -> Router {
    let state = Shelves { media, private };
    let route = get(preview_file).options(may_ask);
    Router::new().route(&format!("{PREVIEW_MEDIA_PATH}/{{name}}"), route).with_state(state)
}

/// Editing tools fetch files of previews from pages of their own. No cookie is read, so none can ask in another's name.
async fn may_ask() -> impl IntoResponse {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_ORIGIN, "*"),
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET"),
        (header::ACCESS_CONTROL_ALLOW_HEADERS, "Authorization"),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    (StatusCode::NO_CONTENT, headers)
}

async fn file(
    State((shelves, audiences)): State<(Shelves, Arc<Audiences>)>,
    Path(name): Path<String>,
    request: Request,
) -> Response {
    let is_keyed = request.headers().contains_key(header::AUTHORIZATION);
    let credentials = audiences.gate.credentials(&request);
    let mut response = match audiences.of(&credentials).await {
        Ok((Shown(delivery), true, _)) => shelves.serve(&name, Some(delivery.for_files())).await,
        Ok((_, false, _)) => shelves.serve(&name, None).await,
        Err(failure) => turn_away(&failure, request.method(), request.version()),
    };
    if is_keyed {
        return for_one_reader(response);
    }
    response.headers_mut().insert(header::VARY, HeaderValue::from_static("Authorization"));
    if response.status() == StatusCode::OK {
        return shelves.tagged(&name, response).await;
    }
    response
}

async fn preview_file(
    State(shelves): State<Shelves>,
    Extension(Shown(delivery)): Extension<Shown>,
    Path(name): Path<String>,
) -> Response {
    let mut response = shelves.serve(&name, Some(delivery.for_files())).await;
    response.headers_mut().insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

impl Shelves {
    /// The file, as the public gets it, or as the layer that `more` reads shows it besides.
    async fn serve(&self, name: &str, more: Option<&PublishedStore>) -> Response {
        let Some(name) = StoredName::parse(name) else { return nothing(StatusCode::NOT_FOUND) };
        match self.state(&name, more).await {
            Ok(FileState::Shown) => {}
            Ok(FileState::Withdrawn | FileState::Killed) => return nothing(StatusCode::GONE),
            Ok(FileState::Unknown) => return nothing(StatusCode::NOT_FOUND),
            Err(error) => {
                // What cannot be shown to be public is not served.
                tracing::error!(error = &error as &dyn std::error::Error, "a media file was not served");
                return nothing(StatusCode::SERVICE_UNAVAILABLE);
            }
        }
        // A file moves from uploads to media; looked for in that order it is found at every moment.
        let private = more.and(self.private.as_deref());
        for folder in private.into_iter().chain([self.media.folder.as_path()]) {
            if let Some(response) = open(folder, &name).await {
                return response;
            }
        }
        nothing(StatusCode::NOT_FOUND)
    }

    /// A file with what shared caches are told it depends on: they may keep it for a year, and have to drop it when its
    /// asset is taken back.
    async fn tagged(&self, name: &str, mut response: Response) -> Response {
        let holders = match self.media.public.file_holders(name).await {
            Ok(holders) => holders,
            Err(error) => {
                tracing::error!(error = &error as &dyn std::error::Error, "a media file was not served");
                return nothing(StatusCode::SERVICE_UNAVAILABLE);
            }
        };
        let tags = holders.into_iter().map(tags::entry).chain([Tag::alone(EVERYTHING)]);
        let names: Vec<String> = tags.map(|tag| tag.to_string()).collect();
        for (name, separator) in [("surrogate-key", " "), ("cache-tag", ",")] {
            if let Ok(value) = HeaderValue::try_from(names.join(separator)) {
                response.headers_mut().insert(name, value);
            }
        }
        response
    }

    async fn state(&self, name: &StoredName, more: Option<&PublishedStore>) -> Result<FileState, StoreError> {
        let public = self.media.public.file_state(name.as_str()).await?;
        match more {
            // Nothing is early about what was killed.
            Some(more) if !matches!(public, FileState::Shown | FileState::Killed) => {
                more.file_state(name.as_str()).await
            }
            _ => Ok(public),
        }
    }
}

async fn open(folder: &FilePath, name: &StoredName) -> Option<Response> {
    let file = File::open(folder.join(name.as_str())).await.ok()?;
    let length = file.metadata().await.ok().filter(std::fs::Metadata::is_file)?.len();
    let media_type = name.kind().mime_type;
    let mut response = Response::new(Body::from_stream(ReaderStream::new(file)));
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    let mut set = |name, value| drop(headers.insert(name, HeaderValue::from_static(value)));
    set(header::CONTENT_TYPE, media_type);
    set(header::CACHE_CONTROL, "public, max-age=31536000, immutable");
    set(header::CONTENT_SECURITY_POLICY, "sandbox; default-src 'none'");
    set(header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    if !media_type.starts_with("image/") && !media_type.starts_with("video/") {
        set(header::CONTENT_DISPOSITION, "attachment");
    }
    Some(response)
}

/// An answer without a file: the same bytes whatever the name, and for no cache, since it may be another one soon.
fn nothing(status: StatusCode) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")]).into_response()
}
