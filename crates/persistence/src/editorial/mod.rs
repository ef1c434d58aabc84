//! The editors' side: drafts with every revision, acts that make them public, schedules, the audit log.
//!
//! One row, `drafting_head`, is taken by every writer first. What becomes public is written down as an act; the commit
//! of that is the acknowledgement. The public store takes acts up in order and notes the number of the last one, so
//! what a crash leaves between the two commits is finished by the next opening, act or [`EditorialStore::finish`].

mod acts;
mod audit;
mod clocks;
mod drafts;
mod erase;
mod idempotency;
mod instants;
mod named;
mod public;
mod schedule;
mod stored;
mod suggestions;
mod transaction;
mod uploads;

use sea_orm::{DatabaseConnection, EntityTrait};

pub(crate) use audit::note;
pub use audit::{Actor, AuditFlaw, AuditMark, AuditMarkError, AuditRecord, Audited};
pub use clocks::ClockTrace;
pub use drafts::{DraftFilter, DraftState, Drafted, Revision, Saving};
pub use idempotency::Replay;
pub(crate) use schedule::schedule_of;
pub use schedule::{Schedule, ScheduleState};
pub use stored::Publishing;
pub use suggestions::{OpenSuggestion, SuggestionFilter};
pub use transaction::{Committed, EditorialTx};
pub use uploads::{Upload, UploadPlace};

use crate::entity::{applied, drafting_head};
use crate::location::Access;
use crate::{Location, Publisher, StoreError, StoreName};

/// The write handle of the editorial store and of those its acts take effect in; clones share their connections.
#[derive(Clone, Debug)]
pub struct EditorialStore {
    editorial: Publisher,
    published: Publisher,
    embargoed: Publisher,
    reading: Reading,
}

/// Connections that only read: who reads never waits for who writes.
#[derive(Clone, Debug)]
struct Reading {
    editorial: DatabaseConnection,
    published: DatabaseConnection,
}

impl EditorialStore {
    /// Opens a migrated record, and finishes what a crash left.
    pub async fn open(location: &Location) -> Result<Self, StoreError> {
        let store = Self {
            editorial: Publisher::open(location, StoreName::Editorial).await?,
            published: Publisher::open(location, StoreName::Published).await?,
            embargoed: Publisher::open(location, StoreName::Embargoed).await?,
            reading: Reading {
                editorial: location.connect(StoreName::Editorial, Access::Read).await?,
                published: location.connect(StoreName::Published, Access::Read).await?,
            },
        };
        store.finish().await?;
        Ok(store)
    }

    /// Takes up acts that were acknowledged and not applied, as a crash leaves them. Returns whether there were any.
    pub async fn finish(&self) -> Result<bool, StoreError> {
        let head = drafting_head::Entity::find().one(&self.reading.editorial).await?.ok_or_else(no_head)?;
        let mut waiting = Vec::new();
        for (store, last) in [(StoreName::Published, head.published), (StoreName::Embargoed, head.embargoed)] {
            let db = if store == StoreName::Published { &self.reading.published } else { &self.target(store).db };
            let row = applied::Entity::find().one(db).await?;
            if row.is_none_or(|row| row.number < last) {
                waiting.push(store);
            }
        }
        if waiting.is_empty() {
            return Ok(false);
        }
        let mut tx = self.begin().await?;
        for store in waiting {
            tx.open(store).await?;
        }
        tx.commit().await?;
        Ok(true)
    }

    /// Ends the handle's connections.
    pub async fn close(self) -> Result<(), StoreError> {
        self.reading.editorial.close().await?;
        self.reading.published.close().await?;
        self.editorial.close().await?;
        self.published.close().await?;
        self.embargoed.close().await
    }

    fn target(&self, store: StoreName) -> &Publisher {
        match store {
            StoreName::Published => &self.published,
            StoreName::Embargoed => &self.embargoed,
            StoreName::Editorial => &self.editorial,
        }
    }
}

fn no_head() -> StoreError {
    StoreError::corrupt("drafting_head", "its row is missing")
}
