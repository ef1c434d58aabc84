//! A record of a test's own, and commands on it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use griot_testbed::{Backend, Place, TestDatabase, database};

use crate::{Server, binary};

/// A fresh place and a working directory with nothing in it.
#[derive(Debug)]
pub struct Record {
    place: TestDatabase,
    directory: tempfile::TempDir,
}

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ran {
    /// `None` when a signal ended it.
    pub code: Option<i32>,
    #[allow(missing_docs)]
    pub stdout: String,
    #[allow(missing_docs)]
    pub stderr: String,
}

impl Record {
    /// Nothing is made yet but the empty place.
    pub fn new(backend: Backend) -> Self {
        Self { place: database(backend), directory: tempfile::tempdir().expect("a temporary directory can be made") }
    }

    /// A record with the demo's files imported by the command line, as a person would do it. Its pages have addresses
    /// at `https://www.example.org`.
    ///
    /// # Panics
    /// When an import does not end well.
    pub fn with_demo(backend: Backend) -> Self {
        let record = Self::new(backend);
        let settings = "[site]\nurl = \"https://www.example.org\"\n";
        std::fs::write(record.directory().join("griot.toml"), settings).expect("the directory can be written");
        for (format, file) in [("json", "demo/record.jsonl"), ("wordpress", "demo/wordpress.xml")] {
            let file = crate::workspace().join(file);
            record.run(&["import", format, file.to_str().expect("the path is UTF-8")]).expect_success();
        }
        record
    }

    /// Where commands run; relative paths mean files here.
    pub fn directory(&self) -> &Path {
        self.directory.path()
    }

    /// The directory given as `--data`; not there before the first command that makes a record.
    pub fn data(&self) -> PathBuf {
        self.place.data_dir().join("record")
    }

    /// A command on this record, not yet started. No setting of the person who runs the tests gets in.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = self.bare_command(args);
        if let Place::Postgres { url } = self.place.place() {
            command.arg("--database-url").arg(url);
        }
        command
    }

    /// The same by another way to its PostgreSQL database.
    pub fn command_at(&self, url: &str, args: &[&str]) -> Command {
        let mut command = self.bare_command(args);
        command.arg("--database-url").arg(url);
        command
    }

    fn bare_command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(args).current_dir(self.directory());
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_string_lossy().starts_with("GRIOT_")) {
            command.env_remove(name);
        }
        command.arg("--data").arg(self.data());
        command
    }

    /// Runs a command to its end.
    ///
    /// # Panics
    /// When it cannot be started.
    pub fn run(&self, args: &[&str]) -> Ran {
        let Output { status, stdout, stderr } = self.command(args).output().expect("the binary starts");
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("output is UTF-8");
        Ran { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Address of the PostgreSQL database for its owner.
    ///
    /// # Panics
    /// On SQLite.
    pub fn url(&self) -> &str {
        self.place.url()
    }

    /// Address of the PostgreSQL database for the role `user`.
    ///
    /// # Panics
    /// On SQLite.
    pub fn url_as(&self, user: &str) -> String {
        self.place.url_as(user)
    }

    /// Runs one statement on the PostgreSQL database as its owner.
    ///
    /// # Panics
    /// On SQLite, and when the statement fails.
    pub fn sql(&self, statement: &str) {
        let status = Command::new("psql")
            .args(["--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", "--command", statement, self.place.url()])
            .status();
        assert!(status.expect("psql runs").success(), "{statement}");
    }

    /// `griot serve` with further arguments, on a free port, ready to answer.
    pub fn serve(&self, args: &[&str]) -> Server {
        Server::start(self.command(&[&["serve", "--bind", "127.0.0.1:0"], args].concat()))
    }

    /// The key that `griot key create` makes with further arguments.
    ///
    /// # Panics
    /// When it makes none.
    pub fn key(&self, args: &[&str]) -> String {
        self.run(&[&["key", "create"], args].concat()).expect_success().stdout.trim().to_owned()
    }

    /// What `griot export` prints.
    pub fn export(&self) -> String {
        self.run(&["export"]).expect_success().stdout
    }
}

impl Ran {
    /// Itself, when the exit code is 0.
    ///
    /// # Panics
    /// With everything it printed, otherwise.
    #[track_caller]
    pub fn expect_success(self) -> Self {
        self.expect_code(0)
    }

    /// Itself, when the exit code is `code`.
    ///
    /// # Panics
    /// With everything it printed, otherwise.
    #[track_caller]
    pub fn expect_code(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "stdout:\n{}\nstderr:\n{}", self.stdout, self.stderr);
        self
    }
}
