//! Of which objects parts of answers are kept.

use std::any::Any;
use std::sync::Arc;

use bytes::Bytes;
use chrono::NaiveDate;
use griot_domain::Moment;
use griot_front::Selected;
use griot_front::fresh::Reads;
use griot_front::parts::{PartReads, Parts};

use super::article::Article;
use super::event::Event;
use super::institution::Institution;
use super::memory::{Memory, PartKey, Read};
use super::person::Person;
use super::seen::Seen;
use super::topic::Topic;

/// Parts of answers among what is kept of the record, for one request.
pub(crate) struct KeptParts {
    pub memory: Arc<Memory>,
    pub reads: Arc<Reads>,
}

/// What an object answers by, if that is an entry as seen now and nothing more: hence objects are taken apart whole here.
fn seen(object: &dyn Any) -> Option<(&Seen, Option<NaiveDate>)> {
    // Articles name people as on a day of their own, and topics name none.
    let article = || object.downcast_ref().map(|Article { seen }| (seen, None));
    let topic = || object.downcast_ref().map(|Topic { seen }| (seen, None));
    let person = || object.downcast_ref().map(|Person { seen }| (seen, Some(seen.day)));
    let institution = || object.downcast_ref().map(|Institution { seen }| (seen, Some(seen.day)));
    let event = || object.downcast_ref().map(|Event { seen }| (seen, Some(seen.day)));
    let found = article().or_else(topic).or_else(person).or_else(institution).or_else(event)?;
    (found.0.view.moment == Moment::Now).then_some(found)
}

fn part(object: &dyn Any, selected: Selected) -> Option<PartKey> {
    let (Seen { record, view, day: _ }, day) = seen(object)?;
    Some(PartKey { view: view.clone(), entry: record.id, updated_at: record.updated_at, day, selected })
}

impl Parts for KeptParts {
    fn knows(&self, object: &dyn Any) -> bool {
        seen(object).is_some()
    }

    fn recall(&self, object: &dyn Any, selected: Selected) -> Option<Bytes> {
        let json = self.memory.recall::<Bytes>(&Read::Part(part(object, selected)?), &self.reads)?;
        Some(Bytes::clone(&json))
    }

    fn keep(&self, object: &dyn Any, selected: Selected, json: &Bytes, noted: PartReads) {
        if let Some(part) = part(object, selected) {
            self.memory.keep_part(part, json, noted, &self.reads);
        }
    }
}
