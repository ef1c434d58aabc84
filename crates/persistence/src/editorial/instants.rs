//! When something last changed, so that the next act can follow it whatever the clock shows by then.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, from_micros};
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::EditorialTx;
use crate::entity::{edition, entry_version, notice};
use crate::{StoreError, StoreName};

/// Ids in one statement.
const CHUNK: usize = 500;

impl EditorialTx<'_> {
    /// The last instant at which something of `ids` became public or ceased to be, with every act taken up; `None`
    /// when nothing ever did.
    pub async fn last_public(&mut self, ids: &[EntryId]) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.open(StoreName::Published).await?;
        match self.published() {
            Some(public) => last_change(&public.tx, ids).await,
            None => Ok(None),
        }
    }
}

/// The last bound of a version, edition or notice in one store.
async fn last_change(db: &impl ConnectionTrait, ids: &[EntryId]) -> Result<Option<DateTime<Utc>>, StoreError> {
    let mut last: Option<i64> = None;
    macro_rules! look {
        ($table:ident, $begin:ident, $end:ident, $chunk:expr) => {
            let bounds: Option<(Option<i64>, Option<i64>)> = $table::Entity::find()
                .select_only()
                .column_as($table::Column::$begin.max(), "begins")
                .column_as($table::Column::$end.max(), "ends")
                .filter($table::Column::EntryId.is_in($chunk.iter().map(|id| id.0)))
                .into_tuple()
                .one(db)
                .await?;
            last = bounds.map_or(last, |(begins, ends)| last.max(begins).max(ends));
        };
    }
    for chunk in ids.chunks(CHUNK) {
        look!(entry_version, LiveFrom, LiveTo, chunk);
        look!(edition, LiveFrom, LiveTo, chunk);
        look!(notice, At, Until, chunk);
    }
    Ok(last.and_then(from_micros))
}
