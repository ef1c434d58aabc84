//! Documents that clients of delivery may name: those the house trusts, from the store, and who may have which run.

use std::sync::Arc;
use std::time::Duration;

use griot_access::{Caller, OperationGrant};
use griot_front::{Front, FrontError, FrontOptions, Limits, OperationMode, Refusal, TrustedDocument};
use griot_persistence::{PublishedStore, StoreError};
use tokio::sync::{Mutex, watch};
use tokio::time::{MissedTickBehavior, interval};

use crate::graphql::delivery::{DeliverySchema, delivery_schema, scalar_checks, sdl};

/// How often it is asked whether trusted documents were added or taken out.
const LOOK_EVERY: Duration = Duration::from_secs(1);

/// Keeps a gateway's trusted documents as the store has them.
pub struct StoredOperations {
    store: PublishedStore,
    front: Arc<Front<DeliverySchema>>,
    /// The change dealt with last.
    number: Mutex<Option<i64>>,
    /// The same for whoever watches.
    heard: watch::Sender<Option<i64>>,
}

impl StoredOperations {
    pub(crate) fn new(store: PublishedStore, front: Arc<Front<DeliverySchema>>) -> Self {
        Self { store, front, number: Mutex::default(), heard: watch::Sender::new(None) }
    }

    /// Takes up what was changed up to now.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        let mut number = self.number.lock().await;
        // Before the documents are read: a change in between is taken up next time.
        let last = self.store.operations_number().await?;
        if *number == Some(last) {
            return Ok(());
        }
        let stored = self.store.operations().await?;
        let count = stored.len();
        for operation in &stored {
            if let Err(refusal) = self.front.admit(&operation.document) {
                let (id, reason) = (&operation.id, refusal.message());
                tracing::warn!(id, reason, "a stored document cannot be run by this version or its limits");
            }
        }
        let documents = stored.into_iter().map(|one| TrustedDocument { id: one.id, text: one.document });
        self.front.trust(documents.collect());
        *number = Some(last);
        self.heard.send_replace(Some(last));
        if count > 0 {
            tracing::info!(count, "stored documents were read");
        }
        Ok(())
    }

    /// The number of the change dealt with last, for whoever goes by it; `None` before the first look.
    pub(crate) fn hear(&self) -> watch::Receiver<Option<i64>> {
        self.heard.subscribe()
    }

    /// Takes up changes within a second, for as long as it is polled. While the store is out of reach the documents known
    /// stay in use.
    pub async fn follow(&self) {
        let mut ticks = interval(LOOK_EVERY);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut is_failing = false;
        loop {
            ticks.tick().await;
            let looked = self.catch_up().await;
            if let Err(error) = &looked
                && !is_failing
            {
                let error = error as &dyn std::error::Error;
                tracing::error!(error, "stored documents are out of reach: those known stay in use");
            }
            is_failing = looked.is_err();
        }
    }
}

/// Judges documents by the delivery schema and the limits, as a gateway would.
pub struct OperationJudge(Front<DeliverySchema>);

impl OperationJudge {
    /// It fails only if the schema itself is at fault.
    pub fn new(limits: Limits, introspection: bool) -> Result<Self, FrontError> {
        let options = FrontOptions { introspection, scalars: scalar_checks(), ..FrontOptions::default() };
        Ok(Self(Front::new(delivery_schema(), &sdl(), limits, options)?))
    }

    /// Whether a document may be stored.
    pub fn admit(&self, document: &str) -> Result<(), Refusal> {
        self.0.admit(document)
    }
}

/// Which documents are run for a caller: what the key says, else what is set for everybody. Whoever works on the
/// editorial side is known and tries things out.
pub(crate) fn mode_of(caller: Option<&Caller>, default: OperationMode) -> OperationMode {
    match caller {
        None => default,
        Some(Caller::Principal(_)) => OperationMode::Open,
        Some(Caller::Reader(reader)) => match reader.operations {
            None => default,
            Some(OperationGrant::Open) => OperationMode::Open,
            Some(OperationGrant::Apq) => OperationMode::Apq,
            Some(OperationGrant::Trusted) => OperationMode::Trusted,
        },
    }
}
