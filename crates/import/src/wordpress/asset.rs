//! Uploads become assets.

use std::collections::BTreeMap;

use griot_domain::{Asset, AssetFile, AssetKind, AssetText, Body, Edition, Entry, EntryKind, Publication, Text};
use percent_encoding::percent_decode_str;
use url::Url;

use super::check::shortened;
use super::item::Item;
use super::items::ItemFact;
use super::php::Value;
use super::survey::Survey;
use crate::html::one_line;

/// Media types by extension.
const TYPES: [(&str, AssetKind, &str); 38] = [
    ("jpg", AssetKind::Image, "image/jpeg"),
    ("jpeg", AssetKind::Image, "image/jpeg"),
    ("jpe", AssetKind::Image, "image/jpeg"),
    ("png", AssetKind::Image, "image/png"),
    ("gif", AssetKind::Image, "image/gif"),
    ("webp", AssetKind::Image, "image/webp"),
    ("avif", AssetKind::Image, "image/avif"),
    ("heic", AssetKind::Image, "image/heic"),
    ("bmp", AssetKind::Image, "image/bmp"),
    ("tif", AssetKind::Image, "image/tiff"),
    ("tiff", AssetKind::Image, "image/tiff"),
    ("ico", AssetKind::Image, "image/x-icon"),
    ("svg", AssetKind::Image, "image/svg+xml"),
    ("mp3", AssetKind::Audio, "audio/mpeg"),
    ("m4a", AssetKind::Audio, "audio/mp4"),
    ("ogg", AssetKind::Audio, "audio/ogg"),
    ("oga", AssetKind::Audio, "audio/ogg"),
    ("wav", AssetKind::Audio, "audio/wav"),
    ("aac", AssetKind::Audio, "audio/aac"),
    ("flac", AssetKind::Audio, "audio/flac"),
    ("mp4", AssetKind::Video, "video/mp4"),
    ("m4v", AssetKind::Video, "video/mp4"),
    ("mov", AssetKind::Video, "video/quicktime"),
    ("webm", AssetKind::Video, "video/webm"),
    ("ogv", AssetKind::Video, "video/ogg"),
    ("avi", AssetKind::Video, "video/x-msvideo"),
    ("wmv", AssetKind::Video, "video/x-ms-wmv"),
    ("mpg", AssetKind::Video, "video/mpeg"),
    ("mpeg", AssetKind::Video, "video/mpeg"),
    ("3gp", AssetKind::Video, "video/3gpp"),
    ("pdf", AssetKind::Document, "application/pdf"),
    ("doc", AssetKind::Document, "application/msword"),
    ("docx", AssetKind::Document, "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    ("xls", AssetKind::Document, "application/vnd.ms-excel"),
    ("xlsx", AssetKind::Document, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    ("odt", AssetKind::Document, "application/vnd.oasis.opendocument.text"),
    ("zip", AssetKind::Document, "application/zip"),
    ("txt", AssetKind::Document, "text/plain"),
];

/// The kind of file at an address, by the end of its name; a document when that says nothing.
pub(crate) fn kind_of(url: &str) -> AssetKind {
    type_of(url).map_or(AssetKind::Document, |(kind, _)| kind)
}

fn type_of(url: &str) -> Option<(AssetKind, &'static str)> {
    let path = url.split(['?', '#']).next().unwrap_or_default();
    let extension = path.rsplit('/').next()?.rsplit_once('.')?.1.to_ascii_lowercase();
    TYPES.iter().find(|(known, ..)| *known == extension).map(|(_, kind, mime_type)| (*kind, *mime_type))
}

/// The asset an upload becomes. Its description is the body of its edition; `notes` says what was lost.
pub(crate) fn publication(
    item: &Item,
    number: u64,
    fact: &ItemFact,
    survey: &Survey,
    body: Body,
    notes: &mut Vec<String>,
) -> Publication {
    let url: String = Url::parse(&item.attachment_url).map_or_else(|_| item.attachment_url.clone(), Into::into);
    let name = url.split(['?', '#']).next().and_then(|path| path.rsplit('/').next()).unwrap_or_default();
    let filled = |text: String| Some(text).filter(|text| !text.is_empty());
    let file = AssetFile {
        name: filled(percent_decode_str(name).decode_utf8_lossy().replace(char::is_control, "")),
        mime_type: type_of(&url).map(|(_, mime_type)| mime_type.to_owned()),
        ..AssetFile::default()
    };
    let text = AssetText {
        title: filled(shortened(one_line(&item.title), "title", notes)),
        alt: filled(one_line(item.meta("_wp_attachment_image_alt").unwrap_or_default())),
        caption: filled(one_line(&item.excerpt)),
    };
    let edition = Edition { slug: None, text: Text::Asset(text), body };
    let entry = Asset { kind: kind_of(&url), url, file, credit: credit(item), rights: None, focal_point: None };
    Publication {
        id: fact.entry,
        kind: EntryKind::Asset,
        live_from: fact.live_from(),
        revised_at: None,
        entry: Some(Entry::Asset(entry)),
        editions: BTreeMap::from([(survey.locale_of(fact).clone(), edition)]),
        withdrawn: Default::default(),
        retraction: None,
        external_ids: vec![survey.external_id(number)],
        old_paths: Vec::new(),
    }
}

/// Who has to be named, out of what the camera or an editor wrote into the image: the credit, else the copyright.
fn credit(item: &Item) -> Option<String> {
    let facts = Value::read(item.meta("_wp_attachment_metadata")?)?;
    let written = facts.get("image_meta")?;
    let texts = ["credit", "copyright"].into_iter().filter_map(|key| written.get(key)?.text());
    texts.map(one_line).find(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_credit_is_that_of_the_image_else_its_copyright() {
        let of = |facts: &str| {
            let meta = vec![("_wp_attachment_metadata".to_owned(), format!("a:1:{{s:10:\"image_meta\";{facts}}}"))];
            credit(&Item { meta, ..Item::default() })
        };
        let both = "a:2:{s:6:\"credit\";s:9:\" A &amp; \";s:9:\"copyright\";s:1:\"B\";}";
        assert_eq!(of(both).as_deref(), Some("A &"));
        assert_eq!(of("a:2:{s:6:\"credit\";s:0:\"\";s:9:\"copyright\";s:1:\"B\";}").as_deref(), Some("B"));
        assert_eq!(of("a:1:{s:6:\"credit\";i:0;}"), None);
        assert_eq!(of("a:0:{"), None);
        assert_eq!(credit(&Item::default()), None);
    }

    #[test]
    fn the_end_of_the_name_tells_the_kind() {
        assert_eq!(kind_of("https://a.org/x/Photo.JPG?w=3"), AssetKind::Image);
        assert_eq!(kind_of("https://a.org/x/rapport.pdf"), AssetKind::Document);
        assert_eq!(kind_of("https://a.org/x.mp4/plain"), AssetKind::Document);
        assert_eq!(kind_of("https://a.org/hymne.mp3"), AssetKind::Audio);
    }
}
