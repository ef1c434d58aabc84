//! Tokens that show entries before they are public.

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::EntryId;
use griot_persistence::{PreviewToken, StoreError};
use secrecy::SecretString;

use crate::{Family, KeyRing, Principal, Token, Unauthenticated};

/// What a valid preview token opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewGrant {
    /// Public part of the token.
    pub token: String,
    /// The entries it shows.
    pub entries: Vec<EntryId>,
    /// Id of the principal who made it.
    pub holder: String,
    /// The first instant it shows nothing.
    pub expires_at: DateTime<Utc>,
}

/// Why there is no preview token.
#[derive(Debug, thiserror::Error)]
pub enum PreviewError {
    /// It would live too long, or not at all.
    #[error("a preview token lives from one second to 24 hours")]
    Lifetime,
    #[allow(missing_docs)]
    #[error("the machine gives no random bits: {0}")]
    Random(#[from] getrandom::Error),
    #[allow(missing_docs)]
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl KeyRing {
    /// Makes a token that shows `entries`, one at least. All of it is in the answer, beside what it opens; it cannot be shown again.
    pub async fn issue_preview(
        &self,
        entries: &[EntryId],
        holder: &Principal,
        lives: TimeDelta,
    ) -> Result<(SecretString, PreviewGrant), PreviewError> {
        if lives < TimeDelta::seconds(1) || lives > PreviewToken::LONGEST {
            return Err(PreviewError::Lifetime);
        }
        let token = Token::draw(Family::Preview)?;
        let created_at = self.clock.now();
        let kept = PreviewToken {
            id: token.id().to_owned(),
            entries: entries.to_vec(),
            holder: holder.id.clone(),
            hash: token.hash(),
            created_at,
            expires_at: created_at + lives,
            revoked_at: None,
        };
        self.keys.create_preview(&kept).await?;
        Ok((token.reveal(), PreviewGrant::from(kept)))
    }

    /// What a preview token opens. It is looked up each time.
    pub async fn preview(&self, token: &Token) -> Result<Result<PreviewGrant, Unauthenticated>, StoreError> {
        if token.family() != Family::Preview {
            return Ok(Err(Unauthenticated));
        }
        let kept = self.keys.find_preview(token.id()).await?;
        let now = self.clock.now();
        let Some(kept) = kept.filter(|kept| token.has_hash(&kept.hash) && kept.is_live(now)) else {
            return Ok(Err(Unauthenticated));
        };
        let is_held = self.keys.is_holder_live(&kept, now).await?;
        Ok(is_held.then(|| PreviewGrant::from(kept)).ok_or(Unauthenticated))
    }

    /// Ends a preview token; `false` when no live one has this public part.
    pub async fn revoke_preview(&self, id: &str) -> Result<bool, StoreError> {
        self.keys.revoke_preview(id, self.clock.now()).await
    }
}

impl From<PreviewToken> for PreviewGrant {
    fn from(kept: PreviewToken) -> Self {
        Self { token: kept.id, entries: kept.entries, holder: kept.holder, expires_at: kept.expires_at }
    }
}
