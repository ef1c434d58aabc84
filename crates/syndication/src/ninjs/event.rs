//! Events. One that is called off is still a usable item: its readers have to learn of it.

use griot_domain::{EntryKind, EventState, EventTime};
use serde_json::{Value, json};

use super::{NEWSCODES, association, bodies, named, page, part, place};
use crate::item::{Event, Item, Party, ProgrammeItem};
use crate::json::{bounds, object};
use crate::relation::Relation;

pub const PROFILE: &str = "agenda";

pub fn fields(item: &Item, event: &Event) -> Value {
    object([
        ("profile", json!(PROFILE)),
        ("copyrightHolder", json!(item.issuer.name)),
        ("title", json!(event.name)),
        ("headlines", json!([part("main", &event.name)])),
        ("bodies", bodies(&event.html, &event.text, event.text.split_whitespace().count())),
        ("eventDetails", details(item, event)),
        ("places", event.place.iter().map(place).collect()),
        ("people", parties(item, event, EntryKind::Person)),
        ("organisations", parties(item, event, EntryKind::Institution)),
        ("events", event.part_of.iter().map(|whole| named(item, &whole.name, &whole.entry, "partOf")).collect()),
        ("renditions", page(item.page.as_deref())),
        ("associations", programme(item, event).chain(association::translations(item)).collect()),
    ])
}

fn details(item: &Item, event: &Event) -> Value {
    let organiser = event.organisers.first().map(|party| named(item, &party.name, &party.entry, "organiser"));
    object([
        ("dates", dates(&event.time)),
        (
            "eventStatus",
            status(event.state).map_or(Value::Null, |code| json!(format!("{NEWSCODES}/eventoccurstatus/{code}"))),
        ),
        ("organiser", json!(organiser)),
    ])
}

/// "Planned, occurs certainly" and "planned, then cancelled". There is no code for one put off; the editor's note says so.
fn status(state: EventState) -> Option<&'static str> {
    match state {
        EventState::Scheduled => Some("eos5"),
        EventState::Postponed => None,
        EventState::Cancelled => Some("eos6"),
    }
}

/// Instants are dates; days are expected dates, the only ones that may lack an hour.
fn dates(time: &EventTime) -> Value {
    let (start, end) = bounds(time);
    match time {
        EventTime::Timed { .. } => object([("startDate", json!(start)), ("endDate", json!(end))]),
        EventTime::AllDay { .. } => object([("expectedStartDate", json!(start)), ("expectedEndDate", json!(end))]),
    }
}

/// Organisers and participants of one kind, each with the capacity in which they take part.
fn parties(item: &Item, event: &Event, kind: EntryKind) -> Value {
    let party = |party: &Party, rel: &str| {
        (party.entry.kind == kind).then(|| named(item, &party.name, &party.entry, party.role.as_deref().unwrap_or(rel)))
    };
    let organisers = event.organisers.iter().filter_map(|one| party(one, "organiser"));
    organisers.chain(event.participants.iter().filter_map(|one| party(one, "participant"))).collect()
}

/// The items of the programme as events of their own, under the event's identity and their number.
fn programme(item: &Item, event: &Event) -> impl Iterator<Item = Value> {
    event.programme.iter().enumerate().map(|(at, ProgrammeItem { name, time, place: where_to })| {
        object([
            ("name", json!(name)),
            ("rel", json!(Relation::Programme.address(&item.issuer))),
            ("uri", json!(format!("{}#programme-{}", item.uri(), at + 1))),
            ("type", json!("event")),
            ("headlines", json!([part("main", name)])),
            ("eventDetails", json!({ "dates": dates(time) })),
            ("places", where_to.iter().map(place).collect()),
        ])
    })
}
