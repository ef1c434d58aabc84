//! Hashes of what was issued.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};
use unicode_normalization::UnicodeNormalization;

/// A SHA-256; written as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Digest(pub [u8; 32]);

impl Digest {
    /// Of bytes as they are.
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }
}

/// Of JSON in the one form that RFC 8785 gives it: the same however the value is written. `None` for what is not JSON.
pub fn of_json(bytes: &[u8]) -> Option<Digest> {
    let value: serde_json::Value = serde_json::from_slice(bytes).ok()?;
    Some(Digest::of(&serde_json_canonicalizer::to_vec(&value).ok()?))
}

/// Of a text as [`normalized`].
pub fn of_text(text: &str) -> Digest {
    Digest::of(normalized(text).as_bytes())
}

/// A text without what is lost when it is copied: composed letters (NFC), lines that end with LF and have no blanks at their
/// ends, and nothing blank before the first or after the last.
pub fn normalized(text: &str) -> String {
    let text: String = text.trim_start_matches('\u{feff}').nfc().collect();
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    text.split('\n').map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for Digest {
    type Err = &'static str;

    /// Reads 64 hexadecimal digits, in either case.
    fn from_str(raw: &str) -> Result<Self, Self::Err> {
        const NOT: &str = "a SHA-256 is 64 hexadecimal digits";
        let digits = raw.as_bytes();
        if digits.len() != 64 {
            return Err(NOT);
        }
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let digit = |one: u8| char::from(one).to_digit(16).ok_or(NOT);
            *byte = u8::try_from(digit(pair[0])? << 4 | digit(pair[1])?).map_err(|_| NOT)?;
        }
        Ok(Self(bytes))
    }
}

impl Serialize for Digest {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Digest {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn a_digest_reads_what_it_writes() {
        let digest = Digest::of(b"abc");
        assert_eq!(digest.to_string(), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
        assert_eq!(digest.to_string().to_uppercase().parse(), Ok(digest));
        for nonsense in ["", "ba78", &"g".repeat(64), &"é".repeat(32)] {
            assert!(nonsense.parse::<Digest>().is_err(), "{nonsense}");
        }
    }

    #[rstest]
    #[case("Une visite.\n\nFin", "Une visite.\n\nFin")]
    #[case("\u{feff}  \r\nUne visite. \r\n\r\nFin\r\n\n", "Une visite.\n\nFin")]
    #[case("e\u{301}te\u{301}", "\u{e9}t\u{e9}")]
    #[case("a\rb", "a\nb")]
    fn what_copying_changes_is_taken_away(#[case] copied: &str, #[case] text: &str) {
        assert_eq!(normalized(copied), text);
        assert_eq!(of_text(copied), Digest::of(text.as_bytes()));
    }

    /// The example of RFC 8785, 3.2.2.
    #[test]
    fn json_has_one_form() {
        let example = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let form = "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\
            \"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}";
        assert_eq!(of_json(example.as_bytes()), Some(Digest::of(form.as_bytes())));
        assert_eq!(of_json(b"no"), None);
    }
}
