//! Which of what is found is wanted.

use async_graphql::InputObject;
use griot_domain::EntryKind;
use griot_search::Filter;

use crate::graphql::delivery::article::ArticleKind;
use crate::graphql::delivery::error::{Answer, ApiError};
use crate::graphql::delivery::loads::Loads;
use crate::graphql::delivery::notice::ContentKind;
use crate::graphql::delivery::range::DateTimeRange;
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::scalar::Tag;
use crate::graphql::delivery::view::parse_locale;

/// Most years one filter may name.
const MAX_YEARS: usize = 100;

/// What everything found has in common; all conditions given must hold, a list matches any of its items. Entries are
/// named by slug or content id.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct SearchFilter {
    /// Of one of these kinds.
    kinds: Option<Vec<ContentKind>>,
    /// Articles of one of these forms.
    article_kinds: Option<Vec<ArticleKind>>,
    /// Articles filed under any of these topics.
    topics: Option<Vec<String>>,
    /// Naming any of these people, or events they take part in.
    people: Option<Vec<String>>,
    /// Naming any of these institutions, or events they take part in.
    institutions: Option<Vec<String>>,
    /// Issued, begun or taken up in one of these years, in UTC.
    years: Option<Vec<i32>>,
    /// Issued, begun or taken up in this range.
    dated_at: Option<DateTimeRange>,
    /// Existing in this language.
    locale: Option<Tag>,
}

impl SearchFilter {
    /// The filter in the words of the index.
    pub async fn resolve(filter: Option<Self>, loads: &Loads) -> Answer<Filter> {
        let filter = filter.unwrap_or_default();
        let mut references = References::default();
        references.note("filter.topics", EntryKind::Topic, filter.topics.as_ref())?;
        references.note("filter.people", EntryKind::Person, filter.people.as_ref())?;
        references.note("filter.institutions", EntryKind::Institution, filter.institutions.as_ref())?;
        references.look_up(loads).await?;
        let named = |kind, names: &Option<Vec<String>>| names.as_ref().map(|names| references.ids(kind, names));
        if filter.years.as_ref().is_some_and(|years| years.len() > MAX_YEARS) {
            return Err(ApiError::invalid("filter.years", format!("names more than {MAX_YEARS}")));
        }
        Ok(Filter {
            kinds: filter.kinds.map(|kinds| kinds.into_iter().map(EntryKind::from).collect()),
            forms: filter
                .article_kinds
                .map(|kinds| kinds.into_iter().map(|kind| griot_domain::ArticleKind::from(kind).as_str()).collect()),
            topics: named(EntryKind::Topic, &filter.topics),
            people: named(EntryKind::Person, &filter.people),
            institutions: named(EntryKind::Institution, &filter.institutions),
            years: filter.years,
            dated: filter.dated_at.map(|range| range.micros()),
            locale: filter.locale.map(|tag| parse_locale("filter.locale", &tag)).transpose()?,
        })
    }
}
