//! What can be set, and where it is read from: defaults, then a TOML file, then the environment, then flags.

mod address;
mod checks;
mod editorial;
mod keys;
mod layers;
mod purge;
mod webhooks;
mod websub;
mod well_known;

use std::path::PathBuf;

use chrono_tz::Tz;
use griot_domain::Locale;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

pub use address::{Bind, DatabaseUrl, Network, WebUrl};
pub use editorial::{Editorial, Oidc};
pub use layers::{Flags, Sources, load};
pub use purge::{Hook, Purge};
pub use webhooks::Webhooks;
pub use websub::Websub;
pub use well_known::WellKnown;

/// Every setting. `griot.example.toml` explains each one; its defaults are these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Directory of the SQLite files and of downloaded media.
    pub data: PathBuf,
    /// PostgreSQL instead of SQLite, with the role that writes.
    pub database_url: Option<DatabaseUrl>,
    /// The same database with the role that may only read what is published.
    pub delivery_database_url: Option<DatabaseUrl>,
    /// Where the server listens.
    pub bind: Bind,
    /// Allows plain HTTP on an address other machines can reach.
    pub insecure_http: bool,
    /// Address at which clients reach this server; without one, the address it listens on.
    pub public_url: Option<WebUrl>,
    /// Proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Network>,
    /// Statuses of refused requests.
    pub status_profile: griot_front::StatusProfile,
    #[allow(missing_docs)]
    pub site: Site,
    #[allow(missing_docs)]
    pub graphiql: Graphiql,
    #[allow(missing_docs)]
    pub introspection: Introspection,
    #[allow(missing_docs)]
    pub cache: Cache,
    #[allow(missing_docs)]
    pub metrics: Metrics,
    #[allow(missing_docs)]
    pub operations: Operations,
    #[allow(missing_docs)]
    pub purge: Purge,
    #[allow(missing_docs)]
    pub webhooks: Webhooks,
    #[allow(missing_docs)]
    pub websub: Websub,
    #[allow(missing_docs)]
    pub proof: Proof,
    #[allow(missing_docs)]
    pub search: Search,
    #[allow(missing_docs)]
    pub well_known: WellKnown,
    #[allow(missing_docs)]
    pub log: Log,
    #[allow(missing_docs)]
    pub editorial: Editorial,
    /// What one request may ask for.
    pub limits: griot_front::Limits,
    /// How subscriptions are served.
    pub live: griot_gateway::LiveOptions,
    /// How connections are held.
    pub server: griot_front::ServeOptions,
}

/// `[site]`: the public site that shows the content.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Site {
    /// Base of the addresses of pages; without one, the address of this server.
    pub url: Option<WebUrl>,
    /// Publisher's name in JSON-LD.
    pub name: String,
    /// Language of a query that asks for none.
    pub default_locale: Locale,
    /// Tried in this order when a text is missing in the language asked for.
    pub fallback_locales: Vec<Locale>,
    /// Zone of imported dates that name none.
    #[serde(deserialize_with = "time_zone")]
    pub time_zone: Tz,
}

/// `[graphiql]`: the query page at `/`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Graphiql {
    pub enabled: bool,
}

/// `[introspection]`: whether the schema can be asked for its types.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Introspection {
    pub enabled: bool,
}

/// `[cache]`: what is kept in memory so that it need not be made again.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Cache {
    /// Mebibytes of finished answers; 0 keeps none.
    pub responses_mib: u64,
    /// Mebibytes of what was read of the record, and of parts of answers made of it; 0 keeps nothing.
    pub records_mib: u64,
}

/// `[metrics]`: figures for whoever runs the server.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Metrics {
    /// Where `/metrics` is served, apart from everything else; nowhere when not set.
    pub bind: Option<Bind>,
}

/// `[operations]`: documents that clients name instead of sending them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Operations {
    /// Which documents are run for those whose key does not say.
    pub mode: griot_front::OperationMode,
    /// Mebibytes of documents that clients registered; 0 lets them register none.
    pub registered_mib: u64,
}

/// `[proof]`: statements of what is issued.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Proof {
    /// Directory of the signing keys; `keys` in the data directory when not set.
    pub keys_dir: Option<PathBuf>,
}

/// `[search]`: finding what is public by its words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Search {
    /// Whether an index is kept; without one nothing is found.
    pub enabled: bool,
    /// Directory of the index; `search` in the data directory when not set.
    pub dir: Option<PathBuf>,
}

/// `[log]`: what is written to standard error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[allow(missing_docs)]
pub struct Log {
    /// A level, or directives such as `info,griot=debug`.
    pub level: String,
    pub format: LogFormat,
    /// Milliseconds an answer may take to make; the hash of the document of a slower one is logged.
    pub slow_ms: u64,
}

/// How a log line looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Pretty on a terminal, JSON otherwise.
    Auto,
    /// For people.
    Pretty,
    /// One JSON object a line.
    Json,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data: PathBuf::from("griot-data"),
            database_url: None,
            delivery_database_url: None,
            bind: Bind::default(),
            insecure_http: false,
            public_url: None,
            trusted_proxies: Vec::new(),
            status_profile: griot_front::StatusProfile::default(),
            site: Site::default(),
            graphiql: Graphiql { enabled: true },
            introspection: Introspection { enabled: true },
            cache: Cache::default(),
            metrics: Metrics::default(),
            operations: Operations::default(),
            purge: Purge::default(),
            webhooks: Webhooks::default(),
            websub: Websub::default(),
            proof: Proof::default(),
            search: Search::default(),
            well_known: WellKnown::default(),
            log: Log::default(),
            editorial: Editorial::default(),
            limits: griot_front::Limits::default(),
            live: griot_gateway::LiveOptions::default(),
            server: griot_front::ServeOptions::default(),
        }
    }
}

impl Default for Site {
    fn default() -> Self {
        let locale = |tag| Locale::parse(tag).expect("a constant tag parses");
        Self {
            url: None,
            name: "Griot".to_owned(),
            default_locale: locale("fr"),
            fallback_locales: vec![locale("en")],
            time_zone: Tz::UTC,
        }
    }
}

fn time_zone<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Tz, D::Error> {
    let raw = String::deserialize(deserializer)?;
    raw.parse()
        .map_err(|_| D::Error::custom(format!("`{raw}` is not a time zone: write an IANA name, such as Africa/Bamako")))
}

impl Default for Graphiql {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Default for Introspection {
    fn default() -> Self {
        Self { enabled: true }
    }
}

impl Default for Cache {
    fn default() -> Self {
        Self { responses_mib: 288, records_mib: 64 }
    }
}

impl Default for Operations {
    fn default() -> Self {
        Self { mode: griot_front::OperationMode::Open, registered_mib: 4 }
    }
}

impl Default for Search {
    fn default() -> Self {
        Self { enabled: true, dir: None }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: "info".to_owned(), format: LogFormat::Auto, slow_ms: 1_000 }
    }
}
