//! Deliveries to endpoints of partners, as set.

use std::sync::Arc;
use std::time::Duration;

use griot_domain::{Clock, RandomIds, SystemClock};
use griot_persistence::{Location, Webhooks};
use griot_webhooks::{Caller, CallerSettings, Endpoints, Sender, SenderSettings};

use crate::config::Config;

/// What asks those who subscribe to feeds. Hosts that partners may have endpoints at are not for everybody.
pub fn subscribers(config: &Config) -> anyhow::Result<Caller> {
    Ok(Caller::new(CallerSettings {
        allowed_hosts: config.websub.allowed_hosts.clone(),
        timeout: Duration::from_millis(config.webhooks.timeout_ms),
    })?)
}

/// What makes and changes endpoints, and what sends to them.
pub async fn open(config: &Config, location: &Location) -> anyhow::Result<(Endpoints, Sender)> {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let store = Webhooks::open(location).await?;
    let caller = Caller::new(CallerSettings {
        allowed_hosts: config.webhooks.allowed_hosts.clone(),
        timeout: Duration::from_millis(config.webhooks.timeout_ms),
    });
    let endpoints = Endpoints::new(store.clone(), caller.clone(), Arc::clone(&clock), Arc::new(RandomIds));
    let sender = Sender::new(SenderSettings { location: location.clone(), store, caller, clock });
    Ok((endpoints, sender))
}
