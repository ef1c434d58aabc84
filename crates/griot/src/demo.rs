//! The demo, inside the binary, through the same importers as anybody's content.

use std::io::Write;

use griot_domain::{RandomIds, SystemClock};
use griot_import::{ImportReport, JsonOptions, Silent, Target, WordPressOptions, import_json, import_wordpress};
use griot_persistence::Publisher;

use crate::command::import::{Stores, wordpress_options};
use crate::config::Config;
use crate::say::say;

/// People, ranks, posts, institutions and events: what the articles name.
const RECORD: &[u8] = include_bytes!("../../../demo/record.jsonl");
/// The articles, as WordPress exports them.
const WORDPRESS: &[u8] = include_bytes!("../../../demo/wordpress.xml");

/// More publications than the demo makes: a record that holds as many is somebody's own.
const MORE_THAN_THE_DEMO: u64 = 200;

/// Loads the demo into an empty record, or what is missing of it into [one that was cut short](is_cut_short).
pub async fn load(config: &Config) -> anyhow::Result<()> {
    let stores = Stores::open(config).await?;
    let reports = import(config, &stores.target(), false).await?;
    stores.close().await?;
    for problem in reports.iter().flat_map(|report| &report.problems) {
        tracing::warn!("the demo is not whole: {problem}");
    }
    let counts = Counts::of(&reports);
    let more = if counts.unchanged == 0 { "" } else { "the rest of " };
    say(format_args!("Loaded {more}the demo: {} entries.", counts.created)).ok();
    Ok(())
}

/// Whether the record holds a part of the demo, untouched, and nothing else: loading it was cut short.
pub async fn is_cut_short(config: &Config, published: &Publisher) -> anyhow::Result<bool> {
    let held = published.journal_page(0, MORE_THAN_THE_DEMO).await?;
    let Ok(count) = u64::try_from(held.len()) else { return Ok(false) };
    if count >= MORE_THAN_THE_DEMO {
        return Ok(false);
    }
    let target = Target { published, editorial: None, clock: &SystemClock, ids: &RandomIds };
    let counts = Counts::of(&import(config, &target, true).await?);
    // Whatever somebody else published, or changed of the demo, is a publication that the demo has not.
    Ok(counts.created + counts.updated > 0 && counts.unchanged == count)
}

/// Both files, in the order in which they name each other.
async fn import(config: &Config, target: &Target<'_>, is_rehearsal: bool) -> anyhow::Result<[ImportReport; 2]> {
    let options = JsonOptions { is_rehearsal, find_mentions: true };
    let record = import_json(RECORD, None, options, target, &mut Silent).await?;
    // The importer reads an export several times over, hence from a file.
    let mut file = tempfile::NamedTempFile::new_in(&config.data)?;
    file.write_all(WORDPRESS)?;
    let options = WordPressOptions { is_rehearsal, ..wordpress_options(config) };
    Ok([record, import_wordpress(file.path(), &options, target, &mut Silent).await?])
}

/// Entries, over all kinds.
struct Counts {
    created: u64,
    updated: u64,
    unchanged: u64,
}

impl Counts {
    fn of(reports: &[ImportReport]) -> Self {
        let counts = || reports.iter().flat_map(|report| report.counts.values());
        Self {
            created: counts().map(|one| one.created).sum(),
            updated: counts().map(|one| one.updated).sum(),
            unchanged: counts().map(|one| one.unchanged).sum(),
        }
    }
}
