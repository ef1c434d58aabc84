//! Fresh places for tests to keep a record in, a provider of accounts, and what is logged.
//!
//! ```no_run
//! use griot_testbed::{Backend, Place};
//!
//! let database = griot_testbed::database(Backend::Postgres);
//! match database.place() {
//!     Place::Sqlite { data_dir } => println!("files in {}", data_dir.display()),
//!     Place::Postgres { url } => println!("tables at {url}"),
//! }
//! ```
//!
//! PostgreSQL comes from the distribution's own programs: the first test that asks starts a cluster, and a
//! watchdog removes it when the test process ends, however it ends. Nothing is skipped when PostgreSQL is
//! missing: the test fails and says how to install it.

mod cluster;
mod log;
pub mod oidc;
mod programs;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use tempfile::TempDir;

use crate::cluster::Cluster;
pub use crate::log::Log;

/// The databases every store test runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    /// Files in a directory of their own.
    Sqlite,
    /// A database of its own in the test process' cluster.
    Postgres,
}

/// Where a fresh record goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// The directory exists and is empty.
    Sqlite {
        /// For `editorial.db` and `published.db`.
        data_dir: PathBuf,
    },
    /// The database exists and is empty.
    Postgres {
        /// With a role that may do everything.
        url: String,
    },
}

/// An empty place, removed on drop.
#[derive(Debug)]
pub struct TestDatabase {
    backend: Backend,
    dir: TempDir,
    postgres: Option<Database>,
}

#[derive(Debug)]
struct Database {
    cluster: &'static Cluster,
    name: String,
    url: String,
}

/// A fresh, empty place on `backend`. Blocks for the second or so that the first PostgreSQL one takes.
///
/// # Panics
/// When the place cannot be made; the message says what to install or mend.
pub fn database(backend: Backend) -> TestDatabase {
    let dir = tempfile::Builder::new().prefix("griot-test-").tempdir().expect("a temporary directory can be made");
    let postgres = (backend == Backend::Postgres).then(|| {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let cluster = Cluster::shared();
        let name = format!("griot_test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        cluster.execute(&format!("CREATE DATABASE {name}"));
        Database { url: cluster.url_of(&name), cluster, name }
    });
    TestDatabase { backend, dir, postgres }
}

/// Whether PostgreSQL's programs are installed. For measurements, which may do without; tests may not.
pub fn has_postgres() -> bool {
    programs::find_bin_dir().is_some()
}

impl TestDatabase {
    /// What this place is on.
    pub fn backend(&self) -> Backend {
        self.backend
    }

    /// Where the record goes.
    pub fn place(&self) -> Place {
        match &self.postgres {
            Some(database) => Place::Postgres { url: database.url.clone() },
            None => Place::Sqlite { data_dir: self.data_dir().to_owned() },
        }
    }

    /// A directory of this test's own: the SQLite files, and media on both backends.
    pub fn data_dir(&self) -> &Path {
        self.dir.path()
    }

    /// Address of the PostgreSQL database.
    ///
    /// # Panics
    /// On SQLite.
    pub fn url(&self) -> &str {
        &self.postgres.as_ref().expect("only a PostgreSQL place has an address").url
    }

    /// Runs one statement in the PostgreSQL database, past the code under test.
    ///
    /// # Panics
    /// On SQLite, and when the statement fails.
    pub fn execute(&self, sql: &str) {
        let database = self.postgres.as_ref().expect("only a PostgreSQL place runs statements");
        database.cluster.execute_at(&database.url, sql).unwrap_or_else(|err| panic!("{err}"));
    }

    /// The same database for the role `user`, which the test made (roles belong to the whole cluster).
    ///
    /// # Panics
    /// On SQLite.
    pub fn url_as(&self, user: &str) -> String {
        let (scheme, rest) = self.url().split_once("://").expect("the address has a scheme");
        let (_, host) = rest.rsplit_once('@').expect("the address names a role");
        format!("{scheme}://{user}@{host}")
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if let Some(database) = &self.postgres {
            database.cluster.try_execute(&format!("DROP DATABASE {} WITH (FORCE)", database.name)).ok();
        }
    }
}
