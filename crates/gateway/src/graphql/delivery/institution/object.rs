//! An institution.

use async_graphql::{Context, Enum, Object, SimpleObject};
use chrono::NaiveDate;
use griot_domain::LinkRole;
use griot_front::directive::{Connection as Paged, List};
use griot_persistence::OrderedBy;

use super::InstitutionFilter;
use crate::graphql::delivery::appointment::{Appointment, AppointmentFilter};
use crate::graphql::delivery::article::Named;
use crate::graphql::delivery::connection::{Connection, NESTED, Paging};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Below};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::range::OrderDirection;
use crate::graphql::delivery::rich_text::RichText;
use crate::graphql::delivery::scalar::{Date, Partial};
use crate::graphql::delivery::seen::{Common, common_fields, entry_object};

entry_object!(
    /// An institution, in one language.
    Institution { Institution: griot_domain::Institution, Institution: griot_domain::InstitutionText }
);
common_fields!(Institution);

impl Institution {
    /// The name borne on `day`.
    pub fn name_on(&self, day: NaiveDate) -> &str {
        let text = self.text();
        let past = text.past_names.iter().filter(|past| past.period().holds_on(day));
        past.max_by_key(|past| past.from.map(griot_domain::PartialDate::earliest)).map_or(&text.name, |past| &past.name)
    }
}

/// An office, ministry, state, union or other body.
#[Object(crate = "griot_front::lean::graphql")]
impl Institution {
    #[graphql(flatten)]
    async fn common(&self) -> Common {
        Common::new(&self.seen)
    }

    /// Name: below an article the one borne on the article's date, elsewhere on the day the view looks at.
    async fn name(&self, #[graphql(desc = "On this day instead.")] at: Option<Date>) -> &str {
        self.name_on(at.map_or(self.seen.day, |day| day.0))
    }

    /// Abbreviation.
    async fn acronym(&self) -> Option<&str> {
        self.entry().acronym.as_ref().map(|acronym| self.seen.pick(acronym))
    }

    /// Other forms of the name found in texts.
    #[graphql(directive = List::apply(5))]
    async fn variants(&self) -> &[String] {
        &self.text().variants
    }

    /// Names borne before, each for a time.
    #[graphql(directive = List::apply(5))]
    async fn past_names(&self) -> Vec<PastName> {
        let past = self.text().past_names.iter();
        past.map(|past| PastName { name: past.name.clone(), period: Span::new(&past.period()) }).collect()
    }

    /// What sort of institution it is.
    async fn kind(&self) -> InstitutionKind {
        self.entry().kind.into()
    }

    /// How to reach it.
    async fn contact(&self) -> Contact {
        let contact = &self.entry().contact;
        Contact {
            address: contact.address.as_ref().map(|address| self.seen.pick(address).to_owned()),
            email: contact.email.clone(),
            telephone: contact.telephone.clone(),
            website: contact.website.clone(),
        }
    }

    /// When it existed, as far as known.
    #[graphql(directive = List::apply(2))]
    async fn existence(&self) -> Vec<Span> {
        self.entry().existence.iter().map(Span::new).collect()
    }

    /// The institution it belongs to.
    async fn parent(&self, ctx: &Context<'_>) -> Nullable<Institution> {
        let id = self.entry().parent?;
        let parent = async { self.seen.other(loads(ctx)?, Some(id.into())).await };
        parent.await.transpose()
    }

    /// Institutions that belong to it, by name.
    #[graphql(directive = Paged::apply(10))]
    async fn children(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 25.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
    ) -> Answer<Connection<Institution>> {
        let paging = Paging { first, after, last, before };
        let (below, order) =
            (Below::linking_to(&self.seen, LinkRole::Parent), OrderDirection::Asc.order(OrderedBy::Name));
        list::below(loads(ctx)?, below, None::<InstitutionFilter>, order, &paging, NESTED).await
    }

    /// Appointments to posts in it, the latest first.
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
        list::below(loads(ctx)?, Below::linking_to(&self.seen, LinkRole::Seat), filter, order, &paging, NESTED).await
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

/// What sort of institution it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::InstitutionKind")]
pub(crate) enum InstitutionKind {
    /// Office of a head of state.
    Presidency,
    /// Government as a whole.
    Government,
    /// Ministry.
    Ministry,
    /// Department, directorate or unit of another institution.
    Department,
    /// Public agency.
    Agency,
    /// Parliament or chamber.
    Parliament,
    /// Court.
    Court,
    /// Armed force or service.
    Military,
    /// State.
    State,
    /// Union, confederation or organisation of states.
    InternationalOrganisation,
    /// Company.
    Company,
    /// Association, union or party.
    Association,
    /// Anything else.
    Other,
}

/// A name borne for a time.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct PastName {
    /// The name.
    name: String,
    /// When it was borne.
    period: Span,
}

/// A span of time, as far as known.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", name = "Period")]
pub(crate) struct Span {
    /// First day, month or year; null when not known.
    from: Option<Partial>,
    /// Last day, month or year; null while it lasts or when not known.
    until: Option<Partial>,
}

impl Span {
    fn new(period: &griot_domain::Period) -> Self {
        Self {
            from: period.from.map(|date| Partial(date.to_string())),
            until: period.until.map(|date| Partial(date.to_string())),
        }
    }
}

/// How to reach an institution.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Contact {
    /// Postal address.
    address: Option<String>,
    /// E-mail address.
    email: Option<String>,
    /// Telephone number.
    telephone: Option<String>,
    /// Own website.
    website: Option<String>,
}
