//! Tokens of an OpenID Connect provider.

mod claims;
mod crypto;
mod jwks;
mod settings;

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::Clock;
use jsonwebtoken::{Algorithm, Header, Validation, decode, decode_header};
use serde_json::{Map, Value};

use self::claims::Claims;
use self::jwks::{Jwks, VerifyingKey};
use crate::{Origin, Principal, Unauthenticated};

pub use settings::{KeySource, OidcError, OidcSettings, SigningAlgorithm};

/// Longer tokens are not looked at.
const MAX_BYTES: usize = 16 * 1024;

/// Tells whom tokens of one provider belong to.
pub struct OidcValidator {
    settings: OidcSettings,
    leeway: TimeDelta,
    algorithms: Vec<Algorithm>,
    jwks: Jwks,
    clock: Arc<dyn Clock>,
}

/// What is wrong with a token; for the log only.
#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("it has {0} bytes")]
    TooLong(usize),
    #[error("its head is no JWS header of an asymmetric algorithm: {0}")]
    Head(jsonwebtoken::errors::Error),
    #[error("its algorithm {0:?} is not among those set")]
    Algorithm(Algorithm),
    #[error("its type `{0}` is not that of an access or id token")]
    Type(String),
    #[error("it demands what is not understood here")]
    Critical,
    #[error("it names no key")]
    NoKeyId,
    #[error("the provider has no key `{0}` for its algorithm")]
    UnknownKey(String),
    #[error("its signature does not hold: {0}")]
    Signature(jsonwebtoken::errors::Error),
    #[error("its claims cannot be read: {0}")]
    Claims(#[from] serde_json::Error),
    #[error("its claim {0} is not acceptable")]
    Claim(&'static str),
    #[error("it gives no role that is mapped")]
    NoRole,
}

impl OidcValidator {
    /// Checks the settings. Nothing is fetched before the first token comes.
    pub fn new(settings: OidcSettings, clock: Arc<dyn Clock>) -> Result<Self, OidcError> {
        settings.check()?;
        crypto::install();
        let leeway = TimeDelta::from_std(settings.leeway).map_err(|_| OidcError::Leeway(settings.leeway))?;
        let algorithms = settings.algorithms.iter().map(|algorithm| algorithm.known()).collect();
        let jwks = Jwks::new(&settings, Arc::clone(&clock))?;
        Ok(Self { settings, leeway, algorithms, jwks, clock })
    }

    /// Whom a token belongs to. Everything that is wrong with one has the same answer.
    pub async fn validate(&self, token: &str) -> Result<Principal, Unauthenticated> {
        self.judge(token).await.map_err(|reason| {
            tracing::info!(%reason, issuer = self.settings.issuer, "a token was refused");
            Unauthenticated
        })
    }

    async fn judge(&self, token: &str) -> Result<Principal, Refused> {
        if token.len() > MAX_BYTES {
            return Err(Refused::TooLong(token.len()));
        }
        let header = decode_header(token).map_err(Refused::Head)?;
        let kid = self.accept_head(&header)?;
        let keys = self.jwks.keys_for(kid).await;
        let key = keys.iter().find(|key| key.is_for(kid, header.alg));
        let key = key.ok_or_else(|| Refused::UnknownKey(kid.chars().take(100).collect()))?;
        let claims = verify(token, header.alg, key)?;
        self.accept_claims(claims)
    }

    /// Accepts the head of a token and answers which key it names. A key inside of it, or an address of one, is not
    /// looked at: keys come from the provider that was set.
    fn accept_head<'a>(&self, header: &'a Header) -> Result<&'a str, Refused> {
        if !self.algorithms.contains(&header.alg) {
            return Err(Refused::Algorithm(header.alg));
        }
        if let Some(kind) = &header.typ
            && !["jwt", "at+jwt", "application/at+jwt"].contains(&kind.to_ascii_lowercase().as_str())
        {
            return Err(Refused::Type(kind.chars().take(100).collect()));
        }
        if header.crit.is_some() || header.enc.is_some() || header.zip.is_some() {
            return Err(Refused::Critical);
        }
        header.kid.as_deref().ok_or(Refused::NoKeyId)
    }

    fn accept_claims(&self, all: Map<String, Value>) -> Result<Principal, Refused> {
        let claims: Claims = serde_json::from_value(Value::Object(all.clone()))?;
        let OidcSettings { issuer, audience, authorized_parties, role_claim, roles, .. } = &self.settings;
        if claims.iss != *issuer {
            return Err(Refused::Claim("iss"));
        }
        if !claims.aud.contains(audience) {
            return Err(Refused::Claim("aud"));
        }
        claims.accept_party(audience, authorized_parties)?;
        let expires_at = self.accept_times(&claims)?;
        if claims.sub.is_empty() || claims.sub.len() > 255 || claims.sub.chars().any(char::is_control) {
            return Err(Refused::Claim("sub"));
        }
        let role = claims::roles_in(&all, role_claim).filter_map(|value| roles.get(value)).max();
        Ok(Principal {
            id: format!("oidc:{}@{issuer}", claims.sub),
            name: claims.display_name(),
            role: *role.ok_or(Refused::NoRole)?,
            origin: Origin::Oidc { expires_at },
        })
    }

    /// The first instant the token opens nothing.
    fn accept_times(&self, claims: &Claims) -> Result<DateTime<Utc>, Refused> {
        let now = self.clock.now();
        let expires_at = claims.exp.instant().ok_or(Refused::Claim("exp"))? + self.leeway;
        if expires_at <= now {
            return Err(Refused::Claim("exp"));
        }
        let latest = now + self.leeway;
        for (name, begins) in [("nbf", claims.nbf), ("iat", claims.iat)] {
            let Some(begins) = begins else { continue };
            if begins.instant().is_none_or(|at| at > latest) {
                return Err(Refused::Claim(name));
            }
        }
        Ok(expires_at)
    }
}

/// Checks the signature alone: times are judged by our own clock, and the rest is judged with what was set.
fn verify(token: &str, algorithm: Algorithm, key: &VerifyingKey) -> Result<Map<String, Value>, Refused> {
    let mut signature_only = Validation::new(algorithm);
    signature_only.required_spec_claims.clear();
    signature_only.validate_exp = false;
    signature_only.validate_nbf = false;
    signature_only.validate_aud = false;
    decode(token, &key.key, &signature_only).map(|data| data.claims).map_err(Refused::Signature)
}
