//! Events.

use chrono::{DateTime, FixedOffset, NaiveDate};
use serde::{Deserialize, Serialize};

use crate::{EntryId, EventId, Localized, Place, Seo};

/// The language-neutral part of an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Event {
    /// When it takes place.
    pub time: EventTime,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
    #[allow(missing_docs)]
    #[serde(default)]
    pub state: EventState,
    /// The larger event it is part of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub part_of: Option<EventId>,
    /// People and institutions that hold it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisers: Vec<EntryId>,
    /// Who takes part and how.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<Participant>,
    /// What happens when, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub programme: Vec<ProgrammeItem>,
}

/// When an event takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase", untagged, deny_unknown_fields)]
pub enum EventTime {
    /// At given instants.
    Timed {
        #[allow(missing_docs)]
        starts_at: DateTime<FixedOffset>,
        #[allow(missing_docs)]
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_at: Option<DateTime<FixedOffset>>,
        /// IANA name of the zone of the place, such as `Africa/Bamako`.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time_zone: Option<String>,
    },
    /// On whole days of the place's calendar.
    AllDay {
        #[allow(missing_docs)]
        starts_on: NaiveDate,
        /// Last day, the first one when absent.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        ends_on: Option<NaiveDate>,
        /// IANA name of the zone of the place.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        time_zone: Option<String>,
    },
}

/// Whether an event goes ahead.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
#[allow(missing_docs)]
pub enum EventState {
    #[default]
    Scheduled,
    Postponed,
    Cancelled,
}

impl EventState {
    /// The word used in the store and the import format.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Scheduled => "SCHEDULED",
            Self::Postponed => "POSTPONED",
            Self::Cancelled => "CANCELLED",
        }
    }
}

/// One taking part.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Participant {
    /// A person or institution.
    pub entry: EntryId,
    /// In what capacity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<Localized>,
}

/// One item of a programme.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[allow(missing_docs)]
pub struct ProgrammeItem {
    pub name: Localized,
    pub time: EventTime,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<Place>,
}

/// An event in one language, without its description.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct EventText {
    #[allow(missing_docs)]
    pub name: String,
    /// Other forms found in texts.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub variants: Vec<String>,
    #[allow(missing_docs)]
    #[serde(default, skip_serializing_if = "Seo::is_empty")]
    pub seo: Seo,
}
