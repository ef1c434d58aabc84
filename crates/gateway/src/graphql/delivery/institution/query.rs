//! Reading institutions.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::{EntryKind, LinkRole};
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, OrderedBy};

use super::Institution;
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::{OrderDirection, words};
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::view::ViewInput;

/// Reading institutions.
#[derive(Default)]
pub(crate) struct InstitutionQuery;

/// Reading institutions.
#[Object]
impl InstitutionQuery {
    /// One institution by slug or content id; null when nothing public answers to it.
    async fn institution(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Slug; those of the language asked for go first.")] slug: Option<String>,
        #[graphql(desc = "Content id, instead of a slug.")] content_id: Option<ID>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Institution> {
        lookup::by_name(ctx, slug, content_id, view).await.transpose()
    }

    /// Institutions, by name unless ordered otherwise.
    #[graphql(directive = Paged::apply(20))]
    async fn institutions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which institutions.")] filter: Option<InstitutionFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<InstitutionOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Institution>> {
        let order = order_by.map_or(OrderDirection::Asc.order(OrderedBy::Name), |order| match order.field {
            InstitutionOrderField::Name => order.direction.order(OrderedBy::Name),
        });
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, order, &paging, ROOT).await
    }
}

/// Which institutions; all conditions given must hold, a list matches any of its items. Entries are named by slug or
/// content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct InstitutionFilter {
    /// These institutions.
    content_ids: Option<Vec<ID>>,
    /// Belonging to any of these.
    parents: Option<Vec<String>>,
    /// Only those that belong to no other.
    roots_only: Option<bool>,
    /// With these words next to each other in a name, whatever their case and accents.
    text: Option<String>,
}

impl Narrow for InstitutionFilter {
    const KIND: EntryKind = EntryKind::Institution;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Institution, self.content_ids.as_ref())?;
        references.note("filter.parents", EntryKind::Institution, self.parents.as_ref())?;
        Ok(())
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let mut all = Vec::new();
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Institution, ids))));
        all.extend(self.parents.as_ref().map(|names| Condition::LinksTo {
            role: LinkRole::Parent,
            targets: references.ids(EntryKind::Institution, names),
        }));
        all.extend(self.roots_only.filter(|only| *only).map(|_| Condition::LinksNowhere(LinkRole::Parent)));
        all.extend(self.text.as_deref().map(words).transpose()?);
        Ok(all)
    }
}

/// Order of institutions; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct InstitutionOrder {
    /// What to order by.
    field: InstitutionOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order institutions by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum InstitutionOrderField {
    /// Name in the language seen.
    Name,
}
