//! One entry by slug or content id.

use async_graphql::{Context, ID};
use griot_domain::{EntryId, Slug};

use super::error::{Answer, ApiError};
use super::loads::loads;
use super::seen::{FromSeen, Seen};
use super::view::ViewInput;

/// The entry of kind `T` that a lookup field names; `None` when nothing public answers to the name.
pub(crate) async fn by_name<T: FromSeen>(
    ctx: &Context<'_>,
    slug: Option<String>,
    content_id: Option<ID>,
    view: Option<ViewInput>,
) -> Answer<Option<T>> {
    let loads = loads(ctx)?;
    let view = ViewInput::resolve(view, loads)?;
    let record = match (slug, content_id) {
        (Some(slug), None) => match Slug::parse(&slug) {
            Ok(slug) => loads.store.find_by_slug(&view, T::KIND, &slug).await?,
            // A text that cannot be a slug is the slug of nothing.
            Err(_) => None,
        },
        (None, Some(id)) => match id.parse::<EntryId>() {
            Ok(id) => loads.record(&view, id).await?,
            Err(_) => None,
        },
        (Some(_), Some(_)) => return Err(ApiError::invalid("contentId", "cannot go with `slug`; give one of them")),
        (None, None) => return Err(ApiError::invalid("slug", "is missing; give `slug` or `contentId`")),
    };
    Ok(record.and_then(|record| T::from_seen(Seen::at_top(record, &view, loads))))
}
