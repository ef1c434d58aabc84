//! What is under embargo, and until when: entitled partners have to be told both.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use griot_domain::EntryId;
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter};

use super::PartnerStore;
use crate::StoreError;
use crate::editorial::{ScheduleState, schedule_of};
use crate::entity::schedule;

/// That entitled keys see an entry before the public does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Embargo {
    /// When it becomes public.
    pub until: DateTime<Utc>,
    /// When what they see was put under embargo.
    pub made_at: DateTime<Utc>,
}

impl PartnerStore {
    /// Every entry under embargo.
    pub async fn embargoes(&self) -> Result<BTreeMap<EntryId, Embargo>, StoreError> {
        let rows = schedule::Entity::find()
            .filter(schedule::Column::State.eq(ScheduleState::Waiting.as_str()))
            .filter(schedule::Column::IsEarly.eq(1))
            .all(&self.reads)
            .await?;
        let mut embargoes = BTreeMap::new();
        for row in rows {
            let schedule = schedule_of(row)?;
            let embargo = Embargo { until: schedule.due_at, made_at: schedule.made_at };
            embargoes.extend(schedule.entries().into_iter().map(|entry| (entry, embargo)));
        }
        Ok(embargoes)
    }
}
