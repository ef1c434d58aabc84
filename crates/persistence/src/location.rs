//! Where a record lives, and how each store of it is opened.

use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sea_orm::sqlx::postgres::PgConnectOptions;
use sea_orm::sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous};
use sea_orm::sqlx::{self, ConnectOptions as _};
use sea_orm::{ConnectOptions, Database, DatabaseConnection, DbErr, RuntimeErr};

use crate::StoreError;
use crate::roles::{DELIVERY_ROLE, EDITORIAL_ROLE};

/// How long is waited for a connection.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long readers of PostgreSQL wait for one: by then it hangs, and what is kept may be given instead.
const READER_PATIENCE: Duration = Duration::from_secs(1);

/// Most of a file that a reader of SQLite maps: all that SQLite lets it.
pub(crate) const MAPPED_BYTES: &str = "2147418112";
/// What each connection that reads may keep of pages that are not mapped: those past the above, and those of the
/// write-ahead log. The system has them too, and there are a dozen connections. 8 MiB.
pub(crate) const READERS_CACHE: &str = "-8192";

/// Where the record lives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Location {
    /// Three files in a folder: `published.db`, `editorial.db` and `embargoed.db`.
    Sqlite {
        #[allow(missing_docs)]
        data_dir: PathBuf,
    },
    /// Three schemas of one database: `published`, `editorial` and `embargoed`.
    Postgres {
        /// Address of the owner, who may create schemas and write.
        url: String,
        /// Address of a login of its own for delivery; without it the owner's connection takes on the role
        /// `griot_delivery`.
        delivery_url: Option<String>,
    },
}

/// One of the stores of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum StoreName {
    /// Everything that has been published.
    Published,
    /// Drafts and suggestions.
    Editorial,
    /// What only some may see before the public does.
    Embargoed,
}

impl StoreName {
    /// Every store.
    pub const ALL: [Self; 3] = [Self::Published, Self::Editorial, Self::Embargoed];

    /// Name of the schema, and of the file without its ending.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Published => "published",
            Self::Editorial => "editorial",
            Self::Embargoed => "embargoed",
        }
    }
}

/// What a connection is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Creates tables.
    Migrate,
    /// Publishes.
    Write,
    /// Delivers, and shows editors what there is.
    Read,
}

impl Location {
    /// The folder of a SQLite record.
    pub fn sqlite(data_dir: impl Into<PathBuf>) -> Self {
        Self::Sqlite { data_dir: data_dir.into() }
    }

    /// The file of a store, `None` on PostgreSQL.
    pub fn file(&self, store: StoreName) -> Option<PathBuf> {
        match self {
            Self::Sqlite { data_dir } => Some(data_dir.join(format!("{}.db", store.as_str()))),
            Self::Postgres { .. } => None,
        }
    }

    /// How messages call a store: its file, or its schema and the database without the password.
    pub fn describe(&self, store: StoreName) -> String {
        match self {
            Self::Sqlite { .. } => self.file(store).unwrap_or_default().display().to_string(),
            Self::Postgres { url, .. } => {
                format!("schema {} of PostgreSQL at {}", store.as_str(), place_of(url))
            }
        }
    }

    pub(crate) async fn connect(&self, store: StoreName, access: Access) -> Result<DatabaseConnection, StoreError> {
        let unreachable = |source: DbErr| StoreError::Unreachable { place: self.describe(store), source };
        match self {
            Self::Sqlite { data_dir } => {
                let file = data_dir.join(format!("{}.db", store.as_str()));
                if access == Access::Migrate {
                    create_private_file(&file)
                        .map_err(|source| StoreError::DataFolder { path: data_dir.clone(), source })?;
                }
                Database::connect(sqlite_options(&file, access)).await.map_err(unreachable)
            }
            Self::Postgres { url, delivery_url } => {
                let url = match (access, store) {
                    // The login of delivery knows nothing of drafts.
                    (Access::Read, StoreName::Published) => delivery_url.as_ref().unwrap_or(url),
                    _ => url,
                };
                let url = postgres_address(url)?;
                let options = match access {
                    Access::Read => {
                        let (role, name) = match store {
                            StoreName::Published => (delivery_url.is_none().then_some(DELIVERY_ROLE), "griot delivery"),
                            StoreName::Editorial | StoreName::Embargoed => (Some(EDITORIAL_ROLE), "griot desk"),
                        };
                        let schema = store.as_str();
                        postgres_reader(url, Reader { schema, role, name, settings: Vec::new() })
                    }
                    _ => postgres_writer(url, store, access),
                };
                connect_postgres(url, options).await.map_err(|err| match store {
                    StoreName::Editorial if is_role_refused(&err) => {
                        StoreError::NoEditorialStore { place: self.describe(store) }
                    }
                    _ => unreachable(err),
                })
            }
        }
    }
}

/// Why PostgreSQL does not let us in, and what to do. The pool tries again and again and then says only that its time
/// was up; `None` when one plain connection succeeds or takes as long.
async fn refusal_of_postgres(url: &str) -> Option<DbErr> {
    let options: PgConnectOptions = url.parse().ok()?;
    let err = tokio::time::timeout(Duration::from_secs(5), options.connect()).await.ok()?.err()?;
    let answer = err.as_database_error();
    let code = answer.and_then(|answer| answer.code());
    let remedy = match (code.as_deref(), &err) {
        (Some("28P01" | "28000"), _) => "check the user and the password, and PostgreSQL's pg_hba.conf",
        (Some("3D000"), _) => "create the database with `createdb`, or mend its name in the address",
        (Some("53300"), _) => "raise max_connections of PostgreSQL, or end what holds its connections",
        (Some("57P03"), _) => "PostgreSQL is starting or stopping: try again",
        (None, sqlx::Error::Io(_)) => "start PostgreSQL, or mend the host and the port of the address",
        (None, sqlx::Error::Tls(_)) => "check `sslmode` in the address and PostgreSQL's certificate",
        _ => "check the address",
    };
    let cause = answer.map_or_else(|| err.to_string(), |answer| answer.message().to_owned());
    Some(DbErr::Conn(RuntimeErr::Internal(format!("{cause}; {remedy}"))))
}

/// Host, port and database of an address: without scheme, and without the parts that can hold a password.
fn place_of(url: &str) -> &str {
    let place = url.split_once("://").map_or(url, |(_, place)| place);
    let place = place.rsplit_once('@').map_or(place, |(_, place)| place);
    place.split_once('?').map_or(place, |(place, _)| place)
}

/// The address with everything that can hold a password blotted out.
fn without_password(url: &str) -> String {
    let scheme = url.split_once("://").map_or(String::new(), |(scheme, _)| format!("{scheme}://"));
    let login = if url.contains('@') { "…@" } else { "" };
    let options = if url.contains('?') { "?…" } else { "" };
    format!("{scheme}{login}{}{options}", place_of(url))
}

/// Makes the folder of a record, for its owner only, unless it is there.
pub(crate) fn create_private_folder(path: &Path) -> Result<(), StoreError> {
    let refuse = |source| StoreError::DataFolder { path: path.to_owned(), source };
    if path.is_dir() {
        return Ok(());
    }
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path).map_err(refuse)
}

/// Makes the file of a store, for its owner only, unless it is there: the folder around it may be open to others, and
/// SQLite gives the files beside it the same mode.
fn create_private_file(path: &Path) -> io::Result<()> {
    let mut options = std::fs::File::options();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    match options.open(path) {
        Err(err) if err.kind() != io::ErrorKind::AlreadyExists => Err(err),
        _ => Ok(()),
    }
}

fn sqlite_options(file: &Path, access: Access) -> ConnectOptions {
    // The path goes in through `filename`, so that no character of it can be taken for an option.
    let mut options = ConnectOptions::new("sqlite::memory:");
    let file = file.to_owned();
    options.sqlx_logging(false).acquire_timeout(PATIENCE).test_before_acquire(false);
    options.idle_timeout(None).max_lifetime(None);
    options.max_connections(if access == Access::Read { 8 } else { 1 }).min_connections(1);
    options.map_sqlx_sqlite_opts(move |_| {
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .busy_timeout(Duration::from_secs(5))
            .foreign_keys(true)
            .synchronous(SqliteSynchronous::Full)
            .statement_cache_capacity(512)
            .pragma("trusted_schema", "OFF")
            // Mapped pages count as memory of the process: delivery gains by them, an import would grow with the record.
            .pragma("mmap_size", if access == Access::Read { MAPPED_BYTES } else { "0" })
            .pragma("cache_size", if access == Access::Read { READERS_CACHE } else { "-65536" });
        match access {
            Access::Read => options.read_only(true).pragma("query_only", "ON"),
            // The journal mode stays with the file.
            Access::Migrate => options.create_if_missing(true).journal_mode(SqliteJournalMode::Wal),
            // 32 MB: an import touches the same index pages again and again, and each checkpoint writes them out.
            // What is deleted is overwritten: of a killed text nothing stays behind in the file.
            Access::Write => options.pragma("wal_autocheckpoint", "8192").pragma("secure_delete", "ON"),
        }
    });
    options
}

/// Connects, or says why PostgreSQL refuses. A server that is slow at first is not refused for a reader's impatience.
pub(crate) async fn connect_postgres(url: &str, options: ConnectOptions) -> Result<DatabaseConnection, DbErr> {
    let begun = Instant::now();
    let mut connected = Database::connect(options.clone()).await;
    while connected.as_ref().is_err_and(is_late) && begun.elapsed() < PATIENCE {
        connected = Database::connect(options.clone()).await;
    }
    match connected {
        Ok(db) => Ok(db),
        Err(err) => Err(refusal_of_postgres(url).await.unwrap_or(err)),
    }
}

/// Whether a connection was not there in time.
fn is_late(err: &DbErr) -> bool {
    matches!(err, DbErr::Conn(RuntimeErr::SqlxError(err)) if matches!(**err, sqlx::Error::PoolTimedOut))
}

/// Whether the role to take on is missing, or is none this login may take on.
fn is_role_refused(err: &DbErr) -> bool {
    let DbErr::Conn(RuntimeErr::SqlxError(err)) = err else { return false };
    let code = err.as_database_error().and_then(|answer| answer.code());
    matches!(code.as_deref(), Some("42501" | "22023"))
}

/// How a connection that only reads is made.
pub(crate) struct Reader {
    pub schema: &'static str,
    /// Taken on by the login.
    pub role: Option<&'static str>,
    /// What the server calls the connection.
    pub name: &'static str,
    pub settings: Vec<(&'static str, String)>,
}

/// The address, if it is one of PostgreSQL.
pub(crate) fn postgres_address(url: &str) -> Result<&str, StoreError> {
    let is_postgres = url.starts_with("postgres://") || url.starts_with("postgresql://");
    match is_postgres && url.parse::<PgConnectOptions>().is_ok() {
        true => Ok(url),
        false => Err(StoreError::Address { url: without_password(url) }),
    }
}

pub(crate) fn postgres_reader(url: &str, reader: Reader) -> ConnectOptions {
    let mut options = postgres_options(url, 8);
    options.acquire_timeout(READER_PATIENCE);
    options.map_sqlx_postgres_opts(move |options| {
        let options = options.statement_cache_capacity(512).application_name(reader.name);
        let options = options.options([
            ("search_path", reader.schema),
            ("default_transaction_read_only", "on"),
            ("statement_timeout", "3s"),
            ("jit", "off"),
            // Every list has an index in its order, from which a page is read off. To plan such a statement takes longer
            // than to run it, so each is planned once; and without the values the planner takes many rows for few, and
            // would rather gather them, or read a small table whole, and sort them all.
            ("plan_cache_mode", "force_generic_plan"),
            ("enable_bitmapscan", "off"),
            ("enable_seqscan", "off"),
        ]);
        let options = options.options(reader.settings.clone());
        options.options(reader.role.map(|role| ("role", role)))
    });
    options
}

fn postgres_writer(url: &str, store: StoreName, access: Access) -> ConnectOptions {
    // Keys, partners and endpoints are read through it too, with each request that brings a key.
    let connections = if store == StoreName::Editorial && access == Access::Write { 6 } else { 2 };
    let mut options = postgres_options(url, connections);
    options.map_sqlx_postgres_opts(move |options| {
        let options = options.statement_cache_capacity(512).options([("search_path", store.as_str())]);
        if access == Access::Migrate {
            return options.application_name("griot migrate");
        }
        let options = options.application_name("griot publish").options([("lock_timeout", "10s")]);
        options.options((store == StoreName::Editorial).then_some(("role", EDITORIAL_ROLE)))
    });
    options
}

fn postgres_options(url: &str, connections: u32) -> ConnectOptions {
    let mut options = ConnectOptions::new(url);
    options.sqlx_logging(false).acquire_timeout(PATIENCE).test_before_acquire(false);
    // A busy connection is known to live; one that has rested may have lost its server.
    options.test_before_acquire_if_idle_for(Duration::from_secs(1));
    options.max_connections(connections).min_connections(1);
    options
}
