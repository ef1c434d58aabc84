//! What changed in the products of the partner whose key was brought.

use async_graphql::{ComplexObject, Context, ID, SimpleObject};
use griot_domain::{EntryId, EntryKind, Locale};

use super::change::{Change, ChangePage, FEED, ItemFields, Tombstone, node_in, view_of_changes};
use super::content::Node;
use super::error::{Answer, ApiError, Nullable};
use super::loads::{Loads, loads};
use super::notice::ContentKind;
use super::scalar::{Instant, Tag};
use super::shared_view::SharedView;
use super::view::ViewInput;
use crate::documents::{Heading, Reason};
use crate::partners::{Arrival, Gone, Line, NoPlace, Receiving, Told, Wanted};

/// What is under embargo, for those who may have it before its time.
#[derive(SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql", complex)]
pub(crate) struct EmbargoedItem {
    /// Name that the item has now and when it is public.
    uri: String,
    /// Identity of the entry.
    content_id: ID,
    /// What the entry is.
    kind: ContentKind,
    /// The language that is told of.
    language: Tag,
    /// Number that the version will have.
    version: i32,
    /// When it becomes public.
    until: Instant,
    /// Title or headline.
    title: String,
    #[graphql(skip)]
    id: EntryId,
    #[graphql(skip)]
    locale: Locale,
    #[graphql(skip)]
    view: SharedView,
}

/// What is under embargo, for those who may have it before its time.
#[ComplexObject]
impl EmbargoedItem {
    /// The entry as it will be.
    async fn node(&self, ctx: &Context<'_>) -> Nullable<Node> {
        let node = async { node_in(Some(&self.locale), self.id, &self.view, loads(ctx)?).await };
        node.await.transpose()
    }
}

/// The changes in the partner's products after a cursor, or a first copy of them.
pub(crate) async fn received(
    receiving: &Receiving,
    loads: &Loads,
    first: Option<i32>,
    after: Option<&str>,
    kinds: &[EntryKind],
    view: Option<ViewInput>,
) -> Answer<ChangePage> {
    view_of_changes(view.clone(), loads)?;
    let view_in = |locale: &Locale| {
        let view = ViewInput { locale: Some(Tag(locale.to_string())), ..view.clone().unwrap_or_default() };
        ViewInput::resolve(Some(view), loads)
    };
    let is_meant = |kind: EntryKind| kinds.is_empty() || kinds.contains(&kind);
    let limit = FEED.read("first", first)?;
    let public = receiving.public();
    let place = receiving.feed().enter(Wanted { since: after, product: None, limit }, &public).await.map_err(told)?;
    let page = place.tell(&public).await?;
    receiving.told(page.lines.len());
    let mut changes = Vec::with_capacity(page.lines.len());
    for line in &page.lines {
        let item = item(line, place.after(line, &page).await?);
        if is_meant(item.kind) {
            let view = view_in(&item.locale)?;
            changes.push(Change::of_item(item, view));
        }
    }
    let embargoed = page.embargoed.as_deref().map(|headings| {
        let meant = headings.iter().filter(|heading| is_meant(heading.kind()));
        meant.map(|heading| embargoed(heading, view_in(&heading.item().locale)?)).collect::<Answer<Vec<_>>>()
    });
    Ok(ChangePage {
        changes,
        embargoed: embargoed.transpose()?,
        next_cursor: page.token.clone(),
        has_more: page.has_more,
    })
}

fn item(line: &Line, cursor: String) -> ItemFields {
    let (heading, tombstone, has_entered) = match &line.told {
        Told::Upsert(heading, arrival) => (heading, None, *arrival == Arrival::EnteredScope),
        Told::Tombstone(gone, heading) => (heading, Some(Tombstone::from(*gone)), false),
        Told::Drill(line) => {
            return ItemFields {
                cursor,
                at: line.drill.at,
                id: line.drill.id,
                kind: EntryKind::Article,
                locale: line.locale.clone(),
                uri: line.uri.clone(),
                version: 1,
                note: Some(line.drill.note.clone()),
                tombstone: Some(Tombstone::Drill),
                has_entered: false,
                is_drill: true,
            };
        }
    };
    let item = heading.item();
    // Who may not have it any more is told its name and no more.
    let is_out = tombstone == Some(Tombstone::LeftScope);
    ItemFields {
        cursor,
        at: item.version_created,
        id: item.id,
        kind: item.kind,
        locale: item.locale.clone(),
        uri: item.uri(),
        version: item.version,
        note: item.editors_note().filter(|_| !is_out),
        tombstone,
        has_entered,
        is_drill: item.is_drill,
    }
}

impl From<Gone> for Tombstone {
    fn from(gone: Gone) -> Self {
        match gone {
            Gone::TakenBack(Reason::Killed) => Self::Killed,
            Gone::TakenBack(Reason::Withdrawn) => Self::Withdrawn,
            Gone::LeftScope => Self::LeftScope,
            Gone::Drill => Self::Drill,
        }
    }
}

fn embargoed(heading: &Heading, view: SharedView) -> Answer<EmbargoedItem> {
    let item = heading.item();
    let until = item.embargoed_until.ok_or_else(|| ApiError::internal("an item under embargo without an end"))?;
    Ok(EmbargoedItem {
        uri: item.uri(),
        content_id: ID(item.id.to_string()),
        kind: item.kind.into(),
        language: Tag(item.locale.to_string()),
        version: i32::try_from(item.version).unwrap_or(i32::MAX),
        until: Instant(until),
        title: heading.title().unwrap_or_default().to_owned(),
        id: item.id,
        locale: item.locale.clone(),
        view,
    })
}

/// What a client is told of a cursor that leads nowhere.
fn told(none: NoPlace) -> ApiError {
    let told = match none {
        NoPlace::Failed(error) => return error,
        NoPlace::Product { .. } => return ApiError::internal("a product was asked for that nobody can name here"),
        NoPlace::Foreign => "is not a cursor of this feed; pass one back as it was given",
        NoPlace::OfPublic => {
            "is of the public's feed; with the key of a partner begin without a cursor, and pass back what is given then"
        }
        NoPlace::OtherScope => {
            "is of other products than are received now, or of another partner; empty the copy and begin again without a \
             cursor"
        }
        NoPlace::OtherRecord => {
            "is of another record, or of a later state of this one; empty the copy and begin again without a cursor"
        }
    };
    ApiError::invalid("after", told)
}
