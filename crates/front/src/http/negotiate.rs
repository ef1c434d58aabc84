use axum::http::HeaderMap;
use axum::http::header::{ACCEPT, CONTENT_TYPE};

/// The two kinds of answer, told apart by how a client knows that a request was refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum MediaType {
    /// `application/graphql-response+json`: by the status.
    Response,
    /// `application/json`, for older clients: by the body, most refusals coming with 200.
    Json,
}

impl MediaType {
    pub(crate) fn header_value(self) -> &'static str {
        match self {
            Self::Response => "application/graphql-response+json; charset=utf-8",
            Self::Json => "application/json; charset=utf-8",
        }
    }

    fn essence(self) -> (&'static str, &'static str) {
        match self {
            Self::Response => ("application", "graphql-response+json"),
            Self::Json => ("application", "json"),
        }
    }
}

/// One entry of `Accept`.
struct Range<'a> {
    kind: &'a str,
    subtype: &'a str,
    /// 0 to 1000.
    quality: u16,
}

/// The answer's media type for the request's `Accept` (RFC 9110, 12.5.1), or `None` when neither will do.
///
/// No header and `*/*` mean `application/json`, as clients that know the newer type name it. Of two types named
/// alike the newer one wins.
pub(crate) fn negotiate(headers: &HeaderMap) -> Option<MediaType> {
    let values: Vec<&str> = headers.get_all(ACCEPT).iter().filter_map(|value| value.to_str().ok()).collect();
    let ranges: Vec<Range<'_>> = values.iter().flat_map(|value| value.split(',')).filter_map(range).collect();
    if values.iter().all(|value| value.trim().is_empty()) {
        return Some(MediaType::Json);
    }
    let rated = [MediaType::Json, MediaType::Response].into_iter().filter_map(|media| {
        let (quality, precision) = rating(media, &ranges)?;
        // Named in full, the newer type is preferred; met by a wildcard, the older one.
        let preference = (media == MediaType::Response) == (precision == 2);
        (quality > 0).then_some(((quality, precision, preference), media))
    });
    rated.max_by_key(|(rating, _)| *rating).map(|(_, media)| media)
}

/// Quality from the most precise range that matches, with that precision: 2 in full, 1 by `type/*`, 0 by `*/*`.
fn rating(media: MediaType, ranges: &[Range<'_>]) -> Option<(u16, u8)> {
    let (kind, subtype) = media.essence();
    let precision_of = |range: &Range<'_>| match (range.kind, range.subtype) {
        ("*", "*") => Some(0),
        (given, "*") if given.eq_ignore_ascii_case(kind) => Some(1),
        (given, name) if given.eq_ignore_ascii_case(kind) && name.eq_ignore_ascii_case(subtype) => Some(2),
        _ => None,
    };
    let matching = ranges.iter().filter_map(|range| Some((precision_of(range)?, range.quality)));
    matching.max_by_key(|(precision, quality)| (*precision, *quality)).map(|(precision, quality)| (quality, precision))
}

fn range(entry: &str) -> Option<Range<'_>> {
    let mut parts = entry.split(';').map(str::trim);
    let (kind, subtype) = parts.next()?.split_once('/')?;
    let mut quality = 1_000;
    for part in parts {
        let (name, value) = part.split_once('=').unwrap_or((part, ""));
        let value = value.trim().trim_matches('"');
        match name.trim() {
            name if name.eq_ignore_ascii_case("q") => {
                quality = value.parse::<f32>().map_or(0, |value| (value.clamp(0.0, 1.0) * 1_000.0) as u16);
            }
            name if name.eq_ignore_ascii_case("charset") && !is_utf8(value) => return None,
            _ => {}
        }
    }
    Some(Range { kind: kind.trim(), subtype: subtype.trim(), quality })
}

fn is_utf8(charset: &str) -> bool {
    charset.eq_ignore_ascii_case("utf-8") || charset.eq_ignore_ascii_case("utf8")
}

/// Whether the body is declared to be JSON in UTF-8. Nothing else is read: a browser sends the other types across sites
/// without asking first.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(CONTENT_TYPE).iter();
    let (Some(Ok(value)), None) = (values.next().map(|value| value.to_str()), values.next()) else { return false };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.all(|part| match part.split_once('=') {
            Some((name, value)) if name.trim().eq_ignore_ascii_case("charset") => {
                is_utf8(value.trim().trim_matches('"'))
            }
            _ => true,
        })
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Some(MediaType::Json))]
    #[case("*/*", Some(MediaType::Json))]
    #[case("application/*", Some(MediaType::Json))]
    #[case("application/json", Some(MediaType::Json))]
    #[case("Application/JSON; charset=UTF-8", Some(MediaType::Json))]
    #[case("application/graphql-response+json", Some(MediaType::Response))]
    #[case(
        "application/graphql-response+json; charset=utf-8, application/json; charset=utf-8",
        Some(MediaType::Response)
    )]
    #[case("application/json, application/graphql-response+json", Some(MediaType::Response))]
    #[case("application/graphql-response+json;q=0.5, application/json", Some(MediaType::Json))]
    #[case("application/graphql-response+json, application/json;q=0.9", Some(MediaType::Response))]
    #[case(
        "application/graphql-response+json, application/graphql+json, application/json, text/event-stream, multipart/mixed",
        Some(MediaType::Response)
    )]
    #[case("application/graphql-response+json, */*;q=0.1", Some(MediaType::Response))]
    #[case("application/json;q=0, */*", Some(MediaType::Response))]
    #[case("text/html,application/xhtml+xml,*/*;q=0.8", Some(MediaType::Json))]
    #[case("text/html", None)]
    #[case("application/json;q=0", None)]
    #[case("application/json; charset=iso-8859-1", None)]
    #[case("nonsense", None)]
    fn the_answer_has_the_type_the_client_likes_best(#[case] accept: &str, #[case] expected: Option<MediaType>) {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT, accept.parse().unwrap());
        assert_eq!(negotiate(&headers), expected);
    }

    #[test]
    fn without_accept_the_answer_is_plain_json() {
        assert_eq!(negotiate(&HeaderMap::new()), Some(MediaType::Json));
    }
}
