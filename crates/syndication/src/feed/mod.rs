//! Feeds: what was issued lately, for readers and their programs.

mod atom;
mod calendar;
mod entry;
mod json_feed;
mod rss;

use chrono::{DateTime, SecondsFormat, Utc};
use griot_domain::Locale;

use crate::item::{Issuer, Item, Status};

/// One document of a feed, whatever its format.
#[derive(Clone, Debug, PartialEq)]
pub struct Feed {
    #[allow(missing_docs)]
    pub title: String,
    /// Who issues it.
    pub issuer: Issuer,
    /// Absent where it has entries in several languages.
    pub locale: Option<Locale>,
    /// Address of the feed without its ending, the same for its archives: `https://host/v1/feeds/all`. Also what
    /// identifies it in Atom, so it must not change.
    pub address: String,
    /// Address of a page with the same entries.
    pub page: Option<String>,
    /// When an entry last came, changed or went.
    pub updated: DateTime<Utc>,
    /// Newest first.
    pub entries: Vec<Item>,
    /// Taken back not long ago: readers that hold a copy are told to drop it.
    pub gone: Vec<Item>,
    /// Address of the WebSub hub.
    pub hub: Option<String>,
    /// Which document it is.
    pub part: Part,
}

/// Which of a feed's documents (RFC 5005). All addresses are without their ending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// The one readers come back to.
    Subscription {
        /// The newest archive.
        prev_archive: Option<String>,
    },
    /// One month of the past.
    Archive {
        /// Its own: `https://host/v1/feeds/all/archive/2023-11`.
        address: String,
        /// The next older one.
        prev_archive: Option<String>,
        /// The next newer one.
        next_archive: Option<String>,
    },
}

impl Feed {
    /// Address of this document without its ending.
    pub fn own_address(&self) -> &str {
        match &self.part {
            Part::Subscription { .. } => &self.address,
            Part::Archive { address, .. } => address,
        }
    }

    /// What may be read.
    fn usable(&self) -> impl Iterator<Item = &Item> {
        self.entries.iter().filter(|item| is_public(item) && item.status() == Status::Usable)
    }

    /// What was taken back, also where it stands among the entries by mistake.
    fn taken_back(&self) -> impl Iterator<Item = &Item> {
        self.gone.iter().chain(&self.entries).filter(|item| is_public(item) && item.status() != Status::Usable)
    }
}

/// An item under embargo carries its hour only for those entitled to it before; anyone may read a feed, so not even
/// a caller's mistake lets it in.
pub(crate) fn is_public(item: &Item) -> bool {
    item.embargoed_until.is_none()
}

/// As RFC 3339 wants it, with no more digits than needed.
pub(crate) fn instant(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}
