//! What an answer says beside its status.

use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};

/// How long the answer asks to be left alone (RFC 9110, 10.2.3). `now` is only asked where it names a date.
pub fn retry_after(headers: &HeaderMap, now: impl Fn() -> DateTime<Utc>) -> Option<Duration> {
    let asked = headers.get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = asked.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = DateTime::parse_from_rfc2822(asked).ok()?;
    (until.to_utc() - now()).to_std().ok()
}

/// The first bytes of an answer: no more than `most`, and no more than arrive in `time`. However long the rest is, it is not
/// read.
pub async fn beginning_of(mut response: Response, most: usize, time: Duration) -> Vec<u8> {
    let mut read = Vec::new();
    let reading = async {
        while read.len() < most
            && let Ok(Some(chunk)) = response.chunk().await
        {
            read.extend_from_slice(&chunk[..chunk.len().min(most - read.len())]);
        }
    };
    let _ = tokio::time::timeout(time, reading).await;
    read
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    #[test]
    fn a_pause_is_asked_for_in_seconds_or_by_date() {
        let now = || "2026-11-24T08:00:00Z".parse().unwrap();
        let asked = |value: &'static str| {
            retry_after(&HeaderMap::from_iter([(RETRY_AFTER, HeaderValue::from_static(value))]), now)
        };
        assert_eq!(asked("3"), Some(Duration::from_secs(3)));
        assert_eq!(asked("Tue, 24 Nov 2026 08:00:09 GMT"), Some(Duration::from_secs(9)));
        assert_eq!(asked("Tue, 24 Nov 2026 07:00:00 GMT"), None);
        assert_eq!(asked("soon"), None);
    }
}
