//! `griot import`: opens the stores, runs an importer, prints its report.

use std::fs::File;
use std::io::{BufReader, stdin};
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use griot_domain::{RandomIds, SystemClock};
use griot_import::{
    ImportReport, JsonOptions, MediaOptions, Shown, Target, WordPressOptions, import_json, import_wordpress,
};
use griot_persistence::{ImportLock, Location, Publisher, StoreName};
use tempfile::TempDir;

use crate::cli::{Json, Wordpress};
use crate::config::Config;
use crate::place;
use crate::say::say_text;

/// Everything went in but what the report lists.
const WITH_PROBLEMS: u8 = 3;

/// Both stores, open for writing.
pub struct Stores {
    published: Publisher,
    editorial: Publisher,
    /// None where nothing is written.
    _alone: Option<ImportLock>,
    /// Holds a record made for a rehearsal, and takes it away.
    _passing: Option<TempDir>,
}

impl Stores {
    /// Creates or updates the record, and opens it.
    pub async fn open(config: &Config) -> anyhow::Result<Self> {
        place::prepare(config)?;
        let location = place::location(config);
        griot_persistence::migrate(&location).await?;
        let alone = ImportLock::take(&location).await?;
        Self::at(&location, Some(alone), None).await
    }

    /// Opens the record as it is for a rehearsal. Where there is none yet, an empty one that passes with it stands in:
    /// a rehearsal leaves nothing behind.
    async fn open_for_rehearsal(config: &Config) -> anyhow::Result<Self> {
        if place::require(config).is_ok() {
            return Self::at(&place::location(config), None, None).await;
        }
        let passing = tempfile::tempdir()?;
        let location = Location::sqlite(passing.path().join("record"));
        griot_persistence::migrate(&location).await?;
        Self::at(&location, None, Some(passing)).await
    }

    async fn open_for(config: &Config, is_rehearsal: bool) -> anyhow::Result<Self> {
        if is_rehearsal { Self::open_for_rehearsal(config).await } else { Self::open(config).await }
    }

    async fn at(location: &Location, alone: Option<ImportLock>, passing: Option<TempDir>) -> anyhow::Result<Self> {
        Ok(Self {
            published: Publisher::open(location, StoreName::Published).await?,
            editorial: Publisher::open(location, StoreName::Editorial).await?,
            _alone: alone,
            _passing: passing,
        })
    }

    /// Where importers write.
    pub fn target(&self) -> Target<'_> {
        Target { published: &self.published, editorial: Some(&self.editorial), clock: &SystemClock, ids: &RandomIds }
    }

    /// Ends the connections in order.
    pub async fn close(self) -> anyhow::Result<()> {
        self.published.close().await?;
        Ok(self.editorial.close().await?)
    }
}

/// How WordPress exports are taken in when nothing is said on the command line.
pub fn wordpress_options(config: &Config) -> WordPressOptions {
    WordPressOptions { time_zone: config.site.time_zone, ..WordPressOptions::default() }
}

/// `griot import wordpress`.
pub async fn wordpress(config: &Config, args: Wordpress) -> anyhow::Result<ExitCode> {
    // Before the record is touched: the name may be wrong.
    open(&args.file)?;
    let mut options = wordpress_options(config);
    options.is_rehearsal = args.dry_run;
    options.with_drafts = args.with_drafts;
    options.find_mentions = !args.no_mentions;
    options.locale = args.locale;
    options.time_zone = args.time_zone.unwrap_or(options.time_zone);
    options.kinds.extend(args.kind);
    options.article_types.extend(args.article_type);
    options.unsigned.extend(args.unsigned);
    options.media = args
        .fetch_media
        .then(|| MediaOptions { data_dir: config.data.clone(), allowed: args.allow_host.into_iter().collect() });
    let stores = Stores::open_for(config, args.dry_run).await?;
    let report = import_wordpress(&args.file, &options, &stores.target(), &mut Shown::default()).await?;
    finish(stores, &report).await
}

/// `griot import json`.
pub async fn json(config: &Config, args: Json) -> anyhow::Result<ExitCode> {
    let options = JsonOptions { is_rehearsal: args.dry_run, find_mentions: !args.no_mentions };
    let mut progress = Shown::default();
    if args.file == Path::new("-") {
        let stores = Stores::open_for(config, args.dry_run).await?;
        let report = import_json(BufReader::new(stdin()), None, options, &stores.target(), &mut progress).await?;
        return finish(stores, &report).await;
    }
    let file = open(&args.file)?;
    let bytes = file.metadata().ok().map(|metadata| metadata.len());
    let stores = Stores::open_for(config, args.dry_run).await?;
    let report = import_json(BufReader::new(file), bytes, options, &stores.target(), &mut progress).await?;
    finish(stores, &report).await
}

fn open(path: &Path) -> anyhow::Result<File> {
    let file = File::open(path).with_context(|| format!("cannot read {}", path.display()))?;
    anyhow::ensure!(!file.metadata()?.is_dir(), "cannot read {}: it is a directory", path.display());
    Ok(file)
}

async fn finish(stores: Stores, report: &ImportReport) -> anyhow::Result<ExitCode> {
    stores.close().await?;
    say_text(report)?;
    Ok(if report.problem_count() == 0 { ExitCode::SUCCESS } else { ExitCode::from(WITH_PROBLEMS) })
}
