//! Scalars. Instants and dates are read and written strictly.

use std::borrow::Cow;
use std::marker::PhantomData;

use async_graphql::parser::types::Field;
use async_graphql::registry::Registry;
use async_graphql::{
    ContextSelectionSet, InputValueError, InputValueResult, OutputType, Positioned, Scalar, ScalarType, ServerResult,
    Value,
};
use bytes::Bytes;
use chrono::{DateTime, NaiveDate, SecondsFormat, Utc};
use griot_domain::{Locale, PartialDate};
use griot_front::ScalarCheck;
use serde::Serialize;

use super::error::{Answer, ApiError};

/// What the scalars of arguments take, for the front to check before anything runs.
pub(crate) fn scalar_checks() -> Vec<ScalarCheck> {
    vec![
        ScalarCheck { name: "DateTime", check: |raw| instant(raw).map(drop) },
        ScalarCheck { name: "Date", check: |raw| day(raw).map(drop) },
        ScalarCheck {
            name: "PartialDate",
            check: |raw| PartialDate::parse(raw).map(drop).map_err(|err| err.to_string()),
        },
        ScalarCheck { name: "Locale", check: |raw| Locale::parse(raw).map(drop).map_err(|err| err.to_string()) },
    ]
}

fn instant(raw: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(raw)
        .map(|at| at.to_utc())
        .map_err(|_| format!("`{raw}` is not an instant such as 2024-01-31T08:00:00Z"))
}

fn day(raw: &str) -> Result<NaiveDate, String> {
    let day = (raw.len() == 10).then(|| NaiveDate::parse_from_str(raw, "%Y-%m-%d").ok()).flatten();
    day.ok_or_else(|| format!("`{raw}` is not a date such as 2024-01-31"))
}

/// An instant, RFC 3339 with offset; answers are in UTC with `Z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instant(pub DateTime<Utc>);

/// An instant, RFC 3339 with offset; answers are in UTC with `Z`.
#[Scalar(name = "DateTime", specified_by_url = "https://scalars.graphql.org/andimarek/date-time")]
impl ScalarType for Instant {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(raw) = &value else { return Err(InputValueError::expected_type(value)) };
        instant(raw).map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_rfc3339_opts(SecondsFormat::AutoSi, true))
    }
}

/// A calendar date without time zone, `YYYY-MM-DD`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Date(pub NaiveDate);

/// A calendar date without time zone, `YYYY-MM-DD`.
#[Scalar(name = "Date", specified_by_url = "https://scalars.graphql.org/andimarek/local-date")]
impl ScalarType for Date {
    fn parse(value: Value) -> InputValueResult<Self> {
        let Value::String(raw) = &value else { return Err(InputValueError::expected_type(value)) };
        day(raw).map(Self).map_err(InputValueError::custom)
    }

    fn to_value(&self) -> Value {
        Value::String(self.0.to_string())
    }
}

macro_rules! text_scalar {
    ($(#[$doc:meta])* $name:ident, $graphql:literal, $url:literal) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq)]
        pub(crate) struct $name(pub String);

        $(#[$doc])*
        #[Scalar(name = $graphql, specified_by_url = $url)]
        impl ScalarType for $name {
            fn parse(value: Value) -> InputValueResult<Self> {
                match value {
                    Value::String(text) => Ok(Self(text)),
                    other => Err(InputValueError::expected_type(other)),
                }
            }

            fn to_value(&self) -> Value {
                Value::String(self.0.clone())
            }
        }
    };
}

text_scalar!(
    /// A date known to the day, the month or the year: `2024-10-16`, `2024-10` or `2024`.
    Partial, "PartialDate", "https://www.loc.gov/standards/datetime/"
);
text_scalar!(
    /// A BCP 47 language tag in canonical form, such as `fr`, `en-GB`, `nqo`.
    Tag, "Locale", "https://www.rfc-editor.org/info/bcp47"
);
text_scalar!(
    /// An absolute URL.
    Address, "URL", "https://url.spec.whatwg.org/"
);
text_scalar!(
    /// A fragment of HTML rendered from blocks through an allow-list: it cannot carry script.
    Html, "HTML", "https://html.spec.whatwg.org/multipage/"
);

/// A Portable Text document: an array of blocks.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct PortableText(pub serde_json::Value);

/// A Portable Text document: an array of blocks.
#[Scalar(name = "PortableText", specified_by_url = "https://www.portabletext.org/specification/")]
impl ScalarType for PortableText {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// Any JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Json(pub serde_json::Value);

/// Any JSON value.
#[Scalar(name = "JSON", specified_by_url = "https://www.rfc-editor.org/rfc/rfc8259")]
impl ScalarType for Json {
    fn parse(value: Value) -> InputValueResult<Self> {
        Ok(Self(value.into_json()?))
    }

    fn to_value(&self) -> Value {
        Value::from_json(self.0.clone()).unwrap_or_default()
    }
}

/// What a field of the scalar type `T` answers, as JSON that is at hand.
pub(crate) struct Written<T> {
    json: Bytes,
    scalar: PhantomData<fn() -> T>,
}

impl<T> Written<T> {
    /// `json` is one JSON value of the form that `T` has.
    pub fn new(json: Bytes) -> Self {
        Self { json, scalar: PhantomData }
    }

    pub fn of(thing: &impl Serialize) -> Answer<Self> {
        let json = serde_json::to_vec(thing);
        json.map(|json| Self::new(json.into()))
            .map_err(|err| ApiError::internal(format!("an answer cannot be written as JSON: {err}")))
    }
}

impl<T: OutputType> OutputType for Written<T> {
    fn type_name() -> Cow<'static, str> {
        T::type_name()
    }

    fn create_type_info(registry: &mut Registry) -> String {
        T::create_type_info(registry)
    }

    async fn resolve(&self, _: &ContextSelectionSet<'_>, _: &Positioned<Field>) -> ServerResult<Value> {
        Ok(griot_front::json::written(self.json.clone()))
    }
}
