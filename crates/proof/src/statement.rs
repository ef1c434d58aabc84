//! What an office says of one version of one item.

use serde::{Deserialize, Serialize};

use crate::{Digest, of_json, of_text};

/// The payload of a statement: what was issued, by the hashes of every form it was issued in. Fields stand in this order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The site that issues.
    pub iss: String,
    /// When this was stated, in seconds since 1970.
    pub iat: i64,
    /// The item, as its documents name it.
    pub uri: String,
    #[allow(missing_docs)]
    pub version: u32,
    /// Whether it may be used, then: usable, withheld or canceled.
    pub pub_status: String,
    /// Why the version exists, as a URI of the IPTC; `None` for the first one.
    pub signal: Option<String>,
    /// Of the statement before it about the same item, as the compact JWS; `None` for the first one.
    pub previous: Option<Digest>,
    /// Until when it must not be published, in seconds since 1970.
    pub embargoed_until: Option<i64>,
    /// BCP 47.
    pub language: String,
    #[allow(missing_docs)]
    pub subjects: Vec<Subject>,
    /// Origin of the log that this is in.
    pub log: String,
}

/// One form of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Such as `ninjs`.
    pub name: String,
    #[allow(missing_docs)]
    pub media_type: String,
    /// Of the bytes served.
    pub sha256: Digest,
    /// Of JSON in the form of RFC 8785: survives being written anew.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jcs_sha256: Option<Digest>,
    /// Of a text in NFC, with LF, trimmed: survives copying.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text_sha256: Option<Digest>,
}

impl Subject {
    /// A form served as `bytes`.
    pub fn of(name: &str, media_type: &str, bytes: &[u8]) -> Self {
        let is_json = media_type.ends_with("json");
        let text = (media_type == "text/plain").then(|| std::str::from_utf8(bytes).ok()).flatten();
        Self {
            name: name.to_owned(),
            media_type: media_type.to_owned(),
            sha256: Digest::of(bytes),
            jcs_sha256: if is_json { of_json(bytes) } else { None },
            text_sha256: text.map(of_text),
        }
    }

    /// Its hashes, each with what has it: `bytes`, `jcs` or `text`.
    pub fn digests(&self) -> impl Iterator<Item = (&'static str, Digest)> {
        let others = [("jcs", self.jcs_sha256), ("text", self.text_sha256)];
        let others = others.into_iter().filter_map(|(of, digest)| Some((of, digest?)));
        std::iter::once(("bytes", self.sha256)).chain(others)
    }
}

impl Statement {
    /// The form that `file` is, and by which of its hashes: `bytes`, `jcs` or `text`. `None` when it is none of them.
    pub fn find(&self, file: &[u8]) -> Option<(&Subject, &'static str)> {
        let text = std::str::from_utf8(file).ok().map(of_text);
        let of_file = [("bytes", Some(Digest::of(file))), ("jcs", of_json(file)), ("text", text)];
        of_file.into_iter().find_map(|(of, digest)| {
            let digest = digest?;
            let is_it = |subject: &&Subject| subject.digests().any(|known| known == (of, digest));
            Some((self.subjects.iter().find(is_it)?, of))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement() -> Statement {
        Statement {
            iss: "https://www.example.org".to_owned(),
            iat: 1_795_168_800,
            uri: "urn:newsml:www.example.org:20250102:article-1-fr".to_owned(),
            version: 1,
            pub_status: "usable".to_owned(),
            signal: None,
            previous: None,
            embargoed_until: None,
            language: "fr".to_owned(),
            subjects: vec![
                Subject::of("ninjs", "application/json", br#"{"uri":"x","version":"1"}"#),
                Subject::of("text", "text/plain", "Été\n\nFin".as_bytes()),
                Subject::of("html", "text/html", b"<p>x"),
            ],
            log: "www.example.org/log".to_owned(),
        }
    }

    #[test]
    fn a_copy_is_found_by_what_copying_keeps() {
        let statement = statement();
        let found = |file: &str| statement.find(file.as_bytes()).map(|(subject, of)| (subject.name.as_str(), of));
        assert_eq!(found(r#"{"uri":"x","version":"1"}"#), Some(("ninjs", "bytes")));
        assert_eq!(found("{ \"version\": \"1\", \"uri\": \"x\" }\n"), Some(("ninjs", "jcs")));
        assert_eq!(found("E\u{301}te\u{301}\r\n\r\nFin\r\n"), Some(("text", "text")));
        assert_eq!(found("<p>x"), Some(("html", "bytes")));
        assert_eq!(found("<p>x\n"), None);
        assert_eq!(found(r#"{"uri":"x","version":"2"}"#), None);
    }

    #[test]
    fn a_statement_is_read_as_it_was_written() {
        let json = serde_json::to_string(&statement()).unwrap();
        assert!(json.starts_with(r#"{"iss":"https://www.example.org","iat":1795168800,"uri":"#), "{json}");
        assert_eq!(serde_json::from_str::<Statement>(&json).unwrap(), statement());
    }
}
