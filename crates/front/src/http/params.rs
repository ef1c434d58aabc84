use axum::http::StatusCode;
use serde_json::{Map, Value};

use crate::refusal::{Refusal, code};

/// The parameters of a GraphQL request.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Params {
    pub(crate) query: String,
    pub(crate) operation_name: Option<String>,
    pub(crate) variables: Map<String, Value>,
}

impl Params {
    /// From a query string. Empty parameters count as absent ones, as forms send them so.
    pub(crate) fn from_query_string(query_string: &str) -> Result<Self, Refusal> {
        let mut given: Map<String, Value> = Map::new();
        for (name, value) in form_urlencoded::parse(query_string.as_bytes()) {
            let value = match &*name {
                "query" | "operationName" if !value.is_empty() => Value::String(value.into_owned()),
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

    fn from_map(mut given: Map<String, Value>) -> Result<Self, Refusal> {
        let query = match given.remove("query") {
            Some(Value::String(query)) => query,
            None | Some(Value::Null) => return Err(ill_typed("\"query\" is missing: it holds the GraphQL document")),
            Some(other) => return Err(ill_typed(format!("\"query\" must be a string, not {}", kind_of(&other)))),
        };
        let operation_name = match given.remove("operationName") {
            None | Some(Value::Null) => None,
            Some(Value::String(name)) => Some(name),
            Some(other) => {
                return Err(ill_typed(format!("\"operationName\" must be a string, not {}", kind_of(&other))));
            }
        };
        let variables = object(&mut given, "variables")?;
        object(&mut given, "extensions")?;
        Ok(Self { query, operation_name, variables })
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
        let expected = Params { query: "{a}".to_owned(), operation_name: None, variables: Map::new() };
        let given = Params::from_query_string("query=%7Ba%7D&operationName=&variables=&extensions=&other=1");
        assert_eq!(given, Ok(expected));
    }

    #[rstest]
    #[case("operationName=A", "\"query\" is missing")]
    #[case("query=", "\"query\" is missing")]
    #[case("query={a}&query={b}", "\"query\" is given more than once")]
    #[case("query={a}&variables=x", "\"variables\" is not JSON")]
    #[case("query={a}&variables=[]", "\"variables\" must be an object, not a list")]
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
