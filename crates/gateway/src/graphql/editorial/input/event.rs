//! Events.

use async_graphql::{ID, OneofObject};
use serde_json::Value;

use super::field::{Field, objects};
use super::kind::kind;
use super::scalar::{LocalizedText, When};
use super::shape::{PlaceInput, SeoInput};
use crate::graphql::delivery::event::EventState;
use crate::graphql::delivery::scalar::Date;

kind! {
    EventWrites of Event {
        /// Begins an event, as a draft.
        create event_create: EventCreateInput,
        /// Changes the draft of an event. What is left out stays, null clears, and what is given takes the place of what
        /// there was.
        update event_update: EventUpdateInput,
        /// An event in one language.
        text: EventTextInput,
        /// Changes of an event in one language, or a new language.
        text update: EventTextUpdateInput,
    }
    entry {
        required {
            /// When it takes place.
            time: EventTimeInput,
        }
        optional {
            /// Where it takes place.
            place: PlaceInput,
            /// Whether it goes ahead; SCHEDULED when left out.
            state: EventState,
            /// The larger event it is part of (content id).
            part_of: ID,
            /// People and institutions that hold it (content ids).
            organisers: Vec<ID>,
            /// Who takes part and how.
            participants: Vec<ParticipantInput>,
            /// What happens when, in order.
            programme: Vec<ProgrammeItemInput>,
        }
    }
    text {
        required {
            /// Name.
            name: String,
        }
        optional {
            /// Last part of the page's address; made of the name when a new language has none.
            slug: String,
            /// Other forms found in texts.
            variants: Vec<String>,
            /// Texts for search engines.
            seo: SeoInput,
        }
    }
}

/// When something takes place: at given instants, or on whole days.
#[derive(Debug, OneofObject)]
pub(crate) enum EventTimeInput {
    /// At given instants.
    Timed(TimedInput),
    /// On whole days of the place's calendar.
    AllDay(AllDayInput),
}

impl Field for EventTimeInput {
    fn json(self) -> Value {
        match self {
            Self::Timed(time) => time.json(),
            Self::AllDay(days) => days.json(),
        }
    }
}

objects! {
    /// A time from one instant to another.
    TimedInput {
        /// When it begins.
        starts_at: When,
        /// When it ends.
        ends_at: Option<When>,
        /// IANA name of the zone of the place, such as `Africa/Bamako`.
        time_zone: Option<String>,
    }

    /// Whole days.
    AllDayInput {
        /// First day.
        starts_on: Date,
        /// Last day; the first one when left out.
        ends_on: Option<Date>,
        /// IANA name of the zone of the place, such as `Africa/Bamako`.
        time_zone: Option<String>,
    }

    /// One who takes part.
    ParticipantInput {
        /// The person or institution (content id).
        entry: ID,
        /// In what capacity.
        role: Option<LocalizedText>,
    }

    /// One item of a programme.
    ProgrammeItemInput {
        /// What happens.
        name: LocalizedText,
        /// When it happens.
        time: EventTimeInput,
        /// Where it happens.
        place: Option<PlaceInput>,
    }
}
