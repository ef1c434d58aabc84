//! Reading events.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::{EntryKind, LinkRole};
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, OrderedBy};

use super::{Event, EventState};
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::{DateTimeRange, OrderDirection, words};
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::view::ViewInput;

/// Reading events.
#[derive(Default)]
pub(crate) struct EventQuery;

/// Reading events.
#[Object]
impl EventQuery {
    /// One event by slug or content id; null when nothing public answers to it.
    async fn event(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Slug; those of the language asked for go first.")] slug: Option<String>,
        #[graphql(desc = "Content id, instead of a slug.")] content_id: Option<ID>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Event> {
        lookup::by_name(ctx, slug, content_id, view).await.transpose()
    }

    /// Events, the latest first unless ordered otherwise.
    #[graphql(directive = Paged::apply(20))]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which events.")] filter: Option<EventFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<EventOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Event>> {
        let order = order_by.map_or(OrderDirection::Desc.order(OrderedBy::Date), |order| match order.field {
            EventOrderField::StartsAt => order.direction.order(OrderedBy::Date),
            EventOrderField::Name => order.direction.order(OrderedBy::Name),
        });
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, order, &paging, ROOT).await
    }
}

/// Which events; all conditions given must hold, a list matches any of its items. Entries are named by slug or
/// content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct EventFilter {
    /// These events.
    content_ids: Option<Vec<ID>>,
    /// Going on at some instant of this range.
    during: Option<DateTimeRange>,
    /// In one of these states.
    states: Option<Vec<EventState>>,
    /// Part of any of these.
    part_of: Option<Vec<String>>,
    /// Held by, or with, any of these people.
    people: Option<Vec<String>>,
    /// Held by, or with, any of these institutions.
    institutions: Option<Vec<String>>,
    /// With these words next to each other in a name, whatever their case and accents.
    text: Option<String>,
}

impl Narrow for EventFilter {
    const KIND: EntryKind = EntryKind::Event;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Event, self.content_ids.as_ref())?;
        references.note("filter.partOf", EntryKind::Event, self.part_of.as_ref())?;
        references.note("filter.people", EntryKind::Person, self.people.as_ref())?;
        references.note("filter.institutions", EntryKind::Institution, self.institutions.as_ref())?;
        Ok(())
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let mut all = Vec::new();
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Event, ids))));
        let linking = |role, kind, names: &Option<Vec<String>>| {
            names.as_ref().map(|names| Condition::LinksTo { role, targets: references.ids(kind, names) })
        };
        all.extend(linking(LinkRole::Parent, EntryKind::Event, &self.part_of));
        all.extend(linking(LinkRole::Party, EntryKind::Person, &self.people));
        all.extend(linking(LinkRole::Party, EntryKind::Institution, &self.institutions));
        all.extend(self.during.as_ref().map(|range| {
            let (from, until) = range.micros();
            Condition::GoingOn { from, until }
        }));
        all.extend(self.states.as_ref().map(|states| {
            Condition::Facets(states.iter().map(|state| griot_domain::EventState::from(*state).as_str()).collect())
        }));
        all.extend(self.text.as_deref().map(words).transpose()?);
        Ok(all)
    }
}

/// Order of events; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct EventOrder {
    /// What to order by.
    field: EventOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order events by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum EventOrderField {
    /// When it starts.
    StartsAt,
    /// Name in the language seen.
    Name,
}
