//! The command line.

mod partners;

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::TimeDelta;
use chrono_tz::Tz;
use clap::{ArgGroup, Args, Parser, Subcommand};
use griot_access::{OperationGrant, Role};
use griot_domain::{ArticleKind, Locale};
use griot_persistence::AuditMark;

pub use self::partners::{Partner, PartnerTerms, Product, ProductTerms, Webhook, Websub};
use crate::config::{Bind, DatabaseUrl, Flags, Sources};

const AFTER_HELP: &str = "\
Settings come from griot.toml in the working directory (or --config FILE), then from the environment \
(GRIOT_DATA, GRIOT_DATABASE_URL, …), then from flags; griot.example.toml explains each one.

Exit codes: 0 done, 1 failed, 2 wrong usage, 3 an import whose report lists items that were left out.";

/// Keeps the public record of a press office and serves it by GraphQL.
#[derive(Debug, Parser)]
#[command(version, after_help = AFTER_HELP)]
pub struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Args)]
struct Settings {
    /// Settings file
    #[arg(long, global = true, value_name = "FILE", help_heading = "Record")]
    config: Option<PathBuf>,
    /// Directory of the record's SQLite files and media [default: griot-data]
    #[arg(long, global = true, value_name = "DIR", help_heading = "Record")]
    data: Option<PathBuf>,
    /// Keep the record in PostgreSQL instead: postgres://USER@HOST/DATABASE (give passwords by GRIOT_DATABASE_URL_FILE)
    #[arg(long, global = true, value_name = "URL", help_heading = "Record")]
    database_url: Option<DatabaseUrl>,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Serve the record: GraphQL at /graphql, GraphiQL at /
    Serve(Serve),
    /// Create the record, or bring it up to date
    Migrate,
    /// Bring content in; what is known already changes nothing
    #[command(subcommand)]
    Import(Import),
    /// Write the record as JSON lines (docs/import-format.md)
    Export {
        /// Where to; `-` is standard output
        #[arg(default_value = "-")]
        file: PathBuf,
    },
    /// Make, list, replace and revoke the keys that let people and programs in (docs/access.md); `init` makes the one that
    /// signs what is issued (docs/proof.md)
    #[command(subcommand)]
    Key(Key),
    /// Add, list and change the partner outlets that receive what is issued (docs/partners.md)
    #[command(subcommand)]
    Partner(Partner),
    /// Add, list, change and remove the products that partners receive (docs/partners.md)
    #[command(subcommand)]
    Product(Product),
    /// Add, verify, list and change the endpoints that partners are told of changes at (docs/webhooks.md)
    #[command(subcommand)]
    Webhook(Webhook),
    /// List and end the subscriptions of others to feeds (docs/syndication.md)
    #[command(subcommand)]
    Websub(Websub),
    /// Store, list and remove the documents that clients may name (docs/persisted-operations.md)
    #[command(subcommand)]
    Operations(Operations),
    /// The log of what editors did
    #[command(subcommand)]
    Audit(Audit),
    /// Whether this machine's clock is right
    #[command(subcommand)]
    Clock(TheClock),
    /// Print the GraphQL schema of delivery
    Schema {
        /// The schema editors use instead
        #[arg(long)]
        editorial: bool,
    },
    /// Check offline that a file is what an office issued (docs/proof.md)
    Verify(Verify),
    /// Make the search index anew; servers that are running go on serving meanwhile
    Reindex,
    /// Check settings and record, and say what to mend
    Doctor,
}

#[derive(Debug, Subcommand)]
pub enum Audit {
    /// Check that no record was altered, taken out or cut off; fails and names the first that was. Prints the number
    /// and the hash of the last record: keep them where who can write the record cannot, for --expect
    Verify {
        /// What an earlier run printed; fails when the log no longer has that record
        #[arg(long, value_name = "NUMBER:HASH")]
        expect: Option<AuditMark>,
    },
}

#[derive(Debug, Subcommand)]
pub enum TheClock {
    /// Say that the clock of this machine is right now and was wrong before, so that a server on it publishes again
    Trust,
}

#[derive(Debug, Subcommand)]
pub enum Operations {
    /// Store the documents of manifests of graphql-codegen, Relay or Apollo: all of them, or none if one is refused
    Import {
        /// Manifests, such as persisted-documents.json
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
    /// List what is stored, and whether it can be run
    List,
    /// Take documents out; servers refuse them within seconds
    Remove {
        /// Their ids, as `list` shows them
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
    },
}

#[derive(Debug, Args)]
pub struct Serve {
    /// Load the built-in demo when the record is empty, or complete one that was cut short
    #[arg(long)]
    pub demo: bool,
    /// Where to listen [default: 127.0.0.1:8080]
    #[arg(long, value_name = "ADDR:PORT")]
    bind: Option<Bind>,
    /// Allow plain HTTP on an address other machines can reach
    #[arg(long)]
    insecure_http: bool,
    /// Deliver what is published, and nothing else: no editorial side, previews, keys or scheduler
    #[arg(long, conflicts_with = "demo")]
    delivery_only: bool,
}

#[derive(Debug, Subcommand)]
pub enum Import {
    /// A WordPress export (WXR 1.2), as Tools › Export writes it
    Wordpress(Wordpress),
    /// JSON lines (docs/import-format.md), as `griot export` writes them
    Json(Json),
}

#[derive(Debug, Args)]
pub struct Wordpress {
    pub file: PathBuf,
    /// Report what would happen and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Take drafts, pending, private, scheduled and password-protected items into the editorial store
    #[arg(long)]
    pub with_drafts: bool,
    /// Download the files of images and documents; otherwise they stay at their addresses
    #[arg(long)]
    pub fetch_media: bool,
    /// A private address that --fetch-media may ask all the same
    #[arg(long, value_name = "HOST:PORT", requires = "fetch_media")]
    pub allow_host: Vec<String>,
    /// Do not look for people, institutions and events in the texts
    #[arg(long)]
    pub no_mentions: bool,
    /// Language of items that do not say theirs [default: that of the exported site]
    #[arg(long, value_name = "TAG")]
    pub locale: Option<Locale>,
    /// Zone of items that give their local date only [default: site.time_zone]
    #[arg(long, value_name = "ZONE")]
    pub time_zone: Option<Tz>,
    /// Kind of the articles in a category: NEWS, COMMUNIQUE, SPEECH, INTERVIEW, ADVISORY or PAGE; may be repeated
    #[arg(long, value_name = "CATEGORY=KIND", value_parser = category_kind)]
    pub kind: Vec<(String, ArticleKind)>,
    /// A post type to take in as articles beside `post`; may be repeated
    #[arg(long, value_name = "TYPE")]
    pub article_type: Vec<String>,
    /// A login or display name that signs nothing; may be repeated
    #[arg(long, value_name = "NAME")]
    pub unsigned: Vec<String>,
}

fn category_kind(raw: &str) -> Result<(String, ArticleKind), String> {
    let kinds = || ArticleKind::ALL.map(ArticleKind::as_str).join(", ");
    let (category, word) = raw.split_once('=').ok_or("write CATEGORY=KIND, such as communiques=COMMUNIQUE")?;
    let kind = ArticleKind::ALL.into_iter().find(|kind| kind.as_str().eq_ignore_ascii_case(word));
    Ok((category.to_owned(), kind.ok_or_else(|| format!("`{word}` is not a kind of article; use {}", kinds()))?))
}

#[derive(Debug, Args)]
pub struct Json {
    /// `-` is standard input
    pub file: PathBuf,
    /// Report what would happen and write nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Do not look for people, institutions and events in articles whose line names none
    #[arg(long)]
    pub no_mentions: bool,
}

#[derive(Debug, Subcommand)]
pub enum Key {
    /// Make the key that signs what is issued, in a file of its own; prints the key of the log, for those who verify it
    Init(NewSigningKey),
    #[command(flatten)]
    Access(AccessKeys),
}

/// What is done with keys that let people and programs in.
#[derive(Debug, Subcommand)]
pub enum AccessKeys {
    /// Make a key; it is printed this once
    Create(NewKey),
    /// Make a second key for the holder of a live one, which stays live until it is revoked
    Rotate {
        /// Public part of the key to replace
        id: String,
        /// When the new key ends, such as 90d, 12w or 24h [default: never]
        #[arg(long, value_name = "TIME", value_parser = lifetime)]
        expires: Option<TimeDelta>,
    },
    /// List every key ever made
    List,
    /// End a key; servers refuse it within 5 s
    Revoke {
        /// Public part of the key
        id: String,
    },
}

#[derive(Debug, Args)]
pub struct NewSigningKey {
    /// What the log of statements is called for good, such as www.example.org/log [default: from public_url or site.url]
    #[arg(long, value_name = "HOST/PATH")]
    pub log: Option<String>,
    /// Make the key that follows the one there is; that one stays known to those who verify
    #[arg(long)]
    pub rotate: bool,
}

#[derive(Debug, Args)]
pub struct Verify {
    /// What is to be checked: a document, or its text
    pub file: PathBuf,
    /// The office's public keys, from /.well-known/jwks.json
    #[arg(long, value_name = "FILE")]
    pub keys: PathBuf,
    /// The statement [default: FILE.jws]
    #[arg(long, value_name = "FILE")]
    pub jws: Option<PathBuf>,
    /// The proof that the log has the statement [default: FILE.tlog-proof, if it is there]
    #[arg(long, value_name = "FILE")]
    pub proof: Option<PathBuf>,
    /// The key of the log, as the office publishes it; with it there has to be a proof
    #[arg(long, value_name = "KEY")]
    pub log_key: Option<String>,
}

#[derive(Debug, Args)]
#[command(group(ArgGroup::new("opens").required(true).args(["role", "delivery"])))]
pub struct NewKey {
    /// The editorial side, as author, editor, publisher or administrator
    #[arg(long, value_name = "ROLE")]
    pub role: Option<Role>,
    /// Delivery
    #[arg(long)]
    pub delivery: bool,
    /// With --delivery: see embargoed items before the public does
    #[arg(long, requires = "delivery", conflicts_with = "role")]
    pub embargo: bool,
    /// With --delivery: which documents are run, open, apq or trusted [default: operations.mode]
    #[arg(long, value_name = "MODE", requires = "delivery", conflicts_with = "role")]
    pub operations: Option<OperationGrant>,
    /// Who holds it
    #[arg(long, value_name = "NAME")]
    pub name: String,
    /// With --role: the claim `sub` of the same person's account at the provider, so that both count as one person
    #[arg(long, value_name = "SUBJECT", conflicts_with = "delivery")]
    pub person: Option<String>,
    /// When it ends, such as 90d, 12w or 24h [default: never]
    #[arg(long, value_name = "TIME", value_parser = lifetime)]
    pub expires: Option<TimeDelta>,
}

fn lifetime(raw: &str) -> Result<TimeDelta, String> {
    let hours = |unit| match unit {
        'h' => Some(1),
        'd' => Some(24),
        'w' => Some(7 * 24),
        _ => None,
    };
    let read = || {
        let unit = raw.chars().next_back()?;
        let count: i64 = raw.strip_suffix(unit)?.parse().ok().filter(|count| *count > 0)?;
        TimeDelta::try_hours(count.checked_mul(hours(unit)?)?)
    };
    read().ok_or_else(|| format!("`{raw}` is not a time to live: write a number and h, d or w, such as 90d"))
}

impl Cli {
    /// Where settings come from, this command line included.
    pub fn sources(&self) -> Sources {
        let Settings { config, data, database_url } = &self.settings;
        let (bind, insecure_http, delivery_only) = match &self.command {
            Command::Serve(serve) => (serve.bind, serve.insecure_http, serve.delivery_only),
            _ => (None, false, false),
        };
        // One that is not UTF-8 is none of ours.
        let texts =
            std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let variables: BTreeMap<String, String> = texts.collect();
        Sources {
            file: config.clone().or_else(|| variables.get("GRIOT_CONFIG").map(PathBuf::from)),
            usual_file: Some(PathBuf::from("griot.toml")),
            flags: Flags { data: data.clone(), database_url: database_url.clone(), bind, insecure_http, delivery_only },
            variables,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn every_command_takes_the_record_alike() {
        let commands: [&[&str]; 14] = [
            &["serve"],
            &["migrate"],
            &["import", "wordpress", "x.xml"],
            &["import", "json", "x.jsonl"],
            &["export"],
            &["key", "list"],
            &["key", "init"],
            &["operations", "list"],
            &["partner", "list"],
            &["product", "list"],
            &["schema"],
            &["audit", "verify"],
            &["clock", "trust"],
            &["doctor"],
        ];
        for command in commands {
            let line = [&["griot"], command, &["--data", "there", "--database-url", "postgres://h/d"]].concat();
            let flags = Cli::try_parse_from(line).unwrap().sources().flags;
            assert_eq!(flags.data, Some("there".into()), "{command:?}");
            assert_eq!(flags.database_url.unwrap().reveal(), "postgres://h/d", "{command:?}");
        }
    }

    #[test]
    fn a_bad_value_is_refused_with_the_remedy() {
        let message = Cli::try_parse_from(["griot", "serve", "--bind", "8080"]).unwrap_err().to_string();
        assert!(message.contains("--bind") && message.contains("such as 127.0.0.1:8080"), "{message}");
        let message =
            Cli::try_parse_from(["griot", "migrate", "--database-url", "mysql://h/d"]).unwrap_err().to_string();
        assert!(message.contains("--database-url") && message.contains("not PostgreSQL"), "{message}");
    }
}
