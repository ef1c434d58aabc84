//! `griot key`: who may come in.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use griot_access::{ExposeSecret, Grant, Issued, KeyRing, NewHolder};
use griot_domain::{Clock, SystemClock};
use griot_persistence::{AccessKey, AccessKeys, KeyGrant};

use crate::cli::{Key, NewKey};
use crate::config::Config;
use crate::place;
use crate::say::{complain, say};

/// Runs one of the commands about keys.
pub async fn run(config: &Config, command: Key) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let keys = AccessKeys::open(&place::location(config)).await?;
    let ring = KeyRing::new(keys, Arc::new(SystemClock));
    match command {
        Key::Create(options) => create(&ring, options).await?,
        Key::Rotate { id, expires } => {
            show(&ring.rotate(&id, expires).await?)?;
            complain(format!("{id} opens the same until you run `griot key revoke {id}`"));
        }
        Key::List => list(&ring).await?,
        Key::Revoke { id } => revoke(&ring, &id).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(ring: &KeyRing, options: NewKey) -> anyhow::Result<()> {
    let grant = match options.role {
        Some(role) => Grant::Editorial(role),
        None => Grant::Delivery { sees_embargoed: options.embargo },
    };
    let holder = NewHolder { name: options.name, grant, lives: options.expires };
    show(&ring.issue(holder).await?)
}

/// The key alone on standard output, so that a script can keep it; the rest beside it.
fn show(issued: &Issued) -> anyhow::Result<()> {
    let end = issued.expires_at.map_or("has no end".to_owned(), |end| format!("ends on {}", day(end)));
    complain(format!("key {} of {}; it {end}. It is shown this once:", issued.id, issued.name));
    Ok(say(issued.key.expose_secret())?)
}

async fn list(ring: &KeyRing) -> anyhow::Result<()> {
    let keys = ring.list().await.context("cannot list the keys")?;
    if keys.is_empty() {
        complain("there are no keys; `griot key create --role editor --name NAME` makes one");
        return Ok(());
    }
    let now = SystemClock.now();
    let wide = keys.iter().map(|key| key.name.chars().count()).max().unwrap_or_default().max(4);
    say(format!("{:<12}  {:<wide$}  {:<18}  {:<10}  {:<16}  state", "id", "name", "opens", "made", "last used"))?;
    for key in &keys {
        let used = key.last_used_at.map_or("never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
        let (opens, made, state) = (opens(key), day(key.created_at), state(key, now));
        say(format!("{:<12}  {:<wide$}  {opens:<18}  {made:<10}  {used:<16}  {state}", key.id, key.name))?;
    }
    Ok(())
}

async fn revoke(ring: &KeyRing, id: &str) -> anyhow::Result<()> {
    // Whoever pastes the whole key should not have to take it apart in a hurry.
    let id = griot_access::Token::parse(id).map_or(id.to_owned(), |token| token.id().to_owned());
    match ring.revoke(&id).await? {
        Some(since) => {
            let since = since.format("%Y-%m-%d %H:%M UTC");
            Ok(say(format!("key {id} is revoked since {since}; servers refuse it within 5 s"))?)
        }
        None => bail!("there is no key {id}; `griot key list` shows them"),
    }
}

fn opens(key: &AccessKey) -> String {
    match &key.grant {
        KeyGrant::Editorial { role } => role.clone(),
        KeyGrant::Delivery { sees_embargoed: false } => "delivery".to_owned(),
        KeyGrant::Delivery { sees_embargoed: true } => "delivery, embargo".to_owned(),
    }
}

fn state(key: &AccessKey, now: DateTime<Utc>) -> String {
    match (key.revoked_at, key.expires_at) {
        (Some(at), _) => format!("revoked on {}", day(at)),
        (None, Some(end)) if end <= now => format!("ended on {}", day(end)),
        (None, Some(end)) => format!("live until {}", day(end)),
        (None, None) => "live".to_owned(),
    }
}

fn day(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}
