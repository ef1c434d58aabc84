//! Keeps a line for each active endpoint, as long as this is the process that sends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::Clock;
use griot_persistence::{EndpointId, Location, SenderLock, StoreError, Webhooks};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;

use crate::caller::Caller;
use crate::figures::Figures;
use crate::line::{Line, Shared, Target};
use crate::slots::Slots;

/// How often changes of endpoints are looked for; what is dispatched by this process needs no looking.
const PERIOD: Duration = Duration::from_millis(250);
/// Periods after which it is looked whether the lock is still held, and how much waits.
const LOCK_EVERY: u64 = 4;
const FIGURES_EVERY: u64 = 20;
/// Periods after which what is old is forgotten.
const FORGET_EVERY: u64 = 4 * 3_600;
/// How long another process is given to end, or the store to come back.
const PAUSE: Duration = Duration::from_secs(1);
/// How long attempts are kept.
const KEPT: TimeDelta = TimeDelta::days(90);

/// What a sender is made of.
pub struct SenderSettings {
    #[allow(missing_docs)]
    pub location: Location,
    #[allow(missing_docs)]
    pub store: Webhooks,
    #[allow(missing_docs)]
    pub caller: Caller,
    /// Tells when something is due.
    pub clock: Arc<dyn Clock>,
}

/// Sends what waits. One process at a time does, and another takes over at its end.
pub struct Sender {
    location: Location,
    shared: Shared,
    handle: SenderHandle,
    lines: HashMap<EndpointId, Running>,
}

/// Wakes a sender, and tells of it. Clones are of the same sender.
#[derive(Clone)]
pub struct SenderHandle {
    wakers: Arc<Mutex<HashMap<EndpointId, Arc<Notify>>>>,
    leading: watch::Receiver<bool>,
    figures: Arc<Figures>,
    /// Held by all, so that a sender that ends does not end the waiting for its word.
    tell: Arc<watch::Sender<bool>>,
}

/// A line at work; it ends with this.
struct Running {
    target: watch::Sender<Target>,
    /// Since when the endpoint is active. One that was verified anew begins anew.
    since: DateTime<Utc>,
    task: AbortHandle,
}

impl Drop for Running {
    fn drop(&mut self) {
        self.task.abort();
    }
}

impl SenderHandle {
    /// Has a line look at what waits in it.
    pub fn wake(&self, endpoint: EndpointId) {
        if let Some(waker) = self.lock().get(&endpoint) {
            waker.notify_one();
        }
    }

    /// The same for every line: for a clock that was set.
    pub fn wake_all(&self) {
        self.lock().values().for_each(|waker| waker.notify_one());
    }

    /// Whether this process is the one that sends, and so the one that is to dispatch.
    pub fn leading(&self) -> watch::Receiver<bool> {
        self.leading.clone()
    }

    #[allow(missing_docs)]
    pub fn figures(&self) -> Arc<Figures> {
        Arc::clone(&self.figures)
    }

    fn lead(&self, is_leading: bool) {
        self.figures.lead(is_leading);
        self.tell.send_replace(is_leading);
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<EndpointId, Arc<Notify>>> {
        self.wakers.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Sender {
    /// A sender that does nothing yet.
    pub fn new(settings: SenderSettings) -> Self {
        let SenderSettings { location, store, caller, clock } = settings;
        let (tell, leading) = watch::channel(false);
        let figures = Arc::<Figures>::default();
        let handle =
            SenderHandle { wakers: Arc::default(), leading, figures: Arc::clone(&figures), tell: Arc::new(tell) };
        let shared = Shared { store, caller, clock, slots: Slots::default(), figures };
        Self { location, shared, handle, lines: HashMap::new() }
    }

    #[allow(missing_docs)]
    pub fn handle(&self) -> SenderHandle {
        self.handle.clone()
    }

    /// Sends for as long as it is polled, whenever no other process does.
    pub async fn run(mut self) {
        loop {
            match SenderLock::take(&self.location).await {
                Ok(Some(lock)) => {
                    if let Err(err) = self.lead(&lock).await {
                        tracing::error!(error = %err, "webhooks cannot be sent; this is tried again");
                    }
                    self.lines.clear();
                    self.handle.lock().clear();
                    self.handle.lead(false);
                }
                Ok(None) => {}
                Err(err) => tracing::error!(error = %err, "webhooks cannot be sent; this is tried again"),
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Sends until the lock is lost or the store fails.
    async fn lead(&mut self, lock: &SenderLock) -> Result<(), StoreError> {
        let mut known = None;
        let mut period = tokio::time::interval(PERIOD);
        period.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        for number in 0u64.. {
            period.tick().await;
            if number % LOCK_EVERY == 0 && !lock.is_held().await {
                tracing::warn!("the lock of who sends webhooks was lost");
                return Ok(());
            }
            let changes = self.shared.store.changes_number().await?;
            // A line ends by itself only when something in it broke.
            let is_broken = number % LOCK_EVERY == 0 && self.lines.values().any(|line| line.task.is_finished());
            if known != Some(changes) || is_broken {
                self.look().await?;
                known = Some(changes);
                self.handle.lead(true);
            }
            if number % FIGURES_EVERY == 0 {
                self.handle.figures.note(self.shared.store.queue_figures().await?);
            }
            if number % FORGET_EVERY == 0 {
                self.shared.store.forget(self.shared.clock.now() - KEPT).await?;
            }
        }
        Ok(())
    }

    /// Has a line for each active endpoint and none for others, and wakes them all.
    async fn look(&mut self) -> Result<(), StoreError> {
        let endpoints = self.shared.store.endpoints(None).await?;
        let active: HashMap<EndpointId, _> =
            endpoints.iter().filter(|endpoint| endpoint.is_active()).map(|endpoint| (endpoint.id, endpoint)).collect();
        self.lines.retain(|id, line| {
            active.get(id).is_some_and(|endpoint| endpoint.state_since == line.since) && !line.task.is_finished()
        });
        self.handle.lock().retain(|id, _| active.contains_key(id));
        for (id, endpoint) in active {
            let target = Target::from(endpoint);
            match self.lines.get(&id) {
                Some(line) => {
                    line.target.send_if_modified(|known| {
                        let is_new = *known != target;
                        *known = target;
                        is_new
                    });
                }
                None => {
                    let wake = Arc::<Notify>::default();
                    let (tell, told) = watch::channel(target);
                    let line = Line::new(self.shared.clone(), endpoint, told, Arc::clone(&wake));
                    self.handle.lock().insert(id, wake);
                    let task = tokio::spawn(line.run()).abort_handle();
                    self.lines.insert(id, Running { target: tell, since: endpoint.state_since, task });
                }
            }
        }
        self.handle.wake_all();
        Ok(())
    }
}
