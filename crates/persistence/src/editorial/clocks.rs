//! What the clocks of machines showed while they could be trusted.

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{from_micros, micros};
use sea_orm::ActiveValue::Set;
use sea_orm::{ColumnTrait, Condition, EntityTrait, QueryFilter, QueryOrder};

use super::{EditorialStore, EditorialTx};
use crate::StoreError;
use crate::entity::clock_trace;

/// Traces of machines that were not heard of for so long are forgotten.
const KEPT: TimeDelta = TimeDelta::days(90);

/// What the clock of one machine showed at one moment since its start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClockTrace {
    /// One start of one machine, as the system names it.
    pub boot: String,
    /// How long the machine was up, to the microsecond.
    pub up: TimeDelta,
    /// What its clock showed then.
    pub wall: DateTime<Utc>,
}

impl EditorialStore {
    /// The last trace of each start of each machine, the latest clock first.
    pub async fn clock_traces(&self) -> Result<Vec<ClockTrace>, StoreError> {
        let newest_first = clock_trace::Entity::find().order_by_desc(clock_trace::Column::Wall);
        newest_first.all(&self.reading.editorial).await?.into_iter().map(read).collect()
    }
}

impl EditorialTx<'_> {
    /// Puts a trace in the place of the last of the same start.
    pub async fn put_clock_trace(&self, trace: &ClockTrace) -> Result<(), StoreError> {
        let old = Condition::any()
            .add(clock_trace::Column::Boot.eq(trace.boot.as_str()))
            .add(clock_trace::Column::Wall.lt(micros(trace.wall - KEPT)));
        clock_trace::Entity::delete_many().filter(old).exec(&self.tx.tx).await?;
        let row = clock_trace::ActiveModel {
            boot: Set(trace.boot.clone()),
            up: Set(trace.up.num_microseconds().unwrap_or(i64::MAX)),
            wall: Set(micros(trace.wall)),
        };
        clock_trace::Entity::insert(row).exec_without_returning(&self.tx.tx).await?;
        Ok(())
    }

    /// Forgets traces of clocks that showed a later time.
    pub async fn forget_clock_traces_after(&self, wall: DateTime<Utc>) -> Result<(), StoreError> {
        let later = clock_trace::Column::Wall.gt(micros(wall));
        clock_trace::Entity::delete_many().filter(later).exec(&self.tx.tx).await?;
        Ok(())
    }
}

fn read(row: clock_trace::Model) -> Result<ClockTrace, StoreError> {
    let corrupt = || StoreError::corrupt(format!("clock_trace {}", row.boot), "a date outside the calendar");
    let wall = from_micros(row.wall).ok_or_else(corrupt)?;
    Ok(ClockTrace { boot: row.boot, up: TimeDelta::microseconds(row.up), wall })
}
