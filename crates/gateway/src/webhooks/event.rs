//! The event of a change.

use chrono::{DateTime, Utc};
use griot_domain::{ArticleKind, EntryKind};
use griot_persistence::{Drill, ItemChange, Lane, NewDelivery};
use griot_webhooks::{event_body, event_id};
use serde_json::{Map, Value};

use crate::documents::{Heading, Reason};
use crate::graphql::delivery::Loads;
use crate::partners::{ENTERED_SCOPE, Line};

/// What is told of a change, and its type.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub event_type: String,
    data: Map<String, Value>,
    version: u32,
    id: String,
    lane: Lane,
    /// The item it is about, as lines name it.
    pub item: String,
    change: i64,
}

impl Told {
    /// What is told of an item whose last change this is; with the address of its statement where what is issued `is_stated`.
    pub fn of(change: &ItemChange, heading: &Heading, is_stated: bool) -> Self {
        let act = act(change, heading);
        let event_type = match (heading.kind(), act) {
            (EntryKind::Article, "published") if heading.article_kind() == Some(ArticleKind::Advisory) => {
                "advisory.sent".to_owned()
            }
            (EntryKind::Article, act) => format!("item.{act}"),
            // Only articles are corrected in a way that is told of.
            (EntryKind::Event, "corrected") => "event.updated".to_owned(),
            (EntryKind::Event, act) => format!("event.{act}"),
            (kind, "published" | "corrected") => format!("{kind}.updated"),
            (kind, act) => format!("{kind}.{act}"),
        };
        let version = heading.version();
        let mut data = if act == "left_scope" { heading.identity() } else { heading.json(is_stated) };
        if let Some(title) = data.remove("title") {
            data.insert("headline".to_owned(), title);
        }
        data.insert("seq".to_owned(), change.seq.to_string().into());
        data.insert("previous_version".to_owned(), (version > 1).then(|| version - 1).into());
        if change.has_entered && matches!(act, "published" | "updated" | "corrected") {
            data.insert("reason".to_owned(), ENTERED_SCOPE.into());
        }
        if let Some(urgency) = heading.urgency() {
            data.insert("urgency".to_owned(), u8::from(urgency).into());
        }
        let item = format!("{}:{}", change.entry, change.locale);
        Self {
            id: event_id([item.as_str(), &change.number.to_string(), &event_type]),
            lane: if act == "killed" { Lane::Kill } else { Lane::Normal },
            event_type,
            data,
            version,
            item,
            change: change.number,
        }
    }

    /// What is told of a drill: what it issued goes the way an item does, and its kill that of a kill. `None` for what was
    /// killed since, which is told by itself, and for what is told to others.
    pub fn of_drill(change: &ItemChange, drill: &Drill, loads: &Loads, is_stated: bool) -> Option<Self> {
        let is_killed = drill.killed_at().is_some();
        if change.is_in && is_killed || change.is_former && !is_killed {
            return None;
        }
        let told = Line::of_drill(change, drill.clone(), loads);
        let Value::Object(mut data) = told.json(is_stated) else { return None };
        // Those say what to do with a copy, as the type of an event does.
        for name in ["op", "reason"] {
            data.remove(name);
        }
        if let Some(title) = data.remove("title") {
            data.insert("headline".to_owned(), title);
        }
        let version = match &drill.issued {
            Some(issued) => {
                data.insert("previous_version".to_owned(), issued.killed_at.map(|_| 1).into());
                if is_killed { 2 } else { 1 }
            }
            None => 1,
        };
        let (event_type, lane) = if is_killed { ("drill.killed", Lane::Kill) } else { ("drill.issued", Lane::Normal) };
        let item = format!("{}:{}", change.entry, change.locale);
        let id = event_id([item.as_str(), &change.number.to_string(), event_type]);
        Some(Self { event_type: event_type.to_owned(), data, version, id, lane, item, change: change.number })
    }

    /// The delivery of it to an endpoint that has the item in these products.
    pub fn delivery(&self, products: &[String], at: DateTime<Utc>) -> NewDelivery {
        let mut data = self.data.clone();
        data.insert("products".to_owned(), products.into());
        NewDelivery {
            event_id: self.id.clone(),
            event_type: self.event_type.clone(),
            item: Some(self.item.clone()),
            version: Some(self.version),
            change: Some(self.change),
            lane: self.lane,
            body: event_body(&self.event_type, at, data),
        }
    }
}

/// What happened to the item, as its partner sees it.
fn act(change: &ItemChange, heading: &Heading) -> &'static str {
    match (heading.reason(), change.is_in) {
        (Some(Reason::Killed), _) => "killed",
        (Some(Reason::Withdrawn), _) => "withheld",
        (None, false) => "left_scope",
        (None, true) => match heading.signal() {
            "new" => "published",
            "correction" => "corrected",
            _ => "updated",
        },
    }
}
