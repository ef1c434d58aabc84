//! What changed since a client last asked.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Moment, micros};

use super::connection::Sizes;
use super::content::Node;
use super::error::{Answer, ApiError, Nullable};
use super::loads::{Loads, loads};
use super::notice::{ContentKind, Notice};
use super::scalar::Instant;
use super::seen::Seen;
use super::shared_view::SharedView;
use super::view::ViewInput;

/// At the root of a query; copies are built in large steps.
pub(crate) const FEED: Sizes = Sizes { default: 100, max: 100 };

/// What changed since a cursor.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ChangePage {
    /// Oldest first; apply them in this order.
    changes: Vec<Change>,
    /// Pass it as `after` to go on. Keep it also when `hasMore` is false.
    next_cursor: String,
    /// Whether more has changed already.
    has_more: bool,
}

/// That an entry became public, changed or was taken back. A copy takes over what `node` gives, or deletes the entry when
/// it is null.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", complex)]
pub(crate) struct Change {
    /// Place in the feed.
    cursor: String,
    /// When it happened last.
    at: Instant,
    /// Identity of the entry.
    content_id: ID,
    /// What the entry is.
    kind: ContentKind,
    #[graphql(skip)]
    id: EntryId,
    #[graphql(skip)]
    view: SharedView,
}

impl Change {
    pub fn new(change: &griot_persistence::Change, view: &SharedView) -> Self {
        Self {
            cursor: encode(change.seq, change.at),
            at: Instant(change.at),
            content_id: ID(change.id.to_string()),
            kind: change.kind.into(),
            id: change.id,
            view: view.clone(),
        }
    }
}

/// That an entry became public, changed or was taken back.
#[ComplexObject]
impl Change {
    /// The entry as it is now, which may be later than `at`; null when it is not public any more.
    async fn node(&self, ctx: &Context<'_>) -> Nullable<Node> {
        let node = async {
            let loads = loads(ctx)?;
            let record = loads.record(&self.view, self.id).await?;
            Ok(record.and_then(|record| Node::new(Seen::at_top(record, &self.view, loads))))
        };
        node.await.transpose()
    }

    /// Why it is not public any more.
    async fn notice(&self, ctx: &Context<'_>) -> Nullable<Notice> {
        let notice = async {
            let loads = loads(ctx)?;
            Ok(loads.store.notice(Moment::Now, self.id).await?.map(Notice::from))
        };
        notice.await.transpose()
    }
}

/// The changes after a cursor, or from the beginning.
pub(crate) async fn changes(
    loads: &Loads,
    first: Option<i32>,
    after: Option<&str>,
    kinds: &[EntryKind],
    view: Option<ViewInput>,
) -> Answer<ChangePage> {
    let view = view_of_changes(view, loads)?;
    let limit = FEED.read("first", first)?;
    let after = match after {
        Some(raw) => Some((raw, place(loads, raw).await?)),
        None => None,
    };
    let seq = after.map_or(0, |(_, seq)| seq);
    let mut found = loads.store.changes_after(seq, kinds, limit + 1).await?;
    let has_more = found.len() as u64 > limit;
    found.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let next_cursor = match (found.last(), after) {
        (Some(last), _) => encode(last.seq, last.at),
        (None, Some((given, _))) => given.to_owned(),
        (None, None) => encode(0, DateTime::UNIX_EPOCH),
    };
    let changes = found.iter().map(|change| Change::new(change, &view));
    Ok(ChangePage { changes: changes.collect(), next_cursor, has_more })
}

/// The view of what changes, which is always the present.
pub(crate) fn view_of_changes(view: Option<ViewInput>, loads: &Loads) -> Answer<SharedView> {
    if view.as_ref().is_some_and(|view| view.as_of.is_some()) {
        return Err(ApiError::invalid("view.asOf", "changes lead to what is public now; leave it out"));
    }
    ViewInput::resolve(view, loads)
}

/// The number in the journal and, so that another record's is not taken for it, the instant of what has it.
pub(crate) fn encode(seq: i64, at: DateTime<Utc>) -> String {
    URL_SAFE_NO_PAD.encode(format!("c{seq}.{}", micros(at)))
}

/// Why a cursor leads nowhere.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Lost {
    /// It is none.
    Foreign,
    /// It is of another record, or of a later state of this one.
    OtherRecord,
}

/// The number a cursor stands for, if it is one of this record.
pub(crate) async fn place(loads: &Loads, raw: &str) -> Answer<i64> {
    find(loads, raw).await?.map_err(|lost| match lost {
        Lost::Foreign => ApiError::invalid("after", "is not a cursor of this feed; pass one back as it was given"),
        Lost::OtherRecord => ApiError::invalid(
            "after",
            "is of another record, or of a later state of this one; begin again without a cursor",
        ),
    })
}

/// The number a cursor stands for, or why it stands for none.
pub(crate) async fn find(loads: &Loads, raw: &str) -> Answer<Result<i64, Lost>> {
    let read = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(raw.get(..raw.len().min(64))?).ok()?).ok()?;
        let (seq, at) = text.strip_prefix('c')?.split_once('.')?;
        Some((seq.parse::<i64>().ok()?, at.parse::<i64>().ok()?))
    };
    let Some((seq, at)) = read() else { return Ok(Err(Lost::Foreign)) };
    let known = match seq {
        0 => Some(DateTime::UNIX_EPOCH),
        _ => loads.store.published_at(seq).await?,
    };
    Ok(if known.map(micros) == Some(at) { Ok(seq) } else { Err(Lost::OtherRecord) })
}
