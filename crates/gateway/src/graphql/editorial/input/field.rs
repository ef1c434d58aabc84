//! Inputs as JSON of the domain.

use async_graphql::{ID, MaybeUndefined};
use serde_json::{Map, Value};

use crate::graphql::delivery::article::{ArticleKind, CorrectionKind, MentionRole};
use crate::graphql::delivery::asset::AssetKind;
use crate::graphql::delivery::event::EventState;
use crate::graphql::delivery::institution::InstitutionKind;
use crate::graphql::delivery::scalar::{Address, Date, Partial, Tag};

/// Part of an input that has a form in the domain's JSON. What is not given is `null`.
pub(crate) trait Field {
    fn json(self) -> Value;
}

/// Adds a field to a patch: nothing when it was left out, `null` when it is to be cleared.
pub(super) fn patch<T: Field>(into: &mut Map<String, Value>, name: &str, value: MaybeUndefined<T>) {
    match value {
        MaybeUndefined::Undefined => {}
        MaybeUndefined::Null => drop(into.insert(camel(name), Value::Null)),
        MaybeUndefined::Value(value) => drop(into.insert(camel(name), value.json())),
    }
}

/// Adds a field to an object that is given as a whole, unless it is not given.
pub(super) fn add<T: Field>(into: &mut Map<String, Value>, name: &str, value: T) {
    let value = value.json();
    if !value.is_null() {
        into.insert(camel(name), value);
    }
}

/// The name of a field as GraphQL and the domain's JSON have it: `issued_at` is `issuedAt`.
pub(super) fn camel(name: &str) -> String {
    let mut parts = name.split('_');
    let mut camel = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (first, rest) = part.split_at(part.len().min(1));
        camel.push_str(&first.to_uppercase());
        camel.push_str(rest);
    }
    camel
}

impl<T: Field> Field for Option<T> {
    fn json(self) -> Value {
        self.map_or(Value::Null, Field::json)
    }
}

impl<T: Field> Field for Vec<T> {
    fn json(self) -> Value {
        self.into_iter().map(Field::json).collect()
    }
}

macro_rules! plain {
    ($($type:ty: |$value:ident| $json:expr,)*) => {$(
        impl Field for $type {
            fn json(self) -> Value {
                let $value = self;
                Value::from($json)
            }
        }
    )*};
}

plain! {
    String: |text| text,
    i32: |number| number,
    bool: |flag| flag,
    ID: |id| id.0,
    Tag: |tag| tag.0,
    Partial: |date| date.0,
    Address: |url| url.0,
    Date: |day| day.0.to_string(),
}

/// A whole number is written as one: sizes of files outgrow `Int`, and come as `Float`.
impl Field for f64 {
    fn json(self) -> Value {
        const EXACT: f64 = 9_007_199_254_740_992.0;
        if self.fract() == 0.0 && self.abs() < EXACT { Value::from(self as i64) } else { Value::from(self) }
    }
}

macro_rules! words {
    ($($type:ident,)*) => {$(
        impl Field for $type {
            fn json(self) -> Value {
                serde_json::to_value(griot_domain::$type::from(self)).expect("a word is a string")
            }
        }
    )*};
}

words! { ArticleKind, AssetKind, CorrectionKind, EventState, InstitutionKind, MentionRole, }

/// Input objects that are given as a whole.
macro_rules! objects {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, async_graphql::InputObject)]
        pub(crate) struct $name {
            $($(#[$field_doc])* pub(super) $field: $type,)*
        }

        impl $crate::graphql::editorial::input::Field for $name {
            fn json(self) -> serde_json::Value {
                let mut object = serde_json::Map::new();
                $($crate::graphql::editorial::input::field::add(&mut object, stringify!($field), self.$field);)*
                serde_json::Value::Object(object)
            }
        }
    )*};
}
pub(super) use objects;
