//! `griot key`: who may come in.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use chrono::{DateTime, Utc};
use griot_access::{EditorialAct, ExposeSecret, Grant, Issued, KeyRing, NewHolder, OperationGrant};
use griot_domain::{Clock, SystemClock};
use griot_persistence::{AccessKey, AccessKeys, KeyGrant, Location};
use serde_json::{Value, json};

use crate::cli::{AccessKeys as Command, NewKey};
use crate::config::Config;
use crate::place;
use crate::say::{complain, say};

/// Runs one of the commands about keys.
pub async fn run(config: &Config, command: Command) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let location = place::location(config);
    let keys = AccessKeys::open(&location).await?;
    let ring = KeyRing::new(keys, Arc::new(SystemClock));
    match command {
        Command::Create(options) => create(&ring, config, options).await?,
        Command::Rotate { id, expires } => {
            let issued = ring.rotate(&id, expires).await?;
            recorded(&ring, &location, &issued, json!({ "act": "rotate", "key": issued.id, "of": id })).await?;
            show(&issued)?;
            complain(format!("{id} opens the same until you run `griot key revoke {id}`"));
        }
        Command::List => list(&ring).await?,
        Command::Revoke { id } => revoke(&ring, &location, &id).await?,
    }
    Ok(ExitCode::SUCCESS)
}

async fn create(ring: &KeyRing, config: &Config, options: NewKey) -> anyhow::Result<()> {
    let account = options.person.as_deref().map(|subject| account(config, subject)).transpose()?;
    let (grant, opens) = match options.role {
        Some(role) => (Grant::Editorial(role), role.to_string()),
        None => {
            let operations = options.operations;
            let opens = delivery(options.embargo, operations.map(OperationGrant::as_str));
            (Grant::Delivery { partner: None, sees_embargoed: options.embargo, operations }, opens)
        }
    };
    let holder = NewHolder { name: options.name, account: account.clone(), grant, lives: options.expires };
    let issued = ring.issue(holder).await?;
    let mut detail = json!({ "act": "create", "key": issued.id, "name": issued.name, "opens": opens });
    if let Some(account) = account {
        detail["account"] = json!(account);
    }
    recorded(ring, &place::location(config), &issued, detail).await?;
    show(&issued)
}

/// The account of a person at the provider that is set, as tokens of it are named.
fn account(config: &Config, subject: &str) -> anyhow::Result<String> {
    let Some(issuer) = &config.editorial.oidc.issuer else {
        bail!("--person names an account at a provider, and none is set; set `editorial.oidc.issuer`, or leave it out");
    };
    if subject.is_empty() || subject.len() > 255 || subject.chars().any(char::is_control) {
        bail!("`{subject}` is no subject of an account; give the claim `sub` of the person's tokens");
    }
    Ok(format!("oidc:{subject}@{issuer}"))
}

/// Writes a new key down in the audit log; a key that is in nobody's log opens nothing.
pub async fn recorded(ring: &KeyRing, location: &Location, issued: &Issued, detail: Value) -> anyhow::Result<()> {
    if let Err(err) = place::record(location, EditorialAct::ManageKeys, "griot key", detail).await {
        ring.revoke(&issued.id).await?;
        return Err(err.context("the key was not made"));
    }
    Ok(())
}

/// The key alone on standard output, so that a script can keep it; the rest beside it.
pub fn show(issued: &Issued) -> anyhow::Result<()> {
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
    say(format!("{:<12}  {:<wide$}  {:<26}  {:<10}  {:<16}  state", "id", "name", "opens", "made", "last used"))?;
    for key in &keys {
        let used = key.last_used_at.map_or("never".to_owned(), |at| at.format("%Y-%m-%d %H:%M").to_string());
        let (opens, made, state) = (opens(key), day(key.created_at), state(key, now));
        say(format!("{:<12}  {:<wide$}  {opens:<26}  {made:<10}  {used:<16}  {state}", key.id, key.name))?;
    }
    Ok(())
}

async fn revoke(ring: &KeyRing, location: &Location, id: &str) -> anyhow::Result<()> {
    // Whoever pastes the whole key should not have to take it apart in a hurry.
    let id = griot_access::Token::parse(id).map_or(id.to_owned(), |token| token.id().to_owned());
    match ring.revoke(&id).await? {
        Some(since) => {
            let detail = json!({ "act": "revoke", "key": id });
            place::record(location, EditorialAct::ManageKeys, "griot key", detail).await?;
            let since = since.format("%Y-%m-%d %H:%M UTC");
            Ok(say(format!("key {id} is revoked since {since}; servers refuse it within 5 s"))?)
        }
        None => bail!("there is no key {id}; `griot key list` shows them"),
    }
}

fn opens(key: &AccessKey) -> String {
    match &key.grant {
        KeyGrant::Editorial { role } => role.clone(),
        KeyGrant::Delivery { sees_embargoed, operations, .. } => delivery(*sees_embargoed, operations.as_deref()),
    }
}

fn delivery(sees_embargoed: bool, operations: Option<&str>) -> String {
    let embargo = sees_embargoed.then_some("embargo");
    [Some("delivery"), embargo, operations].into_iter().flatten().collect::<Vec<_>>().join(", ")
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
