//! Refusals of the JSON routes, as RFC 9457 has them.

use axum::body::Body;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE};
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use griot_front::Page;
use griot_persistence::StoreError;
use serde_json::{Map, Value, json};

use crate::documents::Shelf;
use crate::graphql::delivery::error::ApiError;

/// Why a request was not answered.
#[derive(Debug)]
pub(crate) struct Problem {
    status: StatusCode,
    /// The last part of its type.
    kind: &'static str,
    detail: String,
    more: Map<String, Value>,
}

impl Problem {
    pub fn new(status: StatusCode, kind: &'static str, detail: impl Into<String>) -> Self {
        Self { status, kind, detail: detail.into(), more: Map::new() }
    }

    /// Something is wrong with a part of the request, which the text names.
    pub fn bad(detail: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, "bad-request", detail)
    }

    pub fn with(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.more.insert(name.to_owned(), value.into());
        self
    }

    pub fn page(&self) -> Page {
        let mut told = json!({
            "type": format!("urn:griot:problem:{}", self.kind),
            "title": self.kind.replace('-', " "),
            "status": self.status.as_u16(),
            "detail": self.detail,
        });
        if let Some(told) = told.as_object_mut() {
            told.extend(self.more.clone());
        }
        let headers = HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
            (CACHE_CONTROL, HeaderValue::from_static("no-store")),
        ]);
        Page { status: self.status, headers, body: told.to_string().into(), is_complete: false }
    }

    pub fn response(&self) -> Response<Body> {
        Shelf::refuse(self.page())
    }
}

impl From<ApiError> for Problem {
    fn from(error: ApiError) -> Self {
        match error {
            ApiError::Internal(cause) => {
                tracing::error!(?cause, "a partner could not be answered");
                Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal-error", "internal error; try again later")
            }
            ApiError::Invalid { argument, message } => Self::bad(format!("`{argument}` {message}")),
        }
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        ApiError::from(error).into()
    }
}
