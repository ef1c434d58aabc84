//! One attempt: a signed request, and what is kept of its answer.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::TimeDelta;
use griot_domain::Clock;
use griot_egress::header::{CONTENT_TYPE, HeaderValue};
use griot_egress::{
    Egress, EgressError, Failure, Forbidden, Method, Reach, RequestBuilder, Resolve, Rules, StatusCode, Timeouts,
    beginning_of, retry_after,
};
use griot_persistence::SigningSecrets;
use url::Url;

use crate::secret::SecretError;
use crate::signature::signatures;

/// Read of an answer.
const MOST_READ: usize = 4_096;
/// Of these, kept in the log.
const MOST_KEPT: usize = 1_024;
/// How long the rest of an answer may take, once its head is there.
const READ_FOR: Duration = Duration::from_secs(2);
/// For a connection.
const CONNECT: Duration = Duration::from_secs(10);

/// Where attempts may lead, and how long they may take.
#[derive(Clone, Debug)]
pub struct CallerSettings {
    /// `HOST:PORT` that may be asked whatever they are, by plain http too.
    pub allowed_hosts: BTreeSet<String>,
    /// For the head of an answer.
    pub timeout: Duration,
}

/// Makes attempts.
#[derive(Clone, Debug)]
pub struct Caller {
    egress: Egress,
}

/// What an attempt came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reply {
    /// Of the answer, when there was one.
    pub status: Option<u16>,
    /// Why the attempt does not count as delivered.
    pub failure: Option<String>,
    /// How long the endpoint asks to be left alone.
    pub asked: Option<TimeDelta>,
    /// The beginning of the answer.
    pub body: Vec<u8>,
    #[allow(missing_docs)]
    pub took: Duration,
}

#[derive(Debug, thiserror::Error)]
enum Unsent {
    #[error("its address cannot be read: {0}")]
    Url(#[from] url::ParseError),
    #[error(transparent)]
    Secret(#[from] SecretError),
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
}

impl Caller {
    /// A caller with the resolver of the system.
    pub fn new(settings: CallerSettings) -> Self {
        let (rules, timeouts) = settings.parts();
        Self { egress: Egress::later(rules, timeouts) }
    }

    /// The same with another resolver, whose answers are vetted alike, and ready to call.
    pub fn with_resolver(settings: CallerSettings, resolver: Arc<dyn Resolve>) -> Result<Self, EgressError> {
        let (rules, timeouts) = settings.parts();
        Ok(Self { egress: Egress::with_resolver(rules, timeouts, resolver)? })
    }

    pub(crate) fn egress(&self) -> &Egress {
        &self.egress
    }

    /// Sends an event, signed as of now.
    pub async fn call(
        &self,
        url: &str,
        secrets: &SigningSecrets,
        event_id: &str,
        body: &str,
        clock: &dyn Clock,
    ) -> Reply {
        let started = Instant::now();
        let mut reply = match self.attempt(url, secrets, event_id, body, clock).await {
            Ok(reply) => reply,
            Err(unsent) => Reply { failure: Some(unsent.to_string()), ..Reply::default() },
        };
        reply.took = started.elapsed();
        reply
    }

    async fn attempt(
        &self,
        url: &str,
        secrets: &SigningSecrets,
        event_id: &str,
        body: &str,
        clock: &dyn Clock,
    ) -> Result<Reply, Unsent> {
        let at = clock.now();
        let request = self
            .egress
            .request(Method::POST, Url::parse(url)?)?
            .header(CONTENT_TYPE, HeaderValue::from_static("application/json"))
            .header("webhook-id", event_id)
            .header("webhook-timestamp", at.timestamp())
            .header("webhook-signature", signatures(secrets, event_id, at, body)?)
            .body(body.to_owned());
        Ok(exchange(request, clock).await)
    }

    /// Sends any other request; `complete` adds what it needs.
    pub(crate) async fn send(
        &self,
        method: Method,
        url: Url,
        complete: impl FnOnce(RequestBuilder) -> RequestBuilder,
        clock: &dyn Clock,
    ) -> Reply {
        let started = Instant::now();
        let mut reply = match self.egress.request(method, url) {
            Ok(request) => exchange(complete(request), clock).await,
            Err(forbidden) => Reply { failure: Some(forbidden.to_string()), ..Reply::default() },
        };
        reply.took = started.elapsed();
        reply
    }
}

async fn exchange(request: RequestBuilder, clock: &dyn Clock) -> Reply {
    let response = match request.send().await {
        Ok(response) => response,
        Err(error) => return Reply { failure: Some(Failure::from(error).to_string()), ..Reply::default() },
    };
    let status = response.status();
    let asked = retry_after(response.headers(), || clock.now()).and_then(|asked| TimeDelta::from_std(asked).ok());
    Reply {
        status: Some(status.as_u16()),
        failure: failure_of(status),
        asked,
        body: beginning_of(response, MOST_READ, READ_FOR).await,
        took: Duration::ZERO,
    }
}

fn failure_of(status: StatusCode) -> Option<String> {
    match status {
        status if status.is_success() => None,
        status if status.is_redirection() => Some(format!("it answered {status}; redirects are not followed")),
        status => Some(format!("it answered {status}")),
    }
}

impl CallerSettings {
    fn parts(self) -> (Rules, Timeouts) {
        let rules = Rules { allowed: self.allowed_hosts, reach: Reach::Endpoints };
        (rules, Timeouts { connect: CONNECT.min(self.timeout), total: self.timeout })
    }
}

impl Reply {
    /// An attempt that was broken off.
    pub(crate) fn cut_off(reason: &str, took: Duration) -> Self {
        Self { failure: Some(reason.to_owned()), took, ..Self::default() }
    }

    /// What the log keeps of the answer.
    pub(crate) fn kept(&self) -> Option<String> {
        let bytes = &self.body[..self.body.len().min(MOST_KEPT)];
        // PostgreSQL's texts take no NUL.
        (!bytes.is_empty()).then(|| String::from_utf8_lossy(bytes).replace('\0', "\u{fffd}"))
    }

    pub(crate) fn ms(&self) -> u32 {
        u32::try_from(self.took.as_millis()).unwrap_or(u32::MAX)
    }
}
