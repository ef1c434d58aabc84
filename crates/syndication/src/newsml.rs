//! NewsML-G2 2.35 of the IPTC, at conformance level *power*: an article is a `newsItem` with its body as XHTML, and a
//! person, institution or event a `conceptItem`. An item taken back keeps its kind, guid, numbering, status and note:
//! nothing else.
//!
//! All codes are the IPTC's, through its catalogue 41. What it has no code for bears the full address of a term of
//! schema.org, and entries that of the record, in the attributes made for that (`uri`, `reluri`, `roleuri`): so no
//! catalogue of our own is needed.
//!
//! Media types: `application/vnd.iptc.g2.newsitem+xml` and `application/vnd.iptc.g2.conceptitem+xml`.

mod article;
mod concept;
mod event;
mod meta;
mod parts;
mod xhtml;
mod xml;

use griot_domain::EntryKind;

use crate::item::{Content, Item};

/// `item` as one XML document.
pub fn document(item: &Item) -> String {
    let root = meta::root(item, root_name(item.kind)).child(meta::rights(item)).child(meta::item_meta(item));
    let root = match &item.content {
        Content::Article(article) => article::complete(root, item, article),
        Content::Person(person) => concept::person(root, item, person),
        Content::Institution(institution) => concept::institution(root, item, institution),
        Content::Event(event) => event::complete(root, item, event),
        Content::Withheld | Content::Canceled => root,
    };
    xml::document(&root)
}

/// Media type of [`document`] of an item of this kind.
pub fn media_type(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Article | EntryKind::Asset => "application/vnd.iptc.g2.newsitem+xml",
        _ => "application/vnd.iptc.g2.conceptitem+xml",
    }
}

fn root_name(kind: EntryKind) -> &'static str {
    match kind {
        EntryKind::Article | EntryKind::Asset => "newsItem",
        _ => "conceptItem",
    }
}
