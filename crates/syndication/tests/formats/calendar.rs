//! Calendars, read back with `icalendar`.

use griot_domain::EventState;
use griot_syndication::item::{Content, Item};
use icalendar::{Calendar, Component, EventLike};

use crate::samples::{all, all_day_event, event, taken_back};
use crate::support::{feed, likely_feed};

#[test]
fn an_event_comes_back_as_it_went() {
    let calendar = read(&feed([event()]).calendar());
    assert_eq!(calendar.get_name(), Some("Tout; le fil, « A & B »"));
    let uid = "00000000-0000-4000-8000-000000000040-fr@koulouba.example";
    assert_eq!(calendar.events().count(), 3, "the event and two items of its programme");
    assert_properties(
        &calendar,
        uid,
        &[
            ("DTSTAMP", "20231106T113000Z"),
            ("LAST-MODIFIED", "20231106T113000Z"),
            ("SEQUENCE", "0"),
            ("STATUS", "CONFIRMED"),
            ("DTSTART", "20240706T080000Z"),
            ("DTEND", "20240706T170000Z"),
            ("SUMMARY", "Sommet de Niamey; suite, et fin"),
            ("DESCRIPTION", "Premier sommet."),
            ("LOCATION", "Palais de Koulouba, Colline de Koulouba, Bamako"),
            ("GEO", "12.66;-8"),
            ("URL", "https://koulouba.example/fr/events/x40"),
            ("RELATED-TO", "00000000-0000-4000-8000-000000000041-fr@koulouba.example"),
        ],
    );
    let event = calendar.events().next().unwrap();
    assert_eq!(event.get_categories(), Some(vec!["Semaine du Sahel".to_owned()]));
    assert_eq!(event.property_value("ORGANIZER"), None, "nobody's address is known");
}

#[test]
fn items_of_a_programme_are_events_that_belong_to_it() {
    let calendar = read(&feed([event()]).calendar());
    let id = "00000000-0000-4000-8000-000000000040";
    assert_properties(
        &calendar,
        &format!("{id}-1-fr@koulouba.example"),
        &[
            ("DTSTART", "20240706T080000Z"),
            ("DTEND", "20240706T090000Z"),
            ("SUMMARY", "Ouverture – Sommet de Niamey; suite, et fin"),
            ("RELATED-TO", &format!("{id}-fr@koulouba.example")),
        ],
    );
    let last = format!("{id}-2-fr@koulouba.example");
    assert_properties(&calendar, &last, &[("DTSTART", "20240706T160000Z")]);
    assert_eq!(by_uid(&calendar, &last).property_value("DTEND"), None);
}

#[test]
fn whole_days_end_on_the_day_after() {
    let calendar = read(&feed([all_day_event()]).calendar());
    let uid = "00000000-0000-4000-8000-000000000042-fr@koulouba.example";
    assert_properties(
        &calendar,
        uid,
        &[
            ("DTSTART", "20240922"),
            ("DTEND", "20240924"),
            ("STATUS", "TENTATIVE"),
            ("SUMMARY", "Fête de l’Indépendance"),
        ],
    );
    let event = by_uid(&calendar, uid);
    let kind = |name: &str| event.properties()[name].params()["VALUE"].value().to_owned();
    assert_eq!((kind("DTSTART"), kind("DTEND")), ("DATE".to_owned(), "DATE".to_owned()));
}

#[test]
fn what_does_not_take_place_is_cancelled_with_its_programme() {
    let mut item = Item { version: 5, ..event() };
    let Content::Event(event) = &mut item.content else { unreachable!("an event") };
    event.state = EventState::Cancelled;
    let calendar = read(&feed([item]).calendar());
    for event in calendar.events() {
        assert_eq!(event.property_value("STATUS"), Some("CANCELLED"));
        assert_eq!(event.property_value("SEQUENCE"), Some("4"));
    }
}

#[test]
fn an_event_taken_back_is_cancelled_under_its_uid() {
    let killed = all().into_iter().find(|(name, _)| *name == "event-killed").unwrap().1;
    let calendar = read(&feed([killed, taken_back(Content::Canceled, None)]).calendar());
    assert_eq!(calendar.events().count(), 1, "an article has no place here");
    assert_properties(
        &calendar,
        "00000000-0000-4000-8000-000000000003-fr@koulouba.example",
        &[("STATUS", "CANCELLED"), ("SUMMARY", "ANNULATION"), ("DTSTART", "20231108"), ("SEQUENCE", "3")],
    );
}

#[test]
fn lines_are_short_and_texts_cannot_leave_them() {
    let name = "é𝄞, ; \\ «long»".repeat(20);
    let text = "un\r\ndeux\rtrois\nEND:VEVENT\u{0}\u{b}\n\n\tquatre \\n ".repeat(9);
    let mut item = event();
    let Content::Event(event) = &mut item.content else { unreachable!("an event") };
    event.name.clone_from(&name);
    event.text.clone_from(&text);
    event.programme.clear();
    item.page = Some("https://koulouba.example/x\r\nATTACH:y".to_owned());
    let written = feed([item]).calendar();

    for line in written.split_terminator("\r\n") {
        assert!(line.len() <= 75, "{} octets: {line}", line.len());
        assert!(!line.contains(['\r', '\n']), "{line}");
    }
    let calendar = read(&written);
    let event = calendar.events().next().unwrap();
    assert_eq!(event.property_value("SUMMARY"), Some(name.as_str()));
    let expected = text.replace("\r\n", "\n").replace('\r', "\n").replace(['\0', '\u{b}'], "");
    assert_eq!(event.property_value("DESCRIPTION"), Some(expected.as_str()));
    assert_eq!(event.property_value("ATTACH"), None);
    assert_eq!(calendar.events().count(), 1);
}

#[test]
fn every_item_in_every_state_gives_a_calendar() {
    for (name, item) in all() {
        let written = feed([item.clone()]).calendar();
        assert!(written.starts_with("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), "{name}");
        assert!(written.ends_with("END:VCALENDAR\r\n"), "{name}");
        let is_event = item.kind == griot_domain::EntryKind::Event;
        assert_eq!(read(&written).events().count() > 0, is_event, "{name}");
    }
    assert_eq!(read(&likely_feed().calendar()).events().count(), 5);
}

fn read(written: &str) -> Calendar {
    written.parse().unwrap_or_else(|error| panic!("{error}\n{written}"))
}

fn by_uid<'a>(calendar: &'a Calendar, uid: &str) -> &'a icalendar::Event {
    let mut events = calendar.events().filter(|event| event.get_uid() == Some(uid));
    let event = events.next().unwrap_or_else(|| panic!("no {uid}"));
    assert!(events.next().is_none(), "{uid} is there twice");
    event
}

fn assert_properties(calendar: &Calendar, uid: &str, expected: &[(&str, &str)]) {
    let event = by_uid(calendar, uid);
    for (name, value) in expected {
        assert_eq!(event.property_value(name), Some(*value), "{name} of {uid}");
    }
}
