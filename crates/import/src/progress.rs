//! How far an import has come: a bar on a terminal, a line now and then elsewhere.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressStyle};

/// Told how far an import or export has come.
pub trait Progress: Send {
    /// Work begins on an input of `bytes`, when that is known.
    fn begin(&mut self, bytes: Option<u64>);
    /// `bytes` of the input and `entries` entries are done, counted from the start.
    fn advance(&mut self, bytes: u64, entries: u64);
    /// Work has ended.
    fn end(&mut self);
}

/// Says nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silent;

impl Progress for Silent {
    fn begin(&mut self, _bytes: Option<u64>) {}
    fn advance(&mut self, _bytes: u64, _entries: u64) {}
    fn end(&mut self) {}
}

/// Shows on standard error: a bar when it is a terminal, else a line every [`Shown::STEP`] entries.
#[derive(Debug, Default)]
pub struct Shown {
    bar: Option<ProgressBar>,
    next: u64,
}

impl Shown {
    /// Entries between two lines.
    pub const STEP: u64 = 10_000;
}

impl Progress for Shown {
    fn begin(&mut self, bytes: Option<u64>) {
        self.next = Self::STEP;
        if !std::io::stderr().is_terminal() {
            return;
        }
        let (bar, template) = match bytes {
            Some(bytes) => (ProgressBar::new(bytes), "{bar:40} {percent}%  {msg}  {elapsed} ({eta} left)"),
            None => (ProgressBar::new_spinner(), "{spinner}  {msg}  {elapsed}"),
        };
        self.bar = Some(bar.with_style(ProgressStyle::with_template(template).expect("the template is fixed")));
    }

    fn advance(&mut self, bytes: u64, entries: u64) {
        if let Some(bar) = &self.bar {
            bar.set_position(bytes);
            bar.set_message(format!("{entries} entries"));
        } else if entries >= self.next {
            eprintln!("{entries} entries");
            self.next = entries - entries % Self::STEP + Self::STEP;
        }
    }

    fn end(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
        }
    }
}
