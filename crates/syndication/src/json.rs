//! What the JSON documents share: objects without empty fields, and instants.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, SecondsFormat, Utc};
use griot_domain::EventTime;
use serde_json::Value;

/// An object of those `fields` that hold something: neither null nor an empty list or object.
pub fn object<const N: usize>(fields: [(&str, Value); N]) -> Value {
    let present = fields.into_iter().filter(|(_, value)| !is_nothing(value));
    Value::Object(present.map(|(key, value)| (key.to_owned(), value)).collect())
}

/// `base` with the fields of `more`, which win.
pub fn joined(mut base: Value, more: Value) -> Value {
    if let (Value::Object(base), Value::Object(more)) = (&mut base, more) {
        base.extend(more);
    }
    base
}

/// `document` with its keys in order of the alphabet, so that its bytes do not depend on how the JSON library was built.
pub fn sorted(mut document: Value) -> Value {
    document.sort_all_objects();
    document
}

/// `2023-11-06T11:30:00Z`, cut to whole seconds.
pub fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// The first whole second that is not before `at`: an embargo written so never ends early.
pub fn instant_not_before(at: DateTime<Utc>) -> String {
    instant(at.checked_add_signed(Duration::nanoseconds(999_999_999)).unwrap_or(at))
}

/// `2023-11-06T12:30:00+01:00`: the hour at the place is part of what is said.
pub fn local_instant(at: DateTime<FixedOffset>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Start and end of an event: instants with their offset, or days.
pub fn bounds(time: &EventTime) -> (String, Option<String>) {
    match time {
        EventTime::Timed { starts_at, ends_at, .. } => (local_instant(*starts_at), ends_at.map(local_instant)),
        EventTime::AllDay { starts_on, ends_on, .. } => {
            (starts_on.to_string(), ends_on.as_ref().map(NaiveDate::to_string))
        }
    }
}

/// `address` as a URI: what may stand in an address of today but in none of RFC 3986 (letters with accents, spaces and
/// the like) is percent-encoded.
pub fn uri(address: &str) -> String {
    let mut uri = String::with_capacity(address.len());
    for byte in address.bytes() {
        let is_allowed = byte.is_ascii_graphic() && !br#""<>\^`{|}"#.contains(&byte);
        if is_allowed { uri.push(byte.into()) } else { uri.push_str(&format!("%{byte:02X}")) }
    }
    uri
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        Value::Object(fields) => fields.is_empty(),
        _ => false,
    }
}
