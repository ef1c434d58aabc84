//! Lists of assets.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::EntryKind;
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, OrderedBy};

use super::{Asset, AssetKind};
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::{OrderDirection, words};
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::view::ViewInput;

/// Reading assets.
#[derive(Default)]
pub(crate) struct AssetQuery;

/// Reading assets.
#[Object]
impl AssetQuery {
    /// One asset by content id; null when nothing public answers to it.
    async fn asset(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Content id.")] content_id: ID,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Asset> {
        lookup::by_name(ctx, None, Some(content_id), view).await.transpose()
    }

    /// Assets, by title unless ordered otherwise.
    #[graphql(directive = Paged::apply(20))]
    async fn assets(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which assets.")] filter: Option<AssetFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<AssetOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Asset>> {
        let order = order_by.map_or(OrderDirection::Asc, |order| match order.field {
            AssetOrderField::Title => order.direction,
        });
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, order.order(OrderedBy::Name), &paging, ROOT).await
    }
}

/// Which assets; all conditions given must hold, a list matches any of its items.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AssetFilter {
    /// These assets.
    content_ids: Option<Vec<ID>>,
    /// Of one of these sorts.
    kinds: Option<Vec<AssetKind>>,
    /// With these words in title, file name, caption or credit.
    text: Option<String>,
}

impl Narrow for AssetFilter {
    const KIND: EntryKind = EntryKind::Asset;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Asset, self.content_ids.as_ref())
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let mut all = Vec::new();
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Asset, ids))));
        all.extend(self.kinds.as_ref().map(|kinds| {
            Condition::Facets(kinds.iter().map(|kind| griot_domain::AssetKind::from(*kind).as_str()).collect())
        }));
        all.extend(self.text.as_deref().map(words).transpose()?);
        Ok(all)
    }
}

/// Order of assets; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct AssetOrder {
    /// What to order by.
    field: AssetOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order assets by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum AssetOrderField {
    /// Title, else file name.
    Title,
}
