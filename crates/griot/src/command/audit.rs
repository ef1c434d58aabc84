//! `griot audit`: the log of what editors did.

use std::process::ExitCode;

use griot_persistence::EditorialStore;

use crate::cli::Audit;
use crate::config::Config;
use crate::place;
use crate::say::say;

/// Runs one of the commands about the audit log.
pub async fn run(config: &Config, command: &Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Verify => verify(config).await,
    }
}

/// Walks the chain of hashes from the first record to the last.
async fn verify(config: &Config) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let store = EditorialStore::open(&place::location(config)).await?;
    Ok(match store.verify_audit().await? {
        Ok(count) => {
            say(format!("the audit log is whole; its last record is number {count}"))?;
            ExitCode::SUCCESS
        }
        Err(flaw) => {
            say(format!("the audit log is broken: {flaw}"))?;
            ExitCode::FAILURE
        }
    })
}
