//! A person.

use async_graphql::{Context, Object, SimpleObject};
use griot_domain::LinkRole;
use griot_front::directive::{Connection as Paged, List};
use griot_persistence::OrderedBy;

use super::post::{Post, styled, titles};
use crate::graphql::delivery::appointment::{Appointment, AppointmentFilter};
use crate::graphql::delivery::article::Named;
use crate::graphql::delivery::asset::Asset;
use crate::graphql::delivery::connection::{Connection, NESTED, Paging};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Below};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::range::OrderDirection;
use crate::graphql::delivery::rich_text::RichText;
use crate::graphql::delivery::scalar::{Date, Partial};
use crate::graphql::delivery::seen::{Common, common_fields, entry_object};

entry_object!(
    /// A person, in one language.
    Person { Person: griot_domain::Person, Person: griot_domain::PersonText }
);
common_fields!(Person);

/// A person. Below an article `style`, `rank` and `titles` are those of the article's date; elsewhere those of the
/// day the view looks at, unless a day is given.
#[Object(crate = "griot_front::lean::graphql")]
impl Person {
    #[graphql(flatten)]
    async fn common(&self) -> Common {
        Common::new(&self.seen)
    }

    /// Full name as the office prints it.
    async fn name(&self) -> &str {
        self.seen.record.title()
    }

    /// Form of the name for alphabetical lists: family name first.
    async fn sort_name(&self) -> String {
        self.entry().name.sort_form()
    }

    /// Given names.
    async fn given_name(&self) -> Option<&str> {
        self.entry().name.given.as_deref()
    }

    /// Particle before the family name, such as `de`.
    async fn particle(&self) -> Option<&str> {
        self.entry().name.particle.as_deref()
    }

    /// Family name.
    async fn family_name(&self) -> Option<&str> {
        self.entry().name.family.as_deref()
    }

    /// Other forms of the name found in texts.
    #[graphql(directive = List::apply(5))]
    async fn variants(&self) -> &[String] {
        &self.entry().variants
    }

    /// Form of address, such as `Dr`.
    async fn honorific(&self) -> Option<&str> {
        self.text().honorific.as_deref()
    }

    /// What the person is known for, in one line.
    async fn known_as(&self) -> Option<&str> {
        self.text().known_as.as_deref()
    }

    /// The person as named in print: honorific, rank, name, first title.
    async fn style(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On this day; see the type for the day when omitted.")] at: Option<Date>,
    ) -> Answer<String> {
        let day = at.map_or(self.seen.day, |day| day.0);
        Ok(styled(&self.seen, loads(ctx)?, day).await?.to_string())
    }

    /// Rank in force.
    async fn rank(
        &self,
        #[graphql(desc = "On this day; see the type for the day when omitted.")] at: Option<Date>,
    ) -> Option<&str> {
        let day = at.map_or(self.seen.day, |day| day.0);
        griot_domain::rank_at(self.entry(), &self.seen.view.locales, day)
    }

    /// Ranks held, earliest first.
    #[graphql(directive = List::apply(5))]
    async fn ranks(&self) -> Vec<Rank> {
        let mut ranks: Vec<_> = self.entry().ranks.iter().collect();
        ranks.sort_by_key(|rank| rank.from.map(griot_domain::PartialDate::earliest));
        ranks
            .into_iter()
            .map(|rank| Rank {
                rank: self.seen.pick(&rank.rank).to_owned(),
                from: rank.from.map(|date| Partial(date.to_string())),
                until: rank.until.map(|date| Partial(date.to_string())),
            })
            .collect()
    }

    /// Posts held, by precedence.
    #[graphql(directive = List::apply(5))]
    async fn titles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "On this day; see the type for the day when omitted.")] at: Option<Date>,
    ) -> Answer<Vec<Post>> {
        titles(&self.seen, loads(ctx)?, at.map_or(self.seen.day, |day| day.0)).await
    }

    /// Appointments, the latest first.
    #[graphql(directive = Paged::apply(10))]
    async fn appointments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 25.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which appointments.")] filter: Option<AppointmentFilter>,
    ) -> Answer<Connection<Appointment>> {
        let paging = Paging { first, after, last, before };
        let order = OrderDirection::Desc.order(OrderedBy::Date);
        list::below(loads(ctx)?, Below::linking_to(&self.seen, LinkRole::Holder), filter, order, &paging, NESTED).await
    }

    #[graphql(flatten)]
    async fn naming(&self) -> Named {
        Named { seen: self.seen.clone() }
    }

    /// Biography.
    async fn biography(&self, ctx: &Context<'_>) -> Nullable<RichText> {
        let text = async { RichText::load_some(&self.seen, loads(ctx)?).await };
        text.await.transpose()
    }

    /// Portrait.
    async fn portrait(&self, ctx: &Context<'_>) -> Nullable<Asset> {
        let id = self.entry().portrait?;
        let asset = async { self.seen.other(loads(ctx)?, Some(id.into())).await };
        asset.await.transpose()
    }

    /// When born.
    async fn born(&self) -> Option<Partial> {
        self.entry().born.map(|date| Partial(date.to_string()))
    }

    /// When died.
    async fn died(&self) -> Option<Partial> {
        self.entry().died.map(|date| Partial(date.to_string()))
    }
}

/// A rank held for a time.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Rank {
    /// Name of the rank.
    rank: String,
    /// First day, month or year.
    from: Option<Partial>,
    /// Last day, month or year; null while it lasts.
    until: Option<Partial>,
}
