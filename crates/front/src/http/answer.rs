//! What goes back to the client: bodies, statuses and headers.

use std::cmp::Ordering;

use async_graphql::{PathSegment, Response as Executed, ServerError, Value};
use axum::body::Body;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, REFERRER_POLICY,
    VARY, X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, Response, StatusCode};
use bytes::Bytes;
use serde::Serialize;

use super::StatusProfile;
use super::negotiate::MediaType;
use crate::fault::Fault;
use crate::json::{Json, TooLong, room_of};
use crate::refusal::{Location, Problem, Refusal, RefusalStatus, code};

/// Statuses of the draft of August 2026: "Partial Success".
const PARTIAL_SUCCESS: u16 = 294;

/// How answers are written for one request.
#[derive(Clone, Copy)]
pub(crate) struct Style<'a> {
    pub(crate) media: MediaType,
    pub(crate) profile: StatusProfile,
    pub(crate) cache_control: &'a HeaderValue,
    pub(crate) max_bytes: usize,
    pub(crate) max_errors: usize,
}

/// A finished answer.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// All that was asked for, without an error and without what only this client asked to be told.
    pub(crate) is_complete: bool,
}

impl Answer {
    /// The same, for whoever asked and not to be kept by anybody.
    pub(crate) fn unkept(mut self) -> Self {
        self.headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        self.is_complete = false;
        self
    }

    pub(crate) fn into_response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers;
        response
    }
}

#[derive(Serialize)]
struct RefusedBody<'a> {
    errors: &'a [Problem],
}

#[derive(Serialize)]
struct CostExtensions {
    cost: RequestedCost,
}

#[derive(Serialize)]
struct RequestedCost {
    requested: u64,
}

#[derive(Serialize)]
struct FieldError {
    message: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    path: Vec<PathSegment>,
    extensions: serde_json::Map<String, serde_json::Value>,
}

impl Style<'_> {
    /// The answer to a request that was not run.
    pub(crate) fn refused(&self, refusal: &Refusal) -> Answer {
        let status = match (refusal.status, self.profile) {
            (RefusalStatus::Http(status), _) => status,
            (RefusalStatus::Parameters, StatusProfile::Compat400) => StatusCode::BAD_REQUEST,
            (RefusalStatus::Parameters, StatusProfile::Draft2026_08) => StatusCode::UNPROCESSABLE_ENTITY,
            (RefusalStatus::Document(status), StatusProfile::Draft2026_08) => status,
            (RefusalStatus::Document(_), StatusProfile::Compat400) => match self.media {
                MediaType::Response => StatusCode::BAD_REQUEST,
                MediaType::Json => StatusCode::OK,
            },
        };
        let body = serde_json::to_vec(&RefusedBody { errors: &refusal.problems }).unwrap_or_default();
        respond(status, self.media, HeaderValue::from_static("no-store"), body)
    }

    /// The answer to a request that was run. `cost` is told when asked for.
    pub(crate) fn executed(&self, mut executed: Executed, cost: Option<u64>) -> Answer {
        if let Some(refusal) = refusal_of(&executed) {
            return self.refused(&refusal);
        }
        let is_complete = executed.errors.is_empty();
        let status = match self.profile {
            StatusProfile::Draft2026_08 if !is_complete && executed.data != Value::Null => {
                StatusCode::from_u16(PARTIAL_SUCCESS).unwrap_or(StatusCode::OK)
            }
            _ => StatusCode::OK,
        };
        // Items of a list are resolved at the same time: two equal servers shall give equal answers all the same.
        executed.errors.sort_by(|a, b| by_path(&a.path, &b.path).then_with(|| a.message.cmp(&b.message)));
        let errors: Vec<FieldError> = executed.errors.into_iter().take(self.max_errors).map(presentable).collect();
        let extensions = cost.map(|requested| CostExtensions { cost: RequestedCost { requested } });
        let Ok(bytes) = self.body(&errors, &executed.data, extensions.as_ref()) else {
            let message = format!("the answer is larger than {} bytes: ask for less", self.max_bytes);
            return self.refused(&Refusal::document(code::COST_LIMIT, message, Vec::new()));
        };
        let cached = is_complete && cost.is_none();
        let cache_control = if cached { self.cache_control.clone() } else { HeaderValue::from_static("no-store") };
        let mut answer = respond(status, self.media, cache_control, bytes);
        for (name, value) in &executed.http_headers {
            answer.headers.append(name, value.clone());
        }
        answer.is_complete = cached;
        answer
    }

    fn body(
        &self,
        errors: &[FieldError],
        data: &Value,
        extensions: Option<&CostExtensions>,
    ) -> Result<Vec<u8>, TooLong> {
        let room = b"{\"data\":}".len() + room_of(data);
        let mut json = Json::up_to(self.max_bytes, room);
        json.put(b"{")?;
        if !errors.is_empty() {
            json.put(b"\"errors\":")?;
            json.serialize(&errors)?;
            json.put(b",")?;
        }
        json.put(b"\"data\":")?;
        json.value(data)?;
        if let Some(extensions) = extensions {
            json.put(b",\"extensions\":")?;
            json.serialize(extensions)?;
        }
        json.put(b"}")?;
        Ok(json.into_bytes())
    }
}

/// The list `errors` of what did not run, in JSON; at most `most` of them.
pub(crate) fn errors_of(executed: Executed, most: usize) -> Bytes {
    let errors: Vec<FieldError> = executed.errors.into_iter().take(most).map(presentable).collect();
    serde_json::to_vec(&errors).unwrap_or_default().into()
}

/// What the executor refused before it ran anything: the second of two opinions on a document.
fn refusal_of(executed: &Executed) -> Option<Refusal> {
    let first = executed.errors.first()?;
    let was_run = executed.data != Value::Null
        || executed.errors.iter().any(|error| !error.path.is_empty() || error.source.is_some());
    if was_run || first.extensions.is_some() {
        return None;
    }
    let locations = first.locations.iter().map(|at| Location { line: at.line, column: at.column }).collect();
    Some(Refusal::document(code::GRAPHQL_VALIDATION_FAILED, first.message.clone(), locations))
}

/// Whether an error is a fault of ours, and not of whoever asked.
pub(crate) fn is_fault(error: &ServerError) -> bool {
    let given = error.extensions.as_ref().and_then(|extensions| extensions.get("code"));
    let is_known = |given: &Value| matches!(given, Value::String(given) if given != code::INTERNAL && code::ALL.contains(&&**given));
    !given.is_some_and(is_known)
}

/// The error as it may be shown. What carries no code of the closed list is a fault of ours: its text is logged under a
/// trace id and the client gets the id.
fn presentable(error: ServerError) -> FieldError {
    let locations = error.locations.iter().map(|at| Location { line: at.line, column: at.column }).collect();
    let mut extensions = match serde_json::to_value(&error.extensions) {
        Ok(serde_json::Value::Object(extensions)) => extensions,
        _ => serde_json::Map::new(),
    };
    let message = if !is_fault(&error) {
        error.message
    } else {
        let trace_id = trace_id();
        let cause = error.source::<Fault>().map_or(error.message.clone(), Fault::chain);
        tracing::error!(%trace_id, path = %path_text(&error.path), error = %cause, "resolver failed");
        extensions.clear();
        extensions.insert("code".to_owned(), code::INTERNAL.into());
        extensions.insert("traceId".to_owned(), trace_id.into());
        "internal error".to_owned()
    };
    FieldError { message, locations, path: error.path, extensions }
}

/// The order of errors: that of their paths, step by step, positions by number before names; an outer field before what
/// is in it.
fn by_path(a: &[PathSegment], b: &[PathSegment]) -> Ordering {
    fn key(segment: &PathSegment) -> (Option<&str>, usize) {
        match segment {
            PathSegment::Index(index) => (None, *index),
            PathSegment::Field(name) => (Some(name), 0),
        }
    }
    a.iter().map(key).cmp(b.iter().map(key))
}

/// Path without aliases' values: `articles.0.title`.
fn path_text(path: &[PathSegment]) -> String {
    let parts = path.iter().map(|segment| match segment {
        PathSegment::Field(name) => name.clone(),
        PathSegment::Index(index) => index.to_string(),
    });
    parts.collect::<Vec<_>>().join(".")
}

/// 16 hexadecimal digits without meaning, or `unknown` where the system gives no randomness.
pub(crate) fn trace_id() -> String {
    getrandom::u64().map_or_else(|_| "unknown".to_owned(), |number| format!("{number:016x}"))
}

/// A refusal of the HTTP request itself, outside of the endpoint.
pub(crate) fn plain(refusal: &Refusal) -> Response<Body> {
    plain_answer(refusal).into_response()
}

pub(crate) fn plain_answer(refusal: &Refusal) -> Answer {
    let style = Style {
        media: MediaType::Json,
        profile: StatusProfile::default(),
        cache_control: &HeaderValue::from_static("no-store"),
        max_bytes: usize::MAX,
        max_errors: usize::MAX,
    };
    style.refused(refusal)
}

/// The answer of a layer that lets a request come no further. `code` is one of [`code::ALL`].
pub fn refuse(status: StatusCode, code: &'static str, message: &str) -> Response<Body> {
    plain(&Refusal::before_reading(status, code, message))
}

/// A fault told by its trace id alone; the caller logs the cause under it.
pub(crate) fn internal(trace_id: &str) -> Answer {
    let body = serde_json::json!({
        "errors": [{ "message": "internal error", "extensions": { "code": code::INTERNAL, "traceId": trace_id } }]
    });
    let body = body.to_string().into_bytes();
    respond(StatusCode::INTERNAL_SERVER_ERROR, MediaType::Json, HeaderValue::from_static("no-store"), body)
}

/// JSON with the headers that every answer of the endpoint carries.
fn respond(status: StatusCode, media: MediaType, cache_control: HeaderValue, body: Vec<u8>) -> Answer {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(media.header_value()));
    headers.insert(CACHE_CONTROL, cache_control);
    headers.insert(VARY, HeaderValue::from_static("Accept"));
    // The record is public and no cookie is read: any site may ask, none can ask in a visitor's name.
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    add_shields(&mut headers);
    Answer { status, headers, body: Bytes::from(body), is_complete: false }
}

/// Headers that keep browsers from taking an answer for anything but data; set ones stay.
pub(crate) fn add_shields(headers: &mut HeaderMap) {
    let shields = [
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (CONTENT_SECURITY_POLICY, "default-src 'none'; frame-ancestors 'none'"),
        (REFERRER_POLICY, "no-referrer"),
        (HeaderName::from_static("cross-origin-resource-policy"), "cross-origin"),
    ];
    for (name, value) in shields {
        headers.entry(name).or_insert(HeaderValue::from_static(value));
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    fn failed(path: &str, message: &str) -> ServerError {
        let step = |step: &str| step.parse().map_or_else(|_| PathSegment::Field(step.to_owned()), PathSegment::Index);
        let mut error = ServerError::new(message, None).with_path(path.split('.').map(step).collect());
        error.extensions.get_or_insert_default().set("code", code::BAD_USER_INPUT);
        error
    }

    #[rstest]
    #[case([0, 1, 2, 3, 4, 5])]
    #[case([5, 4, 3, 2, 1, 0])]
    #[case([3, 0, 5, 1, 4, 2])]
    fn errors_stand_in_the_order_of_their_paths_however_they_came(#[case] came: [usize; 6]) {
        let in_order = [
            failed("list", "no list"),
            failed("list.2.name", "no name"),
            failed("list.2.title", "a"),
            failed("list.2.title", "b"),
            failed("list.10.name", "no name"),
            failed("other", "none"),
        ];
        let mut executed = Executed::new(Value::Object(Default::default()));
        executed.errors = came.iter().map(|place| in_order[*place].clone()).collect();
        let no_store = HeaderValue::from_static("no-store");
        let style = Style {
            media: MediaType::Response,
            profile: StatusProfile::default(),
            cache_control: &no_store,
            max_bytes: usize::MAX,
            max_errors: 5,
        };
        let body = style.executed(executed, None).body;
        let body: serde_json::Value = serde_json::from_slice(&body).unwrap();
        let told: Vec<_> = body["errors"]
            .as_array()
            .unwrap()
            .iter()
            .map(|error| format!("{} {}", error["path"], error["message"]))
            .collect();
        let expected = [
            r#"["list"] "no list""#,
            r#"["list",2,"name"] "no name""#,
            r#"["list",2,"title"] "a""#,
            r#"["list",2,"title"] "b""#,
            r#"["list",10,"name"] "no name""#,
        ];
        assert_eq!(told, expected, "also which ones are left out");
    }
}
