//! A WebSub hub for our own feeds: whoever subscribed to one is sent it when it changed.
//!
//! What is kept of a subscription is which state of its feed arrived. Whoever is behind is sent the feed as it is now, so that
//! nothing is lost with a process, and nothing waits in a line. Source: W3C Recommendation WebSub, 23 January 2018.

mod distribution;
mod intent;
mod request;

use std::collections::{BTreeSet, HashMap};
use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use bytes::Bytes;
use sha2::{Digest, Sha256};
use tokio::sync::{Notify, Semaphore};

pub use self::request::HubError;
use crate::caller::Caller;
use crate::endpoints::Endpoints;

/// Requests that are verified at a time.
const MOST_PENDING: usize = 256;
/// Of these, at one host.
const MOST_PENDING_AT_HOST: usize = 8;
/// Subscriptions there may be.
const MOST: u64 = 10_000;
/// Of these, at one host.
const MOST_AT_HOST: u64 = 100;
/// Feeds about one topic, person or institution that may be subscribed to: each is made after every publication.
const MOST_TOPICS: usize = 100;

/// Feeds that can be subscribed to, by the end of their address.
pub trait Topics: Send + Sync {
    /// Whether there is such a feed, which costs less than to make it: anybody may ask.
    fn has<'a>(&'a self, topic: &'a str) -> Asking<'a>;

    /// A feed as it is now; `None` where there is none.
    fn content<'a>(&'a self, topic: &'a str) -> Making<'a>;
}

/// Word of a feed.
pub type Asking<'a> = Pin<Box<dyn Future<Output = Result<bool, Unmade>> + Send + 'a>>;

/// A feed being made.
pub type Making<'a> = Pin<Box<dyn Future<Output = Result<Option<Content>, Unmade>> + Send + 'a>>;

/// A feed could not be made; why is in the log.
#[derive(Debug, thiserror::Error)]
#[error("the feed cannot be made")]
pub struct Unmade;

/// A feed, written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Content {
    /// Value of `Content-Type`.
    pub content_type: &'static str,
    #[allow(missing_docs)]
    pub body: Bytes,
}

/// What a hub is made of.
pub struct HubSettings {
    /// Subscriptions are kept where these are.
    pub endpoints: Endpoints,
    /// Asks callbacks, which anybody may name: not where partners alone may have their endpoints.
    pub caller: Caller,
    #[allow(missing_docs)]
    pub topics: Arc<dyn Topics>,
    /// Where the hub is reached.
    pub address: String,
    /// What addresses of feeds begin with, the last `/` included.
    pub feeds: String,
    /// Whether nobody on the way reads what subscribers send.
    pub is_confidential: bool,
}

/// Takes subscriptions, and sends feeds. Clones are of the same hub.
#[derive(Clone)]
pub struct Hub {
    inner: Arc<HubSettings>,
    pending: Arc<Semaphore>,
    /// How many requests are verified at each host.
    pending_at: Arc<Mutex<HashMap<String, usize>>>,
    /// Feeds with a new subscription, to be looked at once more.
    joined: Arc<Mutex<BTreeSet<String>>>,
    wake: Arc<Notify>,
}

impl Hub {
    #[allow(missing_docs)]
    pub fn new(settings: HubSettings) -> Self {
        Self {
            inner: Arc::new(settings),
            pending: Arc::new(Semaphore::new(MOST_PENDING)),
            pending_at: Arc::default(),
            joined: Arc::default(),
            wake: Arc::default(),
        }
    }

    fn joined(&self) -> std::sync::MutexGuard<'_, BTreeSet<String>> {
        self.joined.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn pending_at(&self) -> std::sync::MutexGuard<'_, HashMap<String, usize>> {
        self.pending_at.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a feed is of everything, a language or a form, and not about one topic, person or institution.
fn is_general(topic: &str) -> bool {
    !["topic/", "person/", "institution/"].iter().any(|start| topic.starts_with(start))
}

impl Content {
    /// What tells this state of a feed from others: SHA-256 in hex.
    fn digest(&self) -> String {
        Sha256::digest(&self.body).iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
