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

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    /// `from..until`, either may be empty.
    fn period(raw: &str) -> Period {
        let (from, until) = raw.split_once("..").unwrap();
        let read = |raw: &str| (!raw.is_empty()).then(|| PartialDate::parse(raw).unwrap());
        Period { from: read(from), until: read(until) }
    }

    #[rstest]
    #[case("2020-09-25..2021-05-24", "2020-09-24", false)]
    #[case("2020-09-25..2021-05-24", "2020-09-25", true)]
    #[case("2020-09-25..2021-05-24", "2021-05-24", true)]
    #[case("2020-09-25..2021-05-24", "2021-05-25", false)]
    #[case("2024-10..2024-10", "2024-09-30", false)]
    #[case("2024-10..2024-10", "2024-10-01", true)]
    #[case("2024-10..2024-10", "2024-10-31", true)]
    #[case("2024-10..2024-10", "2024-11-01", false)]
    #[case("2019..2020", "2020-12-31", true)]
    #[case("..2024-10-16", "0001-01-01", true)]
    #[case("2024-10-16..", "9999-12-31", true)]
    #[case("..", "2024-10-16", true)]
    #[case("2024..2023", "2024-01-01", false)]
    fn both_ends_belong_to_a_period_and_an_absent_end_is_open(
        #[case] raw: &str,
        #[case] day: NaiveDate,
        #[case] holds: bool,
    ) {
        assert_eq!(period(raw).holds_on(day), holds);
    }

    #[rstest]
    #[case::same_day("..2024-10-16", "2024-10-16..", true)]
    #[case::month_then_day("2020..2024-10", "2024-10-16..", true)]
    #[case::day_then_month("2020..2024-10-16", "2024-10..", true)]
    #[case::day_after("2020..2024-10-15", "2024-10-16..", false)]
    #[case::overlap("2020..2024-12-01", "2024-10-16..", false)]
    #[case::open("2020..", "2024-10-16..", false)]
    #[case::unknown_start("2020..2024-10-16", "..2025", false)]
    #[case::begun_together("2024-10-16..2024-10-16", "2024-10-16..", false)]
    fn a_period_is_followed_by_one_that_begins_where_it_ends(#[case] one: &str, #[case] next: &str, #[case] is: bool) {
        assert_eq!(period(one).is_followed_by(&period(next)), is);
    }

    #[rstest]
    #[case("..", "2020..", true)]
    #[case("2020..", "2020-02..", true)]
    #[case("2020..", "2020-01-01..", false)]
    #[case("2020..", "..", false)]
    fn an_open_start_comes_before_every_other(#[case] one: &str, #[case] other: &str, #[case] is_before: bool) {
        assert_eq!(period(one).begins_before(&period(other)), is_before);
    }
}
