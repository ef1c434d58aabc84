//! Namings that an import left for an editor to answer.

use async_graphql::{Context, ID, Object, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_domain::Passage;
use griot_front::directive::{Cost, List};
use griot_persistence::{EditorialStore, OpenSuggestion, SuggestionFilter};
use sha2::{Digest, Sha256};

use super::list::PageInfo;
use super::mention::MentionCandidate;
use super::object::Draft;
use crate::graphql::delivery::article::PassageKind;
use crate::graphql::delivery::scalar::Tag;
use crate::graphql::editorial::editor::Caller;
use crate::graphql::editorial::error::{Answer, EditorialError, Nullable, nullable};
use crate::graphql::editorial::input::number;

/// A naming in an imported text that may mean several, or one but not surely.
#[derive(Clone)]
pub(crate) struct MentionSuggestion(OpenSuggestion);

/// A naming in an imported text that may mean several, or one but not surely.
#[Object]
impl MentionSuggestion {
    /// For `mentionSuggestionAccept` and `mentionSuggestionDismiss`. An import of the text gives what it finds new ids.
    async fn id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// The article (content id).
    async fn content_id(&self) -> ID {
        ID(self.0.entry.to_string())
    }

    /// The article as it is drafted now. Null when nothing of it is left.
    async fn draft(&self, ctx: &Context<'_>) -> Nullable<Draft> {
        let draft = async {
            let caller = Caller::of(ctx)?;
            Ok(caller.store().draft(self.0.entry).await?.map(Draft::from))
        };
        nullable(draft.await)
    }

    /// The language of the text.
    async fn locale(&self) -> Tag {
        Tag(self.0.locale.to_string())
    }

    /// The words, as they stood in the text that was imported.
    async fn words(&self) -> &str {
        &self.0.naming.words
    }

    /// Where they stand.
    async fn passage(&self) -> PassageKind {
        match self.0.naming.passage {
            Passage::Headline => PassageKind::Headline,
            Passage::Summary => PassageKind::Summary,
            Passage::Block(_) => PassageKind::Body,
        }
    }

    /// `_key` of the block, when they stand in the body.
    async fn block_key(&self) -> Option<&str> {
        match &self.0.naming.passage {
            Passage::Block(key) => Some(key),
            Passage::Headline | Passage::Summary => None,
        }
    }

    /// Where they begin, in Unicode code points of the passage's plain text.
    async fn offset(&self) -> i32 {
        number(self.0.naming.offset.into())
    }

    /// How long they are, in Unicode code points.
    async fn length(&self) -> i32 {
        number(self.0.naming.length.into())
    }

    /// Whom or what they may mean, likeliest first, without those that were put away; at most 20.
    #[graphql(directive = List::apply(5), directive = Cost::apply(5))]
    async fn candidates(&self, ctx: &Context<'_>) -> Nullable<Vec<MentionCandidate>> {
        let candidates = async {
            let caller = Caller::of(ctx)?;
            let mut found = Vec::new();
            for id in self.0.naming.candidates.iter().take(20) {
                let drafted = caller.store().draft(*id).await?.filter(|drafted| !drafted.is_archived);
                found.extend(drafted.map(|drafted| MentionCandidate::of(&drafted, &self.0.locale)));
            }
            Ok(found)
        };
        Some(candidates.await)
    }
}

/// A page of suggestions.
#[derive(SimpleObject)]
pub(crate) struct MentionSuggestionConnection {
    /// Suggestions with their cursors.
    edges: Vec<MentionSuggestionEdge>,
    /// Suggestions without cursors.
    nodes: Vec<MentionSuggestion>,
    /// Where the page stands in the list.
    page_info: PageInfo,
}

/// A suggestion of a page, with its place in the list.
#[derive(SimpleObject)]
pub(crate) struct MentionSuggestionEdge {
    /// Opaque place in the list, valid for the same filter.
    cursor: String,
    /// The suggestion.
    node: MentionSuggestion,
}

impl MentionSuggestionConnection {
    /// The page of `limit` suggestions after a cursor.
    pub async fn load(
        store: &EditorialStore,
        filter: &SuggestionFilter,
        limit: u64,
        after: Option<&str>,
    ) -> Answer<Self> {
        let list = URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("{filter:?}"))[..6]);
        let place = after.map(|raw| decode(&list, raw)).transpose()?;
        let mut found = store.open_suggestions(filter, place, limit + 1).await?;
        let has_next_page = u64::try_from(found.len()).is_ok_and(|count| count > limit);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let nodes: Vec<MentionSuggestion> = found.into_iter().map(MentionSuggestion).collect();
        let cursor = |node: &MentionSuggestion| URL_SAFE_NO_PAD.encode(format!("{list} {}", node.0.id));
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some(),
            start_cursor: nodes.first().map(cursor),
            end_cursor: nodes.last().map(cursor),
        };
        let edge = |node: &MentionSuggestion| MentionSuggestionEdge { cursor: cursor(node), node: node.clone() };
        Ok(Self { edges: nodes.iter().map(edge).collect(), nodes, page_info })
    }
}

fn decode(list: &str, raw: &str) -> Answer<i64> {
    let text = URL_SAFE_NO_PAD.decode(raw).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let (of, id) = text.as_deref().and_then(|text| text.split_once(' ')).unwrap_or_default();
    let id = id
        .parse()
        .map_err(|_| EditorialError::invalid("after", "is not a cursor of this list; pass one back as it was given"))?;
    if of != list {
        let message = "belongs to a list with another filter; begin again without a cursor";
        return Err(EditorialError::invalid("after", message));
    }
    Ok(id)
}
