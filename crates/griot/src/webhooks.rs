//! Deliveries to endpoints of partners, as set.

use std::sync::Arc;
use std::time::Duration;

use griot_domain::{Clock, RandomIds, SystemClock};
use griot_persistence::{Location, Webhooks};
use griot_webhooks::{Caller, CallerSettings, Endpoints, Sender, SenderSettings};

use crate::config::Config;

/// Root certificates take some of the first second to read.
const AFTER_START: Duration = Duration::from_secs(2);

/// What asks those who subscribe to feeds. Hosts that partners may have endpoints at are not for everybody.
pub fn subscribers(config: &Config) -> Caller {
    Caller::new(CallerSettings {
        allowed_hosts: config.websub.allowed_hosts.clone(),
        timeout: Duration::from_millis(config.webhooks.timeout_ms),
    })
}

/// Says in the log when this machine can send nothing, once readers are served: it is no fault of the endpoints.
pub async fn warn_unless_ready(endpoints: Endpoints) {
    tokio::time::sleep(AFTER_START).await;
    let ready = tokio::task::spawn_blocking(move || endpoints.ready()).await;
    if let Ok(Err(error)) = ready {
        tracing::error!(%error, "endpoints of partners are told nothing");
    }
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
