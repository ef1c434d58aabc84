//! Who may come in, and who may do what.
//!
//! A request brings a bearer token: an API key of Griot's own, or a token of an OpenID Connect provider. The
//! [`Authenticator`] turns it into a [`Principal`] with a role on the editorial side, or a [`Reader`] of delivery.
//! What a role may do is the table behind [`may`]. Nothing here knows HTTP but the fetcher of a provider's keys.

mod act;
mod authenticator;
mod caller;
mod key;
mod keyring;
mod oidc;
mod operations;
mod preview;
mod role;
mod throttle;
mod two_person;

pub use act::{EditorialAct, may, table};
pub use authenticator::{AuthFailure, Authenticator};
pub use caller::{Caller, Origin, Principal, Reader};
pub use key::{Family, KeyFormatError, Token};
pub use keyring::{Grant, IssueError, Issued, KeyRing, NewHolder};
pub use oidc::{KeySource, OidcError, OidcSettings, OidcValidator, SigningAlgorithm};
pub use operations::{OperationGrant, UnknownOperationGrant};
pub use preview::{PreviewError, PreviewGrant};
pub use role::{Role, UnknownRole};
pub use secrecy::{ExposeSecret, SecretString};
pub use two_person::{SamePerson, TwoPerson};

/// The credentials open nothing. There is one such answer whatever is wrong with them, so that it tells nobody how
/// near a guess came; what was wrong goes to the log, without the credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the credentials are not valid")]
pub struct Unauthenticated;
