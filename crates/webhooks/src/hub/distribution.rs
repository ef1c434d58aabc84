//! Sends feeds to whoever is behind.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use griot_egress::Method;
use griot_egress::header::{CONTENT_TYPE, LINK};
use griot_persistence::{Attempt, EndpointId, StoreError, Subscription, SubscriptionThen};
use ring::hmac;
use tokio::sync::watch;
use tokio::task::JoinSet;
use url::Url;

use super::{Content, Hub, HubSettings, Unmade, is_general};
use crate::caller::Reply;
use crate::endpoints::Endpoints;
use crate::schedule::GIVEN_UP_AFTER;
use crate::slots::{Room, Slots};

/// How often it is looked who is to be tried again.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How often every feed is looked at, whether or not anything was published.
const LOOK_AT_ALL_EVERY: Duration = Duration::from_secs(60);
/// After the store failed.
const PAUSE: Duration = Duration::from_secs(1);
/// Subscriptions read at a time.
const PAGE: u64 = 500;
/// Seconds before each further try; the last pause again and again.
const PAUSES: [i64; 5] = [5, 60, 5 * 60, 30 * 60, 3_600];
/// The longest a callback may ask to be left alone.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(24);
/// What attempts are called in the log.
const EVENT: &str = "websub.feed";

/// What the process that sends knows.
#[derive(Default)]
struct Rounds {
    /// The last publication that every feed was looked at after.
    seen: Option<Option<i64>>,
    looked_at_all: Option<Instant>,
    /// The last digest of each feed.
    digests: HashMap<String, String>,
    /// Feeds that changed while they were on their way to somebody.
    again: BTreeSet<String>,
    /// Subscriptions with an attempt under way.
    busy: HashSet<EndpointId>,
    under_way: JoinSet<Sent>,
}

/// An attempt that came to an end.
struct Sent {
    id: EndpointId,
    topic: String,
    digest: String,
}

#[derive(Debug, thiserror::Error)]
enum RoundError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Unmade(#[from] Unmade),
}

impl Hub {
    /// Sends for as long as it is polled, whenever `leading` says that this is the process that does. `news` tells of
    /// publications.
    pub async fn distribute(self, mut leading: watch::Receiver<bool>, mut news: watch::Receiver<Option<i64>>) {
        let slots = Slots::default();
        let mut rounds = Rounds::default();
        let mut is_failing = false;
        loop {
            if *leading.borrow_and_update() {
                let seen = *news.borrow_and_update();
                match self.round(seen, &mut rounds, &slots).await {
                    Ok(()) => is_failing = false,
                    Err(error) => {
                        if !std::mem::replace(&mut is_failing, true) {
                            tracing::error!(%error, "feeds cannot be sent to subscribers; this is tried again");
                        }
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            } else {
                rounds = Rounds::default();
            }
            tokio::select! {
                Some(sent) = rounds.under_way.join_next() => match sent {
                    Ok(sent) => rounds.end(sent),
                    // Which it was is not known any more: all begin anew.
                    Err(error) => {
                        tracing::error!(%error, "a delivery of a feed broke off");
                        rounds = Rounds::default();
                    }
                },
                () = self.wake.notified() => {}
                Ok(()) = news.changed() => {}
                Ok(()) = leading.changed() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// Starts what is to be sent now.
    async fn round(&self, seen: Option<i64>, rounds: &mut Rounds, slots: &Slots) -> Result<(), RoundError> {
        let (store, now) = (&self.inner.endpoints.store, self.inner.endpoints.clock.now());
        let is_old = rounds.looked_at_all.is_none_or(|at| at.elapsed() >= LOOK_AT_ALL_EVERY);
        let looks_at_all = is_old || rounds.seen != Some(seen);
        let mut topics: BTreeSet<String> = std::mem::take(&mut *self.joined());
        if looks_at_all {
            if is_old {
                store.forget_subscriptions(now).await?;
            }
            rounds.digests.clear();
            topics.extend(store.topics(now).await?);
        } else {
            topics.extend(store.topics_due(now).await?);
        }
        topics.append(&mut rounds.again);
        // What most are subscribed to comes first.
        let mut topics: Vec<String> = topics.into_iter().collect();
        topics.sort_by_key(|topic| !is_general(topic));
        let mut unmade = None;
        for topic in topics {
            let content = match self.inner.topics.content(&topic).await {
                Ok(Some(content)) => content,
                // Of a feed that is not there any more nothing is told until it is there again.
                Ok(None) => continue,
                Err(error) => {
                    rounds.again.insert(topic);
                    unmade = Some(error);
                    continue;
                }
            };
            let digest = content.digest();
            rounds.digests.insert(topic.clone(), digest.clone());
            let mut after = None;
            loop {
                let behind = store.behind(&topic, &digest, now, after, PAGE).await?;
                let is_last = (behind.len() as u64) < PAGE;
                after = behind.last().map(|subscription| subscription.id);
                for subscription in behind {
                    if rounds.busy.insert(subscription.id) {
                        let sending = self.clone().send(subscription, content.clone(), digest.clone(), slots.clone());
                        rounds.under_way.spawn(sending);
                    }
                }
                if is_last {
                    break;
                }
            }
        }
        if looks_at_all {
            (rounds.seen, rounds.looked_at_all) = (Some(seen), Some(Instant::now()));
        }
        unmade.map_or(Ok(()), |error| Err(error.into()))
    }

    /// One attempt, and what it leads to.
    async fn send(self, subscription: Subscription, content: Content, digest: String, slots: Slots) -> Sent {
        let Endpoints { store, clock, .. } = &self.inner.endpoints;
        let room = if subscription.tries == 0 { Room::First } else { Room::Slow };
        let at = clock.now();
        let reply = slots.run(room, self.post(&subscription, &content)).await;
        let now = clock.now();
        let then = judge(&subscription, &reply, &digest, now, fastrand::f64());
        if let (SubscriptionThen::Told { .. }, Some(failure)) = (&then, &reply.failure) {
            let (topic, host) = (&subscription.topic, &subscription.host);
            tracing::warn!(topic, host, failure, "a feed was not delivered for three days: its next state is");
        }
        // Thousands arrive with each publication: who works is not worth a line for each.
        let attempt = (reply.failure.is_some() || subscription.tries > 0).then(|| Attempt {
            endpoint: subscription.id,
            event_id: format!("feed_{}", &digest[..16]),
            event_type: EVENT.to_owned(),
            at,
            number_of_try: subscription.tries.saturating_add(1),
            status: reply.status,
            ms: reply.ms(),
            // Of what a stranger says nothing is kept.
            answer: None,
            failure: reply.failure,
        });
        let written = async || {
            if let Some(attempt) = &attempt {
                store.log_attempt(attempt).await?;
            }
            store.settle(subscription.id, &then).await
        };
        while let Err(error) = written().await {
            tracing::error!(%error, "what became of a delivery cannot be written down; this is tried again");
            tokio::time::sleep(PAUSE).await;
        }
        Sent { id: subscription.id, topic: subscription.topic, digest }
    }

    /// Source: WebSub, 7.
    async fn post(&self, subscription: &Subscription, content: &Content) -> Reply {
        let HubSettings { endpoints: Endpoints { clock, .. }, caller, address, feeds, .. } = &*self.inner;
        let url = match Url::parse(&subscription.callback) {
            Ok(url) => url,
            Err(err) => return Reply { failure: Some(err.to_string()), ..Reply::default() },
        };
        let complete = |request: griot_egress::RequestBuilder| {
            let request = request
                .header(CONTENT_TYPE, content.content_type)
                .header(LINK, format!("<{address}>; rel=\"hub\", <{feeds}{}>; rel=\"self\"", subscription.topic))
                .body(content.body.clone());
            match &subscription.secret {
                Some(secret) => request.header("x-hub-signature", signature(secret, &content.body)),
                None => request,
            }
        };
        caller.send(Method::POST, url, complete, &**clock).await
    }
}

impl Rounds {
    fn end(&mut self, Sent { id, topic, digest }: Sent) {
        self.busy.remove(&id);
        if self.digests.get(&topic).is_some_and(|last| *last != digest) {
            self.again.insert(topic);
        }
    }
}

/// The value of `X-Hub-Signature`. Source: WebSub, 7.1; the weaker methods it allows are not used.
fn signature(secret: &str, body: &[u8]) -> String {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret.as_bytes()), body);
    tag.as_ref().iter().fold("sha256=".to_owned(), |signed, byte| signed + &format!("{byte:02x}"))
}

/// What the answer to an attempt leads to. `chance` lies from 0 to 1.
fn judge(
    subscription: &Subscription,
    reply: &Reply,
    digest: &str,
    now: DateTime<Utc>,
    chance: f64,
) -> SubscriptionThen {
    let told = SubscriptionThen::Told { digest: digest.to_owned() };
    if reply.failure.is_none() {
        return told;
    }
    if reply.status == Some(410) {
        return SubscriptionThen::Ended { expires_at: subscription.expires_at };
    }
    let failing_since = subscription.failing_since.unwrap_or(now);
    if now - failing_since >= GIVEN_UP_AFTER {
        return told;
    }
    let place = usize::try_from(subscription.tries).unwrap_or(usize::MAX).min(PAUSES.len() - 1);
    // Up to a tenth more by chance, so that what failed together does not come back together.
    let planned = TimeDelta::milliseconds((PAUSES[place] as f64 * 1_000.0 * (1.0 + 0.1 * chance)) as i64);
    let pause = planned.max(reply.asked.unwrap_or_default().min(LONGEST_ASKED));
    SubscriptionThen::Again { tries: subscription.tries.saturating_add(1), failing_since, at: now + pause }
}
