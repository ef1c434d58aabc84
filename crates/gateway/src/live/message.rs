//! Messages of the protocol graphql-transport-ws, as it is written down at
//! <https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md>.

use serde_json::{Map, Value, json};

/// The subprotocol, as it is asked for and answered.
pub(crate) const SUBPROTOCOL: &str = "graphql-transport-ws";

/// What a client says.
#[derive(Debug, PartialEq)]
pub(crate) enum Said {
    /// It introduces itself.
    Init(Map<String, Value>),
    /// It asks for a sign of life.
    Ping(Option<Value>),
    /// It gives one.
    Pong,
    /// It wants to listen.
    Subscribe {
        #[allow(missing_docs)]
        id: String,
        /// As the body of a POST.
        asked: Map<String, Value>,
    },
    /// It has heard enough.
    Complete {
        #[allow(missing_docs)]
        id: String,
    },
}

impl Said {
    /// Reads a message; an error says what is wrong with it.
    pub fn read(text: &str) -> Result<Self, String> {
        let message: Value = serde_json::from_str(text).map_err(|_| "Invalid message: not JSON".to_owned())?;
        let Value::Object(mut message) = message else { return Err("Invalid message: not an object".to_owned()) };
        let Some(Value::String(kind)) = message.remove("type") else {
            return Err("Invalid message: the \"type\" must be a string".to_owned());
        };
        let payload = message.remove("payload").filter(|payload| !payload.is_null());
        let object = |payload: Option<Value>| match payload {
            None => Ok(None),
            Some(Value::Object(payload)) => Ok(Some(payload)),
            Some(_) => Err(format!("Invalid message: the payload of \"{kind}\" must be an object")),
        };
        let id = |message: &mut Map<String, Value>| match message.remove("id") {
            Some(Value::String(id)) if !id.is_empty() => Ok(id),
            _ => Err(format!("Invalid message: the \"id\" of \"{kind}\" must be a string and not empty")),
        };
        match kind.as_str() {
            "connection_init" => Ok(Self::Init(object(payload)?.unwrap_or_default())),
            "ping" => Ok(Self::Ping(object(payload)?.map(Value::Object))),
            "pong" => object(payload).map(|_| Self::Pong),
            "complete" => Ok(Self::Complete { id: id(&mut message)? }),
            "subscribe" => {
                let id = id(&mut message)?;
                let asked = object(payload)?.ok_or("Invalid message: \"subscribe\" has no payload")?;
                well_typed(&asked)?;
                Ok(Self::Subscribe { id, asked })
            }
            // What clients sent is not said again: it may be long, or a secret.
            _ => Err("Invalid message: unknown type".to_owned()),
        }
    }
}

/// Whether the parameters are of the types the protocol gives; what they say is judged later.
fn well_typed(asked: &Map<String, Value>) -> Result<(), String> {
    let wrong = |name: &str, kind: &str| Err(format!("Invalid message: \"{name}\" must be {kind}"));
    for name in ["query", "operationName", "documentId"] {
        if asked.get(name).is_some_and(|value| !value.is_string() && !value.is_null()) {
            return wrong(name, "a string");
        }
    }
    for name in ["variables", "extensions"] {
        if asked.get(name).is_some_and(|value| !value.is_object() && !value.is_null()) {
            return wrong(name, "an object");
        }
    }
    let names_document = ["query", "documentId", "id", "doc_id", "extensions"].iter();
    if names_document.filter_map(|name| asked.get(*name)).all(Value::is_null) {
        return wrong("query", "there");
    }
    Ok(())
}

pub(crate) fn ack() -> String {
    json!({ "type": "connection_ack" }).to_string()
}

pub(crate) fn pong(payload: Option<Value>) -> String {
    match payload {
        Some(payload) => json!({ "type": "pong", "payload": payload }).to_string(),
        None => json!({ "type": "pong" }).to_string(),
    }
}

/// An event: `id` and `payload` are JSON.
pub(crate) fn next(id: &str, payload: &str) -> String {
    wrapped("next", id, payload)
}

/// What was wrong with a subscription, which is over: `id` and `errors` are JSON.
pub(crate) fn error(id: &str, errors: &str) -> String {
    wrapped("error", id, errors)
}

/// The payload is the same for many: it goes in as it is.
fn wrapped(kind: &str, id: &str, payload: &str) -> String {
    let mut text = String::with_capacity(40 + id.len() + payload.len());
    for part in ["{\"type\":\"", kind, "\",\"id\":", id, ",\"payload\":", payload, "}"] {
        text.push_str(part);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sent_is_json() {
        for text in [ack(), pong(None), pong(Some(json!({ "a": 1 }))), next("\"1\"", "{}"), error("\"\\\"\"", "[]")] {
            serde_json::from_str::<Value>(&text).unwrap_or_else(|err| panic!("{text}: {err}"));
        }
    }
}
