//! Reading appointments.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::{EntryKind, LinkRole, micros};
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, OrderedBy};

use super::Appointment;
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::OrderDirection;
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::scalar::Date;
use crate::graphql::delivery::view::ViewInput;

/// Reading appointments.
#[derive(Default)]
pub(crate) struct AppointmentQuery;

/// Reading appointments.
#[Object]
impl AppointmentQuery {
    /// One appointment by content id; null when nothing public answers to it.
    async fn appointment(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Content id.")] content_id: ID,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Appointment> {
        lookup::by_name(ctx, None, Some(content_id), view).await.transpose()
    }

    /// Appointments, the latest first unless ordered otherwise.
    #[graphql(directive = Paged::apply(20))]
    async fn appointments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which appointments.")] filter: Option<AppointmentFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<AppointmentOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Appointment>> {
        let order = order_by.map_or(OrderDirection::Desc.order(OrderedBy::Date), |order| match order.field {
            AppointmentOrderField::From => order.direction.order(OrderedBy::Date),
        });
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, order, &paging, ROOT).await
    }
}

/// Which appointments; all conditions given must hold, a list matches any of its items. Entries are named by slug or
/// content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AppointmentFilter {
    /// These appointments.
    content_ids: Option<Vec<ID>>,
    /// Of any of these people.
    people: Option<Vec<String>>,
    /// At any of these institutions.
    institutions: Option<Vec<String>>,
    /// In force on this day, as far as known.
    active_on: Option<Date>,
}

impl Narrow for AppointmentFilter {
    const KIND: EntryKind = EntryKind::Appointment;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Appointment, self.content_ids.as_ref())?;
        references.note("filter.people", EntryKind::Person, self.people.as_ref())?;
        references.note("filter.institutions", EntryKind::Institution, self.institutions.as_ref())?;
        Ok(())
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let mut all = Vec::new();
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Appointment, ids))));
        let linking = |role, kind, names: &Option<Vec<String>>| {
            names.as_ref().map(|names| Condition::LinksTo { role, targets: references.ids(kind, names) })
        };
        all.extend(linking(LinkRole::Holder, EntryKind::Person, &self.people));
        all.extend(linking(LinkRole::Seat, EntryKind::Institution, &self.institutions));
        all.extend(self.active_on.map(|day| {
            let from = micros(day.0.and_time(chrono::NaiveTime::MIN).and_utc());
            Condition::GoingOn { from: Some(from), until: Some(from + 1) }
        }));
        Ok(all)
    }
}

/// Order of appointments; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AppointmentOrder {
    /// What to order by.
    field: AppointmentOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order appointments by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum AppointmentOrderField {
    /// First day in the post.
    From,
}
