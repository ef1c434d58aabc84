//! Scalars of the editorial schema alone.

use async_graphql::{InputValueError, InputValueResult, Scalar, ScalarType, Value};
use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use griot_front::ScalarCheck;

use super::Field;
use crate::graphql::delivery::scalar_checks;

/// What the scalars of arguments take, for the front to check before anything runs.
pub fn editorial_scalars() -> Vec<ScalarCheck> {
    scalar_checks()
}

/// An instant, RFC 3339. The offset says what day it is at the place, and is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct When(pub DateTime<FixedOffset>);

impl When {
    pub fn to_utc(self) -> DateTime<Utc> {
        self.0.to_utc()
    }
}

impl From<DateTime<Utc>> for When {
    fn from(at: DateTime<Utc>) -> Self {
        Self(at.fixed_offset())
    }
}

impl Field for When {
    fn json(self) -> serde_json::Value {
        serde_json::to_value(self.0).expect("an instant is a string")
    }
}

/// An instant, RFC 3339 with offset, such as `2024-10-21T16:45:00+00:00`. The offset an article is given says what day
/// it is at the place; answers are in UTC with `Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for When {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(raw) = &value else { return Err(InputValueError::expected_type(value)) };
        DateTime::parse_from_rfc3339(raw).map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_utc().to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A short text: a string for every language, or an object of texts by language tag, such as
/// `{"fr": "Colonel", "en": "Colonel"}`.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct LocalizedText(pub serde_json::Value);

impl Field for LocalizedText {
    fn json(self) -> serde_json::Value {
        self.0
    }
}

/// A short text: a string for every language, or an object of texts by language tag, such as
/// `{"fr": "Président", "en": "President"}`.
#[Scalar(name = "LocalizedText")]
impl ScalarType for LocalizedText {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}
