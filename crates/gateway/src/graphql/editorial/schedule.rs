//! What waits for its time.

use async_graphql::{Enum, ID, SimpleObject};
use griot_front::directive::List;
use griot_persistence::EditorialStore;
use uuid::Uuid;

use super::error::Answer;
use super::input::When;

/// Entries that become public together at an instant.
#[derive(SimpleObject)]
pub(crate) struct Schedule {
    /// For `scheduleMove` and `scheduleCancel`.
    id: ID,
    /// When it is due.
    due_at: When,
    /// What became of it.
    state: ScheduleState,
    /// Whether keys entitled to embargoed items see it before.
    is_early: bool,
    /// Who made it.
    author: String,
    /// When it was made.
    made_at: When,
    /// The entries (content ids).
    #[graphql(directive = List::apply(200))]
    content_ids: Vec<ID>,
    /// Why it could not be done, when its state is FAILED.
    failure: Option<String>,
}

/// What became of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_persistence::ScheduleState")]
pub(crate) enum ScheduleState {
    /// It is not due yet.
    Waiting,
    /// Everything of it is public.
    Done,
    /// It was called off.
    Cancelled,
    /// It could not be done when it was due; nothing of it became public.
    Failed,
}

impl Schedule {
    /// The schedule with this id, if there is one.
    pub async fn load(store: &EditorialStore, id: Option<Uuid>) -> Answer<Option<Self>> {
        match id {
            Some(id) => Ok(store.schedule(id).await?.map(Self::from)),
            None => Ok(None),
        }
    }
}

impl From<griot_persistence::Schedule> for Schedule {
    fn from(schedule: griot_persistence::Schedule) -> Self {
        Self {
            id: ID(schedule.id.to_string()),
            due_at: schedule.due_at.into(),
            state: schedule.state.into(),
            is_early: schedule.is_early,
            content_ids: schedule.entries().into_iter().map(|id| ID(id.to_string())).collect(),
            author: schedule.author,
            made_at: schedule.made_at.into(),
            failure: schedule.failure,
        }
    }
}
