//! Events, their programme as events within.

use griot_domain::EventState;
use serde_json::{Value, json};

use super::{entry_uri, thing};
use crate::item::{Event, Item, Party, ProgrammeItem};
use crate::json::{bounds, object};

pub fn fields(item: &Item, event: &Event) -> Value {
    let Item { issuer, .. } = item;
    let (start, end) = bounds(&event.time);
    object([
        ("@type", json!("Event")),
        ("@id", json!(entry_uri(item))),
        ("url", json!(item.page)),
        ("name", json!(event.name)),
        ("description", if event.text.is_empty() { Value::Null } else { json!(event.text) }),
        ("inLanguage", json!(item.locale.as_str())),
        ("startDate", json!(start)),
        ("endDate", json!(end)),
        ("eventStatus", json!(status(event.state))),
        ("location", event.place.as_ref().map_or(Value::Null, thing::place)),
        ("organizer", event.organisers.iter().map(|party| thing::party(issuer, party)).collect()),
        ("attendee", event.participants.iter().map(|party| attendee(item, party)).collect()),
        ("superEvent", event.part_of.as_ref().map_or(Value::Null, |whole| thing::party(issuer, whole))),
        ("subEvent", event.programme.iter().map(programme_item).collect()),
    ])
}

fn status(state: EventState) -> &'static str {
    match state {
        EventState::Scheduled => "https://schema.org/EventScheduled",
        EventState::Postponed => "https://schema.org/EventPostponed",
        EventState::Cancelled => "https://schema.org/EventCancelled",
    }
}

/// One who takes part, inside the capacity in which that is.
fn attendee(item: &Item, party: &Party) -> Value {
    let node = thing::party(&item.issuer, party);
    match &party.role {
        Some(role) => json!({ "@type": "Role", "roleName": role, "attendee": node }),
        None => node,
    }
}

fn programme_item(ProgrammeItem { name, time, place }: &ProgrammeItem) -> Value {
    let (start, end) = bounds(time);
    object([
        ("@type", json!("Event")),
        ("name", json!(name)),
        ("startDate", json!(start)),
        ("endDate", json!(end)),
        ("location", place.as_ref().map_or(Value::Null, thing::place)),
    ])
}
