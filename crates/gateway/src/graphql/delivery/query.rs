//! The root of the delivery schema.

use async_graphql::{Context, ID, MergedObject, Object};
use griot_domain::EntryId;
use griot_front::directive::{Cost, Page, Sliced};

use super::appointment::AppointmentQuery;
use super::article::ArticleQuery;
use super::asset::AssetQuery;
use super::change::{ChangePage, changes};
use super::content::{Content, Node};
use super::error::{Answer, ApiError, Nullable};
use super::event::EventQuery;
use super::institution::InstitutionQuery;
use super::loads::{Loads, loads};
use super::node_id::NodeId;
use super::notice::{ContentKind, Notice, notice};
use super::person::PersonQuery;
use super::received::received;
use super::route::{Route, route};
use super::search::SearchQuery;
use super::seen::Seen;
use super::topic::TopicQuery;
use super::verification::{Verification, verify};
use super::view::ViewInput;
use crate::partners::Receiving;

/// The public record, read-only. Lookups answer null when nothing public answers to a name: what is not public and
/// what does not exist look the same.
#[derive(Default, MergedObject)]
pub(crate) struct Query(
    LookupQuery,
    SearchQuery,
    ArticleQuery,
    PersonQuery,
    InstitutionQuery,
    EventQuery,
    TopicQuery,
    AssetQuery,
    AppointmentQuery,
);

/// Most ids one `nodes` takes.
const MAX_NODES: usize = 100;

/// Lookups across kinds.
#[derive(Default)]
pub(crate) struct LookupQuery;

/// Lookups across kinds.
#[Object]
impl LookupQuery {
    /// Any object by the `id` an earlier answer gave, in the view it was seen in.
    async fn node(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "View id from an earlier answer.")] id: ID,
    ) -> Nullable<Node> {
        let node = async { node(loads(ctx)?, &id).await };
        node.await.transpose()
    }

    /// Several objects by `id`, in the order given; null for an id nothing public answers to.
    #[graphql(directive = Sliced::apply(20, &["ids"]))]
    async fn nodes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "View ids from earlier answers; at most 100.")] ids: Vec<ID>,
    ) -> Answer<Vec<Option<Node>>> {
        if ids.len() > MAX_NODES {
            return Err(ApiError::invalid("ids", format!("has {} ids; at most {MAX_NODES}", ids.len())));
        }
        let loads = loads(ctx)?;
        // All are asked for at once, so that one read serves them.
        async_graphql::futures_util::future::try_join_all(ids.iter().map(|id| node(loads, id))).await
    }

    /// An entry with a page of its own, by content id.
    async fn content(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Content id.")] content_id: ID,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Content> {
        let content = async {
            let loads = loads(ctx)?;
            let view = ViewInput::resolve(view, loads)?;
            let Ok(id) = content_id.parse::<EntryId>() else { return Ok(None) };
            let record = loads.record(&view, id).await?;
            Ok(record.and_then(|record| Content::new(Seen::at_top(record, &view, loads))))
        };
        content.await.transpose()
    }

    /// That an entry was taken back, by content id. A withdrawal is told until the entry comes back, a kill for ever and
    /// at every `asOf`.
    async fn notice(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Content id.")] content_id: ID,
        #[graphql(desc = "State to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Notice> {
        let notice = async { notice(loads(ctx)?, &content_id, view).await };
        notice.await.transpose()
    }

    /// What became public, changed or was taken back since a cursor, for building and refreshing copies. Each entry is
    /// told of once, at its last change, so that a copy begun without a cursor is whole when `hasMore` is false. With the key
    /// of a partner: what is in its products, and what has to go from a copy of them, each language by itself.
    #[graphql(directive = Page::apply(100, "changes"), directive = Cost::apply(5))]
    async fn changes(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 100; 100 when omitted.")] first: Option<i32>,
        #[graphql(desc = "`nextCursor` of the page before; from the beginning when omitted.")] after: Option<String>,
        #[graphql(desc = "Only entries of these kinds; of all when omitted. A partner's page may be empty for that.")]
        kinds: Option<Vec<ContentKind>>,
        #[graphql(desc = "Language to read `node` in; a partner's items are read in their own. `asOf` is not taken.")]
        view: Option<ViewInput>,
    ) -> Answer<ChangePage> {
        let kinds: Vec<_> = kinds.unwrap_or_default().into_iter().map(Into::into).collect();
        let loads = loads(ctx)?;
        match ctx.data_opt::<Receiving>() {
            Some(receiving) => received(receiving, loads, first, after.as_deref(), &kinds, view).await,
            None => changes(loads, first, after.as_deref(), &kinds, view).await,
        }
    }

    /// Whether something was issued here, by the SHA-256 of a document of it or of its text, and what became of it since; null
    /// when nothing with this hash is stated. Nothing is stated under embargo.
    #[graphql(directive = Cost::apply(5))]
    async fn verify(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "64 hexadecimal digits.")] sha256: String,
    ) -> Nullable<Verification> {
        let found = async { verify(loads(ctx)?, &sha256).await };
        found.await.transpose()
    }

    /// What a path of the public site stands for. Old addresses, such as those of a WordPress site before, answer with a
    /// redirect.
    async fn route(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Path with its query, without origin, such as `/fr/articles/une-visite` or `/?p=12`.")]
        path: String,
        #[graphql(desc = "State and language to read in; a language in the path goes first.")] view: Option<ViewInput>,
    ) -> Nullable<Route> {
        let found = async { route(loads(ctx)?, &path, view).await };
        Some(found.await)
    }
}

async fn node(loads: &Loads, id: &ID) -> Answer<Option<Node>> {
    let Some(wanted) = NodeId::decode(id) else { return Ok(None) };
    let view = loads.views.share(wanted.view(loads));
    let record = loads.record(&view, wanted.id).await?.filter(|record| record.kind == wanted.kind);
    Ok(record.and_then(|record| Node::new(Seen::at_top(record, &view, loads))))
}
