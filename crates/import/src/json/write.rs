//! The canonical form of a line: fixed order of keys, no spaces, nothing that is empty.

use std::io::{self, Write};

use griot_domain::{Edition, EntryKind, Publication, Text};
use serde::Serialize;

/// Writes one line with its end. Equal publications give equal bytes.
pub(super) fn write_line(out: &mut impl Write, publication: &Publication) -> io::Result<()> {
    write!(out, "{{\"kind\":")?;
    json(out, &publication.kind)?;
    field(out, "id", &publication.id)?;
    field(out, "liveFrom", &publication.live_from)?;
    if !publication.external_ids.is_empty() {
        field(out, "externalIds", &publication.external_ids)?;
    }
    if let Some(entry) = &publication.entry {
        write!(out, ",\"entry\":{}", entry.to_json())?;
    }
    if !publication.editions.is_empty() {
        write!(out, ",\"texts\":{{")?;
        for (index, (locale, edition)) in publication.editions.iter().enumerate() {
            if index > 0 {
                out.write_all(b",")?;
            }
            json(out, locale)?;
            write!(out, ":{}", text_object(publication.kind, edition))?;
        }
        out.write_all(b"}")?;
    }
    if !publication.withdrawn.is_empty() {
        field(out, "withdrawn", &publication.withdrawn)?;
    }
    if let Some(retraction) = &publication.retraction {
        field(out, "retraction", retraction)?;
    }
    if !publication.old_paths.is_empty() {
        field(out, "oldPaths", &publication.old_paths)?;
    }
    out.write_all(b"}\n")
}

/// Slug, the fields of the text, body. An article always says its `mentions`, even that there are none: without
/// the key an import would look for them.
fn text_object(kind: EntryKind, edition: &Edition) -> String {
    let mut parts = Vec::new();
    if let Some(slug) = &edition.slug {
        parts.push(format!("\"slug\":{}", text_of(slug)));
    }
    let fields = edition.text.to_json();
    let fields = &fields[1..fields.len() - 1];
    if !fields.is_empty() {
        parts.push(fields.to_owned());
    }
    let is_without = matches!(&edition.text, Text::Article(text) if text.mentions.is_empty());
    if kind == EntryKind::Article && is_without {
        parts.push("\"mentions\":[]".to_owned());
    }
    if !edition.body.is_empty() {
        parts.push(format!("\"body\":{}", text_of(&edition.body)));
    }
    format!("{{{}}}", parts.join(","))
}

fn field(out: &mut impl Write, key: &str, value: &impl Serialize) -> io::Result<()> {
    write!(out, ",\"{key}\":")?;
    json(out, value)
}

fn json(out: &mut impl Write, value: &impl Serialize) -> io::Result<()> {
    serde_json::to_writer(out, value).map_err(io::Error::from)
}

fn text_of(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("content has string keys only")
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use griot_domain::{Edition, Event, EventState, EventText, EventTime, GeoPoint, Locale, Place, Publication, Slug};
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::write_line;
    use crate::json::line::Line;

    fn publication(latitude: f64, longitude: f64) -> Publication {
        let place = Place {
            name: "A".into(),
            address: None,
            country_code: None,
            point: Some(GeoPoint { latitude, longitude }),
        };
        let event = Event {
            time: EventTime::AllDay { starts_on: "2024-01-01".parse().unwrap(), ends_on: None, time_zone: None },
            place: Some(place),
            state: EventState::Scheduled,
            part_of: None,
            organisers: Vec::new(),
            participants: Vec::new(),
            programme: Vec::new(),
        };
        let text = EventText { name: "A".to_owned(), variants: Vec::new(), seo: Default::default() };
        let slug = Some(Slug::parse("a").unwrap());
        let edition = Edition { slug, text: text.into(), body: Default::default() };
        Publication {
            id: griot_domain::EntryId(Uuid::from_u128(1)),
            kind: griot_domain::EntryKind::Event,
            live_from: "2024-01-01T00:00:00Z".parse().unwrap(),
            revised_at: None,
            entry: Some(event.into()),
            editions: BTreeMap::from([(Locale::parse("fr").unwrap(), edition)]),
            withdrawn: BTreeSet::new(),
            retraction: None,
            external_ids: Vec::new(),
            old_paths: Vec::new(),
        }
    }

    fn written(publication: &Publication) -> String {
        let mut out = Vec::new();
        write_line(&mut out, publication).unwrap();
        String::from_utf8(out).unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn a_place_comes_back_to_the_last_digit(latitude in -90.0..=90.0, longitude in -180.0..=180.0) {
            let line = written(&publication(latitude, longitude));
            let mut read = Line::read(&line).unwrap();
            let parts = read.shape().unwrap();
            let again = read.publication(read.id.unwrap(), read.live_from.unwrap(), parts);
            prop_assert_eq!(written(&again), line);
        }
    }
}
