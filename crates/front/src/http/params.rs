use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::persisted::Asked;
use crate::refusal::{Refusal, code};

/// The parameters of a GraphQL request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Params {
    pub(crate) asked: Asked,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Value>,
}

impl Params {
    /// From a query string. Empty parameters count as absent ones, as forms send them so.
    pub(crate) fn from_query_string(query_string: &str) -> Result<Self, Refusal> {
        let mut given: Map<String, Value> = Map::new();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            let value = match &*name {
                "query" | "operationName" | "documentId" | "id" | "doc_id" if !value.is_empty() => {
                    Value::String(value.into_owned())
                }
                "variables" | "extensions" if !value.is_empty() => serde_json::from_str(&value)
                    .map_err(|error| bad_request(format!("\"{name}\" is not JSON: {error}")))?,
                _ => continue,
            };
            if given.insert(name.clone().into_owned(), value).is_some() {
                return Err(ill_typed(format!("\"{name}\" is given more than once")));
            }
        }
        Self::from_map(given)
    }

    /// From a JSON body.
    pub(crate) fn from_body(body: &[u8]) -> Result<Self, Refusal> {
        match serde_json::from_slice(body) {
            Ok(Value::Object(given)) => Self::from_map(given),
            Ok(Value::Array(_)) => {
                Err(bad_request("batches are not taken: send one request with one JSON object, or use aliases"))
            }
            Ok(other) => Err(bad_request(format!("the body must be a JSON object, not {}", kind_of(&other)))),
            Err(error) if body.is_empty() => Err(bad_request(format!("the body is empty: {error}"))),
            Err(error) => Err(bad_request(format!("the body is not JSON: {error}"))),
        }
    }

    /// From a JSON object.
    pub(crate) fn from_map(mut given: Map<String, Value>) -> Result<Self, Refusal> {
        let asked = asked(&mut given)?;
        let operation_name = text(&mut given, "operationName")?;
        let variables = object(&mut given, "variables")?;
        Ok(Self { asked, operation_name, variables })
    }
}

/// Says what is to run: by the text, by Apollo's hash, by an id, or by what Relay's users call one.
fn asked(given: &mut Map<String, Value>) -> Result<Asked, Refusal> {
    let mut extensions = object(given, "extensions")?;
    let hash = extensions.remove("persistedQuery").filter(|value| !value.is_null()).map(hash_of).transpose()?;
    let id = text(given, "documentId")?;
    match (text(given, "query")?, hash, id) {
        (Some(_), _, Some(_)) => {
            Err(ill_typed("both \"query\" and \"documentId\" are given: send the document, or its id"))
        }
        (None, Some(_), Some(_)) => {
            Err(ill_typed("both \"documentId\" and \"extensions.persistedQuery\" are given: send one of them"))
        }
        (Some(text), Some(hash), None) => Ok(Asked::TextAndHash { text, hash }),
        (Some(text), None, None) => Ok(Asked::Text(text)),
        (None, Some(hash), None) => Ok(Asked::Hash(hash)),
        (None, None, Some(id)) => Ok(Asked::Id(id)),
        (None, None, None) => {
            let id = text(given, "id")?.map_or_else(|| text(given, "doc_id"), |id| Ok(Some(id)))?;
            let missing = "\"query\" is missing: it holds the GraphQL document; or name a stored one by \"documentId\"";
            id.map(Asked::Id).ok_or_else(|| ill_typed(missing))
        }
    }
}

/// `extensions.persistedQuery`, version 1.
fn hash_of(given: Value) -> Result<String, Refusal> {
    let Value::Object(mut given) = given else {
        let kind = kind_of(&given);
        return Err(ill_typed(format!("\"extensions.persistedQuery\" must be an object, not {kind}")));
    };
    if given.get("version").and_then(Value::as_u64) != Some(1) {
        return Err(Refusal::persisted("\"extensions.persistedQuery.version\" must be 1: no other version is known"));
    }
    text(&mut given, "sha256Hash")?
        .ok_or_else(|| ill_typed("\"extensions.persistedQuery.sha256Hash\" is missing: it names the document"))
}

/// `None` for what is absent or null.
fn text(given: &mut Map<String, Value>, name: &str) -> Result<Option<String>, Refusal> {
    match given.remove(name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(other) => Err(ill_typed(format!("\"{name}\" must be a string, not {}", kind_of(&other)))),
    }
}

fn object(given: &mut Map<String, Value>, name: &str) -> Result<Map<String, Value>, Refusal> {
    match given.remove(name) {
        None | Some(Value::Null) => Ok(Map::new()),
        Some(Value::Object(object)) => Ok(object),
        Some(other) => Err(ill_typed(format!("\"{name}\" must be an object, not {}", kind_of(&other)))),
    }
}

fn kind_of(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

fn bad_request(message: impl Into<String>) -> Refusal {
    Refusal::http(StatusCode::BAD_REQUEST, message)
}

/// JSON, but not a GraphQL request.
fn ill_typed(message: impl Into<String>) -> Refusal {
    Refusal::ill_formed(code::BAD_USER_INPUT, message)
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[test]
    fn empty_parameters_are_absent_ones() {
        let expected = Params { asked: Asked::Text("{a}".to_owned()), operation_name: None, variables: Map::new() };
        let given = Params::from_query_string("query=%7Ba%7D&operationName=&variables=&extensions=&other=1");
        assert_eq!(given, Ok(expected));
    }

    #[rstest]
    #[case("operationName=A", "\"query\" is missing")]
    #[case("query=", "\"query\" is missing")]
    #[case("query={a}&query={b}", "\"query\" is given more than once")]
    #[case("query={a}&variables=x", "\"variables\" is not JSON")]
    #[case("query={a}&variables=[]", "\"variables\" must be an object, not a list")]
    #[case("query={a}&documentId=x", "both \"query\" and \"documentId\"")]
    #[case(
        "documentId=x&extensions={%22persistedQuery%22:{%22version%22:1,%22sha256Hash%22:%22x%22}}",
        "send one of them"
    )]
    #[case("extensions={%22persistedQuery%22:1}", "\"extensions.persistedQuery\" must be an object, not a number")]
    #[case("extensions={%22persistedQuery%22:{%22version%22:1}}", "sha256Hash\" is missing")]
    #[case("extensions={%22persistedQuery%22:{%22version%22:2,%22sha256Hash%22:%22x%22}}", "version\" must be 1")]
    #[case("query={a}&extensions=1", "\"extensions\" must be an object, not a number")]
    fn a_faulty_query_string_is_told_by_parameter(#[case] query_string: &str, #[case] message: &str) {
        let refusal = Params::from_query_string(query_string).unwrap_err();
        assert!(refusal.message().contains(message), "{}", refusal.message());
    }

    #[test]
    fn json_nested_beyond_the_readers_limit_is_refused_without_recursion() {
        let body = format!("{{\"query\":\"{{a}}\",\"variables\":{{\"v\":{}", "[".repeat(30_000));
        assert!(Params::from_body(body.as_bytes()).unwrap_err().message().contains("recursion limit"));
    }
}
