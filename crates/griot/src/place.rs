//! The place of the record, as set.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use griot_persistence::Location;

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
    builder.create(dir).with_context(|| {
        format!("cannot make the data directory {}; name another place with --data DIR", dir.display())
    })?;
    writable(dir)
}

/// Refuses a directory in which no file can be made, before a database says so in its own words.
pub fn writable(dir: &Path) -> anyhow::Result<()> {
    let probe = dir.join(format!(".griot-{}", std::process::id()));
    std::fs::write(&probe, b"").with_context(|| {
        format!("cannot write in the data directory {}; give its owner's account, or another --data DIR", dir.display())
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
