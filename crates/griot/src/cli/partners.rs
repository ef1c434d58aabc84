//! Commands about partners: who they are, what they receive, and where it is sent.

use chrono::{NaiveDate, TimeDelta};
use clap::{Args, Subcommand};
use griot_domain::EntryId;
use griot_persistence::EndpointId;

use super::lifetime;

#[derive(Debug, Subcommand)]
pub enum Webhook {
    /// Add an endpoint and ask it whether it wants deliveries; its secret is printed this once
    Add {
        /// Name of the partner
        partner: String,
        /// Where it listens: https, port 443 or 8443
        url: String,
        /// Only this product of the partner's; may be repeated [default: all of them]
        #[arg(long, value_name = "CODE")]
        product: Vec<String>,
        /// Only this type of event, such as item.killed or item.*; may be repeated [default: all]
        #[arg(long = "type", value_name = "TYPE")]
        types: Vec<String>,
    },
    /// List endpoints, how they do, and what waits for them
    List,
    /// Ask an endpoint whether it wants deliveries, and make it active when it does
    Verify {
        /// As `list` shows it
        id: EndpointId,
    },
    /// Give an endpoint a new secret, printed this once; the old one signs besides for 24 hours
    Rotate {
        /// As `list` shows it
        id: EndpointId,
    },
    /// Send an endpoint nothing any more; `verify` makes it active again, and what it missed is sent then
    Disable {
        /// As `list` shows it
        id: EndpointId,
        /// Why, for whoever reads the list
        #[arg(long, default_value = "disabled by the office")]
        reason: String,
    },
    /// Send an event of no consequence
    Test {
        /// As `list` shows it
        id: EndpointId,
    },
    /// Show what was tried and what came of it, latest first
    Attempts {
        /// As `list` shows it
        id: EndpointId,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: u64,
    },
    /// Send again what changed since a publication; each event has the id it had
    Replay {
        /// As `list` shows it
        id: EndpointId,
        /// Number of the first publication, as events have it in `seq`
        #[arg(long, value_name = "SEQ")]
        from: i64,
    },
    /// Forget an endpoint, what waits for it, and its log
    Delete {
        /// As `list` shows it
        id: EndpointId,
    },
}

#[derive(Debug, Subcommand)]
pub enum Websub {
    /// List subscriptions to feeds, until when they last and how deliveries go
    List,
    /// Show deliveries that failed, and the ones that arrived after that, latest first
    Attempts {
        /// As `list` shows it
        id: EndpointId,
        /// At most so many
        #[arg(long, default_value_t = 20)]
        limit: u64,
    },
    /// End a subscription; the subscriber may ask for it again
    End {
        /// As `list` shows it
        id: EndpointId,
    },
}

#[derive(Debug, Subcommand)]
pub enum Partner {
    /// Add a partner; it receives the product `all` unless others are named
    Add {
        /// What it is called
        name: String,
        #[command(flatten)]
        terms: PartnerTerms,
    },
    /// Change what is named; all else stays
    Set {
        /// What it is called
        name: String,
        #[command(flatten)]
        terms: PartnerTerms,
        /// It has not accepted the terms of embargo any more
        #[arg(long, conflicts_with = "embargo_terms")]
        no_embargo: bool,
        /// Its keys open nothing until --resume
        #[arg(long)]
        suspend: bool,
        /// Its keys open what they did before --suspend
        #[arg(long, conflicts_with = "suspend")]
        resume: bool,
    },
    /// Make a key for a partner; it is printed this once
    Key {
        /// What it is called
        name: String,
        /// When it ends, such as 90d, 12w or 24h [default: never]
        #[arg(long, value_name = "TIME", value_parser = lifetime)]
        expires: Option<TimeDelta>,
    },
    /// List partners, what they receive and when they asked last
    List,
    /// Who says what it did with an entry that was taken back, or in a drill; those that say nothing first
    Receipts {
        /// Content id of the entry, or id of the drill
        id: EntryId,
    },
    /// Tell every partner of a kill, marked as an exercise; `receipts` shows who heard of it
    Drill {
        /// What partners are told
        #[arg(required_unless_present = "kill")]
        note: Option<String>,
        /// Issue a marked article first, which --kill kills later; without it the kill is of nothing
        #[arg(long, conflicts_with = "kill")]
        issue: bool,
        /// Kill what a drill issued
        #[arg(long, value_name = "ID", conflicts_with = "note")]
        kill: Option<EntryId>,
    },
    /// What a partner asked for, day by day
    Usage {
        /// What it is called
        name: String,
        /// First day [default: 30 days ago]
        #[arg(long, value_name = "DAY")]
        from: Option<NaiveDate>,
        /// Last day [default: today]
        #[arg(long, value_name = "DAY")]
        to: Option<NaiveDate>,
    },
}

#[derive(Debug, Args)]
pub struct PartnerTerms {
    /// Code of a product it receives; may be repeated. Replaces those it received
    #[arg(long = "product", value_name = "CODE")]
    pub products: Vec<String>,
    /// Requests its keys may make in a minute, all together [default: 600]
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub requests_per_minute: Option<u32>,
    /// Version of the terms of embargo it accepted: its keys see embargoed items (see partners.embargo_terms)
    #[arg(long, value_name = "VERSION")]
    pub embargo_terms: Option<String>,
    /// Warn when it has not asked for changes for so many minutes; 0 for never
    #[arg(long, value_name = "MINUTES", value_parser = clap::value_parser!(u32).range(0..=1_440))]
    pub idle_after: Option<u32>,
}

#[derive(Debug, Subcommand)]
pub enum Product {
    /// Add a product
    Add {
        /// What addresses and commands call it: 1 to 80 of a-z, 0-9 and -
        code: String,
        /// In a person's words [default: the code]
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        #[command(flatten)]
        filter: ProductTerms,
    },
    /// Change title or filter; with another filter every item is sorted anew
    Set {
        /// What it is called
        code: String,
        /// In a person's words
        #[arg(long, value_name = "TEXT")]
        title: Option<String>,
        #[command(flatten)]
        filter: ProductTerms,
    },
    /// List products and their filters
    List,
    /// Remove a product that no partner receives
    Remove {
        /// What it is called
        code: String,
    },
}

/// Conditions are kind:COMMUNIQUE (or another form, or article, person, institution, event), topic:SLUG, institution:SLUG
/// (those below them included), person:SLUG, language:TAG, urgency:1 to 8 (that or more urgent), image:yes or image:no
#[derive(Debug, Args)]
pub struct ProductTerms {
    /// A condition that each item meets; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub all: Vec<String>,
    /// Conditions of which each item meets one at least; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub any: Vec<String>,
    /// A condition that no item meets; may be repeated
    #[arg(long, value_name = "CONDITION")]
    pub none: Vec<String>,
}
