//! Input values, which are written in a document in one way and among the variables in another.

use serde_json::{Map, Value};

/// A value of an argument.
#[derive(Clone, Debug, PartialEq)]
pub enum Literal {
    /// Null, a Boolean, a number or a string.
    Plain(Value),
    Enum(String),
    List(Vec<Literal>),
    Object(Vec<(String, Literal)>),
}

impl Literal {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Plain(Value::String(text.into()))
    }

    /// As it stands in a document. JSON's strings are strings there too.
    pub fn in_document(&self) -> String {
        match self {
            Self::Plain(value) => value.to_string(),
            Self::Enum(name) => name.clone(),
            Self::List(items) => {
                format!("[{}]", items.iter().map(Self::in_document).collect::<Vec<_>>().join(", "))
            }
            Self::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| format!("{name}: {}", value.in_document()));
                format!("{{{}}}", fields.collect::<Vec<_>>().join(", "))
            }
        }
    }

    /// As it stands among the variables.
    pub fn in_variables(&self) -> Value {
        match self {
            Self::Plain(value) => value.clone(),
            Self::Enum(name) => Value::String(name.clone()),
            Self::List(items) => items.iter().map(Self::in_variables).collect(),
            Self::Object(fields) => {
                let fields = fields.iter().map(|(name, value)| (name.clone(), value.in_variables()));
                Value::Object(fields.collect::<Map<_, _>>())
            }
        }
    }
}
