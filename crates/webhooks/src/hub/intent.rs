//! Whether a callback agrees to what was asked in its name.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::DateTime;
use griot_egress::Method;
use griot_persistence::{EndpointId, Subscription};
use subtle::ConstantTimeEq;
use tokio::time::timeout;

use super::request::{HubError, Mode, Request};
use super::{Hub, MOST, MOST_AT_HOST, MOST_PENDING_AT_HOST, MOST_TOPICS, is_general};
use crate::endpoints::Endpoints;

/// How long a callback may take to agree.
const CONSENT: Duration = Duration::from_secs(5);

/// A request under way, counted at its host.
struct Pending {
    hub: Hub,
    host: String,
}

impl Drop for Pending {
    fn drop(&mut self) {
        let mut pending = self.hub.pending_at();
        if let Some(count) = pending.get_mut(&self.host) {
            *count -= 1;
            if *count == 0 {
                pending.remove(&self.host);
            }
        }
    }
}

impl Hub {
    /// Takes a request, the body of a POST, and asks the callback whether it agrees when this has returned. A subscription
    /// begins, or ends, with its consent.
    pub async fn accept(&self, form: &[u8]) -> Result<(), HubError> {
        let request = self.read(form)?;
        let Ok(place) = self.pending.clone().try_acquire_owned() else {
            return Err(HubError::Busy("too many callbacks are being asked"));
        };
        let pending = self.enter(&request.host)?;
        if request.mode == Mode::Subscribe {
            self.refuse_excess(&request).await?;
            if !self.inner.topics.has(&request.topic).await? {
                return Err(self.no_feed(&format!("{}{}", self.inner.feeds, request.topic)));
            }
        }
        let hub = self.clone();
        tokio::spawn(async move {
            let (topic, host) = (request.topic.clone(), request.host.clone());
            if let Err(reason) = hub.settle_request(request).await {
                tracing::info!(topic, host, reason, "a subscription was asked for and not made or ended");
            }
            drop((place, pending));
        });
        Ok(())
    }

    /// Refuses what there is no room for; a renewal finds its own.
    async fn refuse_excess(&self, request: &Request) -> Result<(), HubError> {
        let Endpoints { store, clock, .. } = &self.inner.endpoints;
        let now = clock.now();
        let both = (request.topic.as_str(), request.callback.as_str());
        let count = store.count_subscriptions(both, &request.host, now).await?;
        if count.is_known {
            return Ok(());
        }
        if count.all >= MOST || count.at_host >= MOST_AT_HOST {
            return Err(HubError::Full);
        }
        if is_general(&request.topic) {
            return Ok(());
        }
        let topics = store.topics(now).await?;
        let special = topics.iter().filter(|topic| !is_general(topic)).count();
        match special >= MOST_TOPICS && !topics.contains(&request.topic) {
            true => Err(HubError::FullOfTopics),
            false => Ok(()),
        }
    }

    fn enter(&self, host: &str) -> Result<Pending, HubError> {
        let mut pending = self.pending_at();
        let count = pending.entry(host.to_owned()).or_default();
        if *count >= MOST_PENDING_AT_HOST {
            return Err(HubError::Busy("too many requests name this host"));
        }
        *count += 1;
        drop(pending);
        Ok(Pending { hub: self.clone(), host: host.to_owned() })
    }

    /// Does what is asked, if the callback agrees; else says why not.
    async fn settle_request(&self, request: Request) -> Result<(), String> {
        self.ask(&request).await?;
        let (store, callback) = (&self.inner.endpoints.store, request.callback.as_str());
        if request.mode == Mode::Unsubscribe {
            store.unsubscribe(&request.topic, callback).await.map_err(|err| err.to_string())?;
            return Ok(());
        }
        // After the callback agreed: what comes now it is told.
        let content = self.inner.topics.content(&request.topic).await.map_err(|err| err.to_string())?;
        let now = self.inner.endpoints.clock.now();
        let subscription = Subscription {
            id: EndpointId(self.inner.endpoints.ids.next_id()),
            told: content.map(|content| content.digest()).unwrap_or_default(),
            callback: callback.to_owned(),
            topic: request.topic,
            host: request.host,
            secret: request.secret,
            created_at: now,
            expires_at: now + request.lease,
            tries: 0,
            failing_since: None,
            due_at: DateTime::UNIX_EPOCH,
        };
        store.subscribe(&subscription).await.map_err(|err| err.to_string())?;
        // What was published between the digest and the row.
        self.joined().insert(subscription.topic);
        self.wake.notify_one();
        Ok(())
    }

    /// Asks the callback. Source: WebSub, 5.3.
    async fn ask(&self, request: &Request) -> Result<(), String> {
        let mut bits = [0; 24];
        getrandom::fill(&mut bits).map_err(|err| format!("this machine gives no random bits: {err}"))?;
        let challenge = URL_SAFE_NO_PAD.encode(bits);
        let mut url = request.callback.clone();
        {
            let mut query = url.query_pairs_mut();
            query.append_pair("hub.mode", request.mode.as_str());
            query.append_pair("hub.topic", &format!("{}{}", self.inner.feeds, request.topic));
            query.append_pair("hub.challenge", &challenge);
            if request.mode == Mode::Subscribe {
                query.append_pair("hub.lease_seconds", &request.lease.num_seconds().to_string());
            }
        }
        let asking = self.inner.caller.send(Method::GET, url, |request| request, &*self.inner.endpoints.clock);
        let reply = timeout(CONSENT, asking).await.map_err(|_| format!("no answer in {} s", CONSENT.as_secs()))?;
        match reply.failure {
            Some(failure) => Err(failure),
            None if bool::from(reply.body.as_slice().ct_eq(challenge.as_bytes())) => Ok(()),
            None => Err("it did not answer with the challenge".to_owned()),
        }
    }
}
