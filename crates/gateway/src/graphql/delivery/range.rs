//! Inputs that several filters share.

use async_graphql::{Enum, InputObject};
use griot_domain::{fold::fold, micros};
use griot_persistence::{Condition, Order, OrderedBy};

use super::error::{Answer, ApiError};
use super::scalar::Instant;

/// A half-open range of instants.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct DateTimeRange {
    /// First instant included.
    pub from: Option<Instant>,
    /// First instant no longer included.
    pub until: Option<Instant>,
}

impl DateTimeRange {
    /// Both ends in microseconds.
    pub fn micros(&self) -> (Option<i64>, Option<i64>) {
        let end = |at: &Option<Instant>| at.as_ref().map(|at| micros(at.0));
        (end(&self.from), end(&self.until))
    }
}

/// Direction of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum OrderDirection {
    /// Smallest, earliest or first in the alphabet first.
    Asc,
    /// Largest, latest or last in the alphabet first.
    Desc,
}

impl OrderDirection {
    pub fn order(self, by: OrderedBy) -> Order {
        Order { by, is_descending: self == Self::Desc }
    }
}

/// The condition of a `text` filter.
pub(crate) fn words(text: &str) -> Answer<Condition> {
    if let Some(control) = text.chars().find(|c| c.is_control()) {
        return Err(ApiError::invalid("filter.text", format!("holds the control character {control:?}; leave it out")));
    }
    let folded = fold(text.trim());
    match folded.chars().count() {
        0 => Err(ApiError::invalid("filter.text", "is empty; leave it out to see everything")),
        1..=100 => Ok(Condition::Words(folded)),
        count => Err(ApiError::invalid("filter.text", format!("has {count} characters; at most 100"))),
    }
}
