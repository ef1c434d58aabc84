//! Those that documents name: people, institutions, events, places and pictures.

use griot_domain::EntryKind;
use serde_json::{Value, json};

use crate::item::{Byline, Dated, Issuer, NamedPerson, NamedThing, Party, Picture, Place, Reference, Topic};
use crate::json::object;
use crate::policy::Policy;

/// The office that issues.
pub fn issuer(issuer: &Issuer) -> Value {
    json!({ "@type": "Organization", "name": issuer.name, "url": issuer.site })
}

/// A person as on the day: the printed form beside the bare name, rank and posts.
pub fn person(issuer: &Issuer, person: &NamedPerson) -> Value {
    let NamedPerson { person: reference, name, plain_name, honorific, titles, .. } = person;
    object([
        ("@type", json!("Person")),
        ("@id", json!(reference.uri(issuer))),
        ("name", json!(plain_name)),
        ("alternateName", if name == plain_name { Value::Null } else { json!(name) }),
        ("honorificPrefix", json!(honorific)),
        ("jobTitle", json!(titles)),
        ("url", json!(reference.page)),
    ])
}

/// An institution or event that an article names.
pub fn thing(issuer: &Issuer, thing: &NamedThing) -> Value {
    reference(issuer, &thing.name, &thing.thing)
}

/// Someone or something that has to do with an entry.
pub fn party(issuer: &Issuer, party: &Party) -> Value {
    reference(issuer, &party.name, &party.entry)
}

/// One who signs; an institution where the record does not know who it is, since offices are what signs most often.
pub fn signatory(issuer: &Issuer, byline: &Byline) -> Value {
    match &byline.entry {
        Some(entry) => reference(issuer, &byline.name, entry),
        None => json!({ "@type": "Organization", "name": byline.name }),
    }
}

/// A topic, as the IPTC's term where it is one.
pub fn topic(issuer: &Issuer, topic: &Topic) -> Value {
    let scheme = topic.media_topic.as_ref().map(|_| "http://cv.iptc.org/newscodes/mediatopic/");
    object([
        ("@type", json!("DefinedTerm")),
        ("@id", json!(topic.topic.uri(issuer))),
        ("name", json!(topic.name)),
        ("termCode", json!(topic.media_topic)),
        ("inDefinedTermSet", json!(scheme)),
        ("url", json!(topic.topic.page)),
    ])
}

fn reference(issuer: &Issuer, name: &str, reference: &Reference) -> Value {
    let type_word = match reference.kind {
        EntryKind::Person => "Person",
        EntryKind::Institution => "Organization",
        EntryKind::Event => "Event",
        _ => "Thing",
    };
    object([
        ("@type", json!(type_word)),
        ("@id", json!(reference.uri(issuer))),
        ("name", json!(name)),
        ("url", json!(reference.page)),
    ])
}

/// A place with what is known of where it is.
pub fn place(place: &Place) -> Value {
    let Place { name, address, country_code, point } = place;
    let postal = object([("streetAddress", json!(address)), ("addressCountry", json!(country_code))]);
    object([
        ("@type", json!("Place")),
        ("name", json!(name)),
        ("address", typed("PostalAddress", postal)),
        (
            "geo",
            point.map_or(
                Value::Null,
                |point| json!({ "@type": "GeoCoordinates", "latitude": point.latitude, "longitude": point.longitude }),
            ),
        ),
    ])
}

/// A picture; its size in pixels (`E37` in the code list of UN/CEFACT), since schema.org knows no bare number there.
pub fn picture(picture: &Picture, issuer: &Issuer) -> Value {
    let pixels = |count: u32| json!({ "@type": "QuantitativeValue", "value": count, "unitCode": "E37" });
    object([
        ("@type", json!("ImageObject")),
        ("@id", json!(picture.uri(issuer))),
        ("contentUrl", json!(picture.url)),
        ("encodingFormat", json!(picture.mime_type)),
        ("width", picture.size.map_or(Value::Null, |(width, _)| pixels(width))),
        ("height", picture.size.map_or(Value::Null, |(_, height)| pixels(height))),
        ("name", json!(picture.title)),
        ("description", json!(picture.alt)),
        ("caption", json!(picture.caption)),
        ("creditText", json!(picture.credit)),
        ("usageInfo", usage(picture.rights.as_deref(), Policy::of_picture(picture, issuer), issuer)),
    ])
}

/// Terms of use in words, and where those for machines are; schema.org wants an address or a work there.
pub fn usage(rights: Option<&str>, policy: Option<Policy>, issuer: &Issuer) -> Value {
    let words = rights.map(|rights| json!({ "@type": "CreativeWork", "text": rights }));
    let address = policy.map(|policy| json!(policy.address(issuer)));
    match (words, address) {
        (Some(words), Some(address)) => json!([words, address]),
        (one, other) => one.or(other).unwrap_or_default(),
    }
}

/// What `property` was for a time: a `role_type` around its `value`, with the dates known.
pub fn role(role_type: &str, property: &str, value: Value, Dated { name, from, until }: &Dated) -> Value {
    let role_name = if role_type == "OrganizationRole" { json!(name) } else { Value::Null };
    object([
        ("@type", json!(role_type)),
        ("roleName", role_name),
        ("startDate", json!(from.map(|date| date.to_string()))),
        ("endDate", json!(until.map(|date| date.to_string()))),
        (property, value),
    ])
}

/// `fields` as a node of their type, or nothing where there are none.
fn typed(type_word: &str, mut fields: Value) -> Value {
    if fields.as_object().is_some_and(|fields| fields.is_empty()) {
        return Value::Null;
    }
    fields["@type"] = json!(type_word);
    fields
}
