//! Warnings of partners who do not ask for changes.

use std::collections::BTreeSet;

use chrono::{DateTime, TimeDelta, Utc};
use griot_persistence::{Lane, NewDelivery, Partner, PartnerStore, StoreError, Webhooks};
use griot_webhooks::{IDLE, event_body, event_id, is_wanted};
use serde_json::{Map, json};
use uuid::Uuid;

/// Partners who were warned of since they last asked.
#[derive(Debug, Default)]
pub(super) struct Idle {
    warned: BTreeSet<Uuid>,
}

impl Idle {
    /// Warns, once, of each partner who wants it and has not asked for changes for too long: in the log, and at its endpoints.
    pub async fn look(&mut self, store: &PartnerStore, endpoints: Option<&Webhooks>, now: DateTime<Utc>) {
        // The store that cannot be read is told of by whoever writes to it.
        let Ok(partners) = store.partners().await else { return };
        for partner in partners {
            if !is_idle(&partner, now) {
                self.warned.remove(&partner.id);
                continue;
            }
            if self.warned.contains(&partner.id) {
                continue;
            }
            if let Some(endpoints) = endpoints
                && let Err(error) = warn(&partner, endpoints, now).await
            {
                tracing::warn!(partner = partner.name, %error, "a partner was not warned; this is tried again");
                continue;
            }
            let polled_at = partner.polled.map(|(at, _)| at.to_rfc3339());
            tracing::warn!(partner = partner.name, polled_at, "a partner has not asked for changes for too long");
            self.warned.insert(partner.id);
        }
    }
}

/// Tells the endpoints of a partner that it does not ask. Once for each silence, whichever process sees it first.
async fn warn(partner: &Partner, endpoints: &Webhooks, now: DateTime<Utc>) -> Result<(), StoreError> {
    let polled_at = partner.polled.map(|(at, _)| at);
    let silence = polled_at.unwrap_or(partner.created_at).to_rfc3339();
    let data = Map::from_iter([
        ("partner".to_owned(), json!(partner.name)),
        ("polled_at".to_owned(), json!(polled_at)),
        ("idle_after_minutes".to_owned(), json!(partner.idle_after_minutes)),
    ]);
    let event = NewDelivery {
        event_id: event_id([IDLE, &partner.id.to_string(), &silence]),
        event_type: IDLE.to_owned(),
        item: None,
        version: None,
        change: None,
        lane: Lane::Normal,
        body: event_body(IDLE, now, data),
    };
    for endpoint in endpoints.endpoints(Some(partner.id)).await? {
        if endpoint.is_active() && is_wanted(endpoint.types.as_ref(), IDLE) {
            endpoints.enqueue_once(endpoint.id, &event, now).await?;
        }
    }
    Ok(())
}

/// Whether a partner has not asked for changes for as long as it set itself.
pub(crate) fn is_idle(partner: &Partner, now: DateTime<Utc>) -> bool {
    let Some(minutes) = partner.idle_after_minutes else { return false };
    let since = partner.polled.map_or(partner.created_at, |(at, _)| at);
    partner.suspended_at.is_none() && now - since > TimeDelta::minutes(minutes.into())
}
