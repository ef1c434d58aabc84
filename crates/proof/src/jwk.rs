//! Public keys as others read them.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// A public Ed25519 key as a JSON Web Key (RFC 8037). No `alg` is given: verifiers know this kind of key by the names EdDSA and
/// Ed25519.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Jwk {
    #[allow(missing_docs)]
    pub kty: String,
    #[allow(missing_docs)]
    pub crv: String,
    /// The key, in base64url.
    pub x: String,
    /// The thumbprint (RFC 7638).
    pub kid: String,
    /// `sig`.
    #[serde(rename = "use")]
    pub usage: String,
    /// When it signed for the last time, in seconds since 1970.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exp: Option<i64>,
}

/// The keys that a house signs, or signed, with (RFC 7517).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeySet {
    #[allow(missing_docs)]
    pub keys: Vec<Jwk>,
}

impl Jwk {
    /// A key that signs.
    pub fn new(public: &[u8; 32]) -> Self {
        let x = URL_SAFE_NO_PAD.encode(public);
        let thumbprint = Sha256::digest(format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#));
        Self {
            kty: "OKP".to_owned(),
            crv: "Ed25519".to_owned(),
            kid: URL_SAFE_NO_PAD.encode(thumbprint),
            x,
            usage: "sig".to_owned(),
            exp: None,
        }
    }

    /// What statements name it by.
    pub fn id(&self) -> String {
        self.kid.clone()
    }

    /// The key itself; `None` when it is of another kind.
    pub fn bytes(&self) -> Option<[u8; 32]> {
        if (self.kty.as_str(), self.crv.as_str()) != ("OKP", "Ed25519") {
            return None;
        }
        URL_SAFE_NO_PAD.decode(&self.x).ok()?.try_into().ok()
    }
}

impl KeySet {
    /// Reads a key set; keys of other kinds in it are left out. `None` for what is none.
    pub fn parse(json: &str) -> Option<Self> {
        #[derive(Deserialize)]
        struct Any {
            keys: Vec<serde_json::Value>,
        }
        let any: Any = serde_json::from_str(json).ok()?;
        let keys = any.keys.into_iter().filter_map(|key| serde_json::from_value::<Jwk>(key).ok());
        Some(Self { keys: keys.filter(|key| key.bytes().is_some()).collect() })
    }

    /// The key with this id.
    pub fn find(&self, id: &str) -> Option<&Jwk> {
        self.keys.iter().find(|key| key.kid == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037, appendix A.2 and A.3.
    #[test]
    fn the_key_of_the_standard_has_its_thumbprint() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let key = Jwk::new(&URL_SAFE_NO_PAD.decode(x).unwrap().try_into().unwrap());
        assert_eq!((key.x.as_str(), key.kid.as_str()), (x, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k"));
        let others = r#"{"keys":[{"kty":"RSA","n":"x","e":"AQAB"}]}"#;
        assert_eq!(KeySet::parse(others), Some(KeySet::default()));
        let written = serde_json::to_string(&KeySet { keys: vec![key.clone()] }).unwrap();
        assert_eq!(KeySet::parse(&written).unwrap().find(&key.kid), Some(&key));
        assert_eq!(KeySet::parse("[]"), None);
    }
}
