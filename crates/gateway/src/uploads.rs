//! Files that editors bring in: `PUT /editorial/uploads?name=<file name>`, the bytes as they are.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use axum::body::{Body, BodyDataStream, Bytes};
use axum::extract::{Extension, Request, State};
use axum::http::header::{CONNECTION, CONTENT_ENCODING, CONTENT_LENGTH, CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode, Version};
use axum::response::{IntoResponse, Response};
use axum::routing::put;
use axum::{Json, Router};
use futures_util::StreamExt;
use griot_access::{EditorialAct, may};
use griot_domain::AssetFile;
use griot_editorial::{Desk, Doing};
use griot_files::{FileKind, Incoming};
use griot_front::{code, refuse};
use griot_persistence::Upload;
use serde_json::json;
use tokio::sync::{Semaphore, mpsc};
use url::form_urlencoded;

use crate::UPLOADS_PATH;
use crate::graphql::editorial::Editor;

/// Files received at once.
const AT_ONCE: usize = 8;
/// For the next bytes of a file.
const STALL: Duration = Duration::from_secs(30);
/// For all of them.
const WHOLE: Duration = Duration::from_secs(600);
/// Bytes of a file name.
const LONGEST_NAME: usize = 255;
/// Longest side of an image, in pixels.
const LONGEST_SIDE: u32 = 12_000;
/// Pixels of an image.
const MOST_PIXELS: u64 = 40_000_000;

/// What is taken here, for messages.
const TAKEN: &str = "PNG, JPEG, WebP, GIF, AVIF, PDF and MP4";

struct Uploads {
    desk: Arc<Desk>,
    most_bytes: u64,
    places: Semaphore,
}

/// Why a file was not taken.
#[derive(Debug)]
enum Flaw {
    Refused(StatusCode, String),
    Disk(io::Error),
}

/// `/editorial/uploads`, below the layer that lets editors in; no route at a desk that takes no files.
pub(crate) fn upload_routes(desk: Arc<Desk>, most_bytes: u64) -> Router {
    if desk.folders().is_none() {
        return Router::new();
    }
    let uploads = Uploads { desk, most_bytes, places: Semaphore::new(AT_ONCE) };
    Router::new().route(UPLOADS_PATH, put(upload)).with_state(Arc::new(uploads))
}

async fn upload(
    State(uploads): State<Arc<Uploads>>,
    Extension(editor): Extension<Editor>,
    request: Request,
) -> Response {
    let is_http_1 = request.version() < Version::HTTP_2;
    let mut response = match uploads.answer(editor, request).await {
        Ok(response) => return response,
        Err(response) => response,
    };
    // The body may be unread, and HTTP/1 must not take it for the next request.
    if is_http_1 {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

impl Uploads {
    async fn answer(self: Arc<Self>, editor: Editor, request: Request) -> Result<Response, Response> {
        let Editor { principal, origin } = editor;
        if !may(principal.role, EditorialAct::Upload) {
            let message = format!("the role {} may not bring files in", principal.role);
            return Err(refuse(StatusCode::FORBIDDEN, code::FORBIDDEN, &message));
        }
        let name = file_name(request.uri().query().unwrap_or_default()).map_err(Response::from)?;
        let declared = declared(request.headers(), self.most_bytes).map_err(Response::from)?;
        let Ok(_place) = self.places.try_acquire() else {
            let message = format!("{AT_ONCE} files are being received already: try again later");
            let mut response = refuse(StatusCode::SERVICE_UNAVAILABLE, code::THROTTLED, &message);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            return Err(response);
        };
        let file = self.receive(request.into_body(), declared).await.map_err(Response::from)?;
        let doing = Doing { principal, origin, idempotency_key: None };
        // A client that goes away now must not leave a file that nothing speaks of.
        let this = Arc::clone(&self);
        let taken =
            tokio::spawn(async move { this.desk.receive(&doing, AssetFile { name: Some(name), ..file }).await });
        match taken.await.map_err(|err| fault(&err))?.map_err(|err| fault(&err))? {
            Ok(upload) => Ok(told(&upload)),
            Err(error) => Err(refuse(StatusCode::FORBIDDEN, code::FORBIDDEN, &error.message)),
        }
    }

    /// Writes the body down as it comes; a file that breaks off, or is not taken, is gone when this returns.
    async fn receive(&self, body: Body, declared: Option<FileKind>) -> Result<AssetFile, Flaw> {
        let folders = self.desk.folders().cloned().ok_or_else(|| Flaw::Disk(io::ErrorKind::NotFound.into()))?;
        let (bytes, received) = mpsc::channel(4);
        let most_bytes = self.most_bytes;
        let writing = tokio::task::spawn_blocking(move || write(folders.receive()?, received, most_bytes, declared));
        let sent = tokio::time::timeout(WHOLE, send(body.into_data_stream(), bytes)).await;
        let written = writing.await.map_err(|err| Flaw::Disk(io::Error::other(err)))?;
        match sent {
            Err(_) => Err(Flaw::late(WHOLE)),
            Ok(Err(flaw)) => Err(flaw),
            Ok(Ok(())) => written,
        }
    }
}

/// Hands the bytes on, and `None` at their end. Whoever writes may have given up; then its word counts.
async fn send(mut body: BodyDataStream, bytes: mpsc::Sender<Option<Bytes>>) -> Result<(), Flaw> {
    loop {
        let chunk = match tokio::time::timeout(STALL, body.next()).await {
            Err(_) => return Err(Flaw::late(STALL)),
            Ok(Some(Err(_))) => return Err(Flaw::new(StatusCode::BAD_REQUEST, "the body broke off")),
            Ok(Some(Ok(chunk))) => Some(chunk),
            Ok(None) => None,
        };
        let is_last = chunk.is_none();
        if bytes.send(chunk).await.is_err() || is_last {
            return Ok(());
        }
    }
}

/// Writes what comes and looks at it. Without an end, the file is not kept.
fn write(
    mut incoming: Incoming,
    mut received: mpsc::Receiver<Option<Bytes>>,
    most_bytes: u64,
    declared: Option<FileKind>,
) -> Result<AssetFile, Flaw> {
    loop {
        match received.blocking_recv() {
            None => return Err(Flaw::new(StatusCode::BAD_REQUEST, "the body broke off")),
            Some(None) => break,
            Some(Some(bytes)) if incoming.length() + bytes.len() as u64 > most_bytes => {
                return Err(Flaw::too_large(most_bytes));
            }
            Some(Some(bytes)) => incoming.write(&bytes)?,
        }
        if incoming.is_hopeless() {
            break;
        }
    }
    let unfit = |why: String| Flaw::Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, why);
    let kind = incoming.kind().ok_or_else(|| unfit(format!("the file is none of {TAKEN}, by its first bytes")))?;
    if let Some(declared) = declared.filter(|declared| *declared != kind) {
        let (said, is) = (declared.mime_type, kind.mime_type);
        return Err(unfit(format!("Content-Type says {said}, and the file is {is}: leave the header out or mend it")));
    }
    if kind.is_image() {
        let size = incoming.size();
        let (width, height) = size.ok_or_else(|| unfit(format!("the header of the {} is damaged", kind.mime_type)))?;
        if width == 0 || height == 0 {
            return Err(unfit(format!("the image has {width} × {height} pixels: there is nothing to show")));
        }
        if width.max(height) > LONGEST_SIDE || u64::from(width) * u64::from(height) > MOST_PIXELS {
            let message = format!(
                "the image has {width} × {height} pixels: at most {LONGEST_SIDE} a side and {} million in all are taken",
                MOST_PIXELS / 1_000_000
            );
            return Err(Flaw::Refused(StatusCode::PAYLOAD_TOO_LARGE, message));
        }
    }
    Ok(incoming.keep(kind)?)
}

impl Flaw {
    fn new(status: StatusCode, message: &str) -> Self {
        Self::Refused(status, message.to_owned())
    }

    fn late(time: Duration) -> Self {
        Self::Refused(StatusCode::REQUEST_TIMEOUT, format!("the body did not arrive within {} s", time.as_secs()))
    }

    fn too_large(most: u64) -> Self {
        Self::Refused(StatusCode::PAYLOAD_TOO_LARGE, format!("the file is too large: at most {most} bytes are taken"))
    }
}

impl From<io::Error> for Flaw {
    fn from(error: io::Error) -> Self {
        Self::Disk(error)
    }
}

impl From<Flaw> for Response {
    fn from(flaw: Flaw) -> Self {
        match flaw {
            Flaw::Refused(status, message) => refuse(status, code::BAD_USER_INPUT, &message),
            Flaw::Disk(error) if matches!(error.kind(), io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded) => {
                tracing::error!(%error, "an upload cannot be kept");
                let message = "there is no room for the file at present: try again later";
                refuse(StatusCode::INSUFFICIENT_STORAGE, code::INTERNAL, message)
            }
            Flaw::Disk(error) => fault(&error),
        }
    }
}

/// A fault of ours, whose cause stays in the log.
fn fault(error: &dyn std::error::Error) -> Response {
    tracing::error!(%error, "an upload cannot be kept");
    let message = "the file cannot be kept at present: try again later";
    refuse(StatusCode::INTERNAL_SERVER_ERROR, code::INTERNAL, message)
}

/// What is known before the body is read: that it can be taken, and what it is said to be.
fn declared(headers: &HeaderMap, most_bytes: u64) -> Result<Option<FileKind>, Flaw> {
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = "the body must not be compressed: leave out Content-Encoding";
        return Err(Flaw::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if length.is_some_and(|length| length > most_bytes) {
        return Err(Flaw::too_large(most_bytes));
    }
    let Some(given) = headers.get(CONTENT_TYPE) else { return Ok(None) };
    let given = given.to_str().unwrap_or_default();
    let essence = given.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if essence == "application/octet-stream" {
        return Ok(None);
    }
    let kind = FileKind::ALL.into_iter().find(|kind| kind.mime_type == essence);
    kind.map(Some).ok_or_else(|| {
        let message = format!("Content-Type is `{}`: {TAKEN} are taken; it can be left out", essence.escape_debug());
        Flaw::Refused(StatusCode::UNSUPPORTED_MEDIA_TYPE, message)
    })
}

/// The name in the query. It is kept as a fact about the file and leads nowhere; what could mislead whoever reads it, or
/// a program that takes it for a path, is refused all the same.
fn file_name(query: &str) -> Result<String, Flaw> {
    let refuse = |message: &str| Err(Flaw::new(StatusCode::BAD_REQUEST, message));
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let name = match (pairs.next(), pairs.next()) {
        (Some((key, name)), None) if key == "name" => name,
        _ => {
            let example = "/editorial/uploads?name=photo.jpg";
            return refuse(&format!("give the name of the file, and nothing else, in the address: {example}"));
        }
    };
    let name = name.trim();
    if name.is_empty() || name.len() > LONGEST_NAME {
        let length = name.len();
        return refuse(&format!("a file name has 1 to {LONGEST_NAME} bytes, not {length}"));
    }
    if name == "." || name == ".." || name.contains(['/', '\\']) {
        return refuse("a file name is no path: leave out the folders");
    }
    let is_misleading = |c: char| {
        c.is_control()
            || c == char::REPLACEMENT_CHARACTER
            || matches!(c, '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
    };
    if let Some(c) = name.chars().find(|&c| is_misleading(c)) {
        let code = u32::from(c);
        return refuse(&format!("a file name is text in UTF-8, without control characters such as U+{code:04X}"));
    }
    Ok(name.to_owned())
}

fn told(upload: &Upload) -> Response {
    let AssetFile { name, mime_type, byte_size, sha256, width, height, .. } = &upload.file;
    let body = json!({
        "id": upload.id, "name": name, "mimeType": mime_type, "byteSize": byte_size, "sha256": sha256,
        "width": width, "height": height, "expiresAt": upload.expires_at,
    });
    (StatusCode::CREATED, Json(body)).into_response()
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("name=photo.jpg", "photo.jpg")]
    #[case("name=%D8%B5%D9%88%D8%B1%D8%A9.png", "صورة.png")]
    #[case("name=a%20b+c.pdf", "a b c.pdf")]
    #[case("name=%252e%252e", "%2e%2e")]
    #[case("name=...", "...")]
    fn a_name_is_kept_as_it_is(#[case] query: &str, #[case] name: &str) {
        assert_eq!(file_name(query).unwrap(), name);
    }

    #[rstest]
    fn a_name_that_could_mislead_is_refused(
        #[values(
            "",
            "name=",
            "name=%20",
            "file=a.png",
            "name=a.png&name=b.png",
            "name=..",
            "name=%2e%2e",
            "name=%2e%2e%2fpublished.db",
            "name=/etc/passwd",
            "name=C:%5Ca.png",
            "name=a%00.png",
            "name=a%0d%0aX:%20y",
            "name=photo%E2%80%AEgnp.exe",
            "name=%ff%fe"
        )]
        query: &str,
    ) {
        assert!(matches!(file_name(query), Err(Flaw::Refused(StatusCode::BAD_REQUEST, _))), "{query}");
    }

    #[test]
    fn a_name_of_4_kib_is_refused() {
        let Err(Flaw::Refused(_, message)) = file_name(&format!("name={}", "a".repeat(4_096))) else { panic!() };
        assert_eq!(message, "a file name has 1 to 255 bytes, not 4096");
    }
}
