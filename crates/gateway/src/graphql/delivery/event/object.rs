//! An event.

use async_graphql::{Context, Enum, Object, SimpleObject, Union};
use chrono::{NaiveDate, NaiveTime};
use griot_domain::{EntryKind, EventTime, LinkRole, ThingLd};
use griot_front::directive::{Connection as Paged, List};
use griot_persistence::OrderedBy;
use std::sync::Arc;

use super::EventFilter;
use crate::graphql::delivery::article::Named;
use crate::graphql::delivery::connection::{Connection, NESTED, Paging};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::list::{self, Below};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::person::Person;
use crate::graphql::delivery::place::Place;
use crate::graphql::delivery::range::OrderDirection;
use crate::graphql::delivery::rich_text::RichText;
use crate::graphql::delivery::scalar::Instant;
use crate::graphql::delivery::seen::{Common, FromSeen, Seen, common_fields, entry_object};

entry_object!(
    /// An event, in one language.
    Event { Event: griot_domain::Event, Event: griot_domain::EventText }
);
common_fields!(Event);

impl Event {
    /// The event as schema.org has it.
    pub fn ld<'a>(&'a self, url: Option<&'a str>) -> ThingLd<'a> {
        let entry = self.entry();
        let place = entry.place.as_ref().map(|place| self.seen.pick(&place.name));
        ThingLd::Event { name: &self.text().name, url, time: &entry.time, place, state: entry.state }
    }
}

/// Something that happens at a time.
#[Object(crate = "griot_front::lean::graphql")]
impl Event {
    #[graphql(flatten)]
    async fn common(&self) -> Common {
        Common::new(&self.seen)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.text().name
    }

    /// Other forms of the name found in texts.
    #[graphql(directive = List::apply(5))]
    async fn variants(&self) -> &[String] {
        &self.text().variants
    }

    /// When it starts; for an event of whole days, the beginning of the first day in UTC.
    async fn starts_at(&self) -> Instant {
        starts_at(&self.entry().time)
    }

    /// When it ends; for an event of whole days, the end of the last day in UTC. Null when not known.
    async fn ends_at(&self) -> Option<Instant> {
        ends_at(&self.entry().time)
    }

    /// Whether it takes whole days of the place's calendar, so that only the dates count.
    async fn is_all_day(&self) -> bool {
        matches!(self.entry().time, EventTime::AllDay { .. })
    }

    /// IANA name of the place's time zone, such as `Africa/Bamako`.
    async fn time_zone(&self) -> Option<&str> {
        match &self.entry().time {
            EventTime::Timed { time_zone, .. } | EventTime::AllDay { time_zone, .. } => time_zone.as_deref(),
        }
    }

    /// Whether it goes ahead.
    async fn state(&self) -> EventState {
        self.entry().state.into()
    }

    /// Where it takes place.
    async fn place(&self) -> Option<Place> {
        self.entry().place.as_ref().map(|place| Place::new(place, &self.seen))
    }

    /// Who holds it.
    #[graphql(directive = List::apply(5))]
    async fn organisers(&self, ctx: &Context<'_>) -> Answer<Vec<Party>> {
        let records = loads(ctx)?.records(&self.seen.view, &self.entry().organisers).await?;
        Ok(records.into_iter().filter_map(|record| Party::new(&self.seen, record)).collect())
    }

    /// Who takes part and how.
    #[graphql(directive = List::apply(10))]
    async fn participants(&self, ctx: &Context<'_>) -> Answer<Vec<Participant>> {
        let ids: Vec<_> = self.entry().participants.iter().map(|one| one.entry).collect();
        let records = loads(ctx)?.records(&self.seen.view, &ids).await?;
        let found = |id| records.iter().find(|record| record.id == id).cloned();
        let participants = self.entry().participants.iter().filter_map(|one| {
            let party = Party::new(&self.seen, found(one.entry)?)?;
            Some(Participant { party, role: one.role.as_ref().map(|role| self.seen.pick(role).to_owned()) })
        });
        Ok(participants.collect())
    }

    /// What happens when, in order.
    #[graphql(directive = List::apply(10))]
    async fn programme(&self) -> Vec<ProgrammeItem> {
        let items = self.entry().programme.iter();
        items
            .map(|item| ProgrammeItem {
                name: self.seen.pick(&item.name).to_owned(),
                starts_at: starts_at(&item.time),
                ends_at: ends_at(&item.time),
                is_all_day: matches!(item.time, EventTime::AllDay { .. }),
                place: item.place.as_ref().map(|place| Place::new(place, &self.seen)),
            })
            .collect()
    }

    /// The larger event it is part of.
    async fn part_of(&self, ctx: &Context<'_>) -> Nullable<Event> {
        let id = self.entry().part_of?;
        let event = async { self.seen.other(loads(ctx)?, Some(id.into())).await };
        event.await.transpose()
    }

    /// Events that are part of it, earliest first.
    #[graphql(directive = Paged::apply(10))]
    async fn parts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 25.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Answer<Connection<Event>> {
        let paging = Paging { first, after, last, before };
        let (below, order) =
            (Below::linking_to(&self.seen, LinkRole::Parent), OrderDirection::Asc.order(OrderedBy::Date));
        list::below(loads(ctx)?, below, None::<EventFilter>, order, &paging, NESTED).await
    }

    #[graphql(flatten)]
    async fn naming(&self) -> Named {
        Named { seen: self.seen.clone() }
    }

    /// Description.
    async fn description(&self, ctx: &Context<'_>) -> Nullable<RichText> {
        let text = async { RichText::load_some(&self.seen, loads(ctx)?).await };
        text.await.transpose()
    }
}

fn midnight(day: NaiveDate) -> Instant {
    Instant(day.and_time(NaiveTime::MIN).and_utc())
}

fn starts_at(time: &EventTime) -> Instant {
    match time {
        EventTime::Timed { starts_at, .. } => Instant(starts_at.to_utc()),
        EventTime::AllDay { starts_on, .. } => midnight(*starts_on),
    }
}

fn ends_at(time: &EventTime) -> Option<Instant> {
    match time {
        EventTime::Timed { ends_at, .. } => ends_at.map(|at| Instant(at.to_utc())),
        EventTime::AllDay { starts_on, ends_on, .. } => {
            let last = ends_on.unwrap_or(*starts_on);
            Some(midnight(last.succ_opt().unwrap_or(last)))
        }
    }
}

/// Whether an event goes ahead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::EventState")]
pub(crate) enum EventState {
    /// It is planned, going on, or over.
    Scheduled,
    /// It was moved to a time not yet known.
    Postponed,
    /// It does not happen.
    Cancelled,
}

/// A person or institution.
#[derive(Clone, Union)]
pub(crate) enum Party {
    #[allow(missing_docs)]
    Person(Person),
    #[allow(missing_docs)]
    Institution(Institution),
}

impl Party {
    fn new(seen: &Seen, record: Arc<griot_persistence::Record>) -> Option<Self> {
        let kind = record.kind;
        let other = seen.beside(record);
        match kind {
            EntryKind::Person => Person::from_seen(other).map(Self::Person),
            EntryKind::Institution => Institution::from_seen(other).map(Self::Institution),
            _ => None,
        }
    }
}

/// One taking part in an event.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Participant {
    /// Who.
    party: Party,
    /// In what capacity.
    role: Option<String>,
}

/// One item of a programme.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ProgrammeItem {
    /// What happens.
    name: String,
    /// When it starts; for whole days, the beginning of the first in UTC.
    starts_at: Instant,
    /// When it ends; null when not known.
    ends_at: Option<Instant>,
    /// Whether it takes whole days.
    is_all_day: bool,
    /// Where.
    place: Option<Place>,
}
