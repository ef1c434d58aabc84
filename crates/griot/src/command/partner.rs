//! `griot partner`: the outlets that receive what is issued.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use griot_access::{Grant, KeyRing, NewHolder};
use griot_domain::{Clock, EntryId, IdSource, RandomIds, SystemClock};
use griot_persistence::{
    AccessKeys, Drill, EVERYTHING_PRODUCT, Partner, PartnerSaving, PartnerStore, Product, Receipt,
};
use serde_json::json;
use uuid::Uuid;

use super::key;
use crate::cli::{self, PartnerTerms};
use crate::config::Config;
use crate::place;
use crate::say::{complain, say};

/// Requests in a minute, where nothing is said.
const USUAL_REQUESTS: u32 = 600;

/// Runs one of the commands about partners.
pub async fn run(config: &Config, command: cli::Partner) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let store = PartnerStore::open(&place::location(config)).await?.by(place::actor("griot partner"));
    match command {
        cli::Partner::Add { name, terms } => add(&store, name, terms).await?,
        cli::Partner::Set { name, terms, no_embargo, suspend, resume } => {
            let mut partner = named(&store, &name).await?;
            apply(&store, &mut partner, terms).await?;
            if no_embargo {
                partner.embargo = None;
            }
            if suspend {
                partner.suspended_at = partner.suspended_at.or_else(|| Some(SystemClock.now()));
            } else if resume {
                partner.suspended_at = None;
            }
            save(&store, &partner).await?;
            say(format!("{name} is changed; servers know it within 5 s"))?;
        }
        cli::Partner::Key { name, expires } => make_key(config, &store, &name, expires).await?,
        cli::Partner::List => list(&store).await?,
        cli::Partner::Receipts { id } => receipts(&store, id).await?,
        cli::Partner::Drill { kill: Some(id), .. } => {
            store.kill_drill(id, SystemClock.now()).await??;
            told_of_drill(id)?;
        }
        cli::Partner::Drill { note, issue, kill: None } => {
            drill(config, &store, &note.unwrap_or_default(), issue).await?;
        }
        cli::Partner::Usage { name, from, to } => usage(&store, &name, from, to).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn add(store: &PartnerStore, name: String, terms: PartnerTerms) -> anyhow::Result<()> {
    let trimmed = name.trim().to_owned();
    if trimmed.is_empty() || trimmed.chars().count() > 200 || trimmed.chars().any(char::is_control) {
        bail!("`{name}` is not a name; use 1 to 200 characters on one line");
    }
    let mut partner = Partner {
        id: RandomIds.next_id(),
        name: trimmed,
        embargo: None,
        requests_per_minute: USUAL_REQUESTS,
        idle_after_minutes: None,
        created_at: SystemClock.now(),
        suspended_at: None,
        polled: None,
        products: vec![EVERYTHING_PRODUCT],
    };
    apply(store, &mut partner, terms).await?;
    save(store, &partner).await?;
    let Partner { name, .. } = partner;
    Ok(say(format!("{name} is a partner; `griot partner key \"{name}\"` makes a key for it"))?)
}

async fn apply(store: &PartnerStore, partner: &mut Partner, terms: PartnerTerms) -> anyhow::Result<()> {
    if !terms.products.is_empty() {
        let known = store.products().await?;
        partner.products = terms.products.iter().map(|code| product(&known, code)).collect::<anyhow::Result<_>>()?;
        partner.products.sort_unstable();
        partner.products.dedup();
    }
    partner.requests_per_minute = terms.requests_per_minute.unwrap_or(partner.requests_per_minute);
    if let Some(version) = terms.embargo_terms {
        partner.embargo = Some((version, SystemClock.now()));
    }
    if let Some(minutes) = terms.idle_after {
        partner.idle_after_minutes = (minutes > 0).then_some(minutes);
    }
    Ok(())
}

fn product(known: &[Product], code: &str) -> anyhow::Result<Uuid> {
    let found = known.iter().find(|product| product.code.as_str() == code).map(|product| product.id);
    found.ok_or_else(|| {
        let codes = known.iter().map(|product| product.code.as_str()).collect::<Vec<_>>().join(", ");
        anyhow!("there is no product `{code}`; there are {codes}")
    })
}

async fn save(store: &PartnerStore, partner: &Partner) -> anyhow::Result<()> {
    match store.save_partner(partner, SystemClock.now()).await? {
        PartnerSaving::Saved => Ok(()),
        PartnerSaving::NameTaken => {
            bail!("there is a partner {} already; `griot partner set` changes it", partner.name)
        }
        PartnerSaving::NoProduct(id) => bail!("the product {id} was removed meanwhile; run the command again"),
    }
}

async fn named(store: &PartnerStore, name: &str) -> anyhow::Result<Partner> {
    let found = store.partners().await?.into_iter().find(|partner| partner.name == name);
    found.ok_or_else(|| anyhow!("there is no partner {name}; `griot partner list` shows them"))
}

async fn make_key(config: &Config, store: &PartnerStore, name: &str, expires: Option<TimeDelta>) -> anyhow::Result<()> {
    let partner = named(store, name).await?;
    let location = place::location(config);
    let ring = KeyRing::new(AccessKeys::open(&location).await?, Arc::new(SystemClock));
    // Whether it shows embargoed items is for the terms of the partner to say.
    let grant = Grant::Delivery { partner: Some(partner.id), sees_embargoed: true, operations: None };
    let holder = NewHolder { name: partner.name.clone(), account: None, grant, lives: expires };
    let issued = ring.issue(holder).await?;
    let detail = json!({ "act": "create", "key": issued.id, "name": issued.name, "opens": "partner" });
    key::recorded(&ring, &location, &issued, detail).await?;
    key::show(&issued)
}

async fn list(store: &PartnerStore) -> anyhow::Result<()> {
    let partners = store.partners().await?;
    if partners.is_empty() {
        complain("there are no partners; `griot partner add NAME` adds one");
        return Ok(());
    }
    let products = store.products().await?;
    let code = |id: &Uuid| products.iter().find(|product| product.id == *id).map(|product| product.code.as_str());
    let wide = partners.iter().map(|partner| partner.name.chars().count()).max().unwrap_or_default().max(4);
    say(format!("{:<wide$}  {:>10}  {:<10}  {:<16}  receives", "name", "per minute", "embargo", "asked last"))?;
    for partner in &partners {
        let codes = partner.products.iter().filter_map(code).collect::<Vec<_>>().join(", ");
        let embargo = partner.embargo.as_ref().map_or("–", |(version, _)| version);
        let state = if partner.suspended_at.is_some() { " (suspended)" } else { "" };
        let (name, asked) = (&partner.name, partner.polled.map_or("never".to_owned(), |(at, _)| minute(at)));
        say(format!("{name:<wide$}  {:>10}  {embargo:<10}  {asked:<16}  {codes}{state}", partner.requests_per_minute))?;
    }
    Ok(())
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}

async fn receipts(store: &PartnerStore, id: EntryId) -> anyhow::Result<()> {
    let answers = store.answers(id).await?;
    if answers.is_empty() {
        bail!("no partner was told of {id}; it is the content id of an entry, or the id of a drill");
    }
    for (partner, receipt) in answers {
        match receipt {
            None => say(format!("{}: nothing yet", partner.name))?,
            Some(Receipt { state, note, at, .. }) => {
                let note = note.map(|note| format!(": {note}")).unwrap_or_default();
                say(format!("{}: {} on {}{note}", partner.name, state.as_str().replace('_', " "), minute(at)))?;
            }
        }
    }
    Ok(())
}

async fn drill(config: &Config, store: &PartnerStore, note: &str, is_issued: bool) -> anyhow::Result<()> {
    let locale = &config.site.default_locale;
    let mut drill = Drill::new(RandomIds.next_id(), note, SystemClock.now())?;
    if is_issued {
        drill = drill.issued_in(locale.clone());
    }
    store.start_drill(&drill, locale).await?;
    if is_issued {
        complain("partners hear of it when they ask for changes; once they hold it:");
        return Ok(say(format!("griot partner drill --kill {}", drill.id))?);
    }
    told_of_drill(drill.id)
}

/// Says how to see who heard of a kill.
fn told_of_drill(id: EntryId) -> anyhow::Result<()> {
    complain("partners hear of it when they ask for changes; who did:");
    Ok(say(format!("griot partner receipts {id}"))?)
}

async fn usage(store: &PartnerStore, name: &str, from: Option<NaiveDate>, to: Option<NaiveDate>) -> anyhow::Result<()> {
    let partner = named(store, name).await?;
    let to = to.unwrap_or_else(|| SystemClock.now().date_naive());
    let from = from.unwrap_or_else(|| to.checked_sub_signed(TimeDelta::days(29)).unwrap_or(to));
    if from > to {
        bail!("--from {from} is after --to {to}; write the first day first");
    }
    let days = store.usage(partner.id, from, to).await?;
    if days.is_empty() {
        complain(format!("{name} asked for nothing from {from} to {to}"));
        return Ok(());
    }
    let heads = ["day", "channel", "requests", "refused", "errors", "items", "bytes"];
    let [day, channel, requests, refused, errors, items, bytes] = heads;
    say(format!("{day:<10}  {channel:<8}  {requests:>9}  {refused:>8}  {errors:>7}  {items:>9}  {bytes:>12}"))?;
    for (of, count) in days {
        let griot_persistence::Usage { requests, refused, errors, items, bytes } = count;
        let (day, channel) = (of.day, of.channel);
        say(format!("{day:<10}  {channel:<8}  {requests:>9}  {refused:>8}  {errors:>7}  {items:>9}  {bytes:>12}"))?;
    }
    Ok(())
}
