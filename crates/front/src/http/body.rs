use std::time::Duration;

use axum::body::Body;
use axum::http::header::{CONTENT_ENCODING, CONTENT_LENGTH};
use axum::http::{HeaderMap, StatusCode};
use bytes::Bytes;
use http_body_util::{BodyExt, LengthLimitError, Limited};

use super::negotiate::is_json;
use crate::limits::Limits;
use crate::refusal::Refusal;

/// The whole body of a POST. Nothing is read of one that is not JSON or is declared too long, and no more than the limit
/// of any other.
pub(crate) async fn read(headers: &HeaderMap, body: Body, limits: &Limits) -> Result<Bytes, Refusal> {
    if !is_json(headers) {
        let message = "the body must be application/json in UTF-8: send the header Content-Type: application/json";
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    if headers.get(CONTENT_ENCODING).is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let message = "the body must not be compressed: leave out Content-Encoding";
        return Err(Refusal::http(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
    }
    let max = limits.body_bytes;
    let too_large =
        || Refusal::http(StatusCode::PAYLOAD_TOO_LARGE, format!("the body is too long: at most {max} bytes are read"));
    let declared = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if declared.is_some_and(|declared| declared > max as u64) {
        return Err(too_large());
    }
    let reading = Limited::new(body, max).collect();
    match tokio::time::timeout(Duration::from_millis(limits.body_timeout_ms), reading).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => Err(too_large()),
        Ok(Err(_)) => Err(Refusal::http(StatusCode::BAD_REQUEST, "the body broke off")),
        Err(_) => {
            let message = format!("the body did not arrive within {} ms", limits.body_timeout_ms);
            Err(Refusal::http(StatusCode::REQUEST_TIMEOUT, message))
        }
    }
}
