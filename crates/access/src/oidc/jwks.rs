//! The keys of a provider: fetched when they are needed, kept, and kept on when the provider is down.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::Clock;
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm, PublicKeyUse};
use jsonwebtoken::{Algorithm, AlgorithmFamily, DecodingKey};
use reqwest::redirect::Policy;
use reqwest::{Client, StatusCode};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use url::Url;

use super::settings::{KeySource, OidcError, OidcSettings};

/// Keys are good for this long; a known key is never asked about sooner.
const GOOD_FOR: TimeDelta = TimeDelta::minutes(5);

/// The provider is asked at most this often, whatever tokens name.
const ASK_EVERY: TimeDelta = TimeDelta::minutes(1);

/// For one answer of the provider.
const PATIENCE: Duration = Duration::from_secs(5);
const MAX_BYTES: usize = 64 * 1024;
const MAX_KEYS: usize = 100;

/// A public key of the provider.
pub(super) struct VerifyingKey {
    id: String,
    algorithm: Option<KeyAlgorithm>,
    pub(super) key: DecodingKey,
}

/// The keys of one provider.
pub(super) struct Jwks {
    provider: Arc<Provider>,
    clock: Arc<dyn Clock>,
    asking: Arc<tokio::sync::Mutex<()>>,
    known: Arc<Mutex<Known>>,
}

#[derive(Default)]
struct Known {
    keys: Arc<Vec<VerifyingKey>>,
    fetched_at: Option<DateTime<Utc>>,
    asked_at: Option<DateTime<Utc>>,
}

struct Provider {
    settings: OidcSettings,
    client: Client,
}

/// Why there are no new keys; for the log only.
#[derive(Debug, thiserror::Error)]
enum FetchError {
    #[error("{0}")]
    Http(#[from] reqwest::Error),
    #[error("it answered {0}")]
    Status(StatusCode),
    #[error("its answer has more than {MAX_BYTES} bytes")]
    TooLarge,
    #[error("its answer cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    #[error("it calls itself `{0}`")]
    Issuer(String),
    #[error(transparent)]
    Address(#[from] OidcError),
    #[error("it has no key for signatures that can be verified")]
    NoKeys,
}

#[derive(Deserialize)]
struct Configuration {
    issuer: String,
    jwks_uri: String,
}

#[derive(Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

impl VerifyingKey {
    /// Reads a key; `None` for one of another use, or of a kind that is not known, which stands in nobody's way.
    fn read(value: Value) -> Option<Self> {
        let jwk: Jwk = serde_json::from_value(value).ok()?;
        if !matches!(jwk.common.public_key_use, None | Some(PublicKeyUse::Signature)) {
            return None;
        }
        let key = DecodingKey::from_jwk(&jwk).ok().filter(|key| key.family() != AlgorithmFamily::Hmac)?;
        Some(Self { id: jwk.common.key_id?, algorithm: jwk.common.key_algorithm, key })
    }

    /// Whether it is the key `id` and made for `algorithm`.
    pub(super) fn is_for(&self, id: &str, algorithm: Algorithm) -> bool {
        let is_meant = self.algorithm.is_none_or(|meant| meant.to_string() == format!("{algorithm:?}"));
        self.id == id && is_meant && self.key.family() == algorithm.family()
    }
}

impl Jwks {
    pub(super) fn new(settings: &OidcSettings, clock: Arc<dyn Clock>) -> Result<Self, OidcError> {
        // The first provider of a process stays; both there may be speak the same protocol.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = Client::builder()
            .no_proxy()
            .redirect(Policy::none())
            .referer(false)
            .connect_timeout(PATIENCE)
            .timeout(PATIENCE)
            .user_agent(concat!("griot/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(OidcError::Client)?;
        let provider = Arc::new(Provider { settings: settings.clone(), client });
        Ok(Self { provider, clock, asking: Arc::default(), known: Arc::default() })
    }

    /// The provider's keys, for a token that names `id`. The provider is asked when there is no such key, or when
    /// what is known is old; when it does not answer, what is known goes on being used.
    pub(super) async fn keys_for(&self, id: &str) -> Arc<Vec<VerifyingKey>> {
        let (keys, is_due) = self.known(id);
        if !is_due {
            return keys;
        }
        let has_key = keys.iter().any(|key| key.id == id);
        let turn = match Arc::clone(&self.asking).try_lock_owned() {
            Ok(turn) => turn,
            Err(_) if has_key => return keys,
            Err(_) => Arc::clone(&self.asking).lock_owned().await,
        };
        // Somebody else may have asked in the meantime.
        if !self.known(id).1 {
            return self.known(id).0;
        }
        self.lock().asked_at = Some(self.clock.now());
        let (provider, clock, known) = (Arc::clone(&self.provider), Arc::clone(&self.clock), Arc::clone(&self.known));
        // A task of its own: a caller who hangs up does not end it.
        let asking = tokio::spawn(async move {
            let _turn = turn;
            match provider.fetch().await {
                Ok(keys) => {
                    let mut known = known.lock().unwrap_or_else(PoisonError::into_inner);
                    known.keys = Arc::new(keys);
                    known.fetched_at = Some(clock.now());
                }
                Err(error) => tracing::warn!(
                    issuer = provider.settings.issuer,
                    error = &error as &dyn std::error::Error,
                    "the provider's keys were not fetched; those known go on being used"
                ),
            }
        });
        if asking.await.is_err() {
            tracing::error!("fetching the provider's keys was broken off");
        }
        self.known(id).0
    }

    /// What is known, and whether the provider is to be asked on behalf of a token that names `id`.
    fn known(&self, id: &str) -> (Arc<Vec<VerifyingKey>>, bool) {
        let now = self.clock.now();
        let known = self.lock();
        // A clock that was set back makes nothing last longer.
        let has_passed =
            |since: Option<DateTime<Utc>>, span| since.is_none_or(|since| now < since || now - since >= span);
        let is_wanted = !known.keys.iter().any(|key| key.id == id) || has_passed(known.fetched_at, GOOD_FOR);
        (Arc::clone(&known.keys), is_wanted && has_passed(known.asked_at, ASK_EVERY))
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        self.known.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Provider {
    async fn fetch(&self) -> Result<Vec<VerifyingKey>, FetchError> {
        let address = match &self.settings.keys {
            KeySource::Jwks(address) => address.clone(),
            KeySource::Discovery => self.discover().await?,
        };
        let set: KeySet = self.get(address).await?;
        let keys: Vec<_> = set.keys.into_iter().take(MAX_KEYS).filter_map(VerifyingKey::read).collect();
        if keys.is_empty() { Err(FetchError::NoKeys) } else { Ok(keys) }
    }

    /// Source: OpenID Connect Discovery 1.0, section 4.
    async fn discover(&self) -> Result<Url, FetchError> {
        let issuer = &self.settings.issuer;
        let address = format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'));
        let configuration: Configuration = self.get(self.settings.accept_address(&address)?).await?;
        if configuration.issuer != *issuer {
            return Err(FetchError::Issuer(configuration.issuer));
        }
        Ok(self.settings.accept_address(&configuration.jwks_uri)?)
    }

    async fn get<T: DeserializeOwned>(&self, address: Url) -> Result<T, FetchError> {
        let mut response = self.client.get(address).send().await?;
        if response.status() != StatusCode::OK {
            return Err(FetchError::Status(response.status()));
        }
        let mut body = Vec::new();
        while let Some(chunk) = response.chunk().await? {
            if body.len() + chunk.len() > MAX_BYTES {
                return Err(FetchError::TooLarge);
            }
            body.extend_from_slice(&chunk);
        }
        Ok(serde_json::from_slice(&body)?)
    }
}
