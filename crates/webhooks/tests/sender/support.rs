//! A record with a sender over it.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{Clock, RandomIds, SystemClock};
use griot_persistence::{
    Dispatch, Endpoint, EndpointId, EndpointState, Lane, Location, LoggedAttempt, NewDelivery, Webhooks, migrate,
};
use griot_testbed::{Backend, Place, TestDatabase};
use griot_webhooks::{
    Caller, CallerSettings, Endpoints, NewEndpoint, Sender, SenderHandle, SenderSettings, event_body, event_id,
};
use serde_json::{Value, json};
use tokio::task::AbortHandle;
use uuid::Uuid;

use crate::receiver::Receiver;

/// How long attempts may take here.
pub const TIMEOUT: Duration = Duration::from_millis(1_500);

/// A clock that is set by hand.
pub struct HandClock(Mutex<DateTime<Utc>>);

impl Clock for HandClock {
    fn now(&self) -> DateTime<Utc> {
        *self.0.lock().unwrap()
    }
}

impl HandClock {
    pub fn new() -> Arc<Self> {
        Arc::new(Self(Mutex::new("2026-11-24T08:00:00Z".parse().unwrap())))
    }

    pub fn set(&self, at: DateTime<Utc>) {
        *self.0.lock().unwrap() = at;
    }
}

/// A record, and what works on it.
pub struct House {
    _database: TestDatabase,
    pub location: Location,
    pub store: Webhooks,
    pub endpoints: Endpoints,
    pub clock: Arc<dyn Clock>,
    caller: Caller,
    sending: Mutex<Option<(SenderHandle, AbortHandle)>>,
}

impl House {
    /// With the clock of the machine.
    pub async fn new(backend: Backend, receivers: &[&Receiver]) -> Self {
        Self::with_clock(backend, receivers, Arc::new(SystemClock)).await
    }

    pub async fn with_clock(backend: Backend, receivers: &[&Receiver], clock: Arc<dyn Clock>) -> Self {
        let database = griot_testbed::database(backend);
        let location = match database.place() {
            Place::Sqlite { data_dir } => Location::Sqlite { data_dir },
            Place::Postgres { url } => Location::Postgres { url, delivery_url: None },
        };
        migrate(&location).await.unwrap();
        let store = Webhooks::open(&location).await.unwrap();
        let allowed_hosts: BTreeSet<String> = receivers.iter().map(|receiver| receiver.place()).collect();
        let caller = Caller::new(CallerSettings { allowed_hosts, timeout: TIMEOUT });
        let endpoints = Endpoints::new(store.clone(), caller.clone(), Arc::clone(&clock), Arc::new(RandomIds));
        let house = Self { _database: database, location, store, endpoints, clock, caller, sending: Mutex::default() };
        house.send();
        house
    }

    /// Starts the sender.
    pub fn send(&self) {
        let sender = Sender::new(SenderSettings {
            location: self.location.clone(),
            store: self.store.clone(),
            caller: self.caller.clone(),
            clock: Arc::clone(&self.clock),
        });
        let handle = sender.handle();
        let task = tokio::spawn(sender.run()).abort_handle();
        *self.sending.lock().unwrap() = Some((handle, task));
    }

    /// Ends the sender in the middle of whatever it does.
    pub fn stop(&self) {
        if let Some((_, task)) = self.sending.lock().unwrap().take() {
            task.abort();
        }
    }

    pub fn handle(&self) -> SenderHandle {
        self.sending.lock().unwrap().as_ref().unwrap().0.clone()
    }

    /// An endpoint that was not verified.
    pub async fn pending(&self, receiver: &Receiver) -> Endpoint {
        let new = NewEndpoint {
            partner: Uuid::from_u128(receiver.address().port().into()),
            url: receiver.url(),
            products: None,
            types: None,
            place: 0,
        };
        self.endpoints.create(new).await.unwrap().0
    }

    /// An endpoint that is active, whatever it answers.
    pub async fn active(&self, receiver: &Receiver) -> EndpointId {
        let endpoint = self.pending(receiver).await;
        self.store.activate(endpoint.id, &endpoint.url, self.clock.now()).await.unwrap().unwrap();
        endpoint.id
    }

    /// Puts one event into a line, as the dispatcher does. `false` when the endpoint was disabled meanwhile.
    pub async fn dispatch(&self, id: EndpointId, event: NewDelivery) -> bool {
        let from = self.store.endpoint(id).await.unwrap().unwrap().place;
        let dispatch = Dispatch { endpoint: id, from, to: from + 1, deliveries: vec![event], outdated: Vec::new() };
        let is_done = !self.store.dispatch(&[dispatch], self.clock.now()).await.unwrap().is_empty();
        self.handle().wake(id);
        is_done
    }

    pub async fn state(&self, id: EndpointId) -> EndpointState {
        self.store.endpoint(id).await.unwrap().unwrap().state
    }

    /// The log of an endpoint, oldest first.
    pub async fn log(&self, id: EndpointId) -> Vec<LoggedAttempt> {
        let mut log = self.store.attempts(id, None, 10_000).await.unwrap();
        log.reverse();
        log
    }

    /// Waits until so many attempts are logged.
    pub async fn logged(&self, id: EndpointId, count: usize) -> Vec<LoggedAttempt> {
        for _ in 0..3_000 {
            let log = self.log(id).await;
            if log.len() >= count {
                return log;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        panic!("there are not {count} attempts: {:?}", self.log(id).await);
    }
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop();
    }
}

/// Version `version` of an item.
pub fn event(item: &str, version: u32) -> NewDelivery {
    let event_type = if version == 1 { "item.published" } else { "item.updated" };
    made(item, version, event_type, Lane::Normal)
}

pub fn kill(item: &str, version: u32) -> NewDelivery {
    made(item, version, "item.killed", Lane::Kill)
}

fn made(item: &str, version: u32, event_type: &str, lane: Lane) -> NewDelivery {
    let Value::Object(data) = json!({ "uri": item, "version": version }) else { unreachable!() };
    NewDelivery {
        event_id: event_id([item, &version.to_string()]),
        event_type: event_type.to_owned(),
        item: Some(item.to_owned()),
        version: Some(version),
        change: Some(i64::from(version)),
        lane,
        body: event_body(event_type, "2026-11-24T08:00:00Z".parse().unwrap(), data),
    }
}

/// Waits until something is so.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..6_000 {
        if is_so() {
            return;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    panic!("it never came to this: {what}");
}

pub fn seconds(seconds: i64) -> TimeDelta {
    TimeDelta::seconds(seconds)
}
