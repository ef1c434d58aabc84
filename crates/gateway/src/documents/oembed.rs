//! `/v1/oembed`: quotes of what stands on pages of the site, for other sites.

use axum::Router;
use axum::body::Body;
use axum::extract::{Query, Request, State};
use axum::http::header::{CONTENT_LANGUAGE, CONTENT_TYPE, HeaderValue};
use axum::http::{HeaderMap, Response, StatusCode};
use axum::routing::get;
use griot_domain::{EntryId, Locale};
use griot_front::{Page, code};
use griot_syndication::item::Item;
use griot_syndication::oembed::{Room, document};
use serde::Deserialize;
use url::Url;

use super::item::{Asked, Found};
use super::{Shelf, written};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::route::entry_at;

/// Bytes of the longest address there is a page at.
const LONGEST_ADDRESS: usize = 2_000;

/// `/v1/oembed`.
pub(super) fn oembed_routes() -> Router<Shelf> {
    Router::new().route("/v1/oembed", get(oembed))
}

/// What is asked for. Others may ask for more, which oEmbed says to leave aside.
#[derive(Deserialize)]
struct Parameters {
    url: Option<String>,
    format: Option<String>,
    maxwidth: Option<String>,
    maxheight: Option<String>,
}

async fn oembed(State(shelf): State<Shelf>, request: Request) -> Response<Body> {
    let (page, room) = match asked(&request) {
        Ok(asked) => asked,
        Err((status, message)) => return Shelf::refuse(Page::refused(status, code::BAD_USER_INPUT, &message)),
    };
    if page.authority() != shelf.public.site.base_url.authority() {
        return Shelf::refuse(nothing());
    }
    let name = format!("/v1/oembed?url={page}&{room:?}");
    let made = |loads| async move {
        Ok(match item_at(page.as_str(), &loads).await? {
            Some(item) => written(headers(&item), document(&item, room).into_bytes()),
            None => nothing(),
        })
    };
    shelf.page(request, &name, made).await
}

fn nothing() -> Page {
    let message = "there is no page of this site at `url`: write the address of the page of an article, event, person or \
                   institution, percent-encoded";
    Page::refused(StatusCode::NOT_FOUND, code::BAD_USER_INPUT, message)
}

type Refusal = (StatusCode, String);

fn asked(request: &Request) -> Result<(Url, Room), Refusal> {
    let bad = |message: String| (StatusCode::BAD_REQUEST, message);
    let Query(Parameters { url, format, maxwidth, maxheight }) = Query::try_from_uri(request.uri()).map_err(|err| {
        bad(format!("{}; give `url`, `format`, `maxwidth` and `maxheight` once each", err.body_text()))
    })?;
    match format.as_deref() {
        None | Some("json") => {}
        Some("xml") => {
            let message = "quotes are not written in XML: ask with format=json".to_owned();
            return Err((StatusCode::NOT_IMPLEMENTED, message));
        }
        Some(other) => return Err(bad(format!("`format` is `{other}`: write json"))),
    }
    let url =
        url.ok_or_else(|| bad("`url` is missing: add ?url= with the address of a page, percent-encoded".to_owned()))?;
    let page = Url::parse(&url).ok().filter(|page| matches!(page.scheme(), "http" | "https"));
    let page = page.filter(|page| page.as_str().len() <= LONGEST_ADDRESS);
    let mut page = page.ok_or_else(|| {
        bad(format!("`url` is no whole http or https address of at most {LONGEST_ADDRESS} bytes, percent-encoded"))
    })?;
    page.set_fragment(None);
    let max_width = pixels("maxwidth", maxwidth.as_deref()).map_err(bad)?;
    let max_height = pixels("maxheight", maxheight.as_deref()).map_err(bad)?;
    Ok((page, Room { max_width, max_height }))
}

fn pixels(name: &str, value: Option<&str>) -> Result<Option<u32>, String> {
    let Some(value) = value else { return Ok(None) };
    let pixels = value.parse().ok().filter(|pixels| *pixels > 0);
    pixels.map(Some).ok_or_else(|| format!("`{name}` is `{value}`: write a whole number of pixels, 1 or more"))
}

/// The item whose page is at an address, or what stands for one that was taken back there.
async fn item_at(address: &str, loads: &Loads) -> Answer<Option<Item>> {
    let Some((id, locale)) = entry_at(loads, address).await? else { return Ok(None) };
    match found(id, Some(locale), loads).await? {
        Some(item) => Ok(Some(item)),
        // It may be forgotten that what was killed was there in this language.
        None => found(id, None, loads).await,
    }
}

async fn found(id: EntryId, locale: Option<Locale>, loads: &Loads) -> Answer<Option<Item>> {
    Ok(match (Asked { id, locale, version: None }).find(loads).await? {
        Found::Item(item, _) | Found::Gone(item) => Some(*item),
        Found::Nothing => None,
    })
}

fn headers(item: &Item) -> HeaderMap {
    let mut headers = HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))]);
    if let Ok(language) = HeaderValue::try_from(item.locale.as_str()) {
        headers.insert(CONTENT_LANGUAGE, language);
    }
    headers
}
