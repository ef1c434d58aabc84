//! The public history of an entry.

use async_graphql::{ID, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_domain::{Moment, View};
use griot_front::directive::List;

use super::article::Correction;
use super::connection::{NESTED, PageInfo};
use super::error::{Answer, ApiError};
use super::loads::Loads;
use super::node_id::NodeId;
use super::scalar::Instant;
use super::seen::Seen;

/// One state an entry has been public in, in the language delivered.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Version {
    /// View id to read the entry as it was in this version, with `node`.
    id: ID,
    /// 1 for the first.
    number: i32,
    /// When it became public.
    live_from: Instant,
    /// When it ceased to be; null while it is public.
    live_to: Option<Instant>,
    /// The corrections made with it, for articles.
    #[graphql(directive = List::apply(3))]
    corrections: Vec<Correction>,
}

/// A page of the versions of an entry, the newest first.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct VersionConnection {
    /// Versions with their cursors.
    edges: Vec<VersionEdge>,
    /// Versions without cursors.
    nodes: Vec<Version>,
    /// Where the page stands in the history.
    page_info: PageInfo,
    /// How many versions there are.
    total_count: i32,
}

/// A version, with its place in the history.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct VersionEdge {
    /// Opaque place in the history.
    cursor: String,
    /// The version.
    node: Version,
}

/// The versions of the entry seen, as far as its view reaches.
pub(crate) async fn versions(
    seen: &Seen,
    loads: &Loads,
    first: Option<i32>,
    after: Option<&str>,
) -> Answer<VersionConnection> {
    let limit = NESTED.read("first", first)? as usize;
    let before = after.map(decode).transpose()?;
    let all = loads.versions(&seen.view, seen.record.id, &seen.record.locale).await?;
    let mut rest = all.iter().rev().filter(|version| before.is_none_or(|number| version.number < number));
    let edges: Vec<VersionEdge> = rest
        .by_ref()
        .take(limit)
        .map(|version| VersionEdge { cursor: encode(version.number), node: Version::new(version, seen) })
        .collect();
    let page_info = PageInfo {
        has_next_page: rest.next().is_some(),
        has_previous_page: after.is_some(),
        start_cursor: edges.first().map(|edge| edge.cursor.clone()),
        end_cursor: edges.last().map(|edge| edge.cursor.clone()),
    };
    let nodes = edges.iter().map(|edge| edge.node.clone()).collect();
    Ok(VersionConnection { edges, nodes, page_info, total_count: i32::try_from(all.len()).unwrap_or(i32::MAX) })
}

impl Version {
    fn new(version: &griot_persistence::Version, seen: &Seen) -> Self {
        let mut view = View { moment: Moment::AsOf(version.live_from), ..(*seen.view).clone() };
        // The history is that of one language: reading a version must not fall back to another.
        view.locales.locales.retain(|locale| *locale != seen.record.locale);
        view.locales.locales.insert(0, seen.record.locale.clone());
        Self {
            id: ID(NodeId::new(seen.record.kind, seen.record.id, &view).encode()),
            number: i32::try_from(version.number).unwrap_or(i32::MAX),
            live_from: Instant(version.live_from),
            live_to: version.live_to.map(Instant),
            corrections: version.corrections.iter().map(|one| Correction::new(one, seen)).collect(),
        }
    }
}

fn encode(number: u32) -> String {
    URL_SAFE_NO_PAD.encode(format!("v{number}"))
}

fn decode(raw: &str) -> Answer<u32> {
    let number = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(raw.get(..raw.len().min(32))?).ok()?).ok()?;
        text.strip_prefix('v')?.parse().ok()
    };
    number().ok_or_else(|| ApiError::invalid("after", "is not a cursor of this list; pass one back as it was given"))
}
