//! What an editor lets wait for its time.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_tests::requests::Named;
use serde_json::json;

use super::Editor;

impl Editor {
    /// Plans the publication of a new article in two seconds or three.
    pub fn schedule(&mut self) {
        let title = self.title();
        let mut input = self.change("article", &title);
        input["kind"] = json!("NEWS");
        input["issuedAt"] = json!(self.instant());
        let payload = self.desk.act("articleCreate", input);
        let Some(id) = payload["draft"]["contentId"].as_str().map(str::to_owned) else { return };
        let due = SystemClock.now() + TimeDelta::seconds(3);
        let due = DateTime::from_timestamp(due.timestamp(), 0).unwrap();
        let at = due.to_rfc3339_opts(SecondsFormat::Secs, true);
        let payload = self.desk.act("contentSchedule", json!({ "items": [self.item(&id)], "at": at }));
        if let Some(schedule) = payload["schedule"]["id"].as_str() {
            self.pending.push((schedule.to_owned(), due));
            let named = Named { kind: "article".to_owned(), id, titles: vec![title], ..Named::default() };
            self.known.push(named);
        }
        let count = self.counts.entry("schedule").or_default();
        count[usize::from(payload["schedule"]["id"].is_null())] += 1;
    }

    /// When something is due so soon that it could come between two answers.
    pub fn due_soon(&self) -> Option<DateTime<Utc>> {
        let near = SystemClock.now() + TimeDelta::milliseconds(1_900);
        self.pending.iter().map(|(_, due)| *due).filter(|due| *due < near).max()
    }

    /// When the next of what waits is due.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        self.pending.iter().map(|(_, due)| *due).min()
    }

    /// Whether all that was due is released.
    pub fn released(&mut self) -> bool {
        let state = |id: &String| {
            self.desk.data("query($id: ID!) { schedule(id: $id) { state } }", json!({ "id": id }))["schedule"]["state"]
                .take()
        };
        let open: Vec<_> = self.pending.iter().filter(|(id, _)| state(id) == "WAITING").cloned().collect();
        self.pending = open;
        self.pending.is_empty()
    }
}
