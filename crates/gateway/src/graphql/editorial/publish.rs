//! Making drafts public: now, at an instant, early for some; correcting what is public.

use async_graphql::{Context, ID, InputObject, Object};
use griot_domain::{EntryId, EntryKind};
use griot_editorial::{Command, PublishItem};
use uuid::Uuid;

use super::editor::Caller;
use super::error::{Answer, Nullable};
use super::input::{ArticleUpdateInput, Flaw, LocalizedText, Patched, When, entry_id, locales};
use super::payload::{DraftPayload, PublishPayload, SchedulePayload};
use super::place::Place;
use super::write::entry_of;
use crate::graphql::delivery::article::CorrectionKind;
use crate::graphql::delivery::scalar::Tag;

/// One entry to make public.
#[derive(Debug, InputObject)]
pub(crate) struct PublishItemInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that was looked at.
    expected_revision: i32,
    /// These languages only; all that the draft has when left out.
    locales: Option<Vec<Tag>>,
}

/// Entries to make public together.
#[derive(Debug, InputObject)]
pub(crate) struct ContentPublishInput {
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// 1 to 200 entries; all become public, or none.
    items: Vec<PublishItemInput>,
}

/// Entries to make public together, at an instant.
#[derive(Debug, InputObject)]
pub(crate) struct ContentScheduleInput {
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// 1 to 200 entries; all become public, or none.
    items: Vec<PublishItemInput>,
    /// When they become public.
    at: When,
}

/// A schedule to move.
#[derive(Debug, InputObject)]
pub(crate) struct ScheduleMoveInput {
    /// The schedule.
    schedule_id: ID,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// When it is due as far as the user knows; if somebody else has moved it, nothing is done.
    expected_due_at: Option<When>,
    /// When it shall be done instead.
    at: When,
}

/// A schedule to call off.
#[derive(Debug, InputObject)]
pub(crate) struct ScheduleCancelInput {
    /// The schedule.
    schedule_id: ID,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// When it is due as far as the user knows; if somebody else has moved it, nothing is done.
    expected_due_at: Option<When>,
}

/// A change of a public article, and what readers are told of it.
#[derive(Debug, InputObject)]
pub(crate) struct ArticleCorrectInput {
    /// What the correction does.
    correction_kind: CorrectionKind,
    /// What was wrong and what is right, for readers.
    public_note: LocalizedText,
    #[graphql(flatten)]
    change: ArticleUpdateInput,
}

/// Making public.
#[derive(Default)]
pub struct PublishWrites;

#[Object]
impl PublishWrites {
    /// Makes drafts public together, now. Names each thing that is missing, or that would refer to something not public.
    async fn content_publish(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries.")] input: ContentPublishInput,
    ) -> Nullable<PublishPayload> {
        let ContentPublishInput { idempotency_key, items } = input;
        Some(set(ctx, idempotency_key, items, |items| Command::Publish { items }).await)
    }

    /// Makes drafts public together at an instant to come, as they are now: later edits do not change it.
    async fn content_schedule(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries, and when.")] input: ContentScheduleInput,
    ) -> Nullable<PublishPayload> {
        let ContentScheduleInput { idempotency_key, items, at } = input;
        let command = |items| Command::Schedule { items, at: at.to_utc(), early: false };
        Some(set(ctx, idempotency_key, items, command).await)
    }

    /// Shows drafts to keys entitled to embargoed items at once, and to the public at an instant to come.
    async fn content_embargo(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entries, and until when.")] input: ContentScheduleInput,
    ) -> Nullable<PublishPayload> {
        let ContentScheduleInput { idempotency_key, items, at } = input;
        let command = |items| Command::Schedule { items, at: at.to_utc(), early: true };
        Some(set(ctx, idempotency_key, items, command).await)
    }

    /// Moves a schedule or an embargo to another instant to come.
    async fn schedule_move(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which schedule, and when.")] input: ScheduleMoveInput,
    ) -> Nullable<SchedulePayload> {
        let ScheduleMoveInput { schedule_id, idempotency_key, expected_due_at, at } = input;
        let expected = expected_due_at.map(When::to_utc);
        let command = |schedule| Command::Reschedule { schedule, expected, at: at.to_utc() };
        Some(schedule(ctx, idempotency_key, &schedule_id, command).await)
    }

    /// Calls a schedule or an embargo off; early readers see it no more.
    async fn schedule_cancel(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which schedule.")] input: ScheduleCancelInput,
    ) -> Nullable<SchedulePayload> {
        let ScheduleCancelInput { schedule_id, idempotency_key, expected_due_at } = input;
        let expected = expected_due_at.map(When::to_utc);
        let command = |schedule| Command::Unschedule { schedule, expected };
        Some(schedule(ctx, idempotency_key, &schedule_id, command).await)
    }

    /// Changes a public article and publishes it at once, with a note that readers see. Without changes it publishes the
    /// draft as it stands: so is corrected what takes two persons, when another has approved the draft. Languages that
    /// are not public stay drafts.
    async fn article_correct(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "What to change, and what to tell.")] input: ArticleCorrectInput,
    ) -> Nullable<DraftPayload> {
        Some(correct(ctx, input).await)
    }
}

async fn set(
    ctx: &Context<'_>,
    key: Option<String>,
    items: Vec<PublishItemInput>,
    command: impl FnOnce(Vec<PublishItem>) -> Command,
) -> Answer<PublishPayload> {
    let caller = Caller::of(ctx)?;
    let mut flaws = Vec::new();
    let mut read = Vec::with_capacity(items.len());
    for (position, item) in items.into_iter().enumerate() {
        let place = position.to_string();
        let id = entry_id(&["items", &place, "contentId"], &item.content_id);
        let wanted = locales(&["items", &place, "locales"], item.locales);
        match (id, wanted) {
            (Ok(id), Ok(locales)) => {
                read.push(PublishItem { id, expected: i64::from(item.expected_revision), locales });
            }
            (id, wanted) => flaws.extend([id.err(), wanted.err()].into_iter().flatten()),
        }
    }
    if !flaws.is_empty() {
        return Ok(PublishPayload::refused(flaws));
    }
    let ids: Vec<EntryId> = read.iter().map(|item| item.id).collect();
    PublishPayload::of(&caller, key, &command(read), &Place::Items(ids)).await
}

async fn schedule(
    ctx: &Context<'_>,
    key: Option<String>,
    id: &ID,
    command: impl FnOnce(Uuid) -> Command,
) -> Answer<SchedulePayload> {
    let caller = Caller::of(ctx)?;
    match Uuid::try_parse(id) {
        Err(_) => {
            let message = format!("`{}` is not the id of a schedule", id.as_str());
            Ok(SchedulePayload::refused([Flaw::invalid(&["scheduleId"], message)]))
        }
        Ok(id) => SchedulePayload::of(&caller, key, &command(id)).await,
    }
}

async fn correct(ctx: &Context<'_>, input: ArticleCorrectInput) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    let ArticleCorrectInput { correction_kind, public_note, change } = input;
    let (key, note, expected) =
        (change.idempotency_key.clone(), change.note.clone(), i64::from(change.expected_revision));
    let id = entry_of(&caller, EntryKind::Article, &change.content_id).await?;
    let public_note = serde_json::from_value(public_note.0).map_err(|_| {
        Flaw::invalid(&["publicNote"], "is a text, or an object of texts by language tag such as {\"fr\": \"…\"}")
    });
    match (id, public_note, change.fields().patch(&caller.base.url)) {
        (Ok(id), Ok(public_note), Ok(Patched { patch, locales })) => {
            let kind = correction_kind.into();
            let command = Command::Correct { id, expected, patch, kind, public_note, note };
            DraftPayload::of(&caller, key, &command, &Place::Fields(locales)).await
        }
        (id, public_note, patched) => {
            let flaws = [id.err(), public_note.err()].into_iter().flatten();
            Ok(DraftPayload::refused(flaws.chain(patched.err().into_iter().flatten())))
        }
    }
}
