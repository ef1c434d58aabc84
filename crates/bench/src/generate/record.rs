//! The cast as JSON lines (docs/import-format.md).

use std::io::{self, Write};

use serde_json::{Value, json};

use super::cast::{Cast, Person};

/// Institutions first, since posts refer to them; all are live from the first day.
pub fn write(cast: &Cast, out: &mut impl Write) -> io::Result<()> {
    for institution in &cast.institutions {
        let text = json!({"slug": institution.slug, "name": institution.name, "body": body(&institution.about)});
        line(out, "institution", json!({"kind": "MINISTRY"}), text)?;
    }
    for event in &cast.events {
        let time = json!({"startsAt": event.starts_at, "endsAt": event.ends_at, "timeZone": "Africa/Bamako"});
        let entry = json!({"time": time, "place": {"name": event.place, "countryCode": "ML"}});
        line(out, "event", entry, json!({"slug": event.slug, "name": event.name}))?;
    }
    for person in &cast.people {
        let text = json!({"slug": person.slug, "body": body(&person.biography)});
        line(out, "person", neutral(person), text)?;
    }
    for person in &cast.people {
        let seat = &cast.institutions[person.seat].slug;
        let entry = json!({"person": person.slug, "institution": seat, "from": "2016-01"});
        line(out, "appointment", entry, json!({"title": person.post}))?;
    }
    Ok(())
}

fn neutral(person: &Person) -> Value {
    let name = json!({"given": person.given, "family": person.family, "display": person.name()});
    match person.promoted {
        None => json!({"name": name}),
        Some(year) => {
            let ranks =
                json!([{"rank": "Colonel", "until": year.to_string()}, {"rank": "Général", "from": year.to_string()}]);
            json!({"name": name, "ranks": ranks})
        }
    }
}

fn body(text: &str) -> Value {
    let span = json!({"_type": "span", "_key": "b1s1", "text": text, "marks": []});
    json!([{"_type": "block", "_key": "b1", "style": "normal", "children": [span], "markDefs": []}])
}

fn line(out: &mut impl Write, kind: &str, entry: Value, text: Value) -> io::Result<()> {
    // The kind comes first for readers of the file; maps of serde_json are in alphabetical order.
    write!(out, "{{\"kind\":\"{kind}\",\"liveFrom\":\"2016-01-01T00:00:00Z\",")?;
    writeln!(out, "\"entry\":{entry},\"texts\":{{\"fr\":{text}}}}}")
}
