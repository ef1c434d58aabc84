//! A topic.

use async_graphql::{Context, Object};
use griot_domain::LinkRole;
use griot_front::directive::Connection as Paged;
use griot_persistence::OrderedBy;

use super::TopicFilter;
use crate::graphql::delivery::article::{Article, ArticleFilter, ArticleOrder, in_order};
use crate::graphql::delivery::connection::{Connection, NESTED, Paging};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Below};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::range::OrderDirection;
use crate::graphql::delivery::rich_text::RichText;
use crate::graphql::delivery::seen::{Common, common_fields, entry_object};

entry_object!(
    /// A topic, in one language.
    Topic { Topic: griot_domain::Topic, Topic: griot_domain::TopicText }
);
common_fields!(Topic);

/// A subject that articles are filed under.
#[Object(crate = "griot_front::lean::graphql")]
impl Topic {
    #[graphql(flatten)]
    async fn common(&self) -> Common {
        Common::new(&self.seen)
    }

    /// Name.
    async fn name(&self) -> &str {
        &self.text().name
    }

    /// What is filed under it, in one line.
    async fn summary(&self) -> Option<&str> {
        self.text().summary.as_deref()
    }

    /// IPTC Media Topic code, such as `medtop:20000593`.
    async fn media_topic(&self) -> Option<&str> {
        self.entry().media_topic.as_deref()
    }

    /// The broader topic.
    async fn parent(&self, ctx: &Context<'_>) -> Nullable<Topic> {
        let id = self.entry().parent?;
        let parent = async { self.seen.other(loads(ctx)?, Some(id.into())).await };
        parent.await.transpose()
    }

    /// Narrower topics, by name.
    #[graphql(directive = Paged::apply(10))]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 25.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Answer<Connection<Topic>> {
        let paging = Paging { first, after, last, before };
        let (below, order) =
            (Below::linking_to(&self.seen, LinkRole::Parent), OrderDirection::Asc.order(OrderedBy::Name));
        list::below(loads(ctx)?, below, None::<TopicFilter>, order, &paging, NESTED).await
    }

    /// Articles filed under it, newest first unless ordered otherwise.
    #[graphql(directive = Paged::apply(10))]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 25.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which articles.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
    ) -> Answer<Connection<Article>> {
        let paging = Paging { first, after, last, before };
        let below = Below::linking_to(&self.seen, LinkRole::Topic);
        list::below(loads(ctx)?, below, filter, in_order(order_by), &paging, NESTED).await
    }

    /// Introduction.
    async fn introduction(&self, ctx: &Context<'_>) -> Nullable<RichText> {
        let text = async { RichText::load_some(&self.seen, loads(ctx)?).await };
        text.await.transpose()
    }
}
