//! Events as concepts.

use griot_domain::{EventState, EventTime};

use super::parts::{concept, definition, name, party, place, schema_org, timestamp};
use super::xml::Element;
use crate::item::{Event, Item, ProgrammeItem};

pub(super) fn complete(root: Element, item: &Item, event: &Event) -> Element {
    let concept = concept(item)
        .child(name(&event.name))
        .children(definition(&event.text))
        .children(event.programme.iter().map(programme_item))
        .children(event.part_of.as_ref().map(|whole| party("broader", whole, &item.issuer)))
        .child(details(item, event));
    root.child(concept)
}

fn details(item: &Item, event: &Event) -> Element {
    let (start, end) = times(&event.time);
    let dates = Element::new("dates")
        .child(Element::of_text("start", &start))
        .children(end.map(|end| Element::of_text("end", &end)));
    Element::new("eventDetails")
        .child(dates)
        .child(Element::of_code("occurStatus", occurrence(event.state)))
        .children(event.place.as_ref().map(|at| place("location", at)))
        .children(event.participants.iter().map(|one| party("participant", one, &item.issuer)))
        .children(event.organisers.iter().map(|one| party("organiser", one, &item.issuer)))
}

/// The IPTC's occurrence status: certain, cancelled, or, postponed being none of its terms, "may occur".
fn occurrence(state: EventState) -> &'static str {
    match state {
        EventState::Scheduled => "eocstat:eos5",
        EventState::Postponed => "eocstat:eos3",
        EventState::Cancelled => "eocstat:eos6",
    }
}

/// Start and end, as days or as instants with the offset of the place.
fn times(time: &EventTime) -> (String, Option<String>) {
    match time {
        EventTime::Timed { starts_at, ends_at, .. } => (timestamp(*starts_at), ends_at.map(timestamp)),
        EventTime::AllDay { starts_on, ends_on, .. } => (starts_on.to_string(), ends_on.map(|day| day.to_string())),
    }
}

/// One item of the programme, in words: within a concept the format keeps times only for the whole event.
fn programme_item(part: &ProgrammeItem) -> Element {
    let (start, end) = times(&part.time);
    let when = end.map_or(start.clone(), |end| format!("{start}/{end}"));
    let whereabouts = part.place.as_ref().map(|place| format!(" ({})", place.name));
    let line = format!("{when} {}{}", part.name, whereabouts.unwrap_or_default());
    Element::of_line("note", &line).with("roleuri", schema_org("subEvent"))
}
