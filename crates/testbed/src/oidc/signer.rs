//! Tokens, signed as a provider signs them or as a forger does.

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair, RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// 2048 bits; it signs nothing but the tokens of these tests.
const RSA: &[u8] = include_bytes!("../../fixtures/rsa.der");

const FIXED: &str = "the key of the tests is whole";
const DRAWN: &str = "this machine has random numbers";

/// A private key with its id.
#[derive(Debug)]
pub struct Signer {
    /// As the head of its tokens names it.
    pub kid: String,
    pair: Pair,
}

#[derive(Debug)]
enum Pair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// One part of a token.
pub fn segment(value: &Value) -> String {
    encode(value.to_string())
}

impl Signer {
    /// The one RSA key there is.
    pub fn rsa(kid: &str) -> Self {
        Self { kid: kid.to_owned(), pair: Pair::Rsa(RsaKeyPair::from_pkcs8(RSA).expect(FIXED)) }
    }

    /// Another P-256 key each time.
    pub fn p256(kid: &str) -> Self {
        let random = SystemRandom::new();
        let drawn = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect(DRAWN);
        let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, drawn.as_ref(), &random).expect(DRAWN);
        Self { kid: kid.to_owned(), pair: Pair::P256(pair) }
    }

    /// The public key as a provider publishes it.
    pub fn jwk(&self) -> Value {
        match &self.pair {
            Pair::Rsa(pair) => {
                let public = ring::rsa::PublicKeyComponents::<Vec<u8>>::from(pair.public());
                let (n, e) = (encode(public.n), encode(public.e));
                json!({"kty": "RSA", "use": "sig", "alg": "RS256", "kid": self.kid, "n": n, "e": e})
            }
            Pair::P256(pair) => {
                let (x, y) = pair.public_key().as_ref()[1..].split_at(32);
                json!({"kty": "EC", "use": "sig", "crv": "P-256", "kid": self.kid, "x": encode(x), "y": encode(y)})
            }
        }
    }

    /// The head of its tokens.
    pub fn head(&self) -> Value {
        let algorithm = match self.pair {
            Pair::Rsa(_) => "RS256",
            Pair::P256(_) => "ES256",
        };
        json!({"alg": algorithm, "typ": "JWT", "kid": self.kid})
    }

    /// A token in order.
    pub fn token(&self, claims: &Value) -> String {
        self.token_with(&self.head(), claims)
    }

    /// A token with another head.
    pub fn token_with(&self, head: &Value, claims: &Value) -> String {
        let message = format!("{}.{}", segment(head), segment(claims));
        let random = SystemRandom::new();
        let signature = match &self.pair {
            Pair::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message.as_bytes(), &mut signature).expect(DRAWN);
                signature
            }
            Pair::P256(pair) => pair.sign(&random, message.as_bytes()).expect(DRAWN).as_ref().to_vec(),
        };
        format!("{message}.{}", encode(signature))
    }
}

/// A token signed by HMAC with `secret`.
pub fn mac_signed(head: &Value, claims: &Value, secret: &[u8]) -> String {
    let message = format!("{}.{}", segment(head), segment(claims));
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, secret);
    format!("{message}.{}", encode(ring::hmac::sign(&key, message.as_bytes())))
}

/// The public RSA key in PEM (PKCS #1), which everybody can have.
pub fn public_rsa_pem() -> String {
    let pair = RsaKeyPair::from_pkcs8(RSA).expect(FIXED);
    let body = STANDARD.encode(pair.public_key().as_ref());
    let lines: Vec<_> =
        body.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).expect("base64 is ASCII")).collect();
    format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----\n", lines.join("\n"))
}
