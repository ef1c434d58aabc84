//! Statements, signed: compact JWS (RFC 7515) by Ed25519 (RFC 8037).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::signature::{ED25519, UnparsedPublicKey};
use serde::{Deserialize, Serialize};

use crate::{Jwk, KeySet, SigningKey, Statement};

/// The media type of a statement, without `application/`.
const TYPE: &str = "griot-statement+jwt";
/// RFC 9864 would say Ed25519, which many libraries do not know yet.
const ALGORITHM: &str = "EdDSA";

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    typ: String,
    kid: String,
}

/// Why a JWS is no statement of a house.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[allow(missing_docs)]
pub enum JwsError {
    #[error("it is not a compact JWS: three parts in base64url with full stops between them")]
    Malformed,
    #[error("it is no statement: its header has alg {alg} and typ {typ}, not {ALGORITHM} and {TYPE}")]
    Other { alg: String, typ: String },
    #[error(
        "it is signed by the key {0}, which is not in the key set: get the key set anew from /.well-known/jwks.json"
    )]
    UnknownKey(String),
    #[error("its signature is not right: it was altered, or is not of this house")]
    Signature,
    #[error("its payload is no statement: {0}")]
    Payload(String),
}

pub(crate) fn sign(statement: &Statement, key: &SigningKey) -> String {
    let header = Header { alg: ALGORITHM.to_owned(), typ: TYPE.to_owned(), kid: key.id() };
    let part = |json: Result<Vec<u8>, serde_json::Error>| {
        URL_SAFE_NO_PAD.encode(json.expect("numbers and texts can be written as JSON"))
    };
    let signed = format!("{}.{}", part(serde_json::to_vec(&header)), part(serde_json::to_vec(statement)));
    let signature = URL_SAFE_NO_PAD.encode(key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

impl KeySet {
    /// The statement that a compact JWS holds, and the key that signed it.
    pub fn verify(&self, jws: &str) -> Result<(Statement, &Jwk), JwsError> {
        let jws = jws.trim();
        let (signed, signature) = jws.rsplit_once('.').ok_or(JwsError::Malformed)?;
        let (header, payload) = signed.split_once('.').ok_or(JwsError::Malformed)?;
        let decoded = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| JwsError::Malformed);
        let header: Header = serde_json::from_slice(&decoded(header)?).map_err(|_| JwsError::Malformed)?;
        if (header.alg.as_str(), header.typ.as_str()) != (ALGORITHM, TYPE) {
            return Err(JwsError::Other { alg: header.alg, typ: header.typ });
        }
        let Some(key) = self.find(&header.kid) else { return Err(JwsError::UnknownKey(header.kid)) };
        let public = key.bytes().ok_or_else(|| JwsError::UnknownKey(header.kid.clone()))?;
        let verified = UnparsedPublicKey::new(&ED25519, public).verify(signed.as_bytes(), &decoded(signature)?);
        verified.map_err(|_| JwsError::Signature)?;
        let statement = serde_json::from_slice(&decoded(payload)?).map_err(|err| JwsError::Payload(err.to_string()))?;
        Ok((statement, key))
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;

    use super::*;
    use crate::{Keyring, Subject};

    fn statement() -> Statement {
        Statement {
            iss: "https://www.example.org".to_owned(),
            iat: 1,
            uri: "urn:x".to_owned(),
            version: 1,
            pub_status: "usable".to_owned(),
            signal: None,
            previous: None,
            embargoed_until: None,
            language: "fr".to_owned(),
            subjects: vec![Subject::of("text", "text/plain", b"x")],
            log: "a/log".to_owned(),
        }
    }

    fn ring(seed: u8) -> Keyring {
        Keyring::of(vec![SigningKey::from_seed("a/log", DateTime::UNIX_EPOCH, &[seed; 32]).unwrap()]).unwrap()
    }

    fn keys(ring: &Keyring) -> KeySet {
        ring.public(&KeySet::default(), DateTime::UNIX_EPOCH)
    }

    #[test]
    fn what_one_house_signs_no_other_did() {
        let (ours, theirs) = (ring(1), ring(2));
        let jws = ours.sign(&statement());
        assert_eq!(keys(&ours).verify(&format!("{jws}\n")).unwrap().0, statement());
        assert_eq!(keys(&theirs).verify(&jws).unwrap_err(), JwsError::UnknownKey(ours.signing().id()));
        let mut posing = keys(&theirs);
        posing.keys[0].kid = ours.signing().id();
        assert_eq!(posing.verify(&jws).unwrap_err(), JwsError::Signature);
    }

    #[test]
    fn any_character_that_is_another_is_noticed() {
        let ring = ring(1);
        let jws = ring.sign(&statement());
        for at in 0..jws.len() {
            let mut altered = jws.clone().into_bytes();
            altered[at] = if altered[at] == b'A' { b'B' } else { b'A' };
            assert!(keys(&ring).verify(std::str::from_utf8(&altered).unwrap()).is_err(), "at {at}");
        }
        for nonsense in ["", "a", "a.b", "a.b.c", "....", "é.é.é"] {
            assert!(keys(&ring).verify(nonsense).is_err(), "{nonsense}");
        }
    }

    #[test]
    fn another_algorithm_is_refused_before_anything_is_verified() {
        let ring = ring(1);
        let jws = ring.sign(&statement());
        let (_, rest) = jws.split_once('.').unwrap();
        for (alg, typ) in [("none", TYPE), ("HS256", TYPE), (ALGORITHM, "JWT")] {
            let kid = ring.signing().id();
            let header = serde_json::json!({ "alg": alg, "typ": typ, "kid": kid }).to_string();
            let forged = format!("{}.{rest}", URL_SAFE_NO_PAD.encode(header));
            assert!(matches!(keys(&ring).verify(&forged), Err(JwsError::Other { .. })), "{alg} {typ}");
        }
    }
}
