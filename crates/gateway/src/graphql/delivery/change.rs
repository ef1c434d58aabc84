//! What changed since a client last asked.

use async_graphql::{ComplexObject, Context, Enum, ID, SimpleObject};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, Locale, Moment, RetractionAct, micros};
use griot_front::directive::List;
use griot_partners::Cursors;

use super::connection::Sizes;
use super::content::Node;
use super::error::{Answer, ApiError, Nullable};
use super::loads::{Loads, loads};
use super::notice::{ContentKind, Notice};
use super::received::EmbargoedItem;
use super::scalar::{Instant, Tag};
use super::seen::Seen;
use super::shared_view::SharedView;
use super::view::ViewInput;
use crate::partners::Receiving;

/// At the root of a query; copies are built in large steps.
pub(crate) const FEED: Sizes = Sizes { default: 100, max: 100 };

/// What changed since a cursor.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ChangePage {
    /// Oldest first; apply them in this order.
    pub changes: Vec<Change>,
    /// Pass it as `after` to go on. Keep it also when `hasMore` is false.
    pub next_cursor: String,
    /// Whether more has changed already.
    pub has_more: bool,
    /// Everything that is under embargo now and belongs to the products of whoever asks, with the last page; null for whoever
    /// may not have it. It is the whole list each time: what is on it no more was published or called off.
    #[graphql(directive = List::apply(20))]
    pub embargoed: Option<Vec<EmbargoedItem>>,
}

/// That an entry became public, changed or was taken back. A copy takes over what `node` gives, or deletes the entry when
/// it is null. With the key of a partner it is told for each language.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", complex)]
pub(crate) struct Change {
    /// Place in the feed.
    cursor: String,
    /// When it happened last.
    at: Instant,
    /// Identity of the entry.
    content_id: ID,
    /// What the entry is; of a drill, `ARTICLE`.
    kind: ContentKind,
    /// The language that is told of; null where all are meant.
    language: Option<Tag>,
    /// Name of the item, the same in every version and form; null where all languages are meant.
    uri: Option<String>,
    /// Number of the item's last version; null where all languages are meant.
    version: Option<i32>,
    /// What partners are told to do: of a correction, a kill, a drill.
    note: Option<String>,
    /// Whether it was public before and has come into the products of whoever asks; false without the key of a partner.
    has_entered: bool,
    /// Whether it is an exercise, of which `node` is always null: nothing of it is to be published. The documents of one that
    /// was issued are at `/v1/items/{contentId}`, for keys of partners.
    is_drill: bool,
    #[graphql(skip)]
    id: EntryId,
    #[graphql(skip)]
    view: SharedView,
    #[graphql(skip)]
    told: Telling,
}

/// How an entry is told of.
pub(crate) enum Telling {
    /// To everybody: as it is when it is read.
    Entry,
    /// To a partner, in this language, with the reason for which it has to go.
    Item(Locale, Option<Tombstone>),
}

/// An item of a partner's feed.
pub(crate) struct ItemFields {
    pub cursor: String,
    pub at: DateTime<Utc>,
    pub id: EntryId,
    pub kind: EntryKind,
    pub locale: Locale,
    pub uri: String,
    pub version: u32,
    pub note: Option<String>,
    pub tombstone: Option<Tombstone>,
    pub has_entered: bool,
    pub is_drill: bool,
}

/// Why an entry has to go from a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum Tombstone {
    /// Its text is gone, everywhere and for ever.
    Killed,
    /// It is public no more, and may come back.
    Withdrawn,
    /// It is public, and in none of the partner's products any more.
    LeftScope,
    /// An exercise: a kill of nothing, or of what a drill issued before, to see whether everybody hears of one.
    Drill,
}

impl Change {
    pub fn new(change: &griot_persistence::Change, view: &SharedView) -> Self {
        Self {
            cursor: encode(change.seq, change.at),
            at: Instant(change.at),
            content_id: ID(change.id.to_string()),
            kind: change.kind.into(),
            language: None,
            uri: None,
            version: None,
            note: None,
            has_entered: false,
            is_drill: false,
            id: change.id,
            view: view.clone(),
            told: Telling::Entry,
        }
    }

    /// What a partner is told, read in `view`.
    pub fn of_item(item: ItemFields, view: SharedView) -> Self {
        Self {
            cursor: item.cursor,
            at: Instant(item.at),
            content_id: ID(item.id.to_string()),
            kind: item.kind.into(),
            language: Some(Tag(item.locale.to_string())),
            uri: Some(item.uri),
            version: Some(i32::try_from(item.version).unwrap_or(i32::MAX)),
            note: item.note,
            has_entered: item.has_entered,
            is_drill: item.is_drill,
            id: item.id,
            view,
            told: Telling::Item(item.locale, item.tombstone),
        }
    }
}

/// That an entry became public, changed or was taken back.
#[ComplexObject]
impl Change {
    /// The entry as it is now, which may be later than `at`; null when it is not public any more. Null too while the next
    /// state of it is under embargo and whoever asks sees that: what is public is in the documents of the item.
    async fn node(&self, ctx: &Context<'_>) -> Nullable<Node> {
        let node = async {
            let locale = match &self.told {
                Telling::Entry => return node_in(None, self.id, &self.view, loads(ctx)?).await,
                Telling::Item(_, Some(_)) => return Ok(None),
                Telling::Item(locale, None) => locale,
            };
            let node = node_in(Some(locale), self.id, &self.view, loads(ctx)?).await?;
            // Whoever sees what is under embargo must not take it for what is public.
            match ctx.data_opt::<Receiving>() {
                Some(receiving) if receiving.has_early(self.id).await? => Ok(None),
                _ => Ok(node),
            }
        };
        node.await.transpose()
    }

    /// Why it has to go from a copy; null when `node` is to be taken over.
    async fn tombstone(&self, ctx: &Context<'_>) -> Nullable<Tombstone> {
        let tombstone = async {
            if let Telling::Item(_, tombstone) = &self.told {
                return Ok(*tombstone);
            }
            let notice = loads(ctx)?.store.notice(Moment::Now, self.id).await?;
            Ok(notice.map(|notice| match notice.act {
                RetractionAct::Killed => Tombstone::Killed,
                RetractionAct::Withdrawn => Tombstone::Withdrawn,
            }))
        };
        tombstone.await.transpose()
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

/// An entry, where it can be read in `locale`; in any language of the view when there is none.
pub(crate) async fn node_in(
    locale: Option<&Locale>,
    id: EntryId,
    view: &SharedView,
    loads: &Loads,
) -> Answer<Option<Node>> {
    let record = loads.record(view, id).await?;
    let record = record.filter(|record| locale.is_none_or(|locale| record.locale == *locale));
    Ok(record.and_then(|record| Node::new(Seen::at_top(record, view, loads))))
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
    Ok(ChangePage { changes: changes.collect(), next_cursor, has_more, embargoed: None })
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
    /// It is of the products of a partner.
    OfPartner,
    /// It is of another record, or of a later state of this one.
    OtherRecord,
}

/// The number a cursor stands for, if it is one of this record.
pub(crate) async fn place(loads: &Loads, raw: &str) -> Answer<i64> {
    find(loads, raw).await?.map_err(|lost| match lost {
        Lost::Foreign => ApiError::invalid("after", "is not a cursor of this feed; pass one back as it was given"),
        Lost::OfPartner => ApiError::invalid(
            "after",
            "is of the products of a partner; pass it to `changes` with the key of that partner, or begin again without a \
             cursor",
        ),
        Lost::OtherRecord => ApiError::invalid(
            "after",
            "is of another record, or of a later state of this one; begin again without a cursor",
        ),
    })
}

/// The number a cursor stands for, or why it stands for none.
pub(crate) async fn find(loads: &Loads, raw: &str) -> Answer<Result<i64, Lost>> {
    let Some((seq, at)) = read(raw) else {
        let is_of_partner = Cursors::is_like(raw);
        return Ok(Err(if is_of_partner { Lost::OfPartner } else { Lost::Foreign }));
    };
    let known = match seq {
        0 => Some(DateTime::UNIX_EPOCH),
        _ => loads.store.published_at(seq).await?,
    };
    Ok(if known.map(micros) == Some(at) { Ok(seq) } else { Err(Lost::OtherRecord) })
}

/// Whether a text is a cursor of the public's feed, of whatever record.
pub(crate) fn is_of_public(raw: &str) -> bool {
    read(raw).is_some()
}

/// The number and the instant, in microseconds.
fn read(raw: &str) -> Option<(i64, i64)> {
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(raw.get(..raw.len().min(64))?).ok()?).ok()?;
    let (seq, at) = text.strip_prefix('c')?.split_once('.')?;
    Some((seq.parse().ok()?, at.parse().ok()?))
}
