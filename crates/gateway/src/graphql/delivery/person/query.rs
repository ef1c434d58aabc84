//! Reading people.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::{EntryKind, micros};
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, OrderedBy};

use super::Person;
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, ApiError, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::{OrderDirection, words};
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::scalar::Date;
use crate::graphql::delivery::view::ViewInput;

/// Reading people.
#[derive(Default)]
pub(crate) struct PersonQuery;

/// Reading people.
#[Object]
impl PersonQuery {
    /// One person by slug or content id; null when nothing public answers to it.
    async fn person(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Slug; those of the language asked for go first.")] slug: Option<String>,
        #[graphql(desc = "Content id, instead of a slug.")] content_id: Option<ID>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Person> {
        lookup::by_name(ctx, slug, content_id, view).await.transpose()
    }

    /// People, by family name unless ordered otherwise.
    #[graphql(directive = Paged::apply(20))]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which people.")] filter: Option<PersonFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<PersonOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Person>> {
        let order = order_by.map_or(OrderDirection::Asc.order(OrderedBy::Name), |order| match order.field {
            PersonOrderField::Name => order.direction.order(OrderedBy::Name),
        });
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, order, &paging, ROOT).await
    }
}

/// Which people; all conditions given must hold, a list matches any of its items. Entries are named by slug or
/// content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PersonFilter {
    /// These people.
    content_ids: Option<Vec<ID>>,
    /// Appointed to any of these institutions.
    institutions: Option<Vec<String>>,
    /// Holding such a post on this day.
    active_on: Option<Date>,
    /// With these words next to each other in a name, whatever their case and accents.
    text: Option<String>,
}

impl Narrow for PersonFilter {
    const KIND: EntryKind = EntryKind::Person;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Person, self.content_ids.as_ref())?;
        references.note("filter.institutions", EntryKind::Institution, self.institutions.as_ref())?;
        Ok(())
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let mut all = Vec::new();
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Person, ids))));
        let at = self.active_on.map(|day| micros(day.0.and_time(chrono::NaiveTime::MIN).and_utc()));
        match &self.institutions {
            Some(names) => {
                let institutions = references.ids(EntryKind::Institution, names);
                all.push(Condition::HoldsPostAt { institutions, at });
            }
            None if at.is_some() => {
                return Err(ApiError::invalid("filter.activeOn", "goes with `institutions`; say where"));
            }
            None => {}
        }
        all.extend(self.text.as_deref().map(words).transpose()?);
        Ok(all)
    }
}

/// Order of people; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct PersonOrder {
    /// What to order by.
    field: PersonOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order people by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum PersonOrderField {
    /// Family name, then given names.
    Name,
}
