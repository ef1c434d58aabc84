//! Answers as JSON.
//!
//! What is asked for often, such as the text of an article, need not be written anew for each answer:
//! [`written`] makes a value of JSON that is at hand, and the front puts it into the answer as it is.

use std::io::{Error, Write};

use async_graphql::Value;
use bytes::Bytes;
use serde::Serialize;

/// A value whose JSON is at hand, for the front to put into the answer. `json` must be one JSON value; no resolver
/// of ours gives bytes otherwise, which JSON could not hold.
pub fn written(json: Bytes) -> Value {
    Value::Binary(json)
}

/// JSON up to a maximum of bytes.
pub(crate) struct Json {
    bytes: Vec<u8>,
    max: usize,
}

/// The JSON is longer than it may be.
#[derive(Debug)]
pub(crate) struct TooLong;

/// About as many bytes as a value takes as JSON.
pub(crate) fn room_of(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len() + 2,
        Value::Enum(name) => name.len() + 2,
        Value::Binary(json) => json.len(),
        Value::List(items) => 2 + items.iter().map(|item| room_of(item) + 1).sum::<usize>(),
        Value::Object(fields) => 2 + fields.iter().map(|(name, value)| name.len() + 4 + room_of(value)).sum::<usize>(),
        _ => 5,
    }
}

impl Json {
    /// JSON of at most `max` bytes, of which about `room` are expected: what is kept keeps the room it was given.
    pub(crate) fn up_to(max: usize, room: usize) -> Self {
        Self { bytes: Vec::with_capacity(room.min(max)), max }
    }

    pub(crate) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    /// Punctuation.
    pub(crate) fn put(&mut self, json: &[u8]) -> Result<(), TooLong> {
        self.write_all(json).map_err(|_| TooLong)
    }

    pub(crate) fn serialize(&mut self, value: &impl Serialize) -> Result<(), TooLong> {
        serde_json::to_writer(self, value).map_err(|_| TooLong)
    }

    pub(crate) fn value(&mut self, value: &Value) -> Result<(), TooLong> {
        match value {
            Value::Null => self.put(b"null"),
            Value::Boolean(true) => self.put(b"true"),
            Value::Boolean(false) => self.put(b"false"),
            Value::Number(number) => self.serialize(number),
            Value::String(text) => self.text(text),
            Value::Enum(name) => self.text(name),
            Value::Binary(json) => self.put(json),
            Value::List(items) => {
                self.put(b"[")?;
                for (place, item) in items.iter().enumerate() {
                    if place > 0 {
                        self.put(b",")?;
                    }
                    self.value(item)?;
                }
                self.put(b"]")
            }
            Value::Object(fields) => {
                self.put(b"{")?;
                for (place, (name, value)) in fields.iter().enumerate() {
                    self.put(if place > 0 { b",\"" } else { b"\"" })?;
                    // A name holds nothing that would have to be escaped.
                    self.put(name.as_bytes())?;
                    self.put(b"\":")?;
                    self.value(value)?;
                }
                self.put(b"}")
            }
        }
    }

    fn text(&mut self, text: &str) -> Result<(), TooLong> {
        if !is_plain(text) {
            return self.serialize(&text);
        }
        self.put(b"\"")?;
        self.put(text.as_bytes())?;
        self.put(b"\"")
    }
}

/// Whether JSON holds the text as it is. It is looked at in pieces that the compiler can compare at once.
fn is_plain(text: &str) -> bool {
    let is_special = |byte: &u8| *byte < b' ' || *byte == b'"' || *byte == b'\\';
    text.as_bytes().chunks(32).all(|piece| !piece.iter().fold(false, |found, byte| found | is_special(byte)))
}

impl Write for Json {
    fn write(&mut self, more: &[u8]) -> std::io::Result<usize> {
        if self.bytes.len() + more.len() > self.max {
            return Err(Error::other("too long"));
        }
        self.bytes.extend_from_slice(more);
        Ok(more.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use async_graphql::value;
    use proptest::prelude::*;

    use super::*;

    fn json_of(value: &Value) -> Vec<u8> {
        let mut json = Json::up_to(usize::MAX, 0);
        json.value(value).unwrap();
        json.into_bytes()
    }

    fn values() -> impl Strategy<Value = Value> {
        let plain = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            proptest::num::f64::NORMAL.prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        plain.prop_recursive(4, 40, 6, |inner| {
            let field = ("[_a-zA-Z][_a-zA-Z0-9]{0,8}", inner.clone());
            let object = prop::collection::vec(field, 0..6).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(name, value)| (async_graphql::Name::new(name), value)).collect())
            });
            prop_oneof![prop::collection::vec(inner, 0..6).prop_map(Value::List), object]
        })
    }

    proptest! {
        #[test]
        fn values_are_written_as_the_library_writes_them(value in values()) {
            prop_assert_eq!(json_of(&value), serde_json::to_vec(&value).unwrap());
        }
    }

    #[test]
    fn what_is_written_already_is_put_in_as_it_is() {
        let inner = value!({ "b": ["é\n", null] });
        let written = written(Bytes::from(json_of(&inner)));
        let outer = |inner| Value::List(vec![value!(1), inner, Value::Enum(async_graphql::Name::new("NEWS"))]);
        assert_eq!(json_of(&outer(written)), json_of(&outer(inner)));
    }

    #[test]
    fn nothing_is_written_past_the_maximum() {
        let mut json = Json::up_to(9, 9);
        assert!(json.value(&value!(["1234", "1234"])).is_err());
        let mut json = Json::up_to(9, 9);
        assert!(json.value(&value!(["12", 345])).is_err());
        assert!(Json::up_to(10, 9).value(&value!(["12", 345])).is_ok());
    }
}
