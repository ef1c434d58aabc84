//! Reading topics.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::{EntryKind, LinkRole};
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, OrderedBy};

use super::Topic;
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::{OrderDirection, words};
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::view::ViewInput;

/// Reading topics.
#[derive(Default)]
pub(crate) struct TopicQuery;

/// Reading topics.
#[Object]
impl TopicQuery {
    /// One topic by slug or content id; null when nothing public answers to it.
    async fn topic(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Slug; those of the language asked for go first.")] slug: Option<String>,
        #[graphql(desc = "Content id, instead of a slug.")] content_id: Option<ID>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Topic> {
        lookup::by_name(ctx, slug, content_id, view).await.transpose()
    }

    /// Topics, by name unless ordered otherwise.
    #[graphql(directive = Paged::apply(20))]
    async fn topics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which topics.")] filter: Option<TopicFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<TopicOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Topic>> {
        let order = order_by.map_or(OrderDirection::Asc.order(OrderedBy::Name), |order| match order.field {
            TopicOrderField::Name => order.direction.order(OrderedBy::Name),
        });
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, order, &paging, ROOT).await
    }
}

/// Which topics; all conditions given must hold, a list matches any of its items. Entries are named by slug or
/// content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct TopicFilter {
    /// These topics.
    content_ids: Option<Vec<ID>>,
    /// Narrower than any of these.
    parents: Option<Vec<String>>,
    /// Only those without a broader one.
    roots_only: Option<bool>,
    /// With these words next to each other in a name, whatever their case and accents.
    text: Option<String>,
}

impl Narrow for TopicFilter {
    const KIND: EntryKind = EntryKind::Topic;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Topic, self.content_ids.as_ref())?;
        references.note("filter.parents", EntryKind::Topic, self.parents.as_ref())?;
        Ok(())
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let mut all = Vec::new();
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Topic, ids))));
        all.extend(self.parents.as_ref().map(|names| Condition::LinksTo {
            role: LinkRole::Parent,
            targets: references.ids(EntryKind::Topic, names),
        }));
        all.extend(self.roots_only.filter(|only| *only).map(|_| Condition::LinksNowhere(LinkRole::Parent)));
        all.extend(self.text.as_deref().map(words).transpose()?);
        Ok(all)
    }
}

/// Order of topics; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct TopicOrder {
    /// What to order by.
    field: TopicOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order topics by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum TopicOrderField {
    /// Name in the language seen.
    Name,
}
