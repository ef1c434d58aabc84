//! Items as schema.org has them, in JSON-LD: what search engines and knowledge graphs read. Only terms of schema.org
//! stand here. Sources: schema.org 30.0; "Role" in its blog of 2014-06-16 for what holds for a time only.

mod article;
mod event;
mod institution;
mod person;
mod thing;

use serde_json::{Value, json};

use crate::item::{Content, Item, Signal};
use crate::json::{instant, joined, object, sorted};

/// `item` as a JSON-LD document in the context of schema.org. What was taken back is a `NewsArticle` that says so and
/// nothing else.
pub fn document(item: &Item) -> Value {
    let content = match &item.content {
        Content::Article(article) => article::fields(item, article),
        Content::Event(event) => event::fields(item, event),
        Content::Person(person) => person::fields(item, person),
        Content::Institution(institution) => institution::fields(item, institution),
        Content::Withheld | Content::Canceled => taken_back(item),
    };
    sorted(joined(json!({ "@context": "https://schema.org", "identifier": item.uri() }), content))
}

fn taken_back(item: &Item) -> Value {
    let note = item.title();
    let reason = match &item.signal {
        Signal::Retraction(Some(reason)) => reason,
        _ => &note,
    };
    object([
        ("@type", json!("NewsArticle")),
        ("@id", json!(item.uri())),
        ("headline", json!(note)),
        ("inLanguage", json!(item.locale.as_str())),
        ("version", json!(item.version)),
        ("dateModified", json!(instant(item.version_created))),
        ("publisher", thing::issuer(&item.issuer)),
        (
            "correction",
            json!({
                "@type": "CorrectionComment",
                "text": reason,
                "datePublished": instant(item.version_created),
            }),
        ),
    ])
}

/// The entry an item is about, under the address by which other documents name it.
fn entry_uri(item: &Item) -> String {
    format!("{}/v1/items/{}", item.issuer.base, item.id)
}
