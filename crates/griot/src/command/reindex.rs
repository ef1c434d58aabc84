//! `griot reindex`.

use std::io::IsTerminal;
use std::process::ExitCode;

use anyhow::bail;
use griot_persistence::PublishedStore;
use griot_search::{Progress, Search};
use indicatif::{ProgressBar, ProgressStyle};

use crate::config::Config;
use crate::place;
use crate::say::say;

/// Publications between two lines where there is no terminal.
const STEP: i64 = 10_000;

/// Makes the search index anew, or has the running servers do so.
pub async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    if !config.search.enabled {
        bail!("there is no search index: search.enabled is false")
    }
    place::require(config)?;
    let location = if config.editorial.enabled { place::location(config) } else { place::of_delivery(config) };
    let store = PublishedStore::open(&location).await?;
    let search = Search::new(store, place::search_dir(config));
    let mut shown = Shown::default();
    let asked = search.rebuild(&mut |progress| shown.tell(progress)).await?;
    shown.end();
    match asked {
        0 => say(format_args!("{} texts can be found", search.figures().documents()))?,
        1 => say("a running server makes its index anew; search_lag of its metrics tells how far it is")?,
        _ => say(format_args!("{asked} running servers make their indexes anew"))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Shows on standard error how far it is: a bar on a terminal, a line now and then elsewhere.
#[derive(Default)]
struct Shown {
    bar: Option<ProgressBar>,
    next: i64,
}

impl Shown {
    fn tell(&mut self, Progress { seq, last }: Progress) {
        if std::io::stderr().is_terminal() {
            let style = ProgressStyle::with_template("{bar:40} {percent}%  {elapsed} ({eta} left)");
            let begin = || ProgressBar::new(0).with_style(style.expect("the template is fixed"));
            let bar = self.bar.get_or_insert_with(begin);
            bar.set_length(last.unsigned_abs());
            bar.set_position(seq.unsigned_abs());
        } else if seq >= self.next {
            eprintln!("{seq} of {last} publications");
            self.next = seq - seq % STEP + STEP;
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
