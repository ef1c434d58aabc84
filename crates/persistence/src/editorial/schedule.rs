//! Acts that wait for their time.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::{ActiveModelTrait, ColumnTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};
use uuid::Uuid;

use super::stored::{Publishing, from_json, to_json};
use super::{EditorialStore, EditorialTx};
use crate::StoreError;
use crate::entity::schedule;

/// What becomes public at an instant.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    #[allow(missing_docs)]
    pub id: Uuid,
    #[allow(missing_docs)]
    pub due_at: DateTime<Utc>,
    #[allow(missing_docs)]
    pub state: ScheduleState,
    /// The act, such as `publish`.
    pub verb: String,
    /// Whether keys entitled to embargoed items see it already.
    pub is_early: bool,
    /// Id of the principal who scheduled it.
    pub author: String,
    #[allow(missing_docs)]
    pub made_at: DateTime<Utc>,
    /// As decided when it was scheduled; later edits do not change it.
    pub publishings: Vec<Publishing>,
    /// Why it could not be done.
    pub failure: Option<String>,
    /// Last `seq` of the public record when it was made; `None` for one made before that was noted.
    pub after_seq: Option<i64>,
}

/// What became of a schedule.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum ScheduleState {
    Waiting,
    Done,
    Cancelled,
    Failed,
}

impl ScheduleState {
    #[allow(missing_docs)]
    pub const ALL: [Self; 4] = [Self::Waiting, Self::Done, Self::Cancelled, Self::Failed];

    /// The word in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Cancelled => "cancelled",
            Self::Failed => "failed",
        }
    }
}

impl Schedule {
    /// The entries it concerns, in order.
    pub fn entries(&self) -> Vec<EntryId> {
        self.publishings
            .iter()
            .map(|publishing| match publishing {
                Publishing::Publish(publication) => publication.id,
                Publishing::Erase(id) => *id,
            })
            .collect()
    }
}

impl EditorialTx<'_> {
    /// Writes a schedule, or what has changed of it.
    pub async fn put_schedule(&self, schedule: &Schedule) -> Result<(), StoreError> {
        let row = schedule::ActiveModel {
            id: Set(schedule.id),
            due_at: Set(micros(schedule.due_at)),
            state: Set(schedule.state.as_str().to_owned()),
            verb: Set(schedule.verb.clone()),
            is_early: Set(schedule.is_early.into()),
            author: Set(schedule.author.clone()),
            made_at: Set(micros(schedule.made_at)),
            content: Set(to_json(&schedule.publishings)),
            failure: Set(schedule.failure.clone()),
            after_seq: Set(schedule.after_seq),
        };
        let is_known = schedule::Entity::find_by_id(schedule.id).one(&self.tx.tx).await?.is_some();
        if is_known {
            row.update(&self.tx.tx).await?;
        } else {
            schedule::Entity::insert(row).exec_without_returning(&self.tx.tx).await?;
        }
        Ok(())
    }

    /// Those that wait and concern an entry, or refer to it.
    pub async fn waiting_with(&self, id: EntryId) -> Result<Vec<Schedule>, StoreError> {
        let rows = schedule::Entity::find()
            .filter(schedule::Column::State.eq(ScheduleState::Waiting.as_str()))
            .filter(schedule::Column::Content.contains(id.to_string()))
            .order_by_asc(schedule::Column::DueAt)
            .order_by_asc(schedule::Column::Id)
            .all(&self.tx.tx)
            .await?;
        rows.into_iter().map(schedule_of).collect()
    }

    /// A schedule, whatever became of it.
    pub async fn schedule(&self, id: Uuid) -> Result<Option<Schedule>, StoreError> {
        schedule::Entity::find_by_id(id).one(&self.tx.tx).await?.map(schedule_of).transpose()
    }
}

impl EditorialStore {
    /// A schedule, whatever became of it.
    pub async fn schedule(&self, id: Uuid) -> Result<Option<Schedule>, StoreError> {
        schedule::Entity::find_by_id(id).one(&self.reading.editorial).await?.map(schedule_of).transpose()
    }

    /// Those that wait and are due at `at`, the earliest first.
    pub async fn due(&self, at: DateTime<Utc>) -> Result<Vec<Schedule>, StoreError> {
        let rows = schedule::Entity::find()
            .filter(schedule::Column::State.eq(ScheduleState::Waiting.as_str()))
            .filter(schedule::Column::DueAt.lte(micros(at)))
            .order_by_asc(schedule::Column::DueAt)
            .order_by_asc(schedule::Column::Id)
            .all(&self.reading.editorial)
            .await?;
        rows.into_iter().map(schedule_of).collect()
    }

    /// When the next one that waits is due.
    pub async fn next_due(&self) -> Result<Option<DateTime<Utc>>, StoreError> {
        let next: Option<i64> = schedule::Entity::find()
            .select_only()
            .column(schedule::Column::DueAt)
            .filter(schedule::Column::State.eq(ScheduleState::Waiting.as_str()))
            .order_by_asc(schedule::Column::DueAt)
            .into_tuple()
            .one(&self.reading.editorial)
            .await?;
        Ok(next.and_then(from_micros))
    }

    /// Schedules in a state, the earliest first, at most `limit`.
    pub async fn schedules(&self, state: ScheduleState, limit: u64) -> Result<Vec<Schedule>, StoreError> {
        let rows = schedule::Entity::find()
            .filter(schedule::Column::State.eq(state.as_str()))
            .order_by_asc(schedule::Column::DueAt)
            .order_by_asc(schedule::Column::Id)
            .limit(limit)
            .all(&self.reading.editorial)
            .await?;
        rows.into_iter().map(schedule_of).collect()
    }
}

pub(crate) fn schedule_of(row: schedule::Model) -> Result<Schedule, StoreError> {
    let corrupt = |why: &str| StoreError::corrupt(format!("schedule {}", row.id), why);
    let instant = |micros| from_micros(micros).ok_or_else(|| corrupt("a date outside the calendar"));
    let state = ScheduleState::ALL.into_iter().find(|state| state.as_str() == row.state);
    Ok(Schedule {
        id: row.id,
        due_at: instant(row.due_at)?,
        state: state.ok_or_else(|| corrupt("an unknown state"))?,
        is_early: row.is_early != 0,
        made_at: instant(row.made_at)?,
        publishings: from_json(&row.content).map_err(|why| corrupt(&why))?,
        verb: row.verb,
        author: row.author,
        failure: row.failure,
        after_seq: row.after_seq,
    })
}
