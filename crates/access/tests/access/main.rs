//! Keys and tokens as whoever comes in presents them, on real databases and with a real provider over HTTP.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod authenticator;
mod keyring;
mod matrix;
mod rotation;
mod support;
