//! Parts of answers, kept for the answers after.
//!
//! A whole answer ends with the first thing on the page that changes; most of what the page holds is then made again as it
//! was. Kept are, for objects that [`Parts`] knows: in an answer's own object (`article` in `{ article { … } }`) every field that
//! has a selection or a cost, and each object further down, such as the cards of a list, as a whole. The outermost part
//! holds what is inside of it. What is selected by variables is not kept, nor what came with an error.
//!
//! A part depends on everything that was noted while it was made. That is known only when all of its reads were recalled: what
//! one field reads for others is noted by that field alone. So a part is kept the first time it is made of things at hand.

use std::any::Any;
use std::cell::RefCell;
use std::pin::pin;

use async_graphql::{ContextBase, ServerResult, Value};
use bytes::Bytes;
use chrono::{DateTime, Utc};

use crate::fresh::Tag;
use crate::json::{Json, room_of, written};
use crate::selections::Selected;

/// What keeps parts, among the data of a request as `Arc<dyn Parts>`.
pub trait Parts: Send + Sync {
    /// Whether parts of this object's answers are kept.
    fn knows(&self, object: &dyn Any) -> bool;

    /// What the object answered to the selection, as JSON, if nothing it depends on has changed; that is noted then.
    fn recall(&self, object: &dyn Any, selected: Selected) -> Option<Bytes>;

    /// Keeps what the object answers to the selection, which depends on what was `noted` and on the object itself.
    fn keep(&self, object: &dyn Any, selected: Selected, json: &Bytes, noted: PartReads);
}

/// What was noted while a part was made.
#[derive(Debug, Default)]
pub struct PartReads {
    /// In any order, and often the same again.
    pub tags: Vec<Tag>,
    /// When the part is another one whatever is published.
    pub until: Option<DateTime<Utc>>,
    is_left_alone: bool,
    holds_kept_text: bool,
}

tokio::task_local! {
    static MAKING: RefCell<PartReads>;
}

/// Notes with the part that is being made here, if there is one.
pub(crate) fn note(tags: &[Tag]) {
    let _ = MAKING.try_with(|part| part.borrow_mut().tags.extend_from_slice(tags));
}

/// As [`note`], for an instant from which the part is another one.
pub(crate) fn note_until(instant: DateTime<Utc>) {
    let _ = MAKING.try_with(|part| {
        let until = &mut part.borrow_mut().until;
        *until = Some(until.map_or(instant, |known| known.min(instant)));
    });
}

/// Says that the part being made here, if there is one, is not to be kept: it needs what is not at hand, and whoever reads
/// that may note it elsewhere.
pub fn leave_alone() {
    let _ = MAKING.try_with(|part| part.borrow_mut().is_left_alone = true);
}

/// Says that the part being made here, if there is one, holds a text that is kept in its place. A field that is little more is
/// not to be kept a second time.
pub fn holds_kept_text() {
    let _ = MAKING.try_with(|part| part.borrow_mut().holds_kept_text = true);
}

/// What part of an answer is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extent {
    /// One field of an object.
    Field,
    /// All that is selected of it.
    Object,
}

/// Where parts of one object's answers are kept.
pub(crate) struct KeptOf<'a> {
    parts: &'a dyn Parts,
    object: &'a (dyn Any + Send + Sync),
}

impl<'a> KeptOf<'a> {
    /// `None` where nothing is: inside of a part, and for objects that [`Parts`] does not know.
    pub(crate) fn of(parts: &'a dyn Parts, object: &'a (dyn Any + Send + Sync)) -> Option<Self> {
        let is_inside = MAKING.try_with(|_| ()).is_ok();
        (!is_inside && parts.knows(object)).then_some(Self { parts, object })
    }

    /// What was kept of a selection.
    pub(crate) fn recall(&self, selected: Selected) -> Option<Value> {
        self.parts.recall(self.object, selected).map(written)
    }

    /// What `make` gives, kept if it may be.
    pub(crate) async fn make<T>(
        &self,
        ctx: &ContextBase<'_, T>,
        (extent, selected): (Extent, Selected),
        make: impl Future<Output = ServerResult<Value>>,
    ) -> ServerResult<Value> {
        let errors = || ctx.query_env.errors.lock().map(|errors| errors.len()).ok();
        let errors_before = errors();
        let mut making = pin!(MAKING.scope(RefCell::default(), make));
        let value = making.as_mut().await?;
        let noted = making.take_value().map(RefCell::into_inner);
        let noted = noted.filter(|noted| !noted.is_left_alone && (extent == Extent::Object || !noted.holds_kept_text));
        let is_right = errors_before.is_some() && errors() == errors_before;
        let Some(noted) = noted.filter(|_| is_right) else { return Ok(value) };
        let json = match value {
            Value::Binary(json) => json,
            value => {
                let mut json = Json::up_to(usize::MAX, room_of(&value));
                json.value(&value)?;
                json.into_bytes().into()
            }
        };
        self.parts.keep(self.object, selected, &json, noted);
        Ok(written(json))
    }
}
