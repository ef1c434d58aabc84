//! The demo, inside the binary, through the same importers as anybody's content.

use std::io::Write;

use griot_import::{ImportReport, JsonOptions, Silent, import_json, import_wordpress};

use crate::command::import::{Stores, wordpress_options};
use crate::config::Config;

/// People, ranks, posts, institutions and events: what the articles name.
const RECORD: &[u8] = include_bytes!("../../../demo/record.jsonl");
/// The articles, as WordPress exports them.
const WORDPRESS: &[u8] = include_bytes!("../../../demo/wordpress.xml");

/// Loads the demo into an empty record.
pub async fn load(config: &Config) -> anyhow::Result<()> {
    let stores = Stores::open(config).await?;
    let options = JsonOptions { is_rehearsal: false, find_mentions: true };
    let record = import_json(RECORD, None, options, &stores.target(), &mut Silent).await?;
    // The importer reads an export several times over, hence from a file.
    let mut file = tempfile::NamedTempFile::new_in(&config.data)?;
    file.write_all(WORDPRESS)?;
    let articles = import_wordpress(file.path(), &wordpress_options(config), &stores.target(), &mut Silent).await?;
    stores.close().await?;
    for problem in record.problems.iter().chain(&articles.problems) {
        tracing::warn!("the demo is not whole: {problem}");
    }
    println!("Loaded the demo: {} entries.", created(&record) + created(&articles));
    Ok(())
}

fn created(report: &ImportReport) -> u64 {
    report.counts.values().map(|counts| counts.created).sum()
}
