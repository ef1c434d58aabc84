//! Making one of two entries that stand for the same.

use async_graphql::{Context, ID, InputObject, Object};
use griot_editorial::Command;

use super::editor::Caller;
use super::error::{Answer, Nullable};
use super::input::entry_id;
use super::payload::PublishPayload;
use super::place::Place;

/// One of two entries that stand for the same.
#[derive(Debug, InputObject)]
pub(crate) struct MergeEntryInput {
    /// The entry (content id).
    content_id: ID,
    /// The revision that was looked at.
    expected_revision: i32,
}

/// Two entries to make one.
#[derive(Debug, InputObject)]
pub(crate) struct ContentMergeInput {
    /// The entry that stays.
    keep: MergeEntryInput,
    /// The entry that stands for the same and goes.
    drop: MergeEntryInput,
    /// The same key within 24 hours gives the first result instead of acting again.
    idempotency_key: Option<String>,
    /// What the histories shall say of it.
    note: Option<String>,
}

/// Merging.
#[derive(Default)]
pub struct MergeWrites;

#[Object]
impl MergeWrites {
    /// Makes one of two persons, institutions, events or topics that stand for the same. What refers to the dropped one
    /// refers to the kept one, which gains its names and external ids; where the dropped one was public it is withdrawn
    /// and its addresses lead to the kept one. To merge what readers see takes the rights to publish and to withdraw.
    /// Answers the kept draft and the dropped one; drafts that were led over have a new revision too.
    async fn content_merge(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which entry stays, and which one goes.")] input: ContentMergeInput,
    ) -> Nullable<PublishPayload> {
        Some(merge(ctx, input).await)
    }
}

async fn merge(ctx: &Context<'_>, input: ContentMergeInput) -> Answer<PublishPayload> {
    let caller = Caller::of(ctx)?;
    let ContentMergeInput { keep, drop, idempotency_key, note } = input;
    let ids = (entry_id(&["keep", "contentId"], &keep.content_id), entry_id(&["drop", "contentId"], &drop.content_id));
    match ids {
        (Ok(keep_id), Ok(drop_id)) => {
            let command = Command::Merge {
                keep: keep_id,
                expected_keep: keep.expected_revision.into(),
                drop: drop_id,
                expected_drop: drop.expected_revision.into(),
                note,
            };
            let place = Place::Pair { keep: keep_id, drop: drop_id };
            PublishPayload::of(&caller, idempotency_key, &command, &place).await
        }
        (keep, drop) => Ok(PublishPayload::refused([keep.err(), drop.err()].into_iter().flatten())),
    }
}
