//! The client.

use std::collections::BTreeSet;
use std::fmt;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use reqwest::dns::Resolve;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder};
use url::Url;

use crate::vetting::{Forbidden, SystemResolver, VettedResolver, Way, way};

/// There is no client.
#[derive(Debug, thiserror::Error)]
#[error("no requests can go out: {0}; on a machine without root certificates install `ca-certificates`")]
pub struct EgressError(#[source] reqwest::Error);

/// Why a request came to nothing.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// It was not sent.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// The answer took too long.
    #[error("it took too long")]
    TooSlow,
    /// The innermost cause; the outer ones repeat the address.
    #[error("{0}")]
    Http(String),
}

/// Where requests may lead.
#[derive(Clone, Debug, Default)]
pub struct Rules {
    /// `HOST:PORT` that may be asked whatever they are.
    pub allowed: BTreeSet<String>,
    #[allow(missing_docs)]
    pub reach: Reach,
}

/// What may be asked in the public internet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Reach {
    /// Ports 80 and 443.
    #[default]
    Web,
    /// Any port.
    AnyPort,
    /// What others may name for good: by https, by a name, on port 443 or 8443.
    Endpoints,
}

/// How long is waited.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a connection.
    pub connect: Duration,
    /// For a whole answer.
    pub total: Duration,
}

/// Sends requests to where the rules let them go.
#[derive(Clone, Debug)]
pub struct Egress {
    rules: Rules,
    clients: Arc<Clients>,
}

/// Clients, made when they are needed: each reads the root certificates of the machine, which takes tens of
/// milliseconds.
struct Clients {
    timeouts: Timeouts,
    resolver: Arc<dyn Resolve>,
    public: OnceLock<Client>,
    allowed: OnceLock<Client>,
}

impl Egress {
    /// A client with the resolver of the system.
    pub fn new(rules: Rules, timeouts: Timeouts) -> Result<Self, EgressError> {
        Self::with_resolver(rules, timeouts, Arc::new(SystemResolver::default()))
    }

    /// The same, made with the first request: for what may never send one.
    pub fn later(rules: Rules, timeouts: Timeouts) -> Self {
        Self::of(rules, timeouts, Arc::new(SystemResolver::default()))
    }

    /// The same as [`Self::new`] with another resolver, whose answers are vetted alike.
    pub fn with_resolver(rules: Rules, timeouts: Timeouts, resolver: Arc<dyn Resolve>) -> Result<Self, EgressError> {
        let egress = Self::of(rules, timeouts, resolver);
        egress.ready()?;
        Ok(egress)
    }

    /// Makes the clients, where that was not done yet.
    pub fn ready(&self) -> Result<(), EgressError> {
        self.clients.get(Way::Public)?;
        self.clients.get(Way::Allowed)?;
        Ok(())
    }

    fn of(rules: Rules, timeouts: Timeouts, resolver: Arc<dyn Resolve>) -> Self {
        let (public, allowed) = Default::default();
        Self { rules, clients: Arc::new(Clients { timeouts, resolver, public, allowed }) }
    }

    /// Whether a request may go to `url` as it is written; where its name leads is looked at with each request.
    pub fn vet(&self, url: &Url) -> Result<(), Forbidden> {
        way(&self.rules, url).map(|_| ())
    }

    /// A request to `url`, to be completed and sent; an error when it must not go there. A redirect in its answer is a
    /// request of its own, and to be made by this method too.
    pub fn request(&self, method: Method, url: Url) -> Result<RequestBuilder, Forbidden> {
        let way = way(&self.rules, &url)?;
        let client = self.clients.get(way).map_err(|error| Forbidden::NoClient(error.to_string()))?;
        Ok(client.request(method, url))
    }
}

impl Clients {
    fn get(&self, way: Way) -> Result<&Client, EgressError> {
        let made = match way {
            Way::Public => &self.public,
            Way::Allowed => &self.allowed,
        };
        if let Some(client) = made.get() {
            return Ok(client);
        }
        let resolver = Arc::clone(&self.resolver);
        let client = match way {
            Way::Public => client(Arc::new(VettedResolver { inner: resolver }), self.timeouts)?,
            Way::Allowed => client(resolver, self.timeouts)?,
        };
        // Who was faster made the same.
        Ok(made.get_or_init(|| client))
    }
}

impl fmt::Debug for Clients {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Clients").field("timeouts", &self.timeouts).finish_non_exhaustive()
    }
}

fn client(resolver: Arc<dyn Resolve>, timeouts: Timeouts) -> Result<Client, EgressError> {
    // The first provider of a process stays; both there may be speak the same protocol.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .no_proxy()
        .redirect(Policy::none())
        .referer(false)
        .connect_timeout(timeouts.connect)
        .timeout(timeouts.total)
        .pool_max_idle_per_host(4)
        .user_agent(concat!("griot/", env!("CARGO_PKG_VERSION")))
        .dns_resolver(resolver)
        .build()
        .map_err(EgressError)
}

impl From<reqwest::Error> for Failure {
    fn from(error: reqwest::Error) -> Self {
        if error.is_timeout() {
            return Self::TooSlow;
        }
        let mut cause: &dyn std::error::Error = &error;
        while let Some(inner) = cause.source() {
            if let Some(forbidden) = inner.downcast_ref::<Forbidden>() {
                return Self::Forbidden(forbidden.clone());
            }
            cause = inner;
        }
        Self::Http(cause.to_string())
    }
}
