//! Items as ninjs 3.2, the IPTC's JSON for news. Source: "ninjs-schema_3.2.json", which knows no other properties than
//! these: what else partners need stands in the envelope around an item, never in it.

mod article;
mod association;
mod event;

use griot_domain::EntryKind;
use serde_json::{Value, json};

use crate::item::{Content, DRILL_PROFILE, Issuer, Item, Place, Reference};
use crate::json::{instant, instant_not_before, joined, object, sorted, uri};
use crate::policy::Policy;
use crate::wording::Wording;

const SCHEMA: &str = "http://www.iptc.org/std/ninjs/ninjs-schema_3.2.json#";
const NEWSCODES: &str = "http://cv.iptc.org/newscodes";

/// `item` as a ninjs document; none for people and institutions, which ninjs has no form for.
pub fn document(item: &Item) -> Option<Value> {
    let type_word = type_word(item.kind)?;
    let content = match &item.content {
        Content::Article(article) => article::fields(item, article),
        Content::Event(event) => event::fields(item, event),
        Content::Withheld | Content::Canceled => taken_back(item),
        Content::Person(_) | Content::Institution(_) => return None,
    };
    Some(sorted(joined(administration(item, type_word), content)))
}

/// Whether ninjs has a form for entries of `kind`.
pub fn has_form(kind: EntryKind) -> bool {
    type_word(kind).is_some()
}

/// The IPTC's nature of what is issued.
fn type_word(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Article => Some("text"),
        EntryKind::Event => Some("event"),
        EntryKind::Asset => Some("picture"),
        _ => None,
    }
}

/// What every document says of itself, whatever its state.
fn administration(item: &Item, type_word: &str) -> Value {
    object([
        ("uri", json!(item.uri())),
        ("standard", json!({ "name": "ninjs", "version": "3.2", "schema": SCHEMA })),
        ("type", json!(type_word)),
        ("representationType", json!("full")),
        ("version", json!(item.version.to_string())),
        ("firstCreated", json!(instant(item.first_created))),
        ("versionCreated", json!(instant(item.version_created))),
        ("embargoedUntil", json!(item.embargoed_until.map(instant_not_before))),
        ("pubStatus", json!(item.status().code())),
        ("language", json!(item.locale.as_str())),
        ("edNote", json!(Wording::of(item).editors_note(item))),
        ("infoSources", json!([originator(&item.issuer)])),
    ])
}

/// Nothing of what was said: the note that stands for it is both headline and editor's note.
fn taken_back(item: &Item) -> Value {
    let profile = match item.kind {
        _ if item.is_drill => Some(DRILL_PROFILE),
        EntryKind::Event => Some(event::PROFILE),
        _ => None,
    };
    object([
        ("profile", json!(profile)),
        ("headlines", item.editors_note().map_or(Value::Null, |note| json!([part("main", &note)]))),
    ])
}

fn originator(issuer: &Issuer) -> Value {
    json!({ "name": issuer.name, "role": "originator", "uri": uri(&issuer.site) })
}

/// One of several headlines or descriptions.
fn part(role: &str, value: &str) -> Value {
    json!({ "role": role, "contentType": "text/plain", "value": value })
}

/// The body in HTML for sites and as plain text for print and radio; the one that is empty is left out.
fn bodies(html: &str, text: &str, words: usize) -> Value {
    let characters = text.chars().count();
    let body = |content_type: &str, value: &str| {
        json!({
            "role": "main",
            "contentType": content_type,
            "wordCount": words,
            "charCount": characters,
            "value": value,
        })
    };
    let forms = [("text/html", html), ("text/plain", text)];
    forms.into_iter().filter(|(_, value)| !value.is_empty()).map(|(form, value)| body(form, value)).collect()
}

/// Where the terms of use are, in ODRL.
fn rights(policy: Option<Policy>, issuer: &Issuer) -> Value {
    policy.map_or(
        Value::Null,
        |policy| json!({ "langId": "http://www.w3.org/ns/odrl/2/", "linkedRights": uri(&policy.address(issuer)) }),
    )
}

/// Someone or something named, by the name borne at the time and by an address that stays.
fn named(item: &Item, name: &str, reference: &Reference, rel: &str) -> Value {
    json!({ "name": name, "uri": reference.uri(&item.issuer), "rel": rel })
}

fn place(place: &Place) -> Value {
    object([
        ("name", json!(place.name)),
        ("contactInfo", address(place).map_or(Value::Null, |address| json!([address]))),
        (
            "geoJSON",
            place.point.map_or(
                Value::Null,
                |point| json!({ "type": "Point", "coordinates": [point.longitude, point.latitude] }),
            ),
        ),
    ])
}

fn address(place: &Place) -> Option<Value> {
    let Place { address, country_code, .. } = place;
    (address.is_some() || country_code.is_some()).then(|| {
        let lines = address.iter().collect::<Vec<_>>();
        json!({ "type": "address", "address": object([("lines", json!(lines)), ("country", json!(country_code))]) })
    })
}

/// The item's page as a rendition.
fn page(page: Option<&str>) -> Value {
    page.map_or(Value::Null, |href| json!([{ "name": "web", "href": uri(href), "contentType": "text/html" }]))
}
