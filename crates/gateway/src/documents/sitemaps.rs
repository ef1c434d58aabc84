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
use griot_syndication::sitemap::{Listed, MAX_NEWS, MAX_URLS, Sitemap, news_sitemap, sitemap, sitemap_index};

use super::Shelf;
use super::item::view_in;
use super::lists::{List, within};
use super::selection::Month;
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
    shelf.page(request, "", |loads| async move { page(None, &loads).await }).await
}

async fn part(State(shelf): State<Shelf>, Path(name): Path<String>, request: Request) -> Response<Body> {
    shelf.page(request, "", |loads| async move { page(Some(&name), &loads).await }).await
}

async fn page(name: Option<&str>, loads: &Loads) -> Answer<Page> {
    let view = view_in(None, loads);
    let body = match name.map(|name| name.strip_suffix(".xml")) {
        None => Some(sitemap_index(&sitemaps(&view, loads).await?)),
        Some(Some("news")) => Some(news_sitemap(&news(&view, loads).await?)),
        Some(Some(name)) => pages(name, &view, loads).await?.map(|pages| sitemap(&pages)),
        Some(None) => None,
    };
    let Some(body) = body else {
        let message = "there is no such sitemap: /sitemap.xml names all of them";
        return Ok(Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message));
    };
    let mut headers = HeaderMap::new();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/xml; charset=utf-8"));
    Ok(Page { status: StatusCode::OK, headers, body: body.into(), is_complete: true })
}

fn articles<'a>(view: &'a SharedView, conditions: &'a [Condition]) -> List<'a> {
    List { kind: EntryKind::Article, view, conditions, by: OrderedBy::Date }
}

/// One for each month that has articles, the newest first, and one for each other kind that has entries.
async fn sitemaps(view: &SharedView, loads: &Loads) -> Answer<Vec<Sitemap>> {
    let address = |name: &str| format!("{}/sitemaps/{name}.xml", loads.public_url);
    let mut found = Vec::new();
    let mut before = None;
    while let Some(month) = articles(view, &[]).month_before(before, loads).await? {
        found.push(Sitemap { address: address(&month.to_string()), updated: None });
        before = Some(month);
    }
    for (name, kind) in OTHERS {
        let list = List { kind, view, conditions: &[], by: OrderedBy::Name };
        if list.has_any(loads).await? {
            found.push(Sitemap { address: address(name), updated: None });
        }
    }
    Ok(found)
}

/// The pages of a month, as `2023-11`, or of a kind; `None` when it is neither, or has none.
async fn pages(name: &str, view: &SharedView, loads: &Loads) -> Answer<Option<Vec<Listed>>> {
    let most = MAX_URLS as u64;
    let pages = match (Month::parse(name), OTHERS.into_iter().find(|(known, _)| *known == name)) {
        (Some(month), _) => {
            let (from, until) = month.bounds();
            articles(view, &within(Some(from), Some(until))).pages(most, loads).await?
        }
        (None, Some((_, kind))) => List { kind, view, conditions: &[], by: OrderedBy::Name }.pages(most, loads).await?,
        (None, None) => return Ok(None),
    };
    Ok((!pages.is_empty()).then_some(pages))
}

/// The articles that were issued in the last two days; standing pages are no news.
async fn news(view: &SharedView, loads: &Loads) -> Answer<Vec<Listed>> {
    let from = loads.today().and_time(NaiveTime::MIN).and_utc() - NEWS_FOR + TimeDelta::days(1);
    let mut conditions = within(Some(griot_domain::micros(from)), None);
    conditions.push(Condition::NotFacets(vec![ArticleKind::Page.as_str()]));
    articles(view, &conditions).pages(MAX_NEWS as u64, loads).await
}
