//! An OpenID Connect provider of the tests' own, and keys that sign tokens in order or not.

mod provider;
mod signer;

pub use provider::{AUDIENCE, Provider};
pub use signer::{Signer, mac_signed, public_rsa_pem, segment};
