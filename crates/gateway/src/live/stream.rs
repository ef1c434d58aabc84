//! One event stream: GraphQL over Server-Sent Events, in its mode of distinct connections, as it is written down at
//! <https://github.com/graphql/graphql-over-http/blob/main/rfcs/GraphQLOverSSE.md>.

use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::extract::Request;
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_ORIGIN, CACHE_CONTROL, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue,
};
use axum::response::Response;
use bytes::Bytes;
use futures_util::stream;
use tokio::sync::Notify;
use tokio::time::{Instant, sleep_until};

use super::channel::Told;
use super::close::Close;
use super::entrance::Entered;
use super::socket::{CHECK_EVERY, Seat, still_good};
use super::subscriber::Subscriber;
use super::{BEGINS_BY, Live};
use crate::graphql::delivery::change_cursor;

/// The cursor of the last event that a browser's own `EventSource` got, which it sends when it connects again.
const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
/// Keeps proxies from collecting events.
const ACCEL_BUFFERING: HeaderName = HeaderName::from_static("x-accel-buffering");

/// A sign of life.
const COMMENT: &str = ":\n\n";
const COMPLETE: &str = "event: complete\ndata: \n\n";

/// An event stream that is open.
struct EventStream {
    live: Arc<Live>,
    subscriber: Subscriber,
    waiting: Arc<Notify>,
    entered: Entered,
    /// When the key was found good last, and when it was asked about.
    checked: Instant,
    asked: Instant,
    sent: Instant,
    has_begun: bool,
    is_over: bool,
    _seat: Seat,
}

impl Live {
    pub(super) async fn take_stream(self: Arc<Self>, request: Request) -> Response {
        let (parts, body) = request.into_parts();
        let (entered, seat) = match self.admit(&parts) {
            Ok(admitted) => admitted,
            Err(refusal) => return *refusal,
        };
        let waiting = Arc::<Notify>::default();
        let listen = self.sources.front.listen_to_request(&parts, body, entered.mode, BEGINS_BY).await;
        let subscriber = match listen {
            Ok(listen) => self.begin(listen, last_event(&parts.headers), &waiting).await,
            Err(refusal) => Err(serde_json::to_vec(refusal.problems()).unwrap_or_default().into()),
        };
        match subscriber {
            Ok(subscriber) => {
                let now = Instant::now();
                self.figures.streams.inc();
                let events = EventStream {
                    live: self,
                    subscriber,
                    waiting,
                    entered,
                    checked: now,
                    asked: now,
                    sent: now,
                    has_begun: false,
                    is_over: false,
                    _seat: seat,
                };
                let events = stream::unfold(events, |mut events| async {
                    let piece = events.next().await?;
                    Some((Ok::<_, std::convert::Infallible>(piece), events))
                });
                response(Body::from_stream(events))
            }
            // A client that asked for a stream reads nothing else, whatever the status.
            Err(errors) => {
                let errors = String::from_utf8_lossy(&errors);
                response(Body::from(format!("event: next\ndata: {{\"errors\":{errors}}}\n\n{COMPLETE}")))
            }
        }
    }
}

fn last_event(headers: &HeaderMap) -> Option<String> {
    let id = headers.get(LAST_EVENT_ID)?.to_str().ok()?;
    (!id.is_empty()).then(|| id.to_owned())
}

fn response(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/event-stream; charset=utf-8"));
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(ACCEL_BUFFERING, HeaderValue::from_static("no"));
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    response
}

impl EventStream {
    /// The next piece, when it is time for one; `None` after the last.
    async fn next(&mut self) -> Option<Bytes> {
        if self.is_over {
            return None;
        }
        if !self.has_begun {
            self.has_begun = true;
            return Some(Bytes::from_static(COMMENT.as_bytes()));
        }
        Some(match self.piece().await {
            Ok(piece) => {
                self.sent = Instant::now();
                piece
            }
            Err(close) => {
                self.is_over = true;
                self.live.figures.close(close.label);
                format!(": {}\n\n", close.reason).into()
            }
        })
    }

    async fn piece(&mut self) -> Result<Bytes, Close> {
        loop {
            if self.live.stop.is_cancelled() {
                return Err(Close::STOPPED);
            }
            let backlog = self.subscriber.backlog();
            if let Some(told) = self.subscriber.next(&self.live).await? {
                self.live.figures.backlog.observe(backlog as f64);
                self.live.figures.told.inc();
                return Ok(event(&told));
            }
            let ping = self.sent + Duration::from_millis(self.live.options.ping_ms);
            let check = self.entered.origin.as_ref().map(|_| self.asked + CHECK_EVERY);
            tokio::select! {
                biased;
                () = self.live.stop.cancelled() => {}
                () = self.waiting.notified() => {}
                () = sleep_until(check.map_or(ping, |check| check.min(ping))) => {
                    if let Some(origin) = self.entered.origin.as_ref().filter(|_| self.asked.elapsed() >= CHECK_EVERY) {
                        self.asked = Instant::now();
                        self.checked = still_good(&self.live, origin, self.checked).await?;
                    }
                    if Instant::now() >= ping {
                        return Ok(Bytes::from_static(COMMENT.as_bytes()));
                    }
                }
            }
        }
    }
}

fn event(told: &Told) -> Bytes {
    let body = told.body.as_deref().unwrap_or_default();
    let cursor = change_cursor(told.change.seq, told.change.at);
    let mut text = Vec::with_capacity(body.len() + 64);
    for part in [b"event: next\nid: ".as_slice(), cursor.as_bytes(), b"\ndata: ", body, b"\n\n"] {
        text.extend_from_slice(part);
    }
    text.into()
}

impl Drop for EventStream {
    fn drop(&mut self) {
        self.live.figures.streams.dec();
        if !self.is_over {
            self.live.figures.close(Close::GONE.label);
        }
    }
}
