//! What a client can listen to.
//!
//! A subscription is run without an event when it begins, to read its arguments, and then anew for each event: what
//! happens, and to whom it is told, is the business of `live`.

use std::sync::{Arc, OnceLock};

use async_graphql::futures_util::stream::{self, Stream};
use async_graphql::{Context, ID, SimpleObject};
use chrono::NaiveDate;
use griot_domain::EntryKind;
use griot_front::directive::Cost;
use griot_persistence::{Condition, ListQuery, Window};

use super::article::{Article, ArticleFilter, in_order};
use super::change::{Change, encode, place, view_of_changes};
use super::error::{Answer, ApiError};
use super::list::demanded;
use super::loads::{Loads, loads};
use super::notice::ContentKind;
use super::scalar::Instant;
use super::seen::{FromSeen, Seen, day_of};
use super::shared_view::SharedView;
use super::view::ViewInput;

/// Why a subscription is run.
pub(crate) enum Occasion {
    /// It begins: its arguments are read.
    Begin {
        /// A cursor that goes before the one among the arguments.
        resume: Option<String>,
        /// What was found out.
        begun: Arc<OnceLock<Begun>>,
    },
    /// Something was published.
    Event(griot_persistence::Change),
}

/// What a subscription wants to hear of.
#[derive(Debug)]
pub(crate) struct Begun {
    /// What happened after this place in the journal; from now on when there is none.
    pub after: Option<i64>,
    /// Of these kinds; of any when there is none.
    pub kinds: Vec<EntryKind>,
}

/// The root of what can be listened to.
pub(crate) struct Subscription;

/// What is published, as it happens. Each takes the cursor of the last event a client got and goes on from there, so
/// that nothing is missed and nothing is told twice while a connection is lost.
#[async_graphql::Subscription]
impl Subscription {
    /// Articles that become public, or are published anew after an edit or a correction.
    #[graphql(directive = Cost::apply(5))]
    async fn article_published(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which articles; as in `articles`, standing pages are left out unless it asks for them.")]
        filter: Option<ArticleFilter>,
        #[graphql(desc = "A cursor of this feed or of `changes`, to hear what came after it first.")] after: Option<
            String,
        >,
        #[graphql(desc = "Language to read in; `asOf` is not taken.")] view: Option<ViewInput>,
    ) -> Result<impl Stream<Item = ArticlePublication>, ApiError> {
        let loads = loads(ctx)?;
        let view = view_of_changes(view, loads)?;
        let conditions = demanded(loads, filter.as_ref()).await?;
        let told = match occasion(ctx)? {
            Occasion::Begin { resume, begun } => {
                begin(loads, resume.as_ref().or(after.as_ref()), vec![EntryKind::Article], begun).await?;
                None
            }
            Occasion::Event(change) => ArticlePublication::of(change, conditions, &view, loads).await?,
        };
        Ok(stream::iter(told))
    }

    /// Every entry that becomes public, changes or is taken back, as in `changes`. A copy takes over what `node` gives,
    /// or deletes the entry when it is null.
    #[graphql(directive = Cost::apply(5))]
    async fn changed(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Only entries of these kinds; of all when omitted.")] kinds: Option<Vec<ContentKind>>,
        #[graphql(desc = "A cursor of this feed or of `changes`, to hear what came after it first.")] after: Option<
            String,
        >,
        #[graphql(desc = "Language to read `node` in; `asOf` is not taken.")] view: Option<ViewInput>,
    ) -> Result<impl Stream<Item = Change>, ApiError> {
        let loads = loads(ctx)?;
        let view = view_of_changes(view, loads)?;
        let kinds: Vec<EntryKind> = kinds.unwrap_or_default().into_iter().map(Into::into).collect();
        let told = match occasion(ctx)? {
            Occasion::Begin { resume, begun } => {
                begin(loads, resume.as_ref().or(after.as_ref()), kinds, begun).await?;
                None
            }
            Occasion::Event(change) => {
                let is_meant = kinds.is_empty() || kinds.contains(&change.kind);
                is_meant.then(|| Change::new(change, &view))
            }
        };
        Ok(stream::iter(told))
    }
}

/// An article that became public, or was published anew.
#[derive(SimpleObject)]
pub(crate) struct ArticlePublication {
    /// Place in the feed: pass it as `after` to go on from here.
    cursor: String,
    /// When it happened.
    at: Instant,
    /// Identity of the article.
    content_id: ID,
    /// The article as it is now, which may be later than `at`.
    article: Article,
}

impl ArticlePublication {
    /// What a client is told of a change, if it is an article that meets the conditions.
    async fn of(
        change: &griot_persistence::Change,
        mut conditions: Vec<Condition>,
        view: &SharedView,
        loads: &Loads,
    ) -> Answer<Option<Self>> {
        if change.kind != EntryKind::Article {
            return Ok(None);
        }
        conditions.push(Condition::Ids(vec![change.id]));
        let window = Window { after: None, before: None, limit: 1, from_end: false };
        let query = ListQuery { kind: EntryKind::Article, conditions, order: in_order(None), window };
        if loads.page(view, &query).await?.rows.is_empty() {
            return Ok(None);
        }
        let Some(record) = loads.record(view, change.id).await? else { return Ok(None) };
        let day: NaiveDate = day_of(view, loads);
        let article = Article::from_seen(Seen { record, view: view.clone(), day });
        Ok(article.map(|article| Self {
            cursor: encode(change.seq, change.at),
            at: Instant(change.at),
            content_id: ID(change.id.to_string()),
            article,
        }))
    }
}

fn occasion<'a>(ctx: &Context<'a>) -> Answer<&'a Occasion> {
    ctx.data::<Occasion>().map_err(|_| ApiError::internal("a subscription was run for no reason"))
}

async fn begin(loads: &Loads, after: Option<&String>, kinds: Vec<EntryKind>, begun: &OnceLock<Begun>) -> Answer<()> {
    let after = match after {
        Some(raw) => Some(place(loads, raw).await?),
        None => None,
    };
    // It is run once for this.
    let _ = begun.set(Begun { after, kinds });
    Ok(())
}
