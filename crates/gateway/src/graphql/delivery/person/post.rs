//! How a person is named on a day.

use std::sync::Arc;

use async_graphql::{ComplexObject, Context, SimpleObject};
use chrono::NaiveDate;
use griot_domain::{Entry, PartialDate, Style, Text, style_at, titles_at};
use griot_persistence::Record;

use crate::graphql::delivery::appointment::Appointment;
use crate::graphql::delivery::error::{Answer, ApiError, Nullable};
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::loads::{self, Loads};
use crate::graphql::delivery::scalar::Partial;
use crate::graphql::delivery::seen::{FromSeen, Seen};

/// A post held on a given day.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", complex, name = "Title")]
pub(crate) struct Post {
    /// Title of the post.
    pub title: String,
    /// First day, month or year in the post.
    from: Option<Partial>,
    /// Last day, month or year in the post; null while it lasts.
    until: Option<Partial>,
    #[graphql(skip)]
    post: loads::Post,
    #[graphql(skip)]
    seen: Seen,
}

#[ComplexObject]
impl Post {
    /// The institution, as on that day; null for posts outside any institution.
    async fn institution(&self, ctx: &Context<'_>) -> Nullable<Institution> {
        let id = self.post.appointment.institution?;
        let institution = async { self.seen.other::<Institution>(loads::loads(ctx)?, Some(id.into())).await };
        institution.await.transpose()
    }

    /// The appointment to the post.
    async fn appointment(&self) -> Answer<Appointment> {
        let record: Arc<Record> = self.post.tag.clone();
        Appointment::from_seen(self.seen.beside(record))
            .ok_or_else(|| ApiError::internal("a post without its appointment"))
    }
}

/// The posts of the person seen that are in force on `day`, by precedence.
pub(crate) async fn titles(seen: &Seen, loads: &Loads, day: NaiveDate) -> Answer<Vec<Post>> {
    let posts = loads.posts(&seen.view, seen.record.id).await?;
    let below = Seen { day, ..seen.clone() };
    Ok(titles_at(&posts, day)
        .into_iter()
        .map(|post| Post {
            title: post.title.clone(),
            from: known_from(&post.tag).map(|date| Partial(date.to_string())),
            until: post.appointment.until.map(|date| Partial(date.to_string())),
            post: post.clone(),
            seen: below.clone(),
        })
        .collect())
}

/// First day in the post as the record has it.
fn known_from(record: &Record) -> Option<PartialDate> {
    match &record.entry {
        Entry::Appointment(appointment) => appointment.from,
        _ => None,
    }
}

/// The person seen as named on `day`.
pub(crate) async fn styled(seen: &Seen, loads: &Loads, day: NaiveDate) -> Answer<Style> {
    let (Entry::Person(person), Text::Person(text)) = (&seen.record.entry, &seen.record.text) else {
        return Err(ApiError::internal("a person without a person's text"));
    };
    let posts = loads.posts(&seen.view, seen.record.id).await?;
    Ok(style_at(person, text, &posts, &seen.view.locales, day))
}
