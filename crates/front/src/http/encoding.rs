//! Finished bytes in the codings clients take.

use std::io::Write;

use axum::http::HeaderMap;
use axum::http::header::ACCEPT_ENCODING;
use bytes::Bytes;

/// How a body is coded on its way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    #[allow(missing_docs)]
    Identity,
    Gzip,
    Brotli,
}

impl Coding {
    /// The word of `Content-Encoding`; none for bytes as they are.
    pub(crate) fn token(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
        }
    }
}

/// The coding the client likes best (RFC 9110, 12.5.3); of those it likes alike, the one with the fewest bytes. Whoever
/// takes nothing we have gets the bytes as they are.
pub(crate) fn preferred(headers: &HeaderMap) -> Coding {
    let mut qualities = [(Coding::Brotli, None), (Coding::Gzip, None), (Coding::Identity, None)];
    let mut any = None;
    for value in headers.get_all(ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()) {
        for range in value.split(',') {
            let (name, parameters) = range.split_once(';').unwrap_or((range, ""));
            let quality = parameters.trim().strip_prefix("q=").map_or(1.0, |q| q.parse::<f32>().unwrap_or(0.0));
            match name.trim() {
                "*" => any = Some(quality),
                name => {
                    let is_named = |coding: Coding| coding.token().unwrap_or("identity").eq_ignore_ascii_case(name);
                    if let Some((_, known)) = qualities.iter_mut().find(|(coding, _)| is_named(*coding)) {
                        *known = Some(quality);
                    }
                }
            }
        }
    }
    let mut best = (Coding::Identity, 0.0);
    for (coding, quality) in qualities {
        let unnamed = if coding == Coding::Identity { any.unwrap_or(0.001) } else { any.unwrap_or(0.0) };
        let quality = quality.unwrap_or(unnamed);
        if quality > best.1 {
            best = (coding, quality);
        }
    }
    best.0
}

/// Level of Brotli: two thirds of gzip's time for four fifths of its bytes.
const BROTLI_LEVEL: i32 = 5;

/// `bytes` in a coding; `None` where it would not be smaller.
pub(crate) fn encode(bytes: &[u8], coding: Coding) -> Option<Bytes> {
    let encoded = match coding {
        Coding::Identity => return None,
        Coding::Gzip => {
            let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
            writer.write_all(bytes).ok()?;
            writer.finish().ok()?
        }
        Coding::Brotli => {
            let params = brotli::enc::BrotliEncoderParams {
                quality: BROTLI_LEVEL,
                size_hint: bytes.len(),
                ..Default::default()
            };
            let mut encoded = Vec::new();
            brotli::BrotliCompress(&mut &*bytes, &mut encoded, &params).ok()?;
            encoded
        }
    };
    (encoded.len() < bytes.len()).then(|| Bytes::from(encoded))
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("", Coding::Identity)]
    #[case("gzip, deflate, br, zstd", Coding::Brotli)]
    #[case("gzip, deflate", Coding::Gzip)]
    #[case("br;q=0.5, gzip", Coding::Gzip)]
    #[case("BR", Coding::Brotli)]
    #[case("*", Coding::Brotli)]
    #[case("identity, *;q=0", Coding::Identity)]
    #[case("br;q=0, *;q=0.1", Coding::Gzip)]
    #[case("gzip;q=x", Coding::Identity)]
    fn the_coding_is_the_one_the_client_likes_best(#[case] accepted: &str, #[case] expected: Coding) {
        let headers = HeaderMap::from_iter([(ACCEPT_ENCODING, accepted.parse().unwrap())]);
        assert_eq!(preferred(&headers), expected);
    }

    #[test]
    fn coded_bytes_are_the_same_bytes() {
        let bytes = "Présidence de la République ".repeat(100).into_bytes();
        let mut plain = Vec::new();
        flate2::read::GzDecoder::new(&*encode(&bytes, Coding::Gzip).unwrap()).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, bytes);
        plain.clear();
        brotli::Decompressor::new(&*encode(&bytes, Coding::Brotli).unwrap(), 4096).read_to_end(&mut plain).unwrap();
        assert_eq!(plain, bytes);
        assert_eq!(encode(b"{}", Coding::Gzip), None, "longer than before");
    }
}
