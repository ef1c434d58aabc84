//! JSON Feed 1.1.

use serde::Serialize;

use super::entry::{Entry, ninjs, signal_code};
use super::{Feed, instant};
use crate::item::{Byline, Item, Picture};

#[derive(Serialize)]
struct Document<'a> {
    version: &'static str,
    title: &'a str,
    home_page_url: &'a str,
    feed_url: String,
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    language: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hubs: Option<[Hub<'a>; 1]>,
    items: Vec<Post<'a>>,
}

#[derive(Serialize)]
struct Author<'a> {
    name: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
}

#[derive(Serialize)]
struct Hub<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    url: &'a str,
}

/// What the format calls an item.
#[derive(Default, Serialize)]
struct Post<'a> {
    id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<&'a str>,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_html: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    content_text: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    summary: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    image: Option<&'a str>,
    date_published: String,
    date_modified: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    authors: Vec<Author<'a>>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tags: Vec<&'a str>,
    language: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    attachments: Vec<Attachment<'a>>,
    #[serde(rename = "_griot")]
    griot: Version,
}

#[derive(Serialize)]
struct Attachment<'a> {
    url: &'a str,
    mime_type: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    title: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    size_in_bytes: Option<u64>,
}

/// What the format has no place for.
#[derive(Default, Serialize)]
struct Version {
    version: u32,
    pub_status: &'static str,
    signal: &'static str,
    ninjs: String,
}

impl Feed {
    /// As JSON Feed: `application/feed+json`. It has no archives.
    pub fn json_feed(&self) -> String {
        let document = Document {
            version: "https://jsonfeed.org/version/1.1",
            title: &self.title,
            home_page_url: self.page.as_ref().unwrap_or(&self.issuer.site),
            feed_url: format!("{}.json", self.address),
            authors: vec![Author { name: &self.issuer.name, url: Some(&self.issuer.site) }],
            language: self.locale.as_ref().map(|locale| locale.as_str()),
            hubs: self.hub.as_deref().map(|url| [Hub { kind: "WebSub", url }]),
            items: self.taken_back().map(stub).chain(self.usable().map(post)).collect(),
        };
        serde_json::to_string(&document).expect("strings and numbers have a form in JSON")
    }
}

/// As in RSS: the same id with the notice instead of the text, since the format has no tombstones.
fn stub(item: &Item) -> Post<'_> {
    Post { content_text: Some(item.editors_note().unwrap_or_default()), ..head(item) }
}

fn post(item: &Item) -> Post<'_> {
    let entry = Entry::of(item);
    Post {
        content_html: Some(entry.html),
        summary: entry.summary,
        image: entry.pictures.first().map(|picture| picture.url.as_str()),
        authors: entry.byline.iter().map(author).collect(),
        tags: entry.topics.iter().map(|topic| topic.name.as_str()).collect(),
        attachments: entry.pictures.iter().map(attachment).collect(),
        ..head(item)
    }
}

fn head(item: &Item) -> Post<'_> {
    Post {
        id: item.tag(),
        url: item.page.as_deref(),
        title: item.title(),
        date_published: instant(item.first_created),
        date_modified: instant(item.version_created),
        language: item.locale.as_str(),
        griot: Version {
            version: item.version,
            pub_status: item.status().code(),
            signal: signal_code(item),
            ninjs: ninjs(item),
        },
        ..Post::default()
    }
}

fn author(byline: &Byline) -> Author<'_> {
    Author { name: &byline.name, url: byline.entry.as_ref().and_then(|entry| entry.page.as_deref()) }
}

fn attachment(picture: &Picture) -> Attachment<'_> {
    Attachment {
        url: &picture.url,
        // The format insists on one; this is the one for what nobody knows.
        mime_type: picture.mime_type.as_deref().unwrap_or("application/octet-stream"),
        title: picture.title.as_deref(),
        size_in_bytes: picture.bytes,
    }
}
