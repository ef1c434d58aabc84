//! Handing drafts on: submit, approve, return, restore, archive.

use async_graphql::{Context, ID, InputObject, Object};
use griot_domain::EntryId;
use griot_editorial::Command;

use super::editor::Caller;
use super::error::{Answer, Nullable};
use super::input::entry_id;
use super::payload::DraftPayload;
use super::place::Place;

/// A draft to hand on.
#[derive(Debug, InputObject)]
pub(crate) struct DraftStepInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that was looked at.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
}

/// A draft to give back.
#[derive(Debug, InputObject)]
pub(crate) struct DraftReturnInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that was looked at.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// What its author shall know.
    note: String,
}

/// A revision to go back to.
#[derive(Debug, InputObject)]
pub(crate) struct DraftRestoreInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that is current.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// The revision to make the working state again.
    revision: i32,
    /// What the history shall say of it.
    note: Option<String>,
}

/// A draft to put away, or to take out again.
#[derive(Debug, InputObject)]
pub(crate) struct DraftArchiveInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that was looked at.
    expected_revision: i32,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// True puts it away, false takes it out again.
    is_archived: bool,
}

/// Handing drafts on.
#[derive(Default)]
pub struct ReviewWrites;

#[Object]
impl ReviewWrites {
    /// Hands a draft to whoever approves.
    async fn draft_submit(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: DraftStepInput,
    ) -> Nullable<DraftPayload> {
        let DraftStepInput { content_id, expected_revision, idempotency_key } = input;
        let command = |id, expected| Command::Submit { id, expected };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }

    /// Takes responsibility for a draft that was submitted.
    async fn draft_approve(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft.")] input: DraftStepInput,
    ) -> Nullable<DraftPayload> {
        let DraftStepInput { content_id, expected_revision, idempotency_key } = input;
        let command = |id, expected| Command::Approve { id, expected };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }

    /// Gives a draft that was submitted back to its author, with a note.
    async fn draft_return(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft, and why.")] input: DraftReturnInput,
    ) -> Nullable<DraftPayload> {
        let DraftReturnInput { content_id, expected_revision, idempotency_key, note } = input;
        let command = |id, expected| Command::Return { id, expected, note };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }

    /// Makes an earlier revision the working state again, as a new revision.
    async fn draft_restore(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which revision.")] input: DraftRestoreInput,
    ) -> Nullable<DraftPayload> {
        let DraftRestoreInput { content_id, expected_revision, idempotency_key, revision, note } = input;
        let revision = i64::from(revision);
        let command = |id, expected| Command::Restore { id, expected, revision, note };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }

    /// Puts a draft away that nobody works on any more, or takes it out again. What is public cannot be put away.
    async fn draft_archive(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which draft, and whether it goes or comes.")] input: DraftArchiveInput,
    ) -> Nullable<DraftPayload> {
        let DraftArchiveInput { content_id, expected_revision, idempotency_key, is_archived: archived } = input;
        let command = |id, expected| Command::Archive { id, expected, archived };
        Some(step(ctx, &content_id, expected_revision, idempotency_key, command).await)
    }
}

/// Performs a command on the entry an input names.
pub(super) async fn step(
    ctx: &Context<'_>,
    content_id: &ID,
    expected_revision: i32,
    key: Option<String>,
    command: impl FnOnce(EntryId, i64) -> Command,
) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    match entry_id(&["contentId"], content_id) {
        Err(flaw) => Ok(DraftPayload::refused([flaw])),
        Ok(id) => {
            let command = command(id, i64::from(expected_revision));
            DraftPayload::of(&caller, key, &command, &Place::Act).await
        }
    }
}
