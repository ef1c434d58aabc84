//! What a partner, or the office for it, does with endpoints.

use std::collections::BTreeSet;
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use griot_domain::{Clock, IdSource};
use griot_persistence::{
    Actor, Attempt, Endpoint, EndpointChange, EndpointId, EndpointState, Health, Lane, NewDelivery, SigningSecrets,
    StoreError, Webhooks,
};
use serde_json::{Map, Value, json};
use subtle::ConstantTimeEq;
use uuid::Uuid;

use crate::address::{AddressError, address};
use crate::caller::{Caller, Reply};
use crate::event::{TEST, UnknownType, VERIFICATION, event_body, types};
use crate::secret::Secret;

/// Endpoints one partner may have.
pub const MOST_ENDPOINTS: usize = 10;
/// How long the secret before signs beside a new one.
pub const ROTATION: TimeDelta = TimeDelta::hours(24);

/// Makes, verifies and changes endpoints.
#[derive(Clone)]
pub struct Endpoints {
    pub(crate) store: Webhooks,
    pub(crate) caller: Caller,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) ids: Arc<dyn IdSource + Send + Sync>,
}

/// An endpoint to be.
#[derive(Clone, Debug)]
pub struct NewEndpoint {
    #[allow(missing_docs)]
    pub partner: Uuid,
    #[allow(missing_docs)]
    pub url: String,
    /// Names of products; `None` for all the partner has.
    pub products: Option<BTreeSet<String>>,
    /// As [`types`] reads them; `None` for all.
    pub types: Option<Vec<String>>,
    /// The last change that is old.
    pub place: i64,
}

/// What is to be another; `None` leaves it as it is.
#[derive(Clone, Debug, Default)]
pub struct Changes {
    #[allow(missing_docs)]
    pub url: Option<String>,
    #[allow(missing_docs)]
    pub products: Option<Option<BTreeSet<String>>>,
    #[allow(missing_docs)]
    pub types: Option<Option<Vec<String>>>,
}

/// Why something could not be done with an endpoint.
#[derive(Debug, thiserror::Error)]
pub enum EndpointError {
    #[allow(missing_docs)]
    #[error(transparent)]
    Address(#[from] AddressError),
    #[allow(missing_docs)]
    #[error(transparent)]
    Type(#[from] UnknownType),
    #[allow(missing_docs)]
    #[error("there is no endpoint {0}")]
    Missing(EndpointId),
    #[allow(missing_docs)]
    #[error("the partner has {MOST_ENDPOINTS} endpoints already; delete one it no longer uses")]
    TooMany,
    /// With what it did instead.
    #[error("the endpoint did not answer with the challenge: {0}")]
    Unverified(String),
    #[allow(missing_docs)]
    #[error("the endpoint is {0}; verify it first")]
    NotActive(&'static str),
    #[allow(missing_docs)]
    #[error("this machine gives no random bits: {0}")]
    Random(#[from] getrandom::Error),
    #[allow(missing_docs)]
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Endpoints {
    #[allow(missing_docs)]
    pub fn new(store: Webhooks, caller: Caller, clock: Arc<dyn Clock>, ids: Arc<dyn IdSource + Send + Sync>) -> Self {
        Self { store, caller, clock, ids }
    }

    /// The same in somebody's hand: what is done to endpoints stands in the audit log.
    pub fn by(&self, actor: Actor) -> Self {
        Self { store: self.store.by(actor), ..self.clone() }
    }

    /// Reads what is kept.
    pub fn store(&self) -> &Webhooks {
        &self.store
    }

    /// Makes an endpoint, which is pending. Its secret is shown this once.
    pub async fn create(&self, new: NewEndpoint) -> Result<(Endpoint, Secret), EndpointError> {
        let url = address(&new.url, self.caller.egress())?;
        let types = new.types.map(|words| types(words.iter().map(String::as_str))).transpose()?;
        if self.store.endpoints(Some(new.partner)).await?.len() >= MOST_ENDPOINTS {
            return Err(EndpointError::TooMany);
        }
        let (secret, now) = (Secret::draw()?, self.clock.now());
        let endpoint = Endpoint {
            id: EndpointId(self.ids.next_id()),
            partner: new.partner,
            url: url.to_string(),
            products: new.products,
            types,
            state: EndpointState::Pending,
            state_since: now,
            secrets: SigningSecrets { current: secret.expose(), previous: None },
            created_at: now,
            place: new.place,
            health: Health::default(),
        };
        self.store.create(&endpoint).await?;
        Ok((endpoint, secret))
    }

    #[allow(missing_docs)]
    pub async fn get(&self, id: EndpointId) -> Result<Endpoint, EndpointError> {
        self.store.endpoint(id).await?.ok_or(EndpointError::Missing(id))
    }

    /// Changes what is sent where. With another address it is pending.
    pub async fn change(&self, id: EndpointId, changes: Changes) -> Result<Endpoint, EndpointError> {
        let url = changes.url.map(|url| address(&url, self.caller.egress())).transpose()?;
        let read = |words: Option<Vec<String>>| words.map(|words| types(words.iter().map(String::as_str))).transpose();
        let change = EndpointChange {
            url: url.map(String::from),
            products: changes.products,
            types: changes.types.map(read).transpose()?,
        };
        self.store.change(id, change, self.clock.now()).await?.ok_or(EndpointError::Missing(id))
    }

    /// Asks the endpoint whether it wants deliveries, and has it active when it does. This is the way out of being disabled
    /// too.
    pub async fn verify(&self, id: EndpointId) -> Result<Endpoint, EndpointError> {
        let endpoint = self.get(id).await?;
        let mut bits = [0; 24];
        getrandom::fill(&mut bits)?;
        let challenge = URL_SAFE_NO_PAD.encode(bits);
        let at = self.clock.now();
        let body = event_body(VERIFICATION, at, Map::from_iter([("challenge".to_owned(), json!(challenge))]));
        let event_id = format!("evt_{}", self.ids.next_id().simple());
        let mut reply = self.caller.call(&endpoint.url, &endpoint.secrets, &event_id, &body, &*self.clock).await;
        if reply.failure.is_none() && !is_answer(&reply, &challenge) {
            reply.failure = Some("its answer is not {\"challenge\": …} with the value of data.challenge".to_owned());
        }
        let attempt = Attempt {
            endpoint: id,
            event_id,
            event_type: VERIFICATION.to_owned(),
            at,
            number_of_try: 1,
            status: reply.status,
            failure: reply.failure.clone(),
            ms: reply.ms(),
            answer: reply.kept(),
        };
        self.store.log_attempt(&attempt).await?;
        if let Some(failure) = reply.failure {
            return Err(EndpointError::Unverified(failure));
        }
        self.store.activate(id, &endpoint.url, self.clock.now()).await?.ok_or(EndpointError::Missing(id))
    }

    /// Gives an endpoint a new secret, shown this once. The one before signs besides for [`ROTATION`].
    pub async fn rotate(&self, id: EndpointId) -> Result<(Endpoint, Secret), EndpointError> {
        let secret = Secret::draw()?;
        let until = self.clock.now() + ROTATION;
        let endpoint = self.store.rotate(id, &secret.expose(), until).await?.ok_or(EndpointError::Missing(id))?;
        Ok((endpoint, secret))
    }

    #[allow(missing_docs)]
    pub async fn disable(&self, id: EndpointId, reason: &str) -> Result<Endpoint, EndpointError> {
        self.store.disable(id, reason, self.clock.now()).await?.ok_or(EndpointError::Missing(id))
    }

    /// Puts an event of no consequence into the line. Answers its id.
    pub async fn test(&self, id: EndpointId) -> Result<String, EndpointError> {
        self.get_active(id).await?;
        let at = self.clock.now();
        let event_id = format!("evt_{}", self.ids.next_id().simple());
        let said = json!("This is a test: there is nothing to do.");
        let event = NewDelivery {
            body: event_body(TEST, at, Map::from_iter([("message".to_owned(), said)])),
            event_id: event_id.clone(),
            event_type: TEST.to_owned(),
            item: None,
            version: None,
            change: None,
            lane: Lane::Normal,
        };
        self.store.enqueue(id, &event, at).await?;
        Ok(event_id)
    }

    /// Has what changed after `place` sent again, each under the id it had.
    pub async fn replay(&self, id: EndpointId, place: i64) -> Result<Endpoint, EndpointError> {
        self.get_active(id).await?;
        self.store.replay(id, place).await?.ok_or(EndpointError::Missing(id))
    }

    #[allow(missing_docs)]
    pub async fn delete(&self, id: EndpointId) -> Result<(), EndpointError> {
        if self.store.delete(id).await? { Ok(()) } else { Err(EndpointError::Missing(id)) }
    }

    async fn get_active(&self, id: EndpointId) -> Result<Endpoint, EndpointError> {
        let endpoint = self.get(id).await?;
        match endpoint.state {
            EndpointState::Active => Ok(endpoint),
            other => Err(EndpointError::NotActive(other.as_str())),
        }
    }
}

fn is_answer(reply: &Reply, challenge: &str) -> bool {
    let answer: Value = serde_json::from_slice(&reply.body).unwrap_or_default();
    answer["challenge"].as_str().is_some_and(|said| bool::from(said.as_bytes().ct_eq(challenge.as_bytes())))
}
