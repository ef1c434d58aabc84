//! Answers beside the endpoint, kept and told of as its own are: documents that are asked for by their address.

use std::sync::Arc;

use async_graphql::Executor;
use axum::body::Body;
use axum::http::header::{ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, VARY};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Response, StatusCode};
use bytes::Bytes;

use super::answer::{Answer, add_shields, internal, plain_answer};
use super::negotiate::MediaType;
use super::{Broken, Front};
use crate::fresh::Reads;
use crate::refusal::Refusal;
use crate::responses::{Key, Shared, sent_once};

/// A document.
#[derive(Clone, Debug)]
pub struct Page {
    #[allow(missing_docs)]
    pub status: StatusCode,
    /// Its `Content-Type` and what else is particular to it.
    pub headers: HeaderMap,
    #[allow(missing_docs)]
    pub body: Bytes,
    /// It may be kept: it says what the record says, and not that something failed.
    pub is_complete: bool,
}

impl Page {
    /// A refusal as the endpoint writes them, kept by nobody.
    pub fn refused(status: StatusCode, code: &'static str, message: &str) -> Self {
        let Answer { status, headers, body, .. } = plain_answer(&Refusal::before_reading(status, code, message));
        Self { status, headers, body, is_complete: false }
    }
}

impl<E: Executor> Front<E> {
    /// The page kept as `name` for those that `seen_by` names, or what `make` makes of it; for nobody else where it is `None`.
    /// Every way to ask for one page must have one name, or it is kept many times. What `make` reads goes into the [`Reads`] it is given. A page that takes too
    /// long, or panics, or for which there is no room among what is being answered, is refused as the endpoint does.
    pub async fn page<F>(
        &self,
        parts: &Parts,
        name: &str,
        seen_by: Option<Shared>,
        make: impl FnOnce(Arc<Reads>) -> F,
    ) -> Response<Body>
    where
        F: Future<Output = Page>,
    {
        let made = |reads| async {
            let Ok(_permit) = self.in_flight.try_acquire() else { return Self::busy(self.style(MediaType::Json)) };
            self.finished(self.guarded(make(reads)).await)
        };
        match (&self.responses, seen_by) {
            (Some(responses), Some(seen_by)) => {
                let key = Key { seen_by, is_post: false, is_json: false, asked: key_of(name) };
                responses.answer(key, parts, made).await
            }
            _ => {
                let freshness = self.freshness.clone().unwrap_or_default();
                sent_once(made(Arc::new(freshness.reads())).await, parts)
            }
        }
    }

    fn finished(&self, made: Result<Page, Broken>) -> Answer {
        match made {
            Ok(Page { status, mut headers, body, is_complete }) => {
                let unkept = HeaderValue::from_static("no-store");
                headers.insert(CACHE_CONTROL, if is_complete { self.cache_control.clone() } else { unkept });
                headers.insert(VARY, HeaderValue::from_static("Accept"));
                headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
                add_shields(&mut headers);
                Answer { status, headers, body, is_complete }
            }
            Err(Broken::Panicked { trace_id }) => internal(&trace_id),
            Err(Broken::Late(refusal)) => self.style(MediaType::Json).refused(&refusal),
        }
    }
}

/// What was asked for. No query string of the endpoint has a NUL, so that none is taken for a page.
fn key_of(name: &str) -> Bytes {
    Bytes::from(format!("\0{name}"))
}
