//! `griot export`.

use std::fs::File;
use std::io::BufWriter;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use griot_import::export_json;
use griot_persistence::{Publisher, StoreName};

use crate::config::Config;
use crate::place;
use crate::say::complain;

/// Writes the whole record to `file`, or to standard output for `-`.
pub async fn run(config: &Config, file: &Path) -> anyhow::Result<ExitCode> {
    place::require(config)?;
    let published = Publisher::open(&place::location(config), StoreName::Published).await?;
    if file == Path::new("-") {
        export_json(&published, &mut BufWriter::new(std::io::stdout().lock())).await?;
    } else {
        let shown = file.display();
        let mut out = BufWriter::new(File::create(file).with_context(|| format!("cannot write {shown}"))?);
        let lines = export_json(&published, &mut out).await?;
        out.into_inner()
            .map_err(|err| err.into_error())?
            .sync_all()
            .with_context(|| format!("cannot write {shown}"))?;
        complain(format_args!("{lines} publications in {shown}"));
    }
    Ok(ExitCode::SUCCESS)
}
