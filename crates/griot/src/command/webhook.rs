//! `griot webhook`: where partners are told of changes.

use std::collections::{BTreeSet, HashMap};
use std::process::ExitCode;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use griot_domain::{Clock, SystemClock};
use griot_persistence::{Endpoint, EndpointId, EndpointState, Partner, PartnerStore, Webhooks};
use griot_webhooks::{EndpointError, Endpoints, NewEndpoint, ROTATION};
use uuid::Uuid;

use crate::cli::Webhook;
use crate::config::Config;
use crate::say::{complain, say};
use crate::{place, webhooks};

/// Runs one of the commands about endpoints.
pub async fn run(config: &Config, command: Webhook) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let location = place::location(config);
    let partners = PartnerStore::open(&location).await?;
    let (endpoints, _) = webhooks::open(config, &location).await?;
    let endpoints = endpoints.by(place::actor("griot webhook"));
    match command {
        Webhook::Add { partner, url, product, types } => {
            add(&endpoints, &partners, &partner, url, product, types).await?
        }
        Webhook::List => list(&endpoints, &partners).await?,
        Webhook::Verify { id } => verify(&endpoints, id).await?,
        Webhook::Rotate { id } => {
            let (_, secret) = endpoints.rotate(id).await.map_err(told)?;
            complain(format!(
                "the secret of before signs besides for {} hours; this one is shown once:",
                ROTATION.num_hours()
            ));
            say(secret.expose())?;
        }
        Webhook::Disable { id, reason } => {
            endpoints.disable(id, &reason).await.map_err(told)?;
            say(format!("endpoint {id} gets nothing any more; `griot webhook verify {id}` makes it active again"))?;
        }
        Webhook::Test { id } => {
            let event = endpoints.test(id).await.map_err(told)?;
            say(format!(
                "event {event} is sent by the running server; `griot webhook attempts {id}` tells what came of it"
            ))?;
        }
        Webhook::Attempts { id, limit } => attempts(&endpoints, id, limit).await?,
        Webhook::Replay { id, from } => {
            endpoints.replay(id, partners.number_before(from).await?).await.map_err(told)?;
            say(format!("what changed since publication {from} is sent again by the running server"))?;
        }
        Webhook::Delete { id } => {
            endpoints.delete(id).await.map_err(told)?;
            say(format!("endpoint {id} is forgotten"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(
    endpoints: &Endpoints,
    partners: &PartnerStore,
    name: &str,
    url: String,
    products: Vec<String>,
    types: Vec<String>,
) -> anyhow::Result<()> {
    let partner = partner(partners, name).await?;
    known(partners, &partner, &products).await?;
    let (_, place) = partners.sorted_to().await?;
    let new = NewEndpoint {
        partner: partner.id,
        url,
        products: (!products.is_empty()).then(|| products.into_iter().collect()),
        types: (!types.is_empty()).then_some(types),
        place,
    };
    let (endpoint, secret) = endpoints.create(new).await.map_err(told)?;
    complain(format!("endpoint {} of {name}; its secret is shown this once:", endpoint.id));
    say(secret.expose())?;
    match endpoints.verify(endpoint.id).await {
        Ok(_) => complain("it answered the challenge and is active"),
        Err(EndpointError::Unverified(why)) => complain(format!(
            "it is pending: {why}; once it knows the secret, run `griot webhook verify {}`",
            endpoint.id
        )),
        Err(err) => return Err(told(err)),
    }
    Ok(())
}

async fn verify(endpoints: &Endpoints, id: EndpointId) -> anyhow::Result<()> {
    let endpoint = endpoints.verify(id).await.map_err(told)?;
    Ok(say(format!("endpoint {id} at {} answered the challenge and is active", endpoint.url))?)
}

async fn partner(partners: &PartnerStore, name: &str) -> anyhow::Result<Partner> {
    let all = partners.partners().await?;
    let names = all.iter().map(|partner| format!("`{}`", partner.name)).collect::<Vec<_>>().join(", ");
    let found = all.into_iter().find(|partner| partner.name == name || partner.id.to_string() == name);
    found.with_context(|| match names.as_str() {
        "" => format!("there is no partner `{name}`, nor any other; `griot partner add` makes one"),
        names => format!("there is no partner `{name}`; there are {names}"),
    })
}

/// Refuses products the partner does not receive.
async fn known(partners: &PartnerStore, partner: &Partner, wanted: &[String]) -> anyhow::Result<()> {
    let all = partners.products().await?;
    let received = all.iter().filter(|product| partner.products.contains(&product.id));
    let received: BTreeSet<&str> = received.map(|product| product.code.as_str()).collect();
    if let Some(stray) = wanted.iter().find(|code| !received.contains(code.as_str())) {
        let received = received.into_iter().collect::<Vec<_>>().join(", ");
        bail!("`{}` does not receive the product `{stray}`; it receives {received}", partner.name);
    }
    Ok(())
}

async fn list(endpoints: &Endpoints, partners: &PartnerStore) -> anyhow::Result<()> {
    let all = endpoints.store().endpoints(None).await?;
    if all.is_empty() {
        complain("there are no endpoints; `griot webhook add PARTNER URL` adds one");
        return Ok(());
    }
    let names: HashMap<Uuid, String> =
        partners.partners().await?.into_iter().map(|partner| (partner.id, partner.name)).collect();
    let now = SystemClock.now();
    for endpoint in &all {
        let counts = endpoints.store().delivery_counts(endpoint.id).await?;
        let count = |state: &str| counts.get(state).copied().unwrap_or_default();
        let partner = names.get(&endpoint.partner).map_or("a partner that is no more", String::as_str);
        say(format!("{}  {}  {}", endpoint.id, endpoint.url, partner))?;
        say(format!("    {}", state(endpoint, now)))?;
        say(format!(
            "    {} wait, {} arrived, {} were given up",
            count("waiting"),
            count("delivered"),
            count("failed")
        ))?;
        for (what, words) in [("products", &endpoint.products), ("types", &endpoint.types)] {
            if let Some(words) = words {
                say(format!("    {what}: {}", words.iter().cloned().collect::<Vec<_>>().join(", ")))?;
            }
        }
    }
    Ok(())
}

fn state(endpoint: &Endpoint, now: DateTime<Utc>) -> String {
    let since = minute(endpoint.state_since);
    match (&endpoint.state, endpoint.health.failing_since) {
        (EndpointState::Pending, _) => format!("pending since {since}: it has not answered the challenge"),
        (EndpointState::Disabled { reason }, _) => format!("disabled since {since}: {reason}"),
        (EndpointState::Active, Some(failing)) => {
            let hours = (now - failing).num_hours();
            format!("active, failing for {hours} h: {} attempts since the last that arrived", endpoint.health.failures)
        }
        (EndpointState::Active, None) => format!("active since {since}"),
    }
}

async fn attempts(endpoints: &Endpoints, id: EndpointId, limit: u64) -> anyhow::Result<()> {
    endpoints.get(id).await.map_err(told)?;
    show_attempts(endpoints.store(), id, limit, "nothing was tried in the last 90 days").await
}

/// Shows what was tried, latest first, or says that there is nothing.
pub(super) async fn show_attempts(store: &Webhooks, id: EndpointId, limit: u64, nothing: &str) -> anyhow::Result<()> {
    let log = store.attempts(id, None, limit).await?;
    if log.is_empty() {
        complain(nothing);
    }
    for one in log {
        let attempt = one.attempt;
        let status = attempt.status.map_or("-".to_owned(), |status| status.to_string());
        let came = attempt.failure.unwrap_or_else(|| "arrived".to_owned());
        say(format!(
            "{}  {:<20}  {}  try {:<3} {status:>3}  {:>6} ms  {came}",
            attempt.at.format("%Y-%m-%d %H:%M:%S"),
            attempt.event_type,
            attempt.event_id,
            attempt.number_of_try,
            attempt.ms
        ))?;
    }
    Ok(())
}

fn told(err: EndpointError) -> anyhow::Error {
    match err {
        EndpointError::Missing(_) => anyhow::anyhow!("{err}; `griot webhook list` shows them"),
        err => err.into(),
    }
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}
