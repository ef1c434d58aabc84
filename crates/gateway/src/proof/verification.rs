//! Whether something was issued here, told by its hash.

use axum::Router;
use axum::body::Body;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use griot_domain::{Moment, RetractionAct};
use griot_front::{Page, code};
use griot_persistence::{Stated, StatedDigest};
use griot_proof::{Digest, LogEntry};
use serde::Deserialize;
use serde_json::json;

use super::drill::{names_drill, verified};
use super::{Sidecar, keep_for};
use crate::documents::{Form, Shelf, view_in, written};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::{Answer, ApiError};

/// Seconds for which an answer may miss a statement.
const KEPT_S: i64 = 10;

/// What is known of something with a hash.
pub(crate) struct Verification {
    pub stated: Stated,
    /// What of it has the hash.
    pub digest: StatedDigest,
    /// The item, as documents name it.
    pub uri: String,
    pub standing: Standing,
    /// The last version there is, if it is public.
    pub last_version: Option<u32>,
    /// Whether it is an exercise.
    pub is_drill: bool,
}

/// What became of a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    Current,
    Updated,
    Corrected,
    Withdrawn,
    Killed,
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Current => "current",
            Self::Updated => "updated",
            Self::Corrected => "corrected",
            Self::Withdrawn => "withdrawn",
            Self::Killed => "killed",
        }
    }
}

impl Verification {
    /// Address of the documents of the item, without `/versions/…` and ending.
    fn item(&self, loads: &Loads) -> String {
        format!("{}/v1/items/{}-{}", loads.public_url, self.stated.id, self.stated.locale)
    }

    /// Address of what lies beside the version.
    pub fn sidecar(&self, sidecar: Sidecar, loads: &Loads) -> String {
        format!("{}/versions/{}{}", self.item(loads), self.stated.version, sidecar.ending())
    }

    /// Address of the last version, in the same form.
    pub fn last(&self, loads: &Loads) -> String {
        format!("{}{}", self.item(loads), Form::of_statement(&self.digest.form).map_or("", Form::ending))
    }
}

/// What is stated of something with this hash.
pub(crate) async fn verification(sha256: Digest, loads: &Loads) -> Answer<Option<Verification>> {
    keep_for(KEPT_S, loads);
    let Some((stated, digest)) = loads.store.stated_with(&sha256.to_string()).await? else { return Ok(None) };
    let entry: LogEntry = serde_json::from_str(&stated.log_entry).map_err(ApiError::internal)?;
    if names_drill(&entry.uri, stated.id) {
        return Ok(Some(verified(stated, digest, entry.uri, loads).await?));
    }
    let notice = loads.store.notice(Moment::Now, stated.id).await?;
    let versions = loads.versions(&view_in(Some(&stated.locale), loads), stated.id, &stated.locale).await?;
    let last = versions.last().filter(|last| last.live_to.is_none());
    let standing = match (notice.map(|notice| notice.act), last) {
        (Some(RetractionAct::Killed), _) => Standing::Killed,
        (Some(RetractionAct::Withdrawn), _) | (None, None) => Standing::Withdrawn,
        (None, Some(last)) if last.number == stated.version => Standing::Current,
        (None, Some(_)) => {
            let mut later = versions.iter().filter(|version| version.number > stated.version);
            let is_corrected = later.any(|version| !version.corrections.is_empty());
            if is_corrected { Standing::Corrected } else { Standing::Updated }
        }
    };
    let is_public = !matches!(standing, Standing::Killed | Standing::Withdrawn);
    let last_version = last.filter(|_| is_public).map(|last| last.number);
    Ok(Some(Verification { stated, digest, uri: entry.uri, standing, last_version, is_drill: false }))
}

pub(super) fn verify_routes() -> Router<Shelf> {
    Router::new().route("/v1/verify", get(verify))
}

#[derive(Deserialize)]
struct Wanted {
    #[serde(default)]
    sha256: String,
}

async fn verify(
    State(shelf): State<Shelf>,
    wanted: Result<Query<Wanted>, QueryRejection>,
    request: Request,
) -> Response<Body> {
    let wanted = wanted.map(|Query(wanted)| wanted.sha256).unwrap_or_default();
    let Ok(sha256) = wanted.parse::<Digest>() else {
        let message = "`sha256` is to be 64 hexadecimal digits: /v1/verify?sha256=…";
        return Shelf::refuse(Page::refused(StatusCode::BAD_REQUEST, code::BAD_USER_INPUT, message));
    };
    let name = format!("/v1/verify/{sha256}");
    shelf.page(request, &name, |loads| async move { answer(sha256, &loads).await }).await
}

async fn answer(sha256: Digest, loads: &Loads) -> Answer<Page> {
    let json = |body: serde_json::Value| {
        let headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
        written(headers, body.to_string().into_bytes())
    };
    let Some(found) = verification(sha256, loads).await? else {
        let message =
            "nothing with this hash is stated here: it was altered, is not of this office, or was never stated";
        let page = json(json!({ "sha256": sha256, "genuine": false, "message": message }));
        return Ok(Page { status: StatusCode::NOT_FOUND, is_complete: false, ..page });
    };
    let Stated { version, pub_status, at, locale, id, index, .. } = &found.stated;
    Ok(json(json!({
        "sha256": sha256,
        "genuine": true,
        "state": found.standing.as_str(),
        "drill": found.is_drill,
        "uri": found.uri,
        "content_id": id,
        "language": locale,
        "version": version,
        "pub_status": pub_status,
        "form": found.digest.form,
        "matched": found.digest.made_of,
        "stated_at": at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true),
        "log_index": index,
        "last_version": found.last_version,
        "links": {
            "statement": found.sidecar(Sidecar::Statement, loads),
            "proof": found.sidecar(Sidecar::LogProof, loads),
            "last": found.last(loads),
        },
    })))
}
