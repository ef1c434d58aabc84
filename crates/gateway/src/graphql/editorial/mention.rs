//! Answering the namings that an import left open.

use async_graphql::{Context, ID, InputObject, Object};
use griot_editorial::Command;

use super::editor::Caller;
use super::error::{Answer, Nullable};
use super::input::{Flaw, entry_id};
use super::payload::DraftPayload;
use super::place::Place;

/// A suggestion that is right.
#[derive(Debug, InputObject)]
pub(crate) struct MentionSuggestionAcceptInput {
    /// The suggestion.
    suggestion_id: ID,
    /// The revision of the article that was looked at.
    expected_revision: i32,
    /// Which of the candidates is meant (content id).
    target: ID,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// What the history shall say of it.
    note: Option<String>,
}

/// A suggestion that is wrong.
#[derive(Debug, InputObject)]
pub(crate) struct MentionSuggestionDismissInput {
    /// The suggestion.
    suggestion_id: ID,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
}

/// Answering suggestions.
#[derive(Default)]
pub struct MentionWrites;

#[Object]
impl MentionWrites {
    /// Says whom or what a suggestion means: the draft gains the mention, and the suggestion is answered.
    async fn mention_suggestion_accept(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which suggestion, and whom it means.")] input: MentionSuggestionAcceptInput,
    ) -> Nullable<DraftPayload> {
        Some(accept(ctx, input).await)
    }

    /// Says that a suggestion means none of its candidates, or nobody: the draft stays as it is, and the suggestion is
    /// answered.
    async fn mention_suggestion_dismiss(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which suggestion.")] input: MentionSuggestionDismissInput,
    ) -> Nullable<DraftPayload> {
        Some(dismiss(ctx, input).await)
    }
}

async fn accept(ctx: &Context<'_>, input: MentionSuggestionAcceptInput) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    let MentionSuggestionAcceptInput { suggestion_id, expected_revision, target, idempotency_key, note } = input;
    match (suggestion(&suggestion_id), entry_id(&["target"], &target)) {
        (Ok(suggestion), Ok(target)) => {
            let command = Command::AcceptMention { suggestion, expected: expected_revision.into(), target, note };
            DraftPayload::of(&caller, idempotency_key, &command, &Place::Act).await
        }
        (suggestion, target) => Ok(DraftPayload::refused([suggestion.err(), target.err()].into_iter().flatten())),
    }
}

async fn dismiss(ctx: &Context<'_>, input: MentionSuggestionDismissInput) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    match suggestion(&input.suggestion_id) {
        Ok(suggestion) => {
            let command = Command::DismissMention { suggestion };
            DraftPayload::of(&caller, input.idempotency_key, &command, &Place::Act).await
        }
        Err(flaw) => Ok(DraftPayload::refused([flaw])),
    }
}

fn suggestion(id: &ID) -> Result<i64, Flaw> {
    id.parse().map_err(|_| Flaw::invalid(&["suggestionId"], format!("`{}` is not the id of a suggestion", id.as_str())))
}
