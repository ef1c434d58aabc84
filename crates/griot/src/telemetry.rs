//! Logs, on standard error.

use std::io::IsTerminal;

use anyhow::Context;
use tracing_subscriber::EnvFilter;

use crate::config::{Log, LogFormat};

/// Of these only what somebody should look at; `log.level` may name them to see more.
const QUIET: &str = "sea_orm_migration=warn,sqlx=warn";

/// Starts logging as set. Pretty logs have colours only on a terminal.
pub fn init(log: &Log) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(format!("{QUIET},{}", log.level)).with_context(|| {
        format!("log.level `{}` is not allowed: write error, warn, info, debug, trace or directives such as info,griot=debug", log.level)
    })?;
    let terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_ansi(terminal);
    match log.format {
        LogFormat::Pretty => builder.init(),
        LogFormat::Auto if terminal => builder.init(),
        LogFormat::Auto | LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}
