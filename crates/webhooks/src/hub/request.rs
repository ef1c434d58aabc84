//! What subscribers ask for.

use chrono::TimeDelta;
use griot_egress::Forbidden;
use griot_persistence::StoreError;
use url::{Url, form_urlencoded};

use super::{Hub, MOST, MOST_AT_HOST, Unmade};
use crate::address::{AddressError, address};

/// How long a subscription lasts where nothing is said of it, and at most.
const USUAL_LEASE: TimeDelta = TimeDelta::days(10);
const LONGEST_LEASE: TimeDelta = TimeDelta::days(30);
/// The shortest.
const SHORTEST_LEASE: TimeDelta = TimeDelta::minutes(1);
/// Bytes of a secret. Source: WebSub, 5.1.
const LONGEST_SECRET: usize = 199;

/// What is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    Subscribe,
    Unsubscribe,
}

/// A request that can be granted, once its callback agrees.
pub(super) struct Request {
    pub mode: Mode,
    /// The end of the feed's address.
    pub topic: String,
    pub callback: Url,
    /// `HOST:PORT` of that.
    pub host: String,
    pub lease: TimeDelta,
    pub secret: Option<String>,
}

/// Why a request is refused. Texts name the parameter and what to write instead.
#[derive(Debug, thiserror::Error)]
pub enum HubError {
    #[allow(missing_docs)]
    #[error("`{0}` is missing: send it once, in a body of the type application/x-www-form-urlencoded")]
    Missing(&'static str),
    #[allow(missing_docs)]
    #[error("`hub.mode` is `{0}`; write subscribe or unsubscribe. Nobody has to publish here: the hub knows its feeds")]
    Mode(String),
    #[allow(missing_docs)]
    #[error("`hub.topic` is `{topic}`, which is no feed of this hub; its feeds begin with {feeds}")]
    Topic {
        #[allow(missing_docs)]
        topic: String,
        #[allow(missing_docs)]
        feeds: String,
    },
    #[allow(missing_docs)]
    #[error("`hub.callback`: {0}")]
    Callback(#[from] AddressError),
    #[allow(missing_docs)]
    #[error("`hub.lease_seconds` is `{0}`; write a whole number of seconds, or leave it out for ten days")]
    Lease(String),
    #[allow(missing_docs)]
    #[error("`hub.secret` has {0} bytes; use one of 1 to {LONGEST_SECRET}")]
    Secret(usize),
    #[allow(missing_docs)]
    #[error("`hub.secret` came by plain http, where anybody on the way can read it; leave it out")]
    Overheard,
    /// Too much is going on at once.
    #[error("{0}; try again in a minute")]
    Busy(&'static str),
    #[allow(missing_docs)]
    #[error("there are {MOST} subscriptions, or {MOST_AT_HOST} for this host; end one that is not used any more")]
    Full,
    #[allow(missing_docs)]
    #[error(
        "as many feeds about a topic, person or institution are subscribed to as can be; subscribe to a general one"
    )]
    FullOfTopics,
    #[allow(missing_docs)]
    #[error(transparent)]
    Unmade(#[from] Unmade),
    #[allow(missing_docs)]
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Mode {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Subscribe => "subscribe",
            Self::Unsubscribe => "unsubscribe",
        }
    }
}

impl Hub {
    /// Reads a request. Whether there is such a feed has still to be seen.
    pub(super) fn read(&self, form: &[u8]) -> Result<Request, HubError> {
        let of = |name: &str| {
            let mut pairs = form_urlencoded::parse(form);
            pairs
                .find(|(known, _)| known == name)
                .map(|(_, value)| value.into_owned())
                .filter(|value| !value.is_empty())
        };
        let needed = |name: &'static str| of(name).ok_or(HubError::Missing(name));
        let mode = match needed("hub.mode")?.as_str() {
            "subscribe" => Mode::Subscribe,
            "unsubscribe" => Mode::Unsubscribe,
            other => return Err(HubError::Mode(other.to_owned())),
        };
        let topic = needed("hub.topic")?;
        let callback = address(&needed("hub.callback")?, self.inner.caller.egress())?;
        let secret = of("hub.secret");
        match &secret {
            Some(secret) if secret.len() > LONGEST_SECRET => return Err(HubError::Secret(secret.len())),
            Some(_) if !self.inner.is_confidential => return Err(HubError::Overheard),
            _ => {}
        }
        Ok(Request {
            mode,
            topic: topic.strip_prefix(&self.inner.feeds).map(str::to_owned).ok_or_else(|| self.no_feed(&topic))?,
            host: host_of(&callback).ok_or_else(|| AddressError::NoUrl(callback.to_string()))?,
            callback,
            lease: of("hub.lease_seconds").map_or(Ok(USUAL_LEASE), |seconds| lease(&seconds))?,
            secret,
        })
    }

    pub(super) fn no_feed(&self, topic: &str) -> HubError {
        HubError::Topic { topic: topic.to_owned(), feeds: self.inner.feeds.clone() }
    }
}

fn host_of(url: &Url) -> Option<String> {
    Some(format!("{}:{}", url.host()?, url.port_or_known_default()?))
}

/// The lease that is granted to who asks for `seconds`. The subscriber is told of it when it is asked to agree.
fn lease(seconds: &str) -> Result<TimeDelta, HubError> {
    let seconds: u32 = seconds.trim().parse().map_err(|_| HubError::Lease(seconds.to_owned()))?;
    Ok(TimeDelta::seconds(seconds.into()).clamp(SHORTEST_LEASE, LONGEST_LEASE))
}

impl From<Forbidden> for HubError {
    fn from(forbidden: Forbidden) -> Self {
        Self::Callback(forbidden.into())
    }
}
