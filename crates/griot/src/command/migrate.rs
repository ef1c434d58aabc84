//! `griot migrate`.

use std::process::ExitCode;

use crate::config::Config;
use crate::place;
use crate::say::say;

/// Creates what is missing and tells what was done.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    place::prepare(config)?;
    let report = griot_persistence::migrate(&place::location(config)).await?;
    if report.applied.is_empty() {
        say(format_args!("{} is up to date", place::describe(config)))?;
    }
    for name in report.applied {
        say(format_args!("applied {name}"))?;
    }
    Ok(ExitCode::SUCCESS)
}
