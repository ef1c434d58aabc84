//! An appointment.

use async_graphql::{Context, ID, Object};
use griot_front::directive::{Cost, ForwardConnection};

use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::person::Person;
use crate::graphql::delivery::scalar::{Instant, Partial, Tag};
use crate::graphql::delivery::seen::entry_object;
use crate::graphql::delivery::version::{VersionConnection, versions};

entry_object!(
    /// An appointment, in one language.
    Appointment { Appointment: griot_domain::Appointment, Appointment: griot_domain::AppointmentText }
);

/// A person holding a post in an institution for a time. `from` and `until` say when the post is held; the view's
/// `asOf` says what was public when.
#[Object(crate = "griot_front::lean::graphql")]
impl Appointment {
    /// View id.
    pub async fn id(&self) -> ID {
        self.seen.node_id()
    }

    /// Identity of the appointment across languages and time.
    async fn content_id(&self) -> ID {
        ID(self.seen.record.id.to_string())
    }

    /// Title of the post.
    async fn title(&self) -> &str {
        &self.text().title
    }

    /// First day, month or year in the post; null when not known.
    async fn from(&self) -> Option<Partial> {
        self.entry().from.map(|date| Partial(date.to_string()))
    }

    /// Last day, month or year in the post; null while it lasts or when not known.
    async fn until(&self) -> Option<Partial> {
        self.entry().until.map(|date| Partial(date.to_string()))
    }

    /// Whether the post is held on the day the view looks at, or on the date of the article above.
    async fn is_current(&self) -> bool {
        self.entry().period().holds_on(self.seen.day)
    }

    /// Order of precedence among the person's posts, 1 first.
    async fn precedence(&self) -> Option<i32> {
        self.entry().precedence.and_then(|place| place.try_into().ok())
    }

    /// Who; null when the person is not public.
    async fn person(&self, ctx: &Context<'_>) -> Nullable<Person> {
        let person = async { self.seen.other(loads(ctx)?, Some(self.entry().person.into())).await };
        person.await.transpose()
    }

    /// Where; null for posts outside any institution, or when it is not public.
    async fn institution(&self, ctx: &Context<'_>) -> Nullable<Institution> {
        let id = self.entry().institution?;
        let institution = async { self.seen.other(loads(ctx)?, Some(id.into())).await };
        institution.await.transpose()
    }

    /// Language of the title.
    async fn resolved_locale(&self) -> Tag {
        Tag(self.seen.record.locale.to_string())
    }

    /// When the appointment first became public here.
    async fn published_at(&self) -> Instant {
        Instant(self.seen.record.since)
    }

    /// What was public of it since when, in the language delivered, the newest first; as far as the view's `asOf`.
    #[graphql(directive = ForwardConnection::apply(10), directive = Cost::apply(5))]
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
    ) -> Answer<VersionConnection> {
        versions(&self.seen, loads(ctx)?, first, after.as_deref()).await
    }
}
