//! `griot websub`: who subscribed to feeds.

use std::process::ExitCode;

use anyhow::bail;
use chrono::{DateTime, Utc};
use griot_domain::{Clock, SystemClock};
use griot_persistence::{EndpointId, Subscription, Webhooks};

use super::webhook::show_attempts;
use crate::cli::Websub;
use crate::config::Config;
use crate::place;
use crate::say::{complain, say};

/// Runs one of the commands about subscriptions.
pub async fn run(config: &Config, command: Websub) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let store = Webhooks::open(&place::location(config)).await?;
    match command {
        Websub::List => list(&store).await?,
        Websub::Attempts { id, limit } => {
            if store.subscription(id).await?.is_none() {
                return missing(id);
            }
            show_attempts(&store, id, limit, "nothing failed in the last 90 days").await?;
        }
        Websub::End { id } => {
            if !store.end_subscription(id).await? {
                return missing(id);
            }
            say(format!("subscription {id} is ended"))?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn missing(id: EndpointId) -> anyhow::Result<ExitCode> {
    bail!("there is no subscription {id}; `griot websub list` shows them")
}

async fn list(store: &Webhooks) -> anyhow::Result<()> {
    let now = SystemClock.now();
    let all: Vec<Subscription> = store.subscriptions().await?.into_iter().filter(|one| one.expires_at > now).collect();
    if all.is_empty() {
        complain("nobody is subscribed to a feed");
    }
    for one in all {
        say(format!("{}  {}  {}", one.id, one.topic, one.callback))?;
        let signed = if one.secret.is_some() { ", signed" } else { "" };
        say(format!("    until {}{signed}{}", minute(one.expires_at), health(&one)))?;
    }
    Ok(())
}

fn health(one: &Subscription) -> String {
    match one.failing_since {
        Some(since) => {
            format!("; failing since {}: {} attempts, next at {}", minute(since), one.tries, minute(one.due_at))
        }
        None => String::new(),
    }
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%M").to_string()
}
