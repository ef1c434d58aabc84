//! What hangs on an item: its pictures, and itself in other languages.

use serde_json::{Value, json};

use super::{page, part, rights, type_word};
use crate::item::{Item, Picture};
use crate::json::{object, uri};
use crate::policy::Policy;
use crate::relation::Relation;

/// A picture with the one rendition there is.
pub fn picture(item: &Item, picture: &Picture) -> Value {
    let Picture { title, alt, caption, credit, rights: terms, .. } = picture;
    let address = picture.uri(&item.issuer);
    let name = title.as_ref().or(caption.as_ref()).or(alt.as_ref()).map_or(address.as_str(), String::as_str);
    let descriptions = [("caption", caption), ("altText", alt)];
    object([
        ("name", json!(name)),
        ("uri", json!(address)),
        ("type", json!("picture")),
        ("representationType", json!("partial")),
        ("by", json!(credit)),
        ("usageTerms", json!(terms)),
        ("rightsInfo", rights(Policy::of_picture(picture, &item.issuer), &item.issuer)),
        ("headlines", title.iter().map(|title| part("main", title)).collect()),
        ("descriptions", descriptions.iter().filter_map(|(role, text)| Some(part(role, text.as_ref()?))).collect()),
        ("renditions", json!([rendition(picture)])),
    ])
}

fn rendition(picture: &Picture) -> Value {
    object([
        ("name", json!("highRes")),
        ("href", json!(uri(&picture.url))),
        ("contentType", json!(picture.mime_type)),
        ("width", json!(picture.size.map(|(width, _)| width))),
        ("height", json!(picture.size.map(|(_, height)| height))),
        ("sizeInBytes", json!(picture.bytes)),
    ])
}

/// The same item in its other languages, each under the identity it has there.
pub fn translations(item: &Item) -> impl Iterator<Item = Value> {
    item.translations.iter().map(|translation| {
        object([
            ("name", json!(translation.title)),
            ("rel", json!(Relation::Translation.address(&item.issuer))),
            ("uri", json!(item.uri_in(&translation.locale))),
            ("type", json!(type_word(item.kind))),
            ("representationType", json!("partial")),
            ("language", json!(translation.locale.as_str())),
            ("headlines", json!([part("main", &translation.title)])),
            ("renditions", page(translation.page.as_deref())),
        ])
    })
}
