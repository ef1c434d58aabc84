//! The line of one endpoint: what waits for it is sent in order, whatever others do.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use griot_domain::Clock;
use griot_persistence::{
    Attempt, Attempted, Delivery, Endpoint, EndpointId, Health, Lane, NewDelivery, SigningSecrets, StoreError, Webhooks,
};
use tokio::sync::{Notify, oneshot, watch};
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::caller::{Caller, Reply};
use crate::event::{DISABLED, event_body, event_id, is_wanted};
use crate::figures::Figures;
use crate::slots::{Room, Slots};
use crate::verdict::verdict;

/// Attempts at once at an endpoint that works, kills left out.
const AT_ONCE: usize = 4;
/// Kills at once at one endpoint.
const KILLS_AT_ONCE: usize = 16;
/// Read of a line at a time.
const PAGE: u64 = 32;
/// After the store failed.
const PAUSE: Duration = Duration::from_secs(1);

/// What all lines use.
#[derive(Clone)]
pub(crate) struct Shared {
    pub store: Webhooks,
    pub caller: Caller,
    pub clock: Arc<dyn Clock>,
    pub slots: Slots,
    pub figures: Arc<Figures>,
}

/// The line of one endpoint.
pub(crate) struct Line {
    shared: Shared,
    id: EndpointId,
    partner: Uuid,
    target: watch::Receiver<Target>,
    wake: Arc<Notify>,
    health: Health,
    under_way: JoinSet<Done>,
    /// By the number of the delivery.
    sent: HashMap<i64, Sent>,
}

/// Where attempts go, and what they are signed with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Target {
    pub url: String,
    pub secrets: SigningSecrets,
}

/// An attempt under way.
struct Sent {
    item: Option<String>,
    lane: Lane,
    /// Breaks it off.
    cut: Option<oneshot::Sender<()>>,
}

/// An attempt that came to an end.
struct Done {
    delivery: Delivery,
    url: String,
    at: DateTime<Utc>,
    reply: Reply,
    is_cut: bool,
}

impl From<&Endpoint> for Target {
    fn from(endpoint: &Endpoint) -> Self {
        Self { url: endpoint.url.clone(), secrets: endpoint.secrets.clone() }
    }
}

impl Line {
    pub fn new(shared: Shared, endpoint: &Endpoint, target: watch::Receiver<Target>, wake: Arc<Notify>) -> Self {
        Self {
            shared,
            id: endpoint.id,
            partner: endpoint.partner,
            target,
            wake,
            health: endpoint.health,
            under_way: JoinSet::new(),
            sent: HashMap::new(),
        }
    }

    /// Sends for as long as it is polled.
    pub async fn run(mut self) {
        loop {
            let next = match self.fill().await {
                Ok(next) => next,
                Err(err) => {
                    tracing::error!(endpoint = %self.id, error = %err, "a line of webhooks cannot be read; this is tried again");
                    Some(PAUSE)
                }
            };
            let due = async {
                match next {
                    Some(pause) => tokio::time::sleep(pause).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                Some(done) = self.under_way.join_next() => match done {
                    Ok(done) => self.settle(done).await,
                    Err(panic) => std::panic::resume_unwind(panic.into_panic()),
                },
                () = self.wake.notified() => {}
                () = due => {}
            }
        }
    }

    /// Starts what may be sent now. How long it is until something else is due.
    async fn fill(&mut self) -> Result<Option<Duration>, StoreError> {
        let now = self.shared.clock.now();
        let busy: Vec<i64> = self.sent.keys().copied().collect();
        for delivery in self.shared.store.due(self.id, now, &busy, PAGE).await? {
            if self.may_start(&delivery, now) {
                self.start(delivery);
            }
        }
        let next = self.shared.store.next_due(self.id, now).await?;
        let paused_until = self.health.paused_until.filter(|until| *until > now);
        let next = next.into_iter().chain(paused_until).min();
        Ok(next.map(|at| (at - now).to_std().unwrap_or_default()))
    }

    fn may_start(&mut self, delivery: &Delivery, now: DateTime<Utc>) -> bool {
        let is_kill = delivery.event.lane == Lane::Kill;
        let of_item = |sent: &&mut Sent| sent.item.is_some() && sent.item == delivery.event.item;
        if let Some(sent) = self.sent.values_mut().find(of_item) {
            // A kill does not wait until an endpoint has had its time to answer an older version.
            if is_kill && sent.lane == Lane::Normal {
                sent.cut = None;
            }
            return false;
        }
        let under_way = self.sent.values().filter(|sent| (sent.lane == Lane::Kill) == is_kill).count();
        if is_kill {
            return under_way < KILLS_AT_ONCE;
        }
        // Neither the endpoint nor the way to it is shared with a kill.
        if self.sent.values().any(|sent| sent.lane == Lane::Kill) {
            return false;
        }
        let is_paused = self.health.paused_until.is_some_and(|until| until > now);
        let most = if self.health.failures > 0 { 1 } else { AT_ONCE };
        !is_paused && under_way < most
    }

    fn start(&mut self, delivery: Delivery) {
        let (cut, is_cut) = oneshot::channel();
        let lane = delivery.event.lane;
        self.sent.insert(delivery.number, Sent { item: delivery.event.item.clone(), lane, cut: Some(cut) });
        let room = match (lane, self.health.failures) {
            // Whatever the endpoint did before: what hangs goes to the slow ones by itself.
            (Lane::Kill, _) => Room::Kills,
            (Lane::Normal, 1..) => Room::Slow,
            (Lane::Normal, _) => Room::First,
        };
        let Shared { caller, clock, slots, .. } = self.shared.clone();
        let target = self.target.borrow().clone();
        self.under_way.spawn(async move {
            let attempt = async {
                let (at, started) = (clock.now(), Instant::now());
                let event = &delivery.event;
                let call = caller.call(&target.url, &target.secrets, &event.event_id, &event.body, &*clock);
                tokio::select! {
                    reply = call => (at, reply, false),
                    _ = is_cut => (at, Reply::cut_off("broken off, since the item was killed", started.elapsed()), true),
                }
            };
            let (at, reply, is_cut) = slots.run(room, attempt).await;
            Done { delivery, url: target.url, at, reply, is_cut }
        });
    }

    /// Writes down what an attempt came to, however long the store takes.
    async fn settle(&mut self, done: Done) {
        let Done { delivery, url, at, reply, is_cut } = done;
        let now = self.shared.clock.now();
        let mut told = verdict(&delivery, &reply, self.health, now);
        if is_cut {
            // That says nothing of the endpoint.
            (told.health, told.disable) = (self.health, None);
        }
        self.shared.figures.count(reply.failure.is_none());
        if let Some(reason) = &told.disable {
            tracing::warn!(endpoint = %self.id, reason, "an endpoint gets no webhooks any more");
        }
        let mut attempted = Attempted {
            attempt: Attempt {
                endpoint: self.id,
                event_id: delivery.event.event_id,
                event_type: delivery.event.event_type,
                at,
                number_of_try: delivery.tries.saturating_add(1),
                status: reply.status,
                ms: reply.ms(),
                answer: reply.kept(),
                failure: reply.failure,
            },
            url,
            delivery: delivery.number,
            then: told.then,
            health: told.health,
            disable: told.disable,
            notices: Vec::new(),
        };
        while let Err(err) = self.record(&mut attempted, now).await {
            tracing::error!(endpoint = %self.id, error = %err, "an attempt cannot be written down; this is tried again");
            tokio::time::sleep(PAUSE).await;
        }
        self.sent.remove(&delivery.number);
        self.health = told.health;
    }

    async fn record(&self, attempted: &mut Attempted, now: DateTime<Utc>) -> Result<(), StoreError> {
        if let Some(reason) = &attempted.disable {
            attempted.notices = self.notices(reason, now).await?;
        }
        self.shared.store.record(attempted, now).await?;
        Ok(())
    }

    /// What the partner's other endpoints are told when this one gets nothing any more.
    async fn notices(&self, reason: &str, now: DateTime<Utc>) -> Result<Vec<(EndpointId, NewDelivery)>, StoreError> {
        let (id, url) = (self.id.to_string(), self.target.borrow().url.clone());
        let event_id = event_id([DISABLED, &id, &now.to_rfc3339()]);
        let data = [("id", id), ("url", url), ("reason", reason.to_owned())];
        let data = data.map(|(name, value)| (name.to_owned(), value.into())).into_iter().collect();
        let notice = NewDelivery {
            event_id,
            event_type: DISABLED.to_owned(),
            item: None,
            version: None,
            change: None,
            lane: Lane::Normal,
            body: event_body(DISABLED, now, data),
        };
        let mut others = self.shared.store.endpoints(Some(self.partner)).await?;
        others.retain(|other| other.id != self.id && other.is_active() && is_wanted(other.types.as_ref(), DISABLED));
        Ok(others.into_iter().map(|other| (other.id, notice.clone())).collect())
    }
}
