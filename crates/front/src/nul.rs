//! The character U+0000, which no text of a record can hold: one database keeps it and the other fails.

use serde_json::Value as Json;

/// Where in the variables it stands, such as `$input.texts.0.headline`.
pub(crate) fn in_variables(variables: &serde_json::Map<String, Json>) -> Option<String> {
    variables.iter().find_map(|(name, value)| in_value(value, format!("${name}")))
}

/// The recursion is bounded by the depth that variables may have.
fn in_value(value: &Json, path: String) -> Option<String> {
    match value {
        Json::String(text) => text.contains('\0').then_some(path),
        Json::Array(items) => {
            items.iter().enumerate().find_map(|(index, item)| in_value(item, format!("{path}.{index}")))
        }
        Json::Object(fields) => fields.iter().find_map(|(name, field)| match name.contains('\0') {
            true => Some(path.clone()),
            false => in_value(field, format!("{path}.{name}")),
        }),
        Json::Null | Json::Bool(_) | Json::Number(_) => None,
    }
}

/// The offset of an escape for it in a document; the character itself is no part of any.
pub(crate) fn in_document(document: &str) -> Option<usize> {
    let bytes = document.as_bytes();
    let mut at = 0;
    while let Some(found) = bytes[at..].iter().position(|byte| *byte == b'\\') {
        at += found;
        let escape = &bytes[at + 1..];
        let is_nul = escape.starts_with(b"u0000")
            || escape.strip_prefix(b"u{").is_some_and(|digits| {
                let zeros = digits.iter().take_while(|digit| **digit == b'0').count();
                zeros > 0 && digits.get(zeros) == Some(&b'}')
            });
        if is_nul {
            return Some(at);
        }
        // What is escaped is no beginning of an escape.
        at = (at + 2).min(bytes.len());
    }
    None
}

#[cfg(test)]
mod tests {
    use rstest::rstest;
    use serde_json::json;

    use super::*;

    #[rstest]
    #[case(r#"{ a(b: "x\u0000") }"#, true)]
    #[case(r#"{ a(b: "\u{0}") }"#, true)]
    #[case(r#"{ a(b: "\u{00000}") }"#, true)]
    #[case(r#"{ a(b: "\\\u0000") }"#, true)]
    #[case(r#"{ a(b: "\\u0000") }"#, false)]
    #[case(r#"{ a(b: "\u00001\u0041\u{0041}\n") }"#, true)]
    #[case(r#"{ a(b: "\u0041\u{0041}\n\\") }"#, false)]
    #[case("\\", false)]
    fn an_escape_for_it_is_found_in_a_document(#[case] document: &str, #[case] is_there: bool) {
        assert_eq!(in_document(document).is_some(), is_there);
    }

    #[test]
    fn it_is_found_in_variables_with_the_way_to_it() {
        let variables = json!({ "input": { "texts": [{ "headline": "a" }, { "headline": "\0" }] } });
        let Json::Object(variables) = variables else { panic!("an object") };
        assert_eq!(in_variables(&variables).as_deref(), Some("$input.texts.1.headline"));
        let Json::Object(clean) = json!({ "a": [1, null, true, "b"] }) else { panic!("an object") };
        assert_eq!(in_variables(&clean), None);
    }
}
