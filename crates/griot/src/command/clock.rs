//! `griot clock`: what is known of the machine's clock.

use std::process::ExitCode;

use griot_domain::{Clock, SystemClock};
use griot_editorial::{Boot, trust_clock};
use griot_persistence::EditorialStore;

use crate::cli::TheClock;
use crate::config::Config;
use crate::place;
use crate::say::say;

/// Runs one of the commands about the clock.
pub async fn run(config: &Config, command: &TheClock) -> anyhow::Result<ExitCode> {
    match command {
        TheClock::Trust => trust(config).await,
    }
}

async fn trust(config: &Config) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let store = EditorialStore::open(&place::location(config)).await?;
    trust_clock(&store, place::author(), Boot::now(), &SystemClock).await??;
    store.close().await?;
    let now = SystemClock.now().format("%Y-%m-%d %H:%M:%S UTC");
    say(format!("the clock of this machine is taken for right: {now}; its servers publish what is due by it"))?;
    Ok(ExitCode::SUCCESS)
}
