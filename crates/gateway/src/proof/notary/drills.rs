//! What drills issue is stated as everything else is. It is in no journal, so it is looked for where partners are told of it.

use std::collections::HashMap;
use std::sync::Arc;

use griot_domain::EntryId;
use griot_persistence::PartnerStore;
use tokio::sync::watch;
use tokio::time::timeout;

use super::{IDLE, Notary, Step};
use crate::documents::drill_item;
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::proof::making::of;

/// Where drills are looked for.
pub(crate) struct Drills {
    store: PartnerStore,
    /// Number of the last change of any product; a drill is one.
    numbers: watch::Receiver<i64>,
    /// That number, when all were stated last.
    stated_to: Option<i64>,
    /// The version of each drill that this process knows to be stated.
    versions: HashMap<EntryId, u32>,
}

impl Drills {
    pub fn new(store: PartnerStore, numbers: watch::Receiver<i64>) -> Self {
        Self { store, numbers, stated_to: None, versions: HashMap::new() }
    }
}

impl Notary {
    /// States the version there is now of each drill. One that was killed before it was stated is stated as killed alone.
    pub(super) async fn state_drills(&mut self) -> Answer<Step> {
        let Some(drills) = &mut self.drills else { return Ok(Step::Idle) };
        drills.numbers.mark_unchanged();
        // Before the drills: what is begun later is stated the next time.
        let (_, number) = drills.store.sorted_to().await?;
        if drills.stated_to == Some(number) {
            return Ok(Step::Idle);
        }
        let known = self.store.statement_head().await?;
        let loads = Loads::new(Arc::clone(&self.public), None);
        let all = drills.store.drills().await?;
        let mut items: Vec<_> = all.iter().rev().filter_map(|drill| drill_item(drill, &loads)).collect();
        items.retain(|item| drills.versions.get(&item.id) != Some(&item.version));
        let step = match items.is_empty() {
            true => Step::Idle,
            false => {
                self.refuse_ended(&known)?;
                let made = items.iter().map(|item| (known.seq, of(item))).collect();
                let addition = self.stated(&known, made).await?;
                match addition.statements.is_empty() {
                    true => Step::Idle,
                    false => self.added(&known, addition).await?,
                }
            }
        };
        if let (Some(drills), false) = (&mut self.drills, matches!(step, Step::Overtaken)) {
            drills.versions.extend(items.iter().map(|item| (item.id, item.version)));
            drills.stated_to = Some(number);
        }
        Ok(step)
    }

    /// Returns when there may be something to state.
    pub(super) async fn wait(&mut self) {
        let Self { heard, drills, .. } = self;
        let drilled = async {
            let Some(drills) = drills else { return std::future::pending().await };
            if drills.numbers.changed().await.is_err() {
                std::future::pending::<()>().await;
            }
        };
        let news = async {
            tokio::select! {
                _ = heard.changed() => {}
                () = drilled => {}
            }
        };
        timeout(IDLE, news).await.ok();
    }
}
