//! What is told of entries that were taken back.

use async_graphql::{Enum, ID, SimpleObject};
use griot_domain::EntryId;

use super::error::Answer;
use super::loads::Loads;
use super::scalar::Instant;
use super::view::ViewInput;

/// That an entry was taken back. What it said is not told.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Notice {
    /// Identity of the entry.
    content_id: ID,
    /// What the entry was.
    kind: ContentKind,
    /// How far it was taken back.
    act: RetractionAct,
    /// When.
    at: Instant,
    /// Why, when the office gives a reason.
    reason: Option<String>,
    /// Identity of the entry that stands for it now, to whose page `route` leads: the two were made one.
    successor_id: Option<ID>,
}

/// How far an entry is taken back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::RetractionAct")]
pub(crate) enum RetractionAct {
    /// It is public no more. Read `asOf` an earlier instant it is still there, and it may come back.
    Withdrawn,
    /// Its text is gone, at every instant and for ever. Whoever holds a copy has to delete it.
    Killed,
}

/// What an entry is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::EntryKind")]
pub(crate) enum ContentKind {
    /// An article.
    Article,
    /// A person.
    Person,
    /// An institution.
    Institution,
    /// An event.
    Event,
    /// A topic.
    Topic,
    /// An asset.
    Asset,
    /// An appointment.
    Appointment,
}

impl From<griot_persistence::Notice> for Notice {
    fn from(notice: griot_persistence::Notice) -> Self {
        Self {
            content_id: ID(notice.id.to_string()),
            kind: notice.kind.into(),
            act: notice.act.into(),
            at: Instant(notice.at),
            reason: notice.reason,
            successor_id: notice.successor.map(|id| ID(id.to_string())),
        }
    }
}

/// The notice that stands for an entry.
pub(crate) async fn notice(loads: &Loads, id: &ID, input: Option<ViewInput>) -> Answer<Option<Notice>> {
    let view = ViewInput::resolve(input, loads)?;
    let Ok(id) = id.parse::<EntryId>() else { return Ok(None) };
    let found = loads.store.notice(view.moment, id).await?;
    Ok(found.map(Notice::from))
}
