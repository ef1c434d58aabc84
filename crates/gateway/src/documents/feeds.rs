//! Feeds and calendars of what is public.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue, LAST_MODIFIED, LINK};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use chrono::DateTime;
use griot_domain::EntryKind;
use griot_front::{Page, code};
use griot_persistence::{Condition, OrderedBy};
use griot_syndication::feed::{Feed, Part};
use griot_syndication::item::Item;

use super::item::issuer;
use super::lists::{List, gone, last_change, within};
use super::product::Received;
use super::selection::{Month, Selected, Selection};
use super::{Shelf, failed, written};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::partners::Asking;

/// Entries of a feed that is subscribed to.
const NEWEST: u64 = 100;
/// Entries of an archive: no office issues as much in a month.
const MOST_ARCHIVED: u64 = 5_000;
/// Events of a calendar, the latest first.
const MOST_EVENTS: u64 = 1_000;

/// `/v1/feeds/…`.
pub(super) fn feed_routes() -> Router<Shelf> {
    Router::new().route("/v1/feeds/{*path}", get(feed))
}

/// The form of a feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Atom,
    Rss,
    Json,
    Calendar,
}

impl Form {
    const ALL: [Self; 4] = [Self::Atom, Self::Rss, Self::Json, Self::Calendar];

    fn ending(self) -> &'static str {
        match self {
            Self::Atom => ".atom",
            Self::Rss => ".rss",
            Self::Json => ".json",
            Self::Calendar => ".ics",
        }
    }

    fn content_type(self) -> &'static str {
        match self {
            Self::Atom => "application/atom+xml; charset=utf-8",
            Self::Rss => "application/rss+xml; charset=utf-8",
            Self::Json => "application/feed+json",
            Self::Calendar => "text/calendar; charset=utf-8",
        }
    }
}

/// A feed that is asked for.
#[derive(Debug, PartialEq, Eq)]
struct Asked {
    selection: Selection,
    /// The month of an archive; `None` for what is subscribed to.
    month: Option<Month>,
    form: Form,
}

impl Asked {
    /// Reads `all.atom`, `topic/diplomatie.rss`, `kind/news/archive/2023-11.atom`.
    fn parse(path: &str) -> Option<Self> {
        let (name, form) = Form::ALL.into_iter().find_map(|form| Some((path.strip_suffix(form.ending())?, form)))?;
        let (name, month) = match name.split_once("/archive/") {
            Some((name, month)) if form == Form::Atom => (name, Some(Month::parse(month)?)),
            Some(_) => return None,
            None => (name, None),
        };
        Some(Self { selection: Selection::parse(name)?, month, form })
    }

    /// Whether it may be subscribed to: archives are over, calendars are fetched, and products are not for everybody.
    fn is_topic(&self) -> bool {
        self.month.is_none() && self.form != Form::Calendar && !matches!(self.selection, Selection::Product(_))
    }

    /// The path that [`Asked::parse`] reads.
    fn name(&self) -> String {
        let month = self.month.map(|month| format!("/archive/{month}")).unwrap_or_default();
        format!("/v1/feeds/{}{month}{}", self.selection.path(), self.form.ending())
    }
}

async fn feed(State(shelf): State<Shelf>, Path(path): Path<String>, request: Request) -> Response<Body> {
    let Some(asked) = Asked::parse(&path) else { return Shelf::refuse(nothing()) };
    if let Selection::Product(code) = &asked.selection {
        let partner = request.extensions().get::<Asking>().and_then(|asking| asking.partner.clone());
        return match Received::of(code, partner, &shelf).await {
            Ok(Some(received)) => {
                let made = |loads| async move { product_page(&asked, &received, &loads).await };
                shelf.page_for_one(request, made).await
            }
            Ok(None) => Shelf::refuse(nothing()),
            Err(error) => Shelf::refuse(failed(error)),
        };
    }
    let name = asked.name();
    let hub = shelf.hub.clone().filter(|_| asked.is_topic());
    shelf.page(request, &name, |loads| async move { page(&asked, hub, &loads).await }).await
}

/// A feed by the end of its address, such as `all.atom`, written for whoever subscribed to it at `hub`, and its content type.
pub(crate) async fn topic(name: &str, hub: &str, loads: &Loads) -> Answer<Option<(&'static str, Vec<u8>)>> {
    let Some(asked) = Asked::parse(name).filter(Asked::is_topic) else { return Ok(None) };
    let made = made(&asked, Some(hub.to_owned()), loads).await?;
    Ok(made.map(|feed| (asked.form.content_type(), bytes(asked.form, &feed))))
}

/// Whether there is a feed that can be subscribed to at the end of this address, without making it.
pub(crate) async fn has_topic(name: &str, loads: &Loads) -> Answer<bool> {
    match Asked::parse(name).filter(Asked::is_topic) {
        Some(asked) => Ok(asked.selection.look_up(loads).await?.is_some()),
        None => Ok(false),
    }
}

fn nothing() -> Page {
    let message = "there is no such feed: addresses are /v1/feeds/all.atom, and language/fr, kind/communique, \
                   topic/…, person/… or institution/… instead of all, with .atom, .rss, .json or .ics";
    Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message)
}

async fn page(asked: &Asked, hub: Option<String>, loads: &Loads) -> Answer<Page> {
    Ok(made(asked, hub, loads).await?.map_or_else(nothing, |feed| written_in(asked.form, &feed)))
}

async fn made(asked: &Asked, hub: Option<String>, loads: &Loads) -> Answer<Option<Feed>> {
    let Some(selected) = asked.selection.look_up(loads).await? else { return Ok(None) };
    let made = match (asked.form, asked.month) {
        (Form::Calendar, _) => events(asked, &selected, loads).await?,
        (_, Some(month)) => archived(asked, &selected, month, loads).await?,
        (_, None) => newest(asked, &selected, loads).await?,
    };
    Ok(made.map(|feed| Feed { hub, ..feed }))
}

async fn product_page(asked: &Asked, received: &Received, loads: &Loads) -> Answer<Page> {
    let selected = received.selected(loads);
    let made = match asked.month {
        Some(month) => product_archive(asked, received, &selected, month, loads).await?,
        None => Some(product_newest(asked, received, &selected, loads).await?),
    };
    Ok(made.map_or_else(nothing, |feed| written_in(asked.form, &feed)))
}

async fn product_newest(asked: &Asked, received: &Received, selected: &Selected, loads: &Loads) -> Answer<Feed> {
    let (list, most) = match asked.form {
        Form::Calendar => (events_of(selected, &[]), MOST_EVENTS),
        _ => (articles(selected), NEWEST),
    };
    let (entries, below) = received.newest(&list, usize::try_from(most).unwrap_or(usize::MAX), loads).await?;
    let gone = received.had(gone(list.kind, &selected.view, loads).await?).await?;
    let below = below.filter(|_| asked.form != Form::Calendar);
    let part = Part::Subscription { prev_archive: below.map(|month| archive_address(asked, month, loads)) };
    Ok(of(asked, selected, (entries, gone), part, loads))
}

/// A month of a product; `None` when nothing at all was issued in it. One that holds nothing of the product leads on to others.
async fn product_archive(
    asked: &Asked,
    received: &Received,
    selected: &Selected,
    month: Month,
    loads: &Loads,
) -> Answer<Option<Feed>> {
    let list = articles(selected);
    let (from, until) = month.bounds();
    let conditions = [&*selected.articles, &within(Some(from), Some(until))].concat();
    let of_month = List { conditions: &conditions, ..list };
    let Some(entries) = received.all(&of_month, MOST_ARCHIVED, loads).await? else { return Ok(None) };
    let earlier = received.month_before(&list, month, loads).await?;
    let later = received.month_after(&list, month, loads).await?;
    let part = archive(asked, month, (earlier, later), loads);
    Ok(Some(of(asked, selected, (entries, Vec::new()), part, loads)))
}

fn written_in(form: Form, feed: &Feed) -> Page {
    written(headers(feed, form), bytes(form, feed))
}

fn bytes(form: Form, feed: &Feed) -> Vec<u8> {
    let text = match form {
        Form::Atom => feed.atom(),
        Form::Rss => feed.rss(),
        Form::Json => feed.json_feed(),
        Form::Calendar => feed.calendar(),
    };
    text.into_bytes()
}

fn headers(feed: &Feed, form: Form) -> HeaderMap {
    let mut headers = HeaderMap::new();
    let own = format!("<{}{}>; rel=\"self\"", feed.own_address(), form.ending());
    let hub = feed.hub.as_ref().map(|hub| format!("<{hub}>; rel=\"hub\""));
    for link in hub.into_iter().chain([own]) {
        if let Ok(link) = HeaderValue::try_from(link) {
            headers.append(LINK, link);
        }
    }
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(form.content_type()));
    if feed.updated > DateTime::UNIX_EPOCH {
        let at = feed.updated.format("%a, %d %b %Y %H:%M:%S GMT").to_string();
        headers.extend(HeaderValue::try_from(at).ok().map(|at| (LAST_MODIFIED, at)));
    }
    headers
}

fn articles(selected: &Selected) -> List<'_> {
    List { kind: EntryKind::Article, view: &selected.view, conditions: &selected.articles, by: OrderedBy::Date }
}

fn events_of<'a>(selected: &'a Selected, conditions: &'a [Condition]) -> List<'a> {
    List { kind: EntryKind::Event, view: &selected.view, conditions, by: OrderedBy::Date }
}

/// What is subscribed to: the newest entries, and what was taken back of late.
async fn newest(asked: &Asked, selected: &Selected, loads: &Loads) -> Answer<Option<Feed>> {
    let list = articles(selected);
    let entries = list.first(NEWEST, loads).await?;
    let gone = gone(EntryKind::Article, &selected.view, loads).await?;
    let below = list.month_below(NEWEST, loads).await?;
    let part = Part::Subscription { prev_archive: below.map(|month| archive_address(asked, month, loads)) };
    Ok(Some(of(asked, selected, (entries, gone), part, loads)))
}

/// A month's entries; `None` when it has none.
async fn archived(asked: &Asked, selected: &Selected, month: Month, loads: &Loads) -> Answer<Option<Feed>> {
    let list = articles(selected);
    let (from, until) = month.bounds();
    let conditions = [&*selected.articles, &within(Some(from), Some(until))].concat();
    let entries = List { conditions: &conditions, ..list }.first(MOST_ARCHIVED, loads).await?;
    if entries.is_empty() {
        return Ok(None);
    }
    let earlier = list.month_before(Some(month), loads).await?;
    let later = list.month_after(month, loads).await?;
    let part = archive(asked, month, (earlier, later), loads);
    Ok(Some(of(asked, selected, (entries, Vec::new()), part, loads)))
}

fn archive(asked: &Asked, month: Month, (earlier, later): (Option<Month>, Option<Month>), loads: &Loads) -> Part {
    let address = |month: Month| archive_address(asked, month, loads);
    Part::Archive { address: address(month), prev_archive: earlier.map(address), next_archive: later.map(address) }
}

/// The events of a selection; `None` when it has none.
async fn events(asked: &Asked, selected: &Selected, loads: &Loads) -> Answer<Option<Feed>> {
    let Some(conditions) = &selected.events else { return Ok(None) };
    let list = events_of(selected, conditions);
    let entries = list.first(MOST_EVENTS, loads).await?;
    let gone = gone(EntryKind::Event, &selected.view, loads).await?;
    Ok(Some(of(asked, selected, (entries, gone), Part::Subscription { prev_archive: None }, loads)))
}

/// A feed of what is to be read and of what was taken back.
fn of(asked: &Asked, selected: &Selected, (entries, gone): (Vec<Item>, Vec<Item>), part: Part, loads: &Loads) -> Feed {
    let issuer = issuer(&selected.view, loads);
    let title = match &selected.name {
        Some(name) => format!("{} — {name}", issuer.name),
        None => issuer.name.clone(),
    };
    Feed {
        title,
        // Where an article is not there in the language wanted, it is told in another.
        locale: (!selected.view.locales.or_any).then(|| selected.view.locales.wanted().clone()),
        address: address(asked, loads),
        page: Some(issuer.site.clone()),
        updated: last_change(&entries, &gone),
        issuer,
        entries,
        gone,
        hub: None,
        part,
    }
}

fn address(asked: &Asked, loads: &Loads) -> String {
    format!("{}/v1/feeds/{}", loads.public_url, asked.selection.path())
}

fn archive_address(asked: &Asked, month: Month, loads: &Loads) -> String {
    format!("{}/archive/{month}", address(asked, loads))
}
