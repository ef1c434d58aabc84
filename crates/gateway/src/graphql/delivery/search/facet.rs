//! What was found, counted by what it has in common.

use async_graphql::{Context, Object, SimpleObject};
use griot_domain::EntryId;
use griot_front::directive::{Cost, List, Sliced};
use griot_search::{Counted, Matches, SearchError};
use tokio::sync::Semaphore;

use crate::graphql::delivery::article::ArticleKind;
use crate::graphql::delivery::connection::Sizes;
use crate::graphql::delivery::error::{Answer, ApiError};
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::loads::{Loads, loads};
use crate::graphql::delivery::notice::ContentKind;
use crate::graphql::delivery::person::Person;
use crate::graphql::delivery::seen::{FromSeen, Seen};
use crate::graphql::delivery::shared_view::SharedView;
use crate::graphql::delivery::topic::Topic;

const FACET: Sizes = Sizes { default: 10, max: 25 };
/// Entries read beyond those asked for: some may not be public any more, or be of another kind.
const SPARE: usize = 25;
/// Counts at a time: who asks and goes leaves no more of them behind.
static TURNS: Semaphore = Semaphore::const_new(4);
/// Most years told.
const YEARS: usize = 50;

/// What was found, counted by what it has in common. Only what is asked for is counted.
pub(crate) struct SearchFacets {
    pub matches: Option<Matches>,
    pub view: SharedView,
}

impl SearchFacets {
    /// Counts away from the threads that serve requests.
    async fn count<T: Send + 'static>(
        &self,
        count: impl FnOnce(&Matches) -> Result<Counted<T>, SearchError> + Send + 'static,
    ) -> Answer<Counted<T>> {
        let Some(matches) = self.matches.clone() else { return Ok(Vec::new()) };
        let turn = TURNS.acquire().await;
        let count = move || {
            let _turn = turn;
            count(&matches)
        };
        let counted = tokio::task::spawn_blocking(count).await;
        counted.map_err(ApiError::internal)?.map_err(ApiError::internal)
    }

    /// The entries counted most often that are public.
    async fn entries<T: FromSeen>(
        &self,
        loads: &Loads,
        counted: Counted<EntryId>,
        first: Option<i32>,
    ) -> Answer<Vec<(T, i32)>> {
        let first = usize::try_from(FACET.read("first", first)?).unwrap_or(usize::MAX);
        let most = &counted[..counted.len().min(first + SPARE)];
        let ids: Vec<EntryId> = most.iter().map(|(id, _)| *id).collect();
        let records = loads.records(&self.view, &ids).await?;
        let found = records.into_iter().filter_map(|record| {
            let count = most.iter().find(|(id, _)| *id == record.id).map(|(_, count)| number(*count))?;
            Some((T::from_seen(Seen::at_top(record, &self.view, loads))?, count))
        });
        Ok(found.take(first).collect())
    }
}

fn number(count: u64) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

/// What was found, counted by what it has in common; what nothing has is left out. The counts are those of what the filter
/// lets through.
#[Object(crate = "griot_front::lean::graphql")]
impl SearchFacets {
    /// By kind.
    #[graphql(directive = List::apply(7), directive = Cost::apply(5))]
    async fn kinds(&self) -> Answer<Vec<ContentKindCount>> {
        let counted = self.count(Matches::kinds).await?;
        Ok(counted
            .into_iter()
            .map(|(kind, count)| ContentKindCount { kind: kind.into(), count: number(count) })
            .collect())
    }

    /// Articles by form.
    #[graphql(directive = List::apply(6), directive = Cost::apply(5))]
    async fn article_kinds(&self) -> Answer<Vec<ArticleKindCount>> {
        let counted = self.count(Matches::forms).await?;
        Ok(counted
            .into_iter()
            .map(|(kind, count)| ArticleKindCount { kind: kind.into(), count: number(count) })
            .collect())
    }

    /// By topic articles are filed under, the most frequent first.
    #[graphql(directive = Sliced::apply(10, &["first"]), directive = Cost::apply(5))]
    async fn topics(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
    ) -> Answer<Vec<TopicCount>> {
        let counted = self.count(Matches::topics).await?;
        let found = self.entries(loads(ctx)?, counted, first).await?;
        Ok(found.into_iter().map(|(topic, count)| TopicCount { topic, count }).collect())
    }

    /// By person named or taking part, the most frequent first.
    #[graphql(directive = Sliced::apply(10, &["first"]), directive = Cost::apply(5))]
    async fn people(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
    ) -> Answer<Vec<PersonCount>> {
        let counted = self.count(Matches::people).await?;
        let found = self.entries(loads(ctx)?, counted, first).await?;
        Ok(found.into_iter().map(|(person, count)| PersonCount { person, count }).collect())
    }

    /// By institution named or taking part, the most frequent first.
    #[graphql(directive = Sliced::apply(10, &["first"]), directive = Cost::apply(5))]
    async fn institutions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
    ) -> Answer<Vec<InstitutionCount>> {
        let counted = self.count(Matches::institutions).await?;
        let found = self.entries(loads(ctx)?, counted, first).await?;
        Ok(found.into_iter().map(|(institution, count)| InstitutionCount { institution, count }).collect())
    }

    /// By year of issue or beginning in UTC, the latest first, at most 50. What has no date is left out.
    #[graphql(directive = List::apply(50), directive = Cost::apply(5))]
    async fn years(&self) -> Answer<Vec<YearCount>> {
        let counted = self.count(Matches::years).await?;
        Ok(counted.into_iter().take(YEARS).map(|(year, count)| YearCount { year, count: number(count) }).collect())
    }
}

/// How much of what was found is of a kind.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ContentKindCount {
    /// The kind.
    kind: ContentKind,
    /// How many.
    count: i32,
}

/// How many of the articles found are of a form.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ArticleKindCount {
    /// The form.
    kind: ArticleKind,
    /// How many.
    count: i32,
}

/// How much of what was found is filed under a topic.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct TopicCount {
    /// The topic.
    topic: Topic,
    /// How many.
    count: i32,
}

/// How much of what was found names a person.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct PersonCount {
    /// The person.
    person: Person,
    /// How many.
    count: i32,
}

/// How much of what was found names an institution.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct InstitutionCount {
    /// The institution.
    institution: Institution,
    /// How many.
    count: i32,
}

/// How much of what was found is of a year.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct YearCount {
    /// The year.
    year: i32,
    /// How many.
    count: i32,
}
