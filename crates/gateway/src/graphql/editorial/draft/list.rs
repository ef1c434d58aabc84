//! Lists of drafts.

use async_graphql::{InputObject, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use griot_domain::{EntryId, from_micros, micros};
use griot_persistence::EditorialStore;
use sha2::{Digest, Sha256};

use super::object::{Draft, DraftState, EntryKind};
use crate::graphql::editorial::error::{Answer, EditorialError};

/// Which drafts to list.
#[derive(Debug, Default, InputObject)]
pub(crate) struct DraftFilter {
    /// Of these kinds.
    kinds: Option<Vec<EntryKind>>,
    /// In these states.
    states: Option<Vec<DraftState>>,
    /// Those that were put away instead of the others.
    is_archived: Option<bool>,
}

/// A page of drafts.
#[derive(SimpleObject)]
pub(crate) struct DraftConnection {
    /// Drafts with their cursors.
    edges: Vec<DraftEdge>,
    /// Drafts without cursors.
    nodes: Vec<Draft>,
    /// Where the page stands in the list.
    page_info: PageInfo,
}

/// A draft of a page, with its place in the list.
#[derive(SimpleObject)]
pub(crate) struct DraftEdge {
    /// Opaque place in the list, valid for the same filter.
    cursor: String,
    /// The draft.
    node: Draft,
}

/// Where a page stands in its list.
#[derive(SimpleObject)]
pub(crate) struct PageInfo {
    /// Whether items follow `endCursor`.
    pub(super) has_next_page: bool,
    /// Whether items may stand before `startCursor`.
    pub(super) has_previous_page: bool,
    /// Cursor of the first item.
    pub(super) start_cursor: Option<String>,
    /// Cursor of the last item.
    pub(super) end_cursor: Option<String>,
}

impl DraftConnection {
    /// The page of `limit` drafts after a cursor.
    pub async fn load(store: &EditorialStore, filter: DraftFilter, limit: u64, after: Option<&str>) -> Answer<Self> {
        let filter = griot_persistence::DraftFilter {
            kinds: filter.kinds.into_iter().flatten().map(Into::into).collect(),
            states: filter.states.into_iter().flatten().map(Into::into).collect(),
            archived: filter.is_archived.unwrap_or_default(),
        };
        let list = list_name(&filter);
        let place = after.map(|raw| decode(&list, raw)).transpose()?;
        let mut found = store.drafts(&filter, place, limit + 1).await?;
        let has_next_page = u64::try_from(found.len()).is_ok_and(|count| count > limit);
        found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
        let nodes: Vec<Draft> = found.into_iter().map(Draft::from).collect();
        let edge = |node: &Draft| DraftEdge { cursor: encode(&list, node), node: node.clone() };
        let page_info = PageInfo {
            has_next_page,
            has_previous_page: after.is_some(),
            start_cursor: nodes.first().map(|node| encode(&list, node)),
            end_cursor: nodes.last().map(|node| encode(&list, node)),
        };
        Ok(Self { edges: nodes.iter().map(edge).collect(), nodes, page_info })
    }
}

/// A short name for a list, so that a cursor is refused elsewhere.
fn list_name(filter: &griot_persistence::DraftFilter) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(format!("{filter:?}"))[..6])
}

fn encode(list: &str, Draft(draft): &Draft) -> String {
    URL_SAFE_NO_PAD.encode(format!("{list} {} {}", micros(draft.updated_at), draft.id))
}

fn decode(list: &str, raw: &str) -> Answer<(DateTime<Utc>, EntryId)> {
    let unknown = || EditorialError::invalid("after", "is not a cursor of this list; pass one back as it was given");
    let text = URL_SAFE_NO_PAD.decode(raw).ok().and_then(|bytes| String::from_utf8(bytes).ok()).ok_or_else(unknown)?;
    let mut parts = text.split(' ');
    if parts.next() != Some(list) {
        let message = "belongs to a list with another filter; begin again without a cursor";
        return Err(EditorialError::invalid("after", message));
    }
    let at = parts.next().and_then(|micros| from_micros(micros.parse().ok()?)).ok_or_else(unknown)?;
    let id = parts.next().and_then(|id| id.parse().ok()).ok_or_else(unknown)?;
    Ok((at, id))
}
