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
    /// The credentials open nothing either, and too many attempts from this address failed before: status 429.
    #[error("too many attempts failed; try again in {} s", retry_after.as_secs() + 1)]
    Throttled {
        /// For how long failures will have this answer.
        retry_after: Duration,
    },
    /// Too many attempts from elsewhere wait for their turn: status 503.
    #[error("too many attempts wait to be looked up")]
    Busy,
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
    /// Apart: tabs left open with previews that ended say nothing about keys.
    preview_throttle: Arc<Throttle>,
}

impl Authenticator {
    /// `keys` is `None` where there is no editorial store, `oidc` where no provider is set; credentials of a kind
    /// that is missing open nothing.
    pub fn new(keys: Option<KeyRing>, oidc: Option<OidcValidator>, clock: Arc<dyn Clock>) -> Self {
        Self { keys, oidc: oidc.map(Arc::new), clock, throttle: Arc::default(), preview_throttle: Arc::default() }
    }

    /// Recognises the sender of a request with the value `header` of `Authorization`, from `address`. A preview token
    /// is nobody here. Valid credentials are always let in, however often others from the same address failed: behind
    /// one address there may be a whole office.
    pub async fn authenticate(&self, header: &str, address: IpAddr) -> Result<Caller, AuthFailure> {
        let waits = self.throttle.wait(address, self.clock.now());
        let result = self.recognise(header, waits.is_some()).await;
        self.count(&self.throttle, address, waits, result)
    }

    /// What the preview token in the value `header` of `Authorization` opens.
    pub async fn preview(&self, header: &str, address: IpAddr) -> Result<PreviewGrant, AuthFailure> {
        let waits = self.preview_throttle.wait(address, self.clock.now());
        let result = self.open_preview(header, waits.is_some()).await;
        self.count(&self.preview_throttle, address, waits, result)
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

    /// Notes a failure, and tells an address that `waits` for how long its failures have another answer.
    fn count<T>(
        &self,
        throttle: &Throttle,
        address: IpAddr,
        waits: Option<Duration>,
        result: Result<T, AuthFailure>,
    ) -> Result<T, AuthFailure> {
        match (result, waits) {
            (Err(AuthFailure::Unauthenticated(_)), Some(retry_after)) => Err(AuthFailure::Throttled { retry_after }),
            (Err(AuthFailure::Unauthenticated(refused)), None) => {
                throttle.note(address, self.clock.now());
                Err(refused.into())
            }
            (result, _) => result,
        }
    }

    /// `must_queue` is set for addresses that failed too often. Their keys are looked up all the same, since a valid
    /// one cannot be told from a guess before, but one after the other: whatever they send keeps one connection of the
    /// store busy at most. Keys in use are remembered and need not queue. What has a wrong checksum is not looked up
    /// for anybody, and a provider's token is judged without the store.
    async fn recognise(&self, header: &str, must_queue: bool) -> Result<Caller, AuthFailure> {
        let text = bearer(header)?;
        if !Token::is_meant(text) {
            let oidc = self.oidc.as_ref().ok_or(Unauthenticated)?;
            return Ok(Caller::Principal(oidc.validate(text).await?));
        }
        let token = Token::parse(text).map_err(|_| Unauthenticated)?;
        match (token.family(), &self.keys) {
            (Family::Editorial | Family::Delivery, Some(keys)) => {
                let _turn = match must_queue && !keys.remembers(&token) {
                    true => Some(self.throttle.turn().await.ok_or(AuthFailure::Busy)?),
                    false => None,
                };
                Ok(keys.caller(&token).await??)
            }
            _ => Err(Unauthenticated.into()),
        }
    }

    async fn open_preview(&self, header: &str, must_queue: bool) -> Result<PreviewGrant, AuthFailure> {
        let token = bearer(header).and_then(|text| Token::parse(text).map_err(|_| Unauthenticated))?;
        let keys = self.keys.as_ref().ok_or(Unauthenticated)?;
        let _turn = match must_queue {
            true => Some(self.preview_throttle.turn().await.ok_or(AuthFailure::Busy)?),
            false => None,
        };
        Ok(keys.preview(&token).await??)
    }
}

/// The token of a header `Bearer <token>`.
fn bearer(header: &str) -> Result<&str, Unauthenticated> {
    let (scheme, token) = header.split_once(' ').ok_or(Unauthenticated)?;
    if scheme.eq_ignore_ascii_case("bearer") { Ok(token.trim()) } else { Err(Unauthenticated) }
}
