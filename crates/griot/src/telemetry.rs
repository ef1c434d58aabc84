//! Logs, on standard error.

use std::io::IsTerminal;

use anyhow::{Context, bail};
use tracing_subscriber::EnvFilter;
use tracing_subscriber::filter::LevelFilter;

use crate::config::{Log, LogFormat};

const LEVELS: &str = "error, warn, info, debug, trace, off";
/// Of these only what somebody should look at; `log.level` may name them to see more. The last one tells whole messages,
/// keys included.
const QUIET: &str = "sea_orm_migration=warn,sqlx=warn,tungstenite=warn";

/// Starts logging as set. Pretty logs have colours only on a terminal.
pub fn init(log: &Log) -> anyhow::Result<()> {
    let filter = filter(&log.level)?;
    let terminal = std::io::stderr().is_terminal();
    let builder = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(terminal)
        // It would complain on standard error that standard error cannot be written, and panic over that.
        .log_internal_errors(false);
    match log.format {
        LogFormat::Pretty => builder.init(),
        LogFormat::Auto if terminal => builder.init(),
        LogFormat::Auto | LogFormat::Json => builder.json().flatten_event(true).init(),
    }
    Ok(())
}

fn filter(level: &str) -> anyhow::Result<EnvFilter> {
    let allowed =
        || format!("log.level `{level}` is not allowed: write {LEVELS}, or directives such as info,griot=debug");
    // A single word that is no level would be taken for the name of a module, and silence everything.
    let is_word = level.chars().all(char::is_alphanumeric);
    if level.is_empty() || is_word && level.parse::<LevelFilter>().is_err() {
        bail!(allowed());
    }
    EnvFilter::try_new(format!("{QUIET},{level}")).with_context(allowed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_level_or_directives_are_taken_and_other_words_refused() {
        for good in ["info", "DEBUG", "off", "info,griot=debug", "griot_import=trace"] {
            assert!(filter(good).is_ok(), "{good}");
        }
        for bad in ["loud", "", "info,griot=loud"] {
            assert!(filter(bad).unwrap_err().to_string().contains("is not allowed: write error, warn"), "{bad}");
        }
    }
}
