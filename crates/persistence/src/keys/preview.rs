//! Tokens for the preview of entries.

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{EntryId, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, Condition, ConnectionTrait, EntityTrait, PaginatorTrait, QueryFilter};
use uuid::Uuid;

use super::{AccessKeys, access_key, hash, instant, preview_token};
use crate::StoreError;

/// What is kept of a token that shows entries before they are public.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviewToken {
    /// The public part.
    pub id: String,
    /// The entries it shows: one at least.
    pub entries: Vec<EntryId>,
    /// Id of the principal who made it.
    pub holder: String,
    /// SHA-256 of the secret.
    pub hash: [u8; 32],
    #[allow(missing_docs)]
    pub created_at: DateTime<Utc>,
    /// The first instant it shows nothing; at most [`PreviewToken::LONGEST`] after it was made.
    pub expires_at: DateTime<Utc>,
    #[allow(missing_docs)]
    pub revoked_at: Option<DateTime<Utc>>,
}

impl PreviewToken {
    /// No token lives longer; the database holds to it too.
    pub const LONGEST: TimeDelta = TimeDelta::hours(24);

    /// Whether it shows anything at `now`.
    pub fn is_live(&self, now: DateTime<Utc>) -> bool {
        self.revoked_at.is_none() && now < self.expires_at
    }
}

impl AccessKeys {
    /// Keeps a new token, and forgets those that ended more than [`PreviewToken::LONGEST`] before.
    pub async fn create_preview(&self, token: &PreviewToken) -> Result<(), StoreError> {
        let tx = self.begin().await?;
        preview_token::Entity::delete_many()
            .filter(preview_token::Column::ExpiresAt.lt(micros(token.created_at - PreviewToken::LONGEST)))
            .exec(&tx)
            .await?;
        let (first, further) = token
            .entries
            .split_first()
            .ok_or_else(|| StoreError::Corrupt { what: format!("preview token {}: it names no entry", token.id) })?;
        let further: Vec<String> = further.iter().map(ToString::to_string).collect();
        let row = preview_token::ActiveModel {
            id: Set(token.id.clone()),
            entry_id: Set(first.0),
            further: Set(further.join(" ")),
            holder: Set(token.holder.clone()),
            hash: Set(token.hash.to_vec()),
            created_at: Set(micros(token.created_at)),
            expires_at: Set(micros(token.expires_at)),
            revoked_at: Set(token.revoked_at.map(micros)),
        };
        preview_token::Entity::insert(row).exec_without_returning(&tx).await?;
        tx.commit().await?;
        Ok(())
    }

    /// The token with this public part, live or not.
    pub async fn find_preview(&self, id: &str) -> Result<Option<PreviewToken>, StoreError> {
        preview_token::Entity::find_by_id(id).one(&self.reads).await?.map(PreviewToken::try_from).transpose()
    }

    /// Whether who made a token may still come in at `at`: somebody who comes with keys has a live one. Keys end while
    /// nobody looks, and a server that believes one for some moments more makes a token with it.
    pub async fn is_holder_live(&self, token: &PreviewToken, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let Some(holder) = token.holder.strip_prefix("key:") else { return Ok(true) };
        let is_not_over = Condition::any()
            .add(access_key::Column::ExpiresAt.is_null())
            .add(access_key::Column::ExpiresAt.gt(micros(at)));
        let live = access_key::Entity::find()
            .filter(access_key::Column::Holder.eq(holder))
            .filter(access_key::Column::RevokedAt.is_null())
            .filter(is_not_over)
            .count(&self.reads)
            .await?;
        Ok(live > 0)
    }

    /// Ends a token; `false` when no live one has this public part.
    pub async fn revoke_preview(&self, id: &str, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let done = preview_token::Entity::update_many()
            .col_expr(preview_token::Column::RevokedAt, Expr::value(micros(at)))
            .filter(preview_token::Column::Id.eq(id))
            .filter(preview_token::Column::RevokedAt.is_null())
            .filter(preview_token::Column::ExpiresAt.gt(micros(at)))
            .exec(&self.writes)
            .await?;
        Ok(done.rows_affected > 0)
    }
}

/// Ends all tokens of a principal.
pub(super) async fn revoke_of(db: &impl ConnectionTrait, holder: &str, at: DateTime<Utc>) -> Result<(), StoreError> {
    preview_token::Entity::update_many()
        .col_expr(preview_token::Column::RevokedAt, Expr::value(micros(at)))
        .filter(preview_token::Column::Holder.eq(holder))
        .filter(preview_token::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

/// Ends all tokens that name an entry.
pub(crate) async fn revoke_naming(
    db: &impl ConnectionTrait,
    entry: EntryId,
    at: DateTime<Utc>,
) -> Result<(), StoreError> {
    let names = Condition::any()
        .add(preview_token::Column::EntryId.eq(entry.0))
        .add(preview_token::Column::Further.contains(entry.to_string()));
    preview_token::Entity::update_many()
        .col_expr(preview_token::Column::RevokedAt, Expr::value(micros(at)))
        .filter(names)
        .filter(preview_token::Column::RevokedAt.is_null())
        .exec(db)
        .await?;
    Ok(())
}

impl TryFrom<preview_token::Model> for PreviewToken {
    type Error = StoreError;

    fn try_from(row: preview_token::Model) -> Result<Self, StoreError> {
        let corrupt = |err| StoreError::Corrupt { what: format!("preview token {}: {err}", row.id) };
        let further = row.further.split_whitespace().map(|id| id.parse::<Uuid>().map(EntryId));
        let entries: Result<Vec<EntryId>, uuid::Error> =
            [Ok(EntryId(row.entry_id))].into_iter().chain(further).collect();
        Ok(Self {
            entries: entries.map_err(corrupt)?,
            hash: hash(&row.id, row.hash)?,
            created_at: instant(&row.id, row.created_at)?,
            expires_at: instant(&row.id, row.expires_at)?,
            revoked_at: row.revoked_at.map(|at| instant(&row.id, at)).transpose()?,
            id: row.id,
            holder: row.holder,
        })
    }
}
