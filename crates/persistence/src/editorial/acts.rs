//! Acts taking effect in a public store.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, Publication, from_micros};
use sea_orm::{ColumnTrait, EntityTrait, QueryFilter, QueryOrder};

use super::stored::{Publishing, from_json};
use crate::entity::act;
use crate::{Act, Outcome, PublishTx, StoreError, StoreName};

/// Makes an act take effect; outcomes stand in the order given.
pub(super) async fn take_up(
    target: &PublishTx,
    publishings: &[Publishing],
    act: &Act,
) -> Result<Vec<(EntryId, Outcome)>, StoreError> {
    let mut publications: Vec<Publication> = Vec::new();
    for publishing in publishings {
        match publishing {
            Publishing::Publish(publication) => publications.push((**publication).clone()),
            Publishing::Erase(id) => target.erase(*id).await?,
        }
    }
    let outcomes = target.publish(&publications, act).await?;
    Ok(publications.iter().map(|publication| publication.id).zip(outcomes).collect())
}

/// Takes up every act after the last one the store knows, in order. Returns the number of the last one it knows then.
pub(super) async fn catch_up(editorial: &PublishTx, target: &PublishTx, store: StoreName) -> Result<i64, StoreError> {
    let mut last = target.applied().await?;
    let waiting = act::Entity::find()
        .filter(act::Column::Store.eq(store.as_str()))
        .filter(act::Column::Number.gt(last))
        .order_by_asc(act::Column::Number)
        .all(&editorial.tx)
        .await?;
    for row in waiting {
        let name = || format!("act {} for the {} store", row.number, row.store);
        let publishings = from_json(&row.content).map_err(|why| StoreError::corrupt(name(), why))?;
        let at: DateTime<Utc> =
            from_micros(row.at).ok_or_else(|| StoreError::corrupt(name(), "a date outside the calendar"))?;
        for (id, outcome) in take_up(target, &publishings, &Act { origin: row.origin.clone(), at }).await? {
            if let Outcome::Refused(refusal) = outcome {
                // Something else was published between the crash and now, such as an import.
                tracing::error!(act = row.number, entry = %id, %refusal, "an acknowledged publication cannot be made");
            }
        }
        target.set_applied(row.number).await?;
        tracing::info!(act = row.number, store = %store.as_str(), "an act that a crash left half done is done");
        last = row.number;
    }
    Ok(last)
}
