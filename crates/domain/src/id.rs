//! Identities. Random UUIDs (v4), so that an id says nothing about when a draft was begun.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// The text is not a UUID in hyphenated form.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a content id (a UUID such as 5b0c6d1e-…)")]
pub struct IdError(pub String);

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = IdError;

            fn from_str(raw: &str) -> Result<Self, IdError> {
                Uuid::try_parse(raw).map(Self).map_err(|_| IdError(raw.to_owned()))
            }
        }
    };
}

id!(
    /// The identity of an entry of any kind, across locales and time.
    EntryId
);

macro_rules! typed_id {
    ($($name:ident),*) => {$(
        id!(#[doc = concat!("An [`EntryId`] known to be of the kind `", stringify!($name), "` names.")] $name);

        impl From<$name> for EntryId {
            fn from(id: $name) -> Self {
                Self(id.0)
            }
        }
    )*};
}

typed_id!(ArticleId, PersonId, InstitutionId, EventId, TopicId, AssetId, AppointmentId);
