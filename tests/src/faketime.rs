//! A wall clock that jumps, for a process of its own.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The wall clock of one process; its steady clock goes on untouched.
#[derive(Debug)]
pub struct WallClock {
    file: PathBuf,
}

impl WallClock {
    /// Gives `command` a clock that is right until it is set; `directory` holds a file of it.
    ///
    /// # Panics
    /// When libfaketime is not installed; the message says how to.
    pub fn of(command: &mut Command, directory: &Path) -> Self {
        let clock = Self { file: directory.join("clock") };
        clock.set(0);
        clock.give(command);
        clock
    }

    /// Gives the same clock to another command.
    ///
    /// # Panics
    /// As [`WallClock::of`].
    pub fn give(&self, command: &mut Command) {
        command.env("LD_PRELOAD", library());
        command.env("FAKETIME_TIMESTAMP_FILE", &self.file);
        command.envs([("FAKETIME_NO_CACHE", "1"), ("FAKETIME_DONT_FAKE_MONOTONIC", "1"), ("NO_FAKE_STAT", "1")]);
    }

    /// Sets it to so many seconds before (negative) or after the right time.
    ///
    /// # Panics
    /// When the file cannot be written.
    pub fn set(&self, off_by_s: i64) {
        // Never seen half written.
        let new = self.file.with_extension("new");
        std::fs::write(&new, format!("{off_by_s:+}\n")).expect("the directory can be written");
        std::fs::rename(new, &self.file).expect("the directory can be written");
    }
}

fn library() -> PathBuf {
    let named = std::env::var_os("GRIOT_TEST_LIBFAKETIME").map(PathBuf::from);
    let folders = std::fs::read_dir("/usr/lib").into_iter().flatten().flatten().map(|entry| entry.path());
    let usual = folders.chain(["/usr/lib".into(), "/usr/lib64".into(), "/usr/local/lib".into()]);
    let mut all = named.into_iter().chain(usual.map(|folder| folder.join("faketime/libfaketime.so.1")));
    all.find(|path| path.is_file()).unwrap_or_else(|| {
        panic!(
            "no libfaketime found in /usr/lib/*/faketime. Install it (Debian, Ubuntu: `apt-get install faketime`), or let \
             `make test` do so, or name libfaketime.so.1 in GRIOT_TEST_LIBFAKETIME."
        )
    })
}
