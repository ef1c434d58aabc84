//! Which pages the site has, for search engines.

use axum::Router;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use chrono::{NaiveTime, TimeDelta};
use griot_domain::{ArticleKind, EntryKind};
use griot_front::{Page, code};
use griot_persistence::{Condition, OrderedBy};
use griot_syndication::sitemap::{Listed, MAX_NEWS, MAX_URLS, news_sitemap, sitemap, sitemap_index};

use super::item::view_in;
use super::lists::{List, within};
use super::selection::{APART, Month};
use super::{Shelf, written};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::shared_view::SharedView;

/// Sitemaps of kinds other than articles, by name.
const OTHERS: [(&str, EntryKind); 4] = [
    ("people", EntryKind::Person),
    ("institutions", EntryKind::Institution),
    ("events", EntryKind::Event),
    ("topics", EntryKind::Topic),
];
/// How old what Google News is told may be.
const NEWS_FOR: TimeDelta = TimeDelta::days(2);

/// `/sitemap.xml` and `/sitemaps/…`.
pub(super) fn sitemap_routes() -> Router<Shelf> {
    Router::new().route("/sitemap.xml", get(index)).route("/sitemaps/{name}", get(part))
}

async fn index(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let make = |loads| async move { sitemaps(&view_in(None, &loads), &loads).await.map(|all| of(sitemap_index(&all))) };
    shelf.page(request, "/sitemap.xml", make).await
}

async fn part(State(shelf): State<Shelf>, Path(name): Path<String>, request: Request) -> Response<Body> {
    let Some(asked) = Asked::parse(&name) else { return Shelf::refuse(nothing()) };
    let name = format!("/sitemaps/{name}");
    shelf.page(request, &name, |loads| async move { page(asked, &loads).await }).await
}

/// A sitemap that is asked for.
#[derive(Clone, Copy)]
enum Asked {
    News,
    Month(Month),
    Kind(EntryKind),
}

impl Asked {
    /// Reads `news.xml`, `2023-11.xml`, `people.xml`.
    fn parse(name: &str) -> Option<Self> {
        let name = name.strip_suffix(".xml")?;
        let kind = OTHERS.into_iter().find(|(known, _)| *known == name).map(|(_, kind)| Self::Kind(kind));
        let news = (name == "news").then_some(Self::News);
        news.or(kind).or_else(|| Month::parse(name).map(Self::Month))
    }
}

fn nothing() -> Page {
    let message = "there is no such sitemap: /sitemap.xml names all of them";
    Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message)
}

async fn page(asked: Asked, loads: &Loads) -> Answer<Page> {
    let view = view_in(None, loads);
    match asked {
        Asked::News => Ok(of(news_sitemap(&news(&view, loads).await?, loads.site.base_url.as_str()))),
        Asked::Kind(kind) => pages(&List { kind, view: &view, conditions: &[], by: OrderedBy::Name }, loads).await,
        Asked::Month(month) => {
            let (from, until) = month.bounds();
            pages(&articles(&view, &within(Some(from), Some(until))), loads).await
        }
    }
}

async fn pages(list: &List<'_>, loads: &Loads) -> Answer<Page> {
    if !list.has_any(loads).await? {
        return Ok(nothing());
    }
    Ok(of(sitemap(&list.pages(MAX_URLS as u64, loads).await?)))
}

fn of(sitemap: String) -> Page {
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    written(headers, sitemap.into_bytes())
}

fn articles<'a>(view: &'a SharedView, conditions: &'a [Condition]) -> List<'a> {
    List { kind: EntryKind::Article, view, conditions, by: OrderedBy::Date }
}

/// One for each month that has articles, the newest first, and one for each other kind that has entries; that of news while there
/// is none, since an index names one at least.
async fn sitemaps(view: &SharedView, loads: &Loads) -> Answer<Vec<String>> {
    let address = |name: &str| format!("{}/sitemaps/{name}.xml", loads.public_url);
    let mut found = Vec::new();
    let mut before = None;
    while let Some(month) = articles(view, &[]).month_before(before, loads).await? {
        found.push(address(&month.to_string()));
        before = Some(month);
    }
    for (name, kind) in OTHERS {
        let list = List { kind, view, conditions: &[], by: OrderedBy::Name };
        if list.has_any(loads).await? {
            found.push(address(name));
        }
    }
    if found.is_empty() {
        found.push(address("news"));
    }
    Ok(found)
}

/// The articles that were issued in the last two days.
async fn news(view: &SharedView, loads: &Loads) -> Answer<Vec<Listed>> {
    let from = loads.today().and_time(NaiveTime::MIN).and_utc() - NEWS_FOR + TimeDelta::days(1);
    let mut conditions = within(Some(griot_domain::micros(from)), None);
    conditions.push(Condition::NotFacets(APART.map(ArticleKind::as_str).to_vec()));
    articles(view, &conditions).pages(MAX_NEWS as u64, loads).await
}
