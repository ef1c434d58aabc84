//! The articles that name an entry.

use async_graphql::{Context, Object};
use griot_domain::LinkRole;
use griot_front::directive::Connection as Paged;

use super::{Article, ArticleFilter, ArticleOrder, in_order};
use crate::graphql::delivery::connection::{Connection, NESTED, Paging};
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::list::{self, Below};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::seen::Seen;

/// A person, institution or event as articles name it; flattened into its object.
pub(crate) struct Named {
    pub seen: Seen,
}

/// What articles can name.
#[Object(crate = "griot_front::lean::graphql")]
impl Named {
    /// Articles that name it, newest first unless ordered otherwise.
    #[graphql(directive = Paged::apply(10))]
    async fn mentioned_in(
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
        let below = Below::linking_to(&self.seen, LinkRole::Mention);
        list::below(loads(ctx)?, below, filter, in_order(order_by), &paging, NESTED).await
    }
}
