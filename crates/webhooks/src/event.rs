//! What is told of a change.

use std::collections::BTreeSet;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, SecondsFormat, Utc};
use ring::digest;
use serde_json::{Map, Value, json};

/// The most bytes of a body: what the key services of cloud providers sign.
pub const MOST_BYTES: usize = 4_096;
/// Type of the event that asks an endpoint whether it wants any.
pub const VERIFICATION: &str = "endpoint.verification";
/// Type of the event sent to try an endpoint.
pub const TEST: &str = "endpoint.test";
/// Type of the event that warns a partner who does not ask for changes.
pub const IDLE: &str = "partner.idle";
/// Type of the event that tells the other endpoints of a partner that one gets nothing any more.
pub const DISABLED: &str = "endpoint.disabled";

/// What an endpoint can ask for.
pub const TYPES: [&str; 26] = [
    "item.published",
    "item.updated",
    "item.corrected",
    "item.withheld",
    "item.killed",
    "item.left_scope",
    "advisory.sent",
    "event.published",
    "event.updated",
    "event.withheld",
    "event.killed",
    "event.left_scope",
    "person.updated",
    "person.withheld",
    "person.killed",
    "person.left_scope",
    "institution.updated",
    "institution.withheld",
    "institution.killed",
    "institution.left_scope",
    "asset.updated",
    "asset.withheld",
    "asset.killed",
    "drill.issued",
    IDLE,
    DISABLED,
];

/// A word that names no type.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no type of event; use one of {all}, or item.* for all of a noun", all = TYPES.join(", "))]
pub struct UnknownType(pub String);

/// Reads types as a partner writes them: whole words, or `item.*` for all of a noun.
pub fn types<'a>(words: impl IntoIterator<Item = &'a str>) -> Result<BTreeSet<String>, UnknownType> {
    let mut found = BTreeSet::new();
    for word in words {
        let stem = word.strip_suffix('*').filter(|stem| stem.ends_with('.'));
        let is_meant = |one: &&&str| stem.map_or(**one == word, |stem| one.starts_with(stem));
        let mut meant = TYPES.iter().filter(is_meant).map(|one| (*one).to_owned()).peekable();
        if meant.peek().is_none() {
            return Err(UnknownType(word.to_owned()));
        }
        found.extend(meant);
    }
    Ok(found)
}

/// Whether an endpoint that asked for `types` gets one. That a copy has to go is told to all.
pub fn is_wanted(types: Option<&BTreeSet<String>>, event_type: &str) -> bool {
    let has_to_go = event_type.ends_with(".killed") || event_type.ends_with(".withheld");
    has_to_go || types.is_none_or(|types| types.contains(event_type))
}

/// The id of an event: the same for the same parts, however often it is made.
pub fn event_id<'a>(parts: impl IntoIterator<Item = &'a str>) -> String {
    let mut hash = digest::Context::new(&digest::SHA256);
    for part in parts {
        hash.update(part.as_bytes());
        hash.update(&[0]);
    }
    format!("evt_{}", URL_SAFE_NO_PAD.encode(&hash.finish().as_ref()[..16]))
}

/// The bytes to sign and send, at most [`MOST_BYTES`] of them. Where there would be more, the longest texts of `data` are cut:
/// the documents it links to have them whole.
pub fn event_body(event_type: &str, at: DateTime<Utc>, mut data: Map<String, Value>) -> String {
    let timestamp = at.to_rfc3339_opts(SecondsFormat::Millis, true);
    loop {
        let body = json!({ "type": event_type, "timestamp": timestamp, "data": data }).to_string();
        if body.len() <= MOST_BYTES || !cut_longest(&mut data) {
            return body;
        }
    }
}

/// What may be told in part: the document has it whole.
const WORDS: [&str; 3] = ["headline", "ed_note", "reason"];

/// Halves the longest text, or else the list of products; `false` when nothing is long.
fn cut_longest(data: &mut Map<String, Value>) -> bool {
    let texts = data.iter_mut().filter_map(|(name, value)| match value {
        Value::String(text) if text.len() > 64 && WORDS.contains(&name.as_str()) => Some(text),
        _ => None,
    });
    let Some(longest) = texts.max_by_key(|text| text.len()) else {
        return match data.get_mut("products") {
            Some(Value::Array(products)) if !products.is_empty() => {
                products.truncate(products.len() / 2);
                true
            }
            _ => false,
        };
    };
    let half = longest.floor_char_boundary(longest.len() / 2);
    longest.truncate(half);
    longest.push('…');
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn types_are_known_words() {
        let nouns = types(["event.*", "item.killed"]).unwrap();
        assert_eq!(nouns.len(), 6);
        assert!(is_wanted(Some(&nouns), "event.updated") && !is_wanted(Some(&nouns), "item.updated"));
        assert!(is_wanted(Some(&nouns), "person.killed") && is_wanted(Some(&nouns), "item.withheld"));
        assert!(is_wanted(None, "item.updated"));
        assert_eq!(types(["item.killed", "item.*", "item.*"]).unwrap().len(), 6);
        assert_eq!(types(["endpoint.*", "partner.idle"]).unwrap().len(), 2);
        for wrong in ["item", "*", "item.gone", "items.*", TEST] {
            let error = types([wrong]).unwrap_err().to_string();
            assert!(error.contains(&format!("`{wrong}`")) && error.contains("item.published"), "{error}");
        }
    }

    #[test]
    fn an_event_has_one_id() {
        assert_eq!(event_id(["a", "7"]), event_id(["a", "7"]));
        assert_ne!(event_id(["a", "7"]), event_id(["a7", ""]));
        assert_eq!(event_id(["a"]).len(), 26);
    }

    #[test]
    fn what_leads_to_an_item_is_never_cut() {
        let uri = format!("urn:newsml:presse.example.org:20261119:article-{}", "0".repeat(60));
        let products: Vec<String> = (0..80).map(|number| format!("{number:0>100}")).collect();
        let Value::Object(data) = json!({ "uri": uri, "headline": "é".repeat(90), "products": products }) else {
            unreachable!()
        };
        let body = event_body("item.updated", "2026-11-24T08:00:00Z".parse().unwrap(), data);
        assert!(body.len() <= MOST_BYTES, "{} bytes", body.len());
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(read["data"]["uri"], json!(uri));
        assert_eq!(read["data"]["products"].as_array().unwrap(), &products[..20]);
    }

    #[test]
    fn a_body_is_never_longer_than_can_be_signed() {
        let data = |headline: String| json!({ "headline": headline, "ed_note": "é".repeat(5_000), "version": 3 });
        let Value::Object(data) = data("\"quoted\" ".repeat(400)) else { unreachable!() };
        let at = "2026-11-24T08:00:00.5Z".parse().unwrap();
        let body = event_body("item.updated", at, data);
        assert!(body.len() <= MOST_BYTES && body.len() > MOST_BYTES / 3, "{} bytes", body.len());
        let read: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((&read["type"], &read["data"]["version"]), (&json!("item.updated"), &json!(3)));
        assert_eq!(read["timestamp"], "2026-11-24T08:00:00.500Z");
        assert!(read["data"]["ed_note"].as_str().unwrap().ends_with("é…"));
    }
}
