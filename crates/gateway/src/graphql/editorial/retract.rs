//! Taking back what is public.

use async_graphql::{Context, ID, InputObject, Object};
use griot_editorial::Command;

use super::error::Nullable;
use super::input::locales;
use super::payload::DraftPayload;
use super::review::step;
use crate::graphql::delivery::scalar::Tag;

/// What to withdraw.
#[derive(Debug, InputObject)]
pub(crate) struct ContentWithdrawInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that is current.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// These languages only; all, and with a public notice, when left out.
    locales: Option<Vec<Tag>>,
    /// Why, for readers.
    reason: Option<String>,
}

/// What to take out of the record.
#[derive(Debug, InputObject)]
pub(crate) struct ContentKillInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that is current.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// Why, for readers.
    reason: String,
}

/// Taking back.
#[derive(Default)]
pub struct RetractWrites;

#[Object]
impl RetractWrites {
    /// Ends what is public of an entry. What was public stays in the past, and it may be published again.
    async fn content_withdraw(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entry, and why.")] input: ContentWithdrawInput,
    ) -> Nullable<DraftPayload> {
        let ContentWithdrawInput { content_id, expected_revision, idempotency_key, locales: tags, reason } = input;
        let locales = match locales(&["locales"], tags) {
            Ok(locales) => locales,
            Err(flaw) => return Some(Ok(DraftPayload::refused([flaw]))),
        };
        let command = |id, expected| Command::Withdraw { id, expected, locales, reason };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }

    /// Takes every text of an entry out of the public record, at every instant and for ever. A notice without the text
    /// stays, and its addresses lead there.
    async fn content_kill(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entry, and why.")] input: ContentKillInput,
    ) -> Nullable<DraftPayload> {
        let ContentKillInput { content_id, expected_revision, idempotency_key, reason } = input;
        let command = |id, expected| Command::Kill { id, expected, reason };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }
}
