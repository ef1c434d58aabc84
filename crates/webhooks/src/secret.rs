//! Secrets that deliveries are signed with.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

const PREFIX: &str = "whsec_";
/// Bytes of a new secret; the standard takes 24 to 64.
const BYTES: usize = 32;

/// What an endpoint and we alone know: 24 to 64 bytes. Nothing shows it but [`Secret::expose`].
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Vec<u8>);

/// The text is no secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a secret is {PREFIX} and 24 to 64 bytes in base64")]
pub struct SecretError;

impl Secret {
    /// A new one. Fails when the machine gives no random bits.
    pub fn draw() -> Result<Self, getrandom::Error> {
        let mut bytes = vec![0; BYTES];
        getrandom::fill(&mut bytes)?;
        Ok(Self(bytes))
    }

    /// Reads `whsec_…`.
    pub fn parse(raw: &str) -> Result<Self, SecretError> {
        let bytes = raw.strip_prefix(PREFIX).and_then(|rest| STANDARD.decode(rest).ok()).ok_or(SecretError)?;
        if (24..=64).contains(&bytes.len()) { Ok(Self(bytes)) } else { Err(SecretError) }
    }

    /// The text that its partner is shown once.
    pub fn expose(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_comes_back_and_shows_in_no_log() {
        let secret = Secret::draw().unwrap();
        assert_eq!(Secret::parse(&secret.expose()), Ok(secret.clone()));
        assert_ne!(Secret::draw().unwrap(), secret);
        assert_eq!(format!("{secret:?}"), "Secret(…)");
        for bytes in [23, 65] {
            let text = format!("{PREFIX}{}", STANDARD.encode(vec![7; bytes]));
            assert_eq!(Secret::parse(&text), Err(SecretError));
        }
        assert_eq!(Secret::parse(&STANDARD.encode([7; 32])), Err(SecretError));
    }
}
