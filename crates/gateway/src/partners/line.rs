//! What a feed of changes tells of an item.

use griot_domain::Locale;
use griot_persistence::{Drill, ItemChange};
use griot_syndication::item::Issuer;
use serde_json::{Value, json};

use crate::documents::{Heading, Reason, drill_item, issuer, view_in};
use crate::graphql::delivery::Loads;

/// The reason of what was public before, and has come into the products since.
pub(crate) const ENTERED_SCOPE: &str = "entered_scope";

/// An item's last change, as a feed tells it.
pub(crate) struct Line {
    /// Its place in the feed.
    pub number: i64,
    /// The publication it comes from.
    pub seq: i64,
    pub told: Told,
}

/// What a copy is to do.
pub(crate) enum Told {
    /// Take the item over.
    Upsert(Heading, Arrival),
    /// Let it go.
    Tombstone(Gone, Heading),
    /// Nothing: it is a kill of nothing.
    Drill(DrillLine),
}

/// How an item came to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Arrival {
    /// It was issued, or changed.
    Issued,
    /// It was public before, and has come into the products.
    EnteredScope,
}

/// Why an item has to go from a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Gone {
    TakenBack(Reason),
    /// It is public, and in none of the products any more.
    LeftScope,
    /// It was issued to be killed, as an exercise.
    Drill,
}

/// A kill of nothing in the form of an item.
pub(crate) struct DrillLine {
    pub drill: Drill,
    pub locale: Locale,
    pub uri: String,
}

impl Gone {
    /// The word in feeds.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TakenBack(reason) => reason.as_str(),
            Self::LeftScope => "left_scope",
            Self::Drill => "drill",
        }
    }
}

impl Told {
    /// The whole of an item where it is one of the feed, else that it has to go.
    pub fn of(heading: Heading, is_in: bool, has_entered: bool) -> Self {
        let arrival = if has_entered { Arrival::EnteredScope } else { Arrival::Issued };
        match heading.reason() {
            None if is_in => Self::Upsert(heading, arrival),
            None => Self::Tombstone(Gone::LeftScope, heading),
            Some(reason) => Self::Tombstone(Gone::TakenBack(reason), heading),
        }
    }

    /// What is told of a drill: what it issued, that this is killed, or a kill of nothing.
    pub fn of_drill(drill: Drill, locale: Locale, loads: &Loads) -> Self {
        let Some(item) = drill_item(&drill, loads) else {
            return Self::Drill(DrillLine::new(drill, locale, &issuer(&view_in(None, loads), loads)));
        };
        let heading = Heading::of_drill(item);
        match heading.is_live() {
            true => Self::Upsert(heading, Arrival::Issued),
            false => Self::Tombstone(Gone::Drill, heading),
        }
    }
}

impl DrillLine {
    pub fn new(drill: Drill, locale: Locale, issuer: &Issuer) -> Self {
        let uri = format!("urn:newsml:{}:{}:drill-{}-{locale}", issuer.host, drill.at.format("%Y%m%d"), drill.id);
        Self { drill, locale, uri }
    }
}

impl Line {
    /// What is told of a drill at a change of it.
    pub fn of_drill(change: &ItemChange, drill: Drill, loads: &Loads) -> Self {
        Self { number: change.number, seq: change.seq, told: Told::of_drill(drill, change.locale.clone(), loads) }
    }

    /// JSON; with the address of its statement where what is issued `is_stated`.
    pub fn json(&self, is_stated: bool) -> Value {
        let mut told = match &self.told {
            Told::Upsert(heading, arrival) => {
                let mut told = heading.json(is_stated);
                told.insert("op".to_owned(), "upsert".into());
                if *arrival == Arrival::EnteredScope {
                    told.insert("reason".to_owned(), ENTERED_SCOPE.into());
                }
                told
            }
            Told::Tombstone(gone, heading) => {
                let mut told = match gone {
                    Gone::TakenBack(_) | Gone::Drill => heading.json(is_stated),
                    Gone::LeftScope => heading.identity(),
                };
                told.insert("op".to_owned(), "tombstone".into());
                told.insert("reason".to_owned(), gone.as_str().into());
                told
            }
            Told::Drill(drill) => return drill.json(self.seq),
        };
        told.insert("seq".to_owned(), self.seq.to_string().into());
        told.into()
    }
}

impl DrillLine {
    /// As a kill of something is told; `seq` is that of the publication before it.
    pub fn json(&self, seq: i64) -> Value {
        let Self { drill, locale, uri } = self;
        json!({
            "seq": seq.to_string(),
            "op": "tombstone",
            "reason": "drill",
            "uri": uri,
            "id": drill.id.to_string(),
            "kind": "drill",
            "language": locale.to_string(),
            "version": 1,
            "version_created": drill.at,
            "pub_status": "canceled",
            "signal": "drill",
            "ed_note": drill.note,
        })
    }
}
