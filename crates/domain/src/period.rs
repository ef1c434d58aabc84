//! Spans of time whose ends may be known only roughly.

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

use crate::PartialDate;

/// A span from its first to its last day, both included; an absent end is open. A partial end counts in
/// its whole length: `until 2024-10` holds to the 31st.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Period {
    /// First day, month or year; open towards the past when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<PartialDate>,
    /// Last day, month or year; open towards the future when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<PartialDate>,
}

impl Period {
    /// Whether `day` lies in the span.
    pub fn holds_on(&self, day: NaiveDate) -> bool {
        self.from.is_none_or(|from| from.earliest() <= day) && self.until.is_none_or(|until| day <= until.latest())
    }

    /// Whether the span ends where `next` begins, as far as the dates tell, so that `next` takes over on the
    /// days both hold.
    pub fn is_followed_by(&self, next: &Period) -> bool {
        let (Some(until), Some(from)) = (self.until, next.from) else { return false };
        until.may_equal(from) && self.begins_before(next)
    }

    /// Whether the span begins before `other` does.
    pub fn begins_before(&self, other: &Period) -> bool {
        let first = |period: &Period| period.from.map(PartialDate::earliest);
        first(self) < first(other)
    }
}
