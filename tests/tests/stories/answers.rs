//! Answers made comparable: identities and cursors differ from record to record.

use std::collections::BTreeMap;

use regex::{Captures, Regex};
use serde_json::Value;

/// `answer` with each UUID replaced by `uuid-1`, `uuid-2`, … in order of appearance, and opaque ids and cursors by a
/// word. What is null stays null.
pub fn comparable(answer: &Value) -> Value {
    let uuid =
        Regex::new("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}").expect("the pattern is fixed");
    let mut seen = BTreeMap::new();
    let text = opaque(answer.clone()).to_string();
    let text = uuid.replace_all(&text, |found: &Captures<'_>| {
        let next = seen.len() + 1;
        let number = *seen.entry(found[0].to_owned()).or_insert(next);
        format!("uuid-{number}")
    });
    serde_json::from_str(&text).expect("only the inside of strings has changed")
}

fn opaque(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().map(opaque).collect(),
        Value::Object(fields) => fields
            .into_iter()
            .map(|(name, value)| {
                let is_opaque =
                    value.is_string() && matches!(name.as_str(), "id" | "cursor" | "startCursor" | "endCursor");
                let value = if is_opaque { Value::String(format!("[{name}]")) } else { opaque(value) };
                (name, value)
            })
            .collect(),
        other => other,
    }
}
