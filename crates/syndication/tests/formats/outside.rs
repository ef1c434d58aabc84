//! What readers in other languages are given, `tests/conformance` among them: feeds, and what they have to find in them.

use std::fs;

use griot_syndication::item::Item;
use griot_syndication::policy::Policy;
use serde_json::json;

use crate::samples;
use crate::support::{archive, html, likely_feed};

#[test]
fn files_for_readers_in_other_languages() {
    let folder = format!("{}/formats", env!("CARGO_TARGET_TMPDIR"));
    fs::create_dir_all(&folder).unwrap();
    let feed = likely_feed();
    let expected = |stubs: &[Item]| {
        let entries = stubs.iter().map(|item| (item, item.editors_note().unwrap()));
        let entries = entries.chain(feed.entries.iter().map(|item| (item, content_of(item))));
        let entries = entries.map(|(item, content)| {
            json!({
                "id": item.tag(), "title": item.title(), "content": content,
                "published": item.first_created.to_rfc3339(), "updated": item.version_created.to_rfc3339(),
            })
        });
        json!({ "title": feed.title, "entries": entries.collect::<Vec<_>>() }).to_string()
    };
    for (name, written) in [
        ("feed.atom", feed.atom()),
        ("archive.atom", archive().atom()),
        ("feed.rss", feed.rss()),
        ("feed.json", feed.json_feed()),
        ("feed.ics", feed.calendar()),
        ("feed.atom.expected.json", expected(&[])),
        ("feed.rss.expected.json", expected(&feed.gone)),
    ]
    .into_iter()
    .map(|(name, written)| (name.to_owned(), written))
    .chain(
        Policy::ALL
            .map(|policy| (format!("{}.policy.json", policy.name()), policy.document(&samples::issuer()).to_string())),
    ) {
        fs::write(format!("{folder}/{name}"), written).unwrap();
    }
}

/// The body with the notes of the one sample that has any.
fn content_of(item: &Item) -> String {
    let has_notes = item.tag() == samples::corrected_article().tag();
    let notes = "<p><strong>RECTIFICATIF : Le nom de l’envoyé était mal écrit.</strong></p>\
                 <p><strong>PRÉCISION : Un lieu est précisé.</strong></p>";
    format!("{}{}", if has_notes { notes } else { "" }, html(item))
}
