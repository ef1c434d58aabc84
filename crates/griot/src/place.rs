//! The place of the record, as set.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use griot_access::EditorialAct;
use griot_domain::{Clock, SystemClock};
use griot_persistence::{Actor, AuditRecord, EditorialStore, Location};
use serde_json::Value;

use crate::config::Config;

/// Where the record lives.
pub fn location(config: &Config) -> Location {
    match &config.database_url {
        Some(url) => Location::Postgres {
            url: url.reveal().to_owned(),
            delivery_url: config.delivery_database_url.as_ref().map(|url| url.reveal().to_owned()),
        },
        None => Location::Sqlite { data_dir: config.data.clone() },
    }
}

/// Where a server that only delivers finds what is published: the login that reads is all it needs of PostgreSQL.
pub fn of_delivery(config: &Config) -> Location {
    match &config.delivery_database_url {
        Some(url) => Location::Postgres { url: url.reveal().to_owned(), delivery_url: Some(url.reveal().to_owned()) },
        None => location(config),
    }
}

/// How messages call the record.
pub fn describe(config: &Config) -> String {
    match &config.database_url {
        Some(url) => url.to_string(),
        None => config.data.display().to_string(),
    }
}

/// Files downloaded on import.
pub fn media_dir(config: &Config) -> PathBuf {
    config.data.join("media")
}

/// Where the search index is kept.
pub fn search_dir(config: &Config) -> PathBuf {
    config.search.dir.clone().unwrap_or_else(|| config.data.join("search"))
}

/// Where the keys are that sign what is issued.
pub fn keys_dir(config: &Config) -> PathBuf {
    config.proof.keys_dir.clone().unwrap_or_else(|| config.data.join("keys"))
}

/// Makes the data directory, for its owner only, or checks that the one there can be used.
pub fn prepare(config: &Config) -> anyhow::Result<()> {
    let dir = &config.data;
    if dir.exists() && !dir.is_dir() {
        bail!("{} is not a directory; name another place with --data DIR", dir.display());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(dir).map_err(|err| {
        let shown = dir.display();
        anyhow!(
            "cannot make the data directory {shown} ({err}); make it for this account, or name another with --data DIR"
        )
    })?;
    writable(dir)
}

/// Refuses a directory in which no file can be made, before a database says so in its own words.
pub fn writable(dir: &Path) -> anyhow::Result<()> {
    let probe = dir.join(format!(".griot-{}", std::process::id()));
    std::fs::write(&probe, b"").map_err(|err| {
        let remedy = match err.kind() {
            ErrorKind::ReadOnlyFilesystem => "its disk is mounted read-only: mount it for writing",
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "make room on its disk",
            _ => "run Griot as the account that owns it, or give this one the right to write there",
        };
        anyhow!("cannot write in the directory {} ({err}); {remedy}, or name another with --data DIR", dir.display())
    })?;
    std::fs::remove_file(&probe).with_context(|| format!("cannot remove {}", probe.display()))
}

/// Refuses a record that is not there, so that a command which only reads does not make one.
pub fn require(config: &Config) -> anyhow::Result<()> {
    if config.database_url.is_none() && !config.data.join("published.db").exists() {
        bail!(
            "there is no record in {}; `griot serve` or `griot migrate` makes one, --data DIR names another place",
            config.data.display()
        );
    }
    Ok(())
}

/// Who runs a command, for the audit log. Whoever can run one can say anything here; it tells honest people apart.
pub fn author() -> String {
    let names = ["USER", "LOGNAME"].into_iter();
    let user = names.filter_map(|name| std::env::var(name).ok()).find(|user| !user.is_empty());
    format!("cli:{}", user.as_deref().unwrap_or("unknown"))
}

/// Whoever runs a command that writes down itself what it does.
pub fn actor(origin: &str) -> Actor {
    Actor {
        at: SystemClock.now(),
        author: author(),
        origin: origin.to_owned(),
        verb: EditorialAct::ManagePartners.as_str().to_owned(),
    }
}

/// Adds to the audit log what was done by a command; never a secret.
pub async fn record(location: &Location, act: EditorialAct, origin: &str, detail: Value) -> anyhow::Result<()> {
    let record = AuditRecord {
        at: SystemClock.now(),
        author: author(),
        origin: origin.to_owned(),
        verb: act.as_str().to_owned(),
        subjects: Vec::new(),
        detail,
    };
    let write = async {
        let store = EditorialStore::open(location).await?;
        let mut act = store.begin().await?;
        act.audit(&record).await?;
        act.commit().await?;
        store.close().await
    };
    write.await.context("the audit log cannot be written")
}
