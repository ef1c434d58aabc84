//! `griot audit`: the log of what editors did.

use std::process::ExitCode;

use griot_persistence::{AuditMark, EditorialStore};

use crate::cli::Audit;
use crate::config::Config;
use crate::place;
use crate::say::say;

/// Runs one of the commands about the audit log.
pub async fn run(config: &Config, command: &Audit) -> anyhow::Result<ExitCode> {
    match command {
        Audit::Verify { expect } => verify(config, expect.as_ref()).await,
    }
}

/// Walks the chain of hashes from the first record to the last. The mark of the last stands alone on the last line.
async fn verify(config: &Config, earlier: Option<&AuditMark>) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let store = EditorialStore::open(&place::location(config)).await?;
    Ok(match store.verify_audit(earlier).await? {
        Ok(last) => {
            say(format!("the audit log is whole; its last record is number {}", last.number))?;
            if last.number > 0 {
                say(last)?;
            }
            ExitCode::SUCCESS
        }
        Err(flaw) => {
            say(format!("the audit log is broken: {flaw}"))?;
            ExitCode::FAILURE
        }
    })
}
