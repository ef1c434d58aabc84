//! Signatures of deliveries.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use griot_persistence::SigningSecrets;
use ring::hmac;

use crate::{Secret, SecretError};

/// Signs one delivery. `body` is the exact bytes sent; `at` is cut to whole seconds.
/// Returns `v1,` and the base64 HMAC-SHA256 (44 characters). Source: Standard Webhooks 1.0, "Signature scheme".
pub fn sign(secret: &Secret, event_id: &str, at: DateTime<Utc>, body: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, secret.bytes());
    let tag = hmac::sign(&key, format!("{event_id}.{}.{body}", at.timestamp()).as_bytes());
    format!("v1,{}", STANDARD.encode(tag))
}

/// The value of `webhook-signature` at `at`: signed with every secret that is live then, the current one first.
pub fn signatures(
    secrets: &SigningSecrets,
    event_id: &str,
    at: DateTime<Utc>,
    body: &str,
) -> Result<String, SecretError> {
    let mut signed = sign(&Secret::parse(&secrets.current)?, event_id, at, body);
    if let Some((previous, until)) = &secrets.previous
        && at < *until
    {
        signed.push(' ');
        signed.push_str(&sign(&Secret::parse(previous)?, event_id, at, body));
    }
    Ok(signed)
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    /// The example of the standard.
    const SECRET: &str = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
    const ID: &str = "msg_p5jXN8AQM9LWM0D4loKWxJek";
    const BODY: &str = r#"{"test": 2432232314}"#;
    const SIGNATURE: &str = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=";

    fn at() -> DateTime<Utc> {
        DateTime::from_timestamp(1_614_265_330, 999_000_000).unwrap()
    }

    #[test]
    fn the_example_of_the_standard_has_its_signature() {
        assert_eq!(sign(&Secret::parse(SECRET).unwrap(), ID, at(), BODY), SIGNATURE);
    }

    #[test]
    fn a_secret_that_was_replaced_signs_until_its_end() {
        let current = Secret::draw().unwrap();
        let until = at() + TimeDelta::hours(24);
        let previous = Some((SECRET.to_owned(), until));
        let secrets = SigningSecrets { current: current.expose(), previous };
        let new = sign(&current, ID, at(), BODY);
        assert_eq!(signatures(&secrets, ID, at(), BODY), Ok(format!("{new} {SIGNATURE}")));
        assert_eq!(signatures(&secrets, ID, until, BODY), Ok(sign(&current, ID, until, BODY)));
    }
}
