//! Items as quotes that other sites show in their own pages. Source: oEmbed 1.0 (oembed.com), type `rich`.

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use crate::html::quote;
use crate::item::{Content, Item, Status};
use crate::json::{object, sorted};

/// Media type of [`document`], by which pages name it.
pub const MEDIA_TYPE: &str = "application/json+oembed";
/// Pixels of a quote where nothing less is asked for.
const WIDTH: u32 = 600;
const HEIGHT: u32 = 320;
/// Seconds a consumer may keep a quote: it has to hear of a kill.
const CACHE_AGE: u32 = 300;

/// How much room there is, in pixels.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Room {
    pub max_width: Option<u32>,
    pub max_height: Option<u32>,
}

/// `item` as a quote: what it is, or that it was cancelled or withdrawn.
pub fn document(item: &Item, room: Room) -> String {
    let fits = |usual: u32, most: Option<u32>| most.map_or(usual, |most| most.min(usual));
    let (width, height) = (fits(WIDTH, room.max_width), fits(HEIGHT, room.max_height));
    let quote = object([
        ("type", json!("rich")),
        ("version", json!("1.0")),
        ("title", json!(quote::title(item))),
        ("author_name", author(item)),
        ("provider_name", json!(item.issuer.name)),
        ("provider_url", json!(item.issuer.site)),
        ("cache_age", json!(CACHE_AGE)),
        ("width", json!(width)),
        ("height", json!(height)),
        ("html", json!(quote::markup(item, width, height))),
    ]);
    sorted(quote).to_string()
}

fn author(item: &Item) -> Value {
    let Content::Article(article) = &item.content else { return Value::Null };
    let names: Vec<&str> = article.byline.iter().map(|byline| byline.name.as_str()).collect();
    if names.is_empty() { Value::Null } else { json!(names.join(", ")) }
}

/// Where the quote of an item is, while it has a page and may be used.
pub fn address(item: &Item) -> Option<String> {
    let page = item.page.as_ref().filter(|_| item.status() == Status::Usable && item.embargoed_until.is_none())?;
    let page = utf8_percent_encode(page, NON_ALPHANUMERIC);
    Some(format!("{}/v1/oembed?url={page}&format=json", item.issuer.base))
}
