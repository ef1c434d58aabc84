//! Feeds as those read them whom nobody here wrote: `feed-rs` and `icalendar` in Rust, `feedparser` and `icalendar` in Python,
//! `rss-parser` in Node.

use std::path::Path;

use chrono::{DateTime, Timelike, Utc};
use feed_rs::model::{Entry, Text};
use icalendar::{Calendar, Component};
use serde_json::{Value, json};

use crate::issued::{files, save};
use crate::tools::{node, python};

/// Atom and RSS give those who read them what the JSON Feed has.
pub fn read_by_others(folder: &Path, feed: &str, json: &Value) {
    for form in ["atom", "rss"] {
        let items = json["items"].as_array().expect("items").iter();
        // Atom has tombstones instead of stubs.
        let items = items.filter(|item| form == "rss" || item["_griot"]["pub_status"] == "usable");
        let entries = items.map(|item| {
            let content = if item["content_html"].is_null() { &item["content_text"] } else { &item["content_html"] };
            json!({ "id": item["id"], "title": item["title"], "content": content,
                "published": item["date_published"], "updated": item["date_modified"] })
        });
        let entries: Vec<Value> = entries.collect();
        let file = folder.join(form).join(format!("{feed}.{form}").replace('/', "_"));
        let expected = json!({ "title": json["title"], "entries": entries });
        read_by_feed_rs(&file, form, &expected);
        let expected = save(folder, "expected", &format!("{feed}.{form}.json"), &expected.to_string());
        let args = [file.to_str().expect("UTF-8"), expected.to_str().expect("UTF-8")];
        python("feedparser_check.py", &args);
        node("rss_parser.mjs", &args);
    }
}

fn read_by_feed_rs(file: &Path, form: &str, expected: &Value) {
    let feed =
        feed_rs::parser::parse(&*std::fs::read(file).unwrap()).unwrap_or_else(|error| panic!("{file:?}: {error}"));
    let text = |text: &Option<Text>| text.as_ref().map(|text| text.content.clone()).unwrap_or_default();
    let found = |entry: &Entry| {
        let content = entry.content.as_ref().and_then(|content| content.body.clone()).unwrap_or_default();
        let mut found = json!({ "id": entry.id, "title": text(&entry.title), "content": content });
        // RSS has whole seconds, and knows no change.
        found["published"] = entry.published.map(seconds).into();
        if form == "atom" {
            found["updated"] = entry.updated.map(seconds).into();
        }
        found
    };
    let wanted = |entry: &Value| {
        let mut wanted = entry.clone();
        let instant = |name: &str| Some(seconds(entry[name].as_str()?.parse().expect("an instant")));
        wanted["published"] = instant("published").into();
        match form {
            "atom" => wanted["updated"] = instant("updated").into(),
            _ => drop(wanted.as_object_mut().unwrap().remove("updated")),
        }
        wanted
    };
    assert_eq!(text(&feed.title), expected["title"], "{file:?}");
    let found: Vec<Value> = feed.entries.iter().map(found).collect();
    let wanted: Vec<Value> = expected["entries"].as_array().unwrap().iter().map(wanted).collect();
    assert_eq!(found, wanted, "{file:?}");
}

fn seconds(instant: DateTime<Utc>) -> String {
    instant.with_nanosecond(0).expect("every second has a beginning").to_rfc3339()
}

/// Two libraries read the calendars in a folder, and find every event in them. Gives how many events there are in all.
pub fn calendars_are_read(folder: &Path) -> usize {
    let calendars = files(folder);
    python("icalendar_check.py", &calendars.iter().map(String::as_str).collect::<Vec<_>>());
    let events = |file: &String| {
        let written = std::fs::read_to_string(file).unwrap();
        let calendar: Calendar = written.parse().unwrap_or_else(|error| panic!("{file}: {error}"));
        assert!(calendar.get_name().is_some_and(|name| !name.is_empty()), "{file}");
        for event in calendar.events() {
            assert!(event.get_uid().is_some() && event.property_value("DTSTAMP").is_some(), "{file}: {event:?}");
            assert!(event.get_summary().is_some_and(|summary| !summary.is_empty()), "{file}: {event:?}");
        }
        assert_eq!(calendar.events().count(), written.matches("BEGIN:VEVENT").count(), "{file}");
        calendar.events().count()
    };
    calendars.iter().map(events).sum()
}
