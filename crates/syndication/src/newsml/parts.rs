//! Pieces that several items are made of.

use chrono::{DateTime, SecondsFormat, TimeZone};
use griot_domain::{EntryKind, PartialDate};

use super::xml::Element;
use crate::item::{Dated, Issuer, Item, Party, Place, Reference};

/// A term of schema.org, where the IPTC has no code.
pub(super) fn schema_org(term: &str) -> String {
    format!("https://schema.org/{term}")
}

pub(super) fn timestamp<Tz: TimeZone>(at: DateTime<Tz>) -> String
where
    Tz::Offset: std::fmt::Display,
{
    at.to_rfc3339_opts(SecondsFormat::AutoSi, true)
}

pub(super) fn name(text: &str) -> Element {
    Element::of_line("name", text)
}

pub(super) fn issuer(element: &'static str, issuer: &Issuer) -> Element {
    Element::new(element).with("uri", &issuer.site).child(name(&issuer.name))
}

/// `text` with its line breaks kept.
pub(super) fn lines(element: &'static str, text: &str) -> Element {
    let mut whole = Element::new(element);
    for (number, line) in text.lines().enumerate() {
        if number > 0 {
            whole.push(Element::new("br"));
        }
        whole.push_text(line);
    }
    whole
}

/// An entry by its permanent address, under the name it bears here.
pub(super) fn entry(element: &'static str, reference: &Reference, shown: &str, issuer: &Issuer) -> Element {
    Element::new(element)
        .with_some("type", nature(reference.kind))
        .with("uri", reference.uri(issuer))
        .child(name(shown))
}

/// Someone or something, with the capacity in words: those are the office's own, so no code is there for them.
pub(super) fn party(element: &'static str, party: &Party, issuer: &Issuer) -> Element {
    let role = party.role.as_deref().map(|role| Element::of_text("note", role));
    entry(element, &party.entry, &party.name, issuer).children(role)
}

/// What an entry is, in the IPTC's terms.
pub(super) fn nature(kind: EntryKind) -> Option<&'static str> {
    match kind {
        EntryKind::Person => Some("cpnat:person"),
        EntryKind::Institution => Some("cpnat:organisation"),
        EntryKind::Event => Some("cpnat:event"),
        EntryKind::Topic => Some("cpnat:abstract"),
        EntryKind::Article | EntryKind::Asset | EntryKind::Appointment => None,
    }
}

/// A place; one with an address or position is a point of interest.
pub(super) fn place(element: &'static str, place: &Place) -> Element {
    let position = place.point.map(|point| {
        Element::new("position")
            .with("latitude", point.latitude.to_string())
            .with("longitude", point.longitude.to_string())
    });
    let address = place.address.as_deref().map(address);
    let is_point = position.is_some() || address.is_some();
    let details = is_point.then(|| Element::new("POIDetails").children(position).children(address));
    let country = place
        .country_code
        .as_ref()
        .map(|code| Element::of_code("broader", &format!("iso3166-1a2:{code}")).with("type", "cpnat:geoArea"));
    Element::new(element)
        .with_some("type", is_point.then_some("cpnat:poi"))
        .child(name(&place.name))
        .children(country)
        .children(details)
}

pub(super) fn address(text: &str) -> Element {
    Element::new("address").children(text.lines().map(|line| Element::of_line("line", line)))
}

/// `element` with the days between which it holds. The schema has whole dates only here, so a year or month counts in
/// its whole length, as it does in the record.
pub(super) fn during(element: Element, dated: &Dated) -> Element {
    let day = |day: chrono::NaiveDate| PartialDate::Day(day).to_string();
    element
        .with_some("validfrom", dated.from.map(|from| day(from.earliest())))
        .with_some("validto", dated.until.map(|until| day(until.latest())))
}

/// The start of a concept: its identity, which is the address others refer to it by, and its nature.
pub(super) fn concept(item: &Item) -> Element {
    let this = Reference { id: item.id, kind: item.kind, page: None };
    Element::new("concept")
        .child(Element::new("conceptId").with("uri", this.uri(&item.issuer)))
        .children(nature(item.kind).map(|code| Element::of_code("type", code)))
}

/// What is said of a concept at length.
pub(super) fn definition(text: &str) -> Option<Element> {
    (!text.is_empty()).then(|| lines("definition", text))
}

pub(super) fn same_as(addresses: &[String]) -> impl Iterator<Item = Element> {
    addresses.iter().map(|address| Element::new("sameAs").with("uri", address))
}
