//! Bodies of small requests.

use std::time::Duration;

use axum::body::{Body, to_bytes};
use axum::http::StatusCode;
use bytes::Bytes;

use crate::partners::Problem;

/// How long a body may take: whoever drips one holds a connection and nothing else.
const TIME: Duration = Duration::from_secs(15);

/// A whole body of at most `most` bytes.
pub(crate) async fn whole(body: Body, most: usize) -> Result<Bytes, Problem> {
    whole_within(TIME, body, most).await
}

async fn whole_within(time: Duration, body: Body, most: usize) -> Result<Bytes, Problem> {
    match tokio::time::timeout(time, to_bytes(body, most)).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(_)) => {
            let detail = format!("the body was cut off, or has more than {most} bytes");
            Err(Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail))
        }
        Err(_) => {
            let detail = format!("the body did not arrive in {} s", time.as_secs());
            Err(Problem::new(StatusCode::REQUEST_TIMEOUT, "too-slow", detail))
        }
    }
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;

    use futures_util::stream;

    use super::*;

    #[tokio::test]
    async fn a_body_is_read_whole_or_refused() {
        assert_eq!(whole(Body::from("twelve bytes"), 12).await.unwrap(), "twelve bytes");
        let refused = |problem: Problem| problem.page().status;
        assert_eq!(refused(whole(Body::from("twelve bytes"), 11).await.unwrap_err()), StatusCode::PAYLOAD_TOO_LARGE);
        let never = Body::from_stream(stream::pending::<Result<Bytes, Infallible>>());
        assert_eq!(
            refused(whole_within(Duration::from_millis(10), never, 11).await.unwrap_err()),
            StatusCode::REQUEST_TIMEOUT
        );
    }
}
