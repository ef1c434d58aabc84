//! What partners asked for, and their keys.

use async_graphql::{Context, ID, InputObject, Object, SimpleObject};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use griot_editorial::UserErrorCode;
use griot_front::directive::List;
use griot_persistence::{AccessKey, KeyGrant, Usage, UsageOf};
use serde_json::json;
use uuid::Uuid;

use super::error::{Answer, EditorialError, Nullable};
use super::input::{Flaw, When};
use super::preview::PreviewDesk;
use super::product::Managing;
use super::user_error::UserError;
use crate::graphql::delivery::scalar::Date;

/// Days of a usage report where none are named, and the most there may be.
const USUAL_DAYS: i64 = 30;
const MOST_DAYS: i64 = 366;

/// What a partner asked for on one day by one channel.
#[derive(SimpleObject)]
pub(crate) struct PartnerUsage {
    /// In UTC.
    day: Date,
    /// Such as `changes`, `items`, `feeds` or `graphql`.
    channel: String,
    /// All that was asked.
    requests: i32,
    /// Of these, refused because the quota was used up.
    refused: i32,
    /// Of these, answered with an error.
    errors: i32,
    /// Changes told.
    items: i32,
    /// Of answers; a whole number.
    bytes: f64,
}

/// A key of a partner; its secret is known to nobody here.
#[derive(SimpleObject)]
pub(crate) struct PartnerKey {
    /// The public part.
    id: ID,
    /// When it was made.
    created_at: When,
    /// The first instant it opens nothing; null for a key without end.
    expires_at: Option<When>,
    /// When it was used last, late by up to a minute.
    last_used_at: Option<When>,
    /// Since when it opens nothing.
    revoked_at: Option<When>,
}

/// Which key to end.
#[derive(Debug, InputObject)]
pub(crate) struct PartnerKeyRevokeInput {
    /// Its public part.
    id: ID,
}

/// Result of ending a key.
#[derive(SimpleObject)]
pub(crate) struct PartnerKeyRevokePayload {
    /// The key, which opens nothing any more; null when nothing changed.
    partner_key: Option<PartnerKey>,
    /// Why nothing changed; empty on success.
    #[graphql(directive = List::apply(100))]
    user_errors: Vec<UserError>,
}

/// Keys of partners.
#[derive(Default)]
pub struct PartnerKeyWrites;

#[Object]
impl PartnerKeyWrites {
    /// Ends a key of a partner: servers refuse it within seconds.
    async fn partner_key_revoke(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which key.")] input: PartnerKeyRevokeInput,
    ) -> Nullable<PartnerKeyRevokePayload> {
        let revoked = async {
            let revoked = match Managing::of(ctx)? {
                Ok(managing) => revoke(&managing, &input).await?,
                Err(flaw) => Err(flaw),
            };
            Ok(match revoked {
                Ok(key) => PartnerKeyRevokePayload { partner_key: Some(key), user_errors: Vec::new() },
                Err(flaw) => PartnerKeyRevokePayload { partner_key: None, user_errors: vec![flaw.into()] },
            })
        };
        Some(revoked.await)
    }
}

impl From<AccessKey> for PartnerKey {
    fn from(key: AccessKey) -> Self {
        Self {
            id: ID(key.id),
            created_at: key.created_at.into(),
            expires_at: key.expires_at.map(When::from),
            last_used_at: key.last_used_at.map(When::from),
            revoked_at: key.revoked_at.map(When::from),
        }
    }
}

impl From<(UsageOf, Usage)> for PartnerUsage {
    fn from((of, usage): (UsageOf, Usage)) -> Self {
        let count = |count: i64| i32::try_from(count).unwrap_or(i32::MAX);
        Self {
            day: Date(of.day),
            channel: of.channel,
            requests: count(usage.requests),
            refused: count(usage.refused),
            errors: count(usage.errors),
            items: count(usage.items),
            bytes: usage.bytes as f64,
        }
    }
}

/// The keys of a partner, the oldest first.
pub(super) async fn keys_of(desk: &PreviewDesk, partner: &ID) -> Answer<Vec<PartnerKey>> {
    let partner = parsed(partner)?;
    let keys = desk.keys.list().await?.into_iter().filter(|key| is_of(key, Some(partner)));
    Ok(keys.map(PartnerKey::from).collect())
}

/// What a partner asked for, by day and channel.
pub(super) async fn usage_of(
    desk: &PreviewDesk,
    partner: &ID,
    (from, to): (Option<Date>, Option<Date>),
) -> Answer<Vec<PartnerUsage>> {
    let (from, to) = days(from.map(|day| day.0), to.map(|day| day.0), desk.clock.now())?;
    let usage = desk.keys.partners().usage(parsed(partner)?, from, to).await?;
    Ok(usage.into_iter().map(PartnerUsage::from).collect())
}

fn parsed(partner: &ID) -> Answer<Uuid> {
    Uuid::try_parse(partner)
        .map_err(|_| EditorialError::invalid("partnerId", format!("`{}` is not the id of a partner", **partner)))
}

fn days(from: Option<NaiveDate>, to: Option<NaiveDate>, now: DateTime<Utc>) -> Answer<(NaiveDate, NaiveDate)> {
    let to = to.unwrap_or_else(|| now.date_naive());
    let from = from.unwrap_or_else(|| to.checked_sub_signed(TimeDelta::days(USUAL_DAYS - 1)).unwrap_or(to));
    if from > to || (to - from).num_days() >= MOST_DAYS {
        let message = format!("{from} to {to} are not one to {MOST_DAYS} days, the first one first");
        return Err(EditorialError::invalid("from", message));
    }
    Ok((from, to))
}

/// Whether it is a key of that partner, or of any.
fn is_of(key: &AccessKey, wanted: Option<Uuid>) -> bool {
    match &key.grant {
        KeyGrant::Delivery { partner: Some(partner), .. } => wanted.is_none_or(|wanted| wanted == *partner),
        _ => false,
    }
}

async fn revoke(managing: &Managing<'_>, input: &PartnerKeyRevokeInput) -> Answer<Result<PartnerKey, Flaw>> {
    let keys = &managing.previews.keys;
    let known = keys.list().await?.into_iter().find(|key| key.id == *input.id && is_of(key, None));
    let Some(key) = known else {
        let flaw = Flaw::invalid(&["id"], format!("there is no key {} of a partner", *input.id));
        return Ok(Err(Flaw { code: UserErrorCode::NotFound, ..flaw }));
    };
    managing.record(json!({ "act": "revoke", "partner": key.name, "key": key.id })).await?;
    let revoked_at = keys.revoke(&key.id).await?;
    Ok(Ok(AccessKey { revoked_at, ..key }.into()))
}
