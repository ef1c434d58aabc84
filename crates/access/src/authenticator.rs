//! From an `Authorization` header to whoever sent it.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use griot_domain::Clock;
use griot_persistence::StoreError;

use crate::throttle::Throttle;
use crate::{Caller, Family, KeyRing, OidcValidator, Origin, PreviewGrant, Token, Unauthenticated};

/// Why nobody was recognised.
#[derive(Debug, thiserror::Error)]
pub enum AuthFailure {
    /// The credentials open nothing: status 401, the same body always.
    #[error(transparent)]
    Unauthenticated(#[from] Unauthenticated),
    /// Too many attempts from this address failed: status 429. Nothing was looked at.
    #[error("too many attempts failed; try again in {} s", retry_after.as_secs() + 1)]
    Throttled {
        /// For how long nothing will be looked at.
        retry_after: Duration,
    },
    /// The store of keys failed: status 503.
    #[error("keys cannot be looked up: {0}")]
    Unavailable(#[from] StoreError),
}

/// Recognises callers. Clones share what they remember.
#[derive(Clone)]
pub struct Authenticator {
    keys: Option<KeyRing>,
    oidc: Option<Arc<OidcValidator>>,
    clock: Arc<dyn Clock>,
    throttle: Arc<Throttle>,
}

impl Authenticator {
    /// `keys` is `None` where there is no editorial store, `oidc` where no provider is set; credentials of a kind
    /// that is missing open nothing.
    pub fn new(keys: Option<KeyRing>, oidc: Option<OidcValidator>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, oidc: oidc.map(Arc::new), clock, throttle: Arc::default() }
    }

    /// Recognises the sender of a request with the value `header` of `Authorization`, from `address`. A preview token
    /// is nobody here.
    pub async fn authenticate(&self, header: &str, address: IpAddr) -> Result<Caller, AuthFailure> {
        self.attempt(address, self.recognise(header)).await
    }

    /// What the preview token in the value `header` of `Authorization` opens.
    pub async fn preview(&self, header: &str, address: IpAddr) -> Result<PreviewGrant, AuthFailure> {
        self.attempt(address, async {
            let token = bearer(header).and_then(|text| Token::parse(text).map_err(|_| Unauthenticated))?;
            let keys = self.keys.as_ref().ok_or(Unauthenticated)?;
            Ok(keys.preview(&token).await??)
        })
        .await
    }

    /// Whether credentials that were valid before still are; asked every few seconds while a socket is open. An
    /// answer is at most 2 s old.
    pub async fn is_still_valid(&self, origin: &Origin) -> Result<bool, StoreError> {
        match (origin, &self.keys) {
            (Origin::Oidc { expires_at }, _) => Ok(self.clock.now() < *expires_at),
            (Origin::Key { id }, Some(keys)) => keys.is_still_valid(id).await,
            (Origin::Key { .. }, None) => Ok(false),
        }
    }

    /// The keys, where there is an editorial store.
    pub fn keys(&self) -> Option<&KeyRing> {
        self.keys.as_ref()
    }

    async fn attempt<T>(
        &self,
        address: IpAddr,
        attempt: impl Future<Output = Result<T, AuthFailure>>,
    ) -> Result<T, AuthFailure> {
        if let Some(retry_after) = self.throttle.wait(address, self.clock.now()) {
            return Err(AuthFailure::Throttled { retry_after });
        }
        let result = attempt.await;
        if matches!(result, Err(AuthFailure::Unauthenticated(_))) {
            self.throttle.note(address, self.clock.now());
        }
        result
    }

    async fn recognise(&self, header: &str) -> Result<Caller, AuthFailure> {
        let text = bearer(header)?;
        if !Token::is_meant(text) {
            let oidc = self.oidc.as_ref().ok_or(Unauthenticated)?;
            return Ok(Caller::Principal(oidc.validate(text).await?));
        }
        let token = Token::parse(text).map_err(|_| Unauthenticated)?;
        match (token.family(), &self.keys) {
            (Family::Editorial | Family::Delivery, Some(keys)) => Ok(keys.caller(&token).await??),
            _ => Err(Unauthenticated.into()),
        }
    }
}

/// The token of a header `Bearer <token>`.
fn bearer(header: &str) -> Result<&str, Unauthenticated> {
    let (scheme, token) = header.split_once(' ').ok_or(Unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Unauthenticated) }
}
