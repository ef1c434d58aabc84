//! Events as iCalendar (RFC 5545).
//!
//! Written here rather than by the crate `icalendar` (0.17), which reads it back in the tests: it lets carriage returns
//! through that break a line, may fold to 76 octets, searches a line from its start at each fold, and asks the clock
//! where a stamp is missing.

use chrono::{DateTime, Days, NaiveDate, TimeZone, Utc};
use griot_domain::{EntryKind, EventState, EventTime};

use super::Feed;
use crate::item::{Content, Event, Item, Place, ProgrammeItem};

impl Feed {
    /// Its events as a calendar: `text/calendar`. The items of a programme are events of their own.
    pub fn calendar(&self) -> String {
        let mut lines = Lines(String::new());
        lines.raw("BEGIN", "VCALENDAR");
        lines.raw("VERSION", "2.0");
        lines.raw("PRODID", "-//Griot//Griot//EN");
        lines.raw("CALSCALE", "GREGORIAN");
        // Known to more programs than its successor NAME (RFC 7986).
        lines.text("X-WR-CALNAME", &self.title);
        for item in self.taken_back().filter(|item| item.kind == EntryKind::Event) {
            gone(&mut lines, item);
        }
        for item in self.usable() {
            if let Content::Event(event) = &item.content {
                whole(&mut lines, item, event);
                for (index, part) in event.programme.iter().enumerate() {
                    programme_item(&mut lines, item, event, (index + 1, part));
                }
            }
        }
        lines.raw("END", "VCALENDAR");
        lines.0
    }
}

fn whole(lines: &mut Lines, item: &Item, event: &Event) {
    begin(lines, item, &uid(item, &item.id.to_string()));
    lines.raw("STATUS", status(event.state));
    time(lines, &event.time);
    lines.text(&in_language("SUMMARY", item), &event.name);
    if !event.text.is_empty() {
        lines.text(&in_language("DESCRIPTION", item), &event.text);
    }
    if let Some(place) = &event.place {
        location(lines, item, place);
    }
    if let Some(page) = &item.page {
        lines.raw("URL", page);
    }
    if let Some(larger) = &event.part_of {
        lines.text("RELATED-TO", &uid(item, &larger.entry.id.to_string()));
        lines.text("CATEGORIES", &larger.name);
    }
    lines.raw("END", "VEVENT");
}

/// An item of the programme. It has no identity but its position; who comes back for the calendar gets all of it anew.
fn programme_item(lines: &mut Lines, item: &Item, event: &Event, (number, part): (usize, &ProgrammeItem)) {
    begin(lines, item, &uid(item, &format!("{}-{number}", item.id)));
    lines.raw("STATUS", status(event.state));
    time(lines, &part.time);
    // "Opening" alone says nothing among other people's appointments.
    lines.text(&in_language("SUMMARY", item), &format!("{} – {}", part.name, event.name));
    if let Some(place) = part.place.as_ref().or(event.place.as_ref()) {
        location(lines, item, place);
    }
    if let Some(page) = &item.page {
        lines.raw("URL", page);
    }
    lines.text("RELATED-TO", &uid(item, &item.id.to_string()));
    lines.raw("END", "VEVENT");
}

/// An event that was taken back, for calendars that hold it. When it was to be went with its text, and a start is
/// obligatory: the day it was taken back stands there, and takes up nobody's time.
fn gone(lines: &mut Lines, item: &Item) {
    begin(lines, item, &uid(item, &item.id.to_string()));
    lines.raw("STATUS", "CANCELLED");
    lines.raw("DTSTART;VALUE=DATE", &date(item.version_created.date_naive()));
    lines.raw("TRANSP", "TRANSPARENT");
    lines.text(&in_language("SUMMARY", item), &item.title());
    lines.raw("END", "VEVENT");
}

fn begin(lines: &mut Lines, item: &Item, uid: &str) {
    lines.raw("BEGIN", "VEVENT");
    lines.text("UID", uid);
    lines.raw("DTSTAMP", &instant(&item.version_created));
    lines.raw("CREATED", &instant(&item.first_created));
    lines.raw("LAST-MODIFIED", &instant(&item.version_created));
    lines.raw("SEQUENCE", &item.version.saturating_sub(1).to_string());
}

/// Made of nothing but the id and language, so that what an event is part of can be named without being known.
fn uid(item: &Item, id: &str) -> String {
    format!("{id}-{}@{}", item.locale, item.issuer.host)
}

fn status(state: EventState) -> &'static str {
    match state {
        EventState::Scheduled => "CONFIRMED",
        EventState::Postponed => "TENTATIVE",
        EventState::Cancelled => "CANCELLED",
    }
}

/// Instants in UTC, so that no table of zones has to come along; days as they are at the place.
fn time(lines: &mut Lines, time: &EventTime) {
    match time {
        EventTime::Timed { starts_at, ends_at, .. } => {
            lines.raw("DTSTART", &instant(starts_at));
            if let Some(ends_at) = ends_at.filter(|ends_at| ends_at > starts_at) {
                lines.raw("DTEND", &instant(&ends_at));
            }
        }
        EventTime::AllDay { starts_on, ends_on, .. } => {
            lines.raw("DTSTART;VALUE=DATE", &date(*starts_on));
            // The first day after it.
            let last = ends_on.unwrap_or(*starts_on).max(*starts_on);
            if let Some(end) = last.checked_add_days(Days::new(1)) {
                lines.raw("DTEND;VALUE=DATE", &date(end));
            }
        }
    }
}

fn location(lines: &mut Lines, item: &Item, place: &Place) {
    let words = [Some(place.name.as_str()), place.address.as_deref()];
    lines.text(&in_language("LOCATION", item), &words.into_iter().flatten().collect::<Vec<_>>().join(", "));
    if let Some(point) = &place.point {
        lines.raw("GEO", &format!("{};{}", point.latitude, point.longitude));
    }
}

fn in_language(name: &str, item: &Item) -> String {
    format!("{name};LANGUAGE={}", item.locale)
}

fn instant<Zone: TimeZone>(at: &DateTime<Zone>) -> String {
    at.with_timezone(&Utc).format("%Y%m%dT%H%M%SZ").to_string()
}

fn date(day: NaiveDate) -> String {
    day.format("%Y%m%d").to_string()
}

/// Content lines.
struct Lines(String);

impl Lines {
    /// Most octets of a line, without its end.
    const MAX_OCTETS: usize = 75;

    /// A line whose value is a text.
    fn text(&mut self, name: &str, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        let text = text.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n");
        self.raw(name, &text);
    }

    /// A line, folded between characters. Control characters are left out: they are allowed nowhere, and an end of line
    /// would begin another property.
    fn raw(&mut self, name: &str, value: &str) {
        let mut room = Self::MAX_OCTETS;
        let line = name.chars().chain([':']).chain(value.chars());
        for c in line.filter(|c| *c == '\t' || !c.is_control()) {
            if c.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = Self::MAX_OCTETS - 1;
            }
            self.0.push(c);
            room -= c.len_utf8();
        }
        self.0.push_str("\r\n");
    }
}
