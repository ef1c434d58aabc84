//! Who asks.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use griot_persistence::Partner;

use crate::{OperationGrant, Role};

/// Whoever brought valid credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// Works on the editorial side.
    Principal(Principal),
    /// Reads delivery with a key.
    Reader(Reader),
}

/// Somebody, or a program, that works on the editorial side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Principal {
    /// `key:<id of the holder's first key>` or `oidc:<subject>@<issuer>`: the same for as long as it is the same
    /// person, whatever key or token is used. A key that was made for an account has the id of that.
    pub id: String,
    /// In a person's words.
    pub name: String,
    #[allow(missing_docs)]
    pub role: Role,
    /// The credentials used.
    pub origin: Origin,
}

/// The holder of a delivery key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reader {
    /// `key:<id of the holder's first key>`.
    pub id: String,
    /// The partner whose key it is.
    pub partner: Option<Arc<Partner>>,
    /// Whether embargoed items are seen before the public sees them.
    pub sees_embargoed: bool,
    /// Which documents are run; `None` for what is set for everybody.
    pub operations: Option<OperationGrant>,
    /// The credentials used.
    pub origin: Origin,
}

/// The credentials somebody came in with, without their secret: what is asked about again while a socket stays open.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Origin {
    /// An API key.
    Key {
        /// Its public part.
        id: String,
    },
    /// A token of an OpenID Connect provider.
    Oidc {
        /// The first instant it opens nothing.
        expires_at: DateTime<Utc>,
    },
}

impl Caller {
    /// Id of whoever it is, for logs and limits.
    pub fn id(&self) -> &str {
        match self {
            Self::Principal(principal) => &principal.id,
            Self::Reader(reader) => &reader.id,
        }
    }

    /// The credentials used.
    pub fn origin(&self) -> &Origin {
        match self {
            Self::Principal(principal) => &principal.origin,
            Self::Reader(reader) => &reader.origin,
        }
    }
}
