//! The way in: who wants to listen, and by what.

use std::net::IpAddr;
use std::sync::Arc;

use axum::body::Body;
use axum::extract::ws::WebSocketUpgrade;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::header::{ACCEPT, HeaderMap, HeaderValue, ORIGIN, RETRY_AFTER, UPGRADE};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use griot_access::Origin;
use griot_front::{OperationMode, code, refuse};

use super::Live;
use super::message::SUBPROTOCOL;
use super::socket::{Seat, Socket};

/// Bytes read from a socket at a time: little is said, and there are many.
const READ_BYTES: usize = 1_024;

/// Who sent a request, among its extensions.
#[derive(Clone, Debug)]
pub(crate) struct Entered {
    /// Which documents are run for them.
    pub mode: OperationMode,
    /// What they came in with; `None` for the public.
    pub origin: Option<Origin>,
    pub address: IpAddr,
}

/// Takes those who want to listen; all others go on to the endpoint.
pub(crate) async fn entrance(State(live): State<Arc<Live>>, request: Request, next: Next) -> Response {
    if live.options.connections == 0 {
        return next.run(request).await;
    }
    if is_websocket(request.headers()) {
        return live.take_socket(request).await;
    }
    let is_asked = [Method::GET, Method::POST].contains(request.method());
    if is_asked && wants_stream(request.headers()) {
        return live.take_stream(request).await;
    }
    next.run(request).await
}

fn is_websocket(headers: &HeaderMap) -> bool {
    headers.get(UPGRADE).is_some_and(|to| to.as_bytes().eq_ignore_ascii_case(b"websocket"))
}

/// Whether an event stream is all the client takes. One that takes plain answers too gets those.
fn wants_stream(headers: &HeaderMap) -> bool {
    let mut types = headers
        .get_all(ACCEPT)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .map(|range| range.split(';').next().unwrap_or_default().trim())
        .filter(|range| !range.is_empty())
        .peekable();
    types.peek().is_some() && types.all(|range| range.eq_ignore_ascii_case("text/event-stream"))
}

impl Live {
    async fn take_socket(self: Arc<Self>, request: Request) -> Response {
        let (mut parts, _) = request.into_parts();
        let (entered, seat) = match self.admit(&parts) {
            Ok(admitted) => admitted,
            Err(refusal) => return *refusal,
        };
        let upgrade = match WebSocketUpgrade::from_request_parts(&mut parts, &()).await {
            Ok(upgrade) => upgrade,
            Err(rejection) => return not_understood(rejection.into_response().status()),
        };
        let message_bytes = self.options.message_bytes;
        upgrade
            .protocols([SUBPROTOCOL])
            .read_buffer_size(READ_BYTES)
            .write_buffer_size(0)
            .max_message_size(message_bytes)
            .max_frame_size(message_bytes)
            .on_upgrade(move |socket| Socket::new(self, socket, entered, seat).run())
    }

    /// A seat for whoever sent a request, if there is one and the page it comes from may listen.
    pub(super) fn admit(&self, parts: &axum::http::request::Parts) -> Result<(Entered, Seat), Box<Response>> {
        let origins = &self.options.allowed_origins;
        let is_listed = |origin: &HeaderValue| origins.iter().any(|listed| listed.as_bytes() == origin.as_bytes());
        if !origins.is_empty() && parts.headers.get_all(ORIGIN).iter().any(|origin| !is_listed(origin)) {
            let message = "pages of this site may not listen here";
            return Err(Box::new(refuse(StatusCode::FORBIDDEN, code::FORBIDDEN, message)));
        }
        let entered: &Entered = parts.extensions.get().expect("a layer around this one says who it is");
        let full = |status, message| {
            let mut response = refuse(status, code::THROTTLED, message);
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("5"));
            Box::new(response)
        };
        if self.stop.is_cancelled() {
            return Err(full(StatusCode::SERVICE_UNAVAILABLE, "the server stops: try again in a few seconds"));
        }
        let Some(address) = self.addresses.admit(entered.address) else {
            let message = "this address listens as often as it may already: try again later";
            return Err(full(StatusCode::TOO_MANY_REQUESTS, message));
        };
        let Ok(connection) = Arc::clone(&self.connections).try_acquire_owned() else {
            return Err(full(StatusCode::SERVICE_UNAVAILABLE, "as many listen as may already: try again later"));
        };
        let seat = Seat { _connection: connection, _address: address, _tracked: self.sockets.token() };
        Ok((entered.clone(), seat))
    }
}

fn not_understood(status: StatusCode) -> Response<Body> {
    let message = "this is not the handshake of a WebSocket: send GET with Connection: Upgrade, Upgrade: websocket, \
                   Sec-WebSocket-Version: 13 and Sec-WebSocket-Key";
    refuse(status, code::BAD_USER_INPUT, message)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("text/event-stream", true)]
    #[case("Text/Event-Stream;charset=utf-8", true)]
    #[case("application/json, text/event-stream", false)]
    #[case("*/*", false)]
    #[case("", false)]
    fn a_stream_is_for_those_who_take_nothing_else(#[case] accept: &str, #[case] expected: bool) {
        let headers = HeaderMap::from_iter([(ACCEPT, accept.parse().unwrap())]);
        assert_eq!(wants_stream(&headers), expected);
    }
}
