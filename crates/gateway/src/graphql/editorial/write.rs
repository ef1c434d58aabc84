//! Beginning and changing entries, the same for every kind.

use async_graphql::{Context, ID};
use griot_domain::{EntryId, EntryKind};
use griot_editorial::{Command, UserErrorCode};

use super::editor::Caller;
use super::error::Answer;
use super::input::{Fields, Flaw, Patched, entry_id};
use super::payload::DraftPayload;
use super::place::Place;

/// What an input says beside the fields to change.
pub(super) struct Change {
    pub kind: EntryKind,
    pub content_id: ID,
    pub expected_revision: i32,
    pub key: Option<String>,
    pub note: Option<String>,
}

pub(super) async fn create(
    ctx: &Context<'_>,
    kind: EntryKind,
    key: Option<String>,
    note: Option<String>,
    fields: Fields,
) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    match fields.patch(&caller.base.url) {
        Err(flaws) => Ok(DraftPayload::refused(flaws)),
        Ok(Patched { patch, locales }) => {
            let command = Command::Create { kind, patch, note };
            DraftPayload::of(&caller, key, &command, &Place::Fields(locales)).await
        }
    }
}

pub(super) async fn update(ctx: &Context<'_>, change: Change, fields: Fields) -> Answer<DraftPayload> {
    let caller = Caller::of(ctx)?;
    let id = entry_of(&caller, change.kind, &change.content_id).await?;
    let patched = fields.patch(&caller.base.url);
    match (id, patched) {
        (Ok(id), Ok(Patched { patch, locales })) => {
            let expected = i64::from(change.expected_revision);
            let command = Command::Edit { id, expected, patch, note: change.note };
            DraftPayload::of(&caller, change.key, &command, &Place::Fields(locales)).await
        }
        (id, patched) => Ok(DraftPayload::refused(id.err().into_iter().chain(patched.err().into_iter().flatten()))),
    }
}

/// The entry an id stands for, if it is of the kind wanted; which kind it is never changes.
pub(super) async fn entry_of(caller: &Caller<'_>, kind: EntryKind, id: &ID) -> Answer<Result<EntryId, Flaw>> {
    let id = match entry_id(&["contentId"], id) {
        Ok(id) => id,
        Err(flaw) => return Ok(Err(flaw)),
    };
    Ok(match caller.store().draft(id).await? {
        Some(draft) if draft.kind != kind => {
            let message = format!("{id} is of kind {}, not {kind}; use the mutation of that kind", draft.kind);
            Err(Flaw { code: UserErrorCode::NotFound, ..Flaw::invalid(&["contentId"], message) })
        }
        _ => Ok(id),
    })
}
