//! Dates known to the day, the month or the year.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

/// A date known to the year (`2024`), the month (`2024-10`) or the day (`2024-10-16`); years 0001 to 9999.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum PartialDate {
    /// Known to the year.
    Year(i32),
    /// Known to the month; always a valid one.
    Month(i32, u32),
    /// Known to the day.
    Day(NaiveDate),
}

/// The text is no partial date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date: use YYYY, YYYY-MM or YYYY-MM-DD")]
pub struct PartialDateError(pub String);

impl PartialDate {
    /// Checks `raw`; the only way in from text.
    pub fn parse(raw: &str) -> Result<Self, PartialDateError> {
        Self::read(raw).ok_or_else(|| PartialDateError(raw.to_owned()))
    }

    fn read(raw: &str) -> Option<Self> {
        let number = |text: &str, digits: usize| {
            (text.len() == digits && text.bytes().all(|b| b.is_ascii_digit())).then(|| text.parse::<u32>().ok())?
        };
        let mut parts = raw.split('-');
        let year = number(parts.next()?, 4).filter(|year| *year > 0)? as i32;
        let month = parts.next().map(|part| number(part, 2));
        let day = parts.next().map(|part| number(part, 2));
        if parts.next().is_some() {
            return None;
        }
        match (month, day) {
            (None, _) => Some(Self::Year(year)),
            (Some(month), None) => {
                let month = month?;
                NaiveDate::from_ymd_opt(year, month, 1).map(|_| Self::Month(year, month))
            }
            (Some(month), Some(day)) => NaiveDate::from_ymd_opt(year, month?, day?).map(Self::Day),
        }
    }

    /// The first day it may be.
    pub fn earliest(self) -> NaiveDate {
        match self {
            Self::Year(year) => NaiveDate::from_ymd_opt(year, 1, 1),
            Self::Month(year, month) => NaiveDate::from_ymd_opt(year, month, 1),
            Self::Day(day) => Some(day),
        }
        .expect("checked when it was read")
    }

    /// The last day it may be.
    pub fn latest(self) -> NaiveDate {
        let next = match self {
            Self::Year(year) => NaiveDate::from_ymd_opt(year + 1, 1, 1),
            Self::Month(year, 12) => NaiveDate::from_ymd_opt(year + 1, 1, 1),
            Self::Month(year, month) => NaiveDate::from_ymd_opt(year, month + 1, 1),
            Self::Day(day) => return day,
        };
        next.and_then(|day| day.pred_opt()).expect("years end at 9999, the calendar later")
    }

    /// Whether both may be the same day.
    pub fn may_equal(self, other: Self) -> bool {
        self.earliest() <= other.latest() && other.earliest() <= self.latest()
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Year(year) => write!(f, "{year:04}"),
            Self::Month(year, month) => write!(f, "{year:04}-{month:02}"),
            Self::Day(day) => write!(f, "{:04}-{:02}-{:02}", day.year(), day.month(), day.day()),
        }
    }
}

impl FromStr for PartialDate {
    type Err = PartialDateError;

    fn from_str(raw: &str) -> Result<Self, PartialDateError> {
        Self::parse(raw)
    }
}

impl TryFrom<String> for PartialDate {
    type Error = PartialDateError;

    fn try_from(raw: String) -> Result<Self, PartialDateError> {
        Self::parse(&raw)
    }
}

impl From<PartialDate> for String {
    fn from(date: PartialDate) -> Self {
        date.to_string()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case("2024", "2024-01-01", "2024-12-31")]
    #[case("2024-02", "2024-02-01", "2024-02-29")]
    #[case("2023-02", "2023-02-01", "2023-02-28")]
    #[case("2024-10", "2024-10-01", "2024-10-31")]
    #[case("2024-12", "2024-12-01", "2024-12-31")]
    #[case("2024-10-16", "2024-10-16", "2024-10-16")]
    #[case("0001", "0001-01-01", "0001-12-31")]
    #[case("9999-12", "9999-12-01", "9999-12-31")]
    fn a_partial_date_spans_all_days_it_may_be(
        #[case] raw: &str,
        #[case] earliest: NaiveDate,
        #[case] latest: NaiveDate,
    ) {
        let date = PartialDate::parse(raw).unwrap();
        assert_eq!((date.earliest(), date.latest()), (earliest, latest));
    }

    #[rstest]
    fn other_forms_are_refused_by_name(
        #[values(
            "",
            "24",
            "0000",
            "10000",
            "2024-",
            "2024-1",
            "2024-13",
            "2024-00",
            "2024-02-30",
            "2023-02-29",
            "2024-10-16-1",
            "2024-10-16T00:00",
            " 2024",
            "\u{ff12}024",
            "+024",
            "16/10/2024"
        )]
        raw: &str,
    ) {
        let error = PartialDate::parse(raw).unwrap_err();
        assert_eq!(error, PartialDateError(raw.to_owned()));
        assert!(serde_json::from_value::<PartialDate>(raw.into()).is_err());
    }

    #[rstest]
    #[case("2024", "2024-10-16", true)]
    #[case("2024-10", "2024-10-31", true)]
    #[case("2024-10", "2024-11", false)]
    #[case("2023", "2024", false)]
    fn dates_may_be_equal_when_they_share_a_day(#[case] one: &str, #[case] other: &str, #[case] may: bool) {
        let [one, other] = [one, other].map(|raw| PartialDate::parse(raw).unwrap());
        assert_eq!((one.may_equal(other), other.may_equal(one)), (may, may));
    }

    fn any_partial_date() -> impl Strategy<Value = PartialDate> {
        (1i32..=9999, 1u32..=12, 1u32..=31, 0..3).prop_map(|(year, month, day, precision)| match precision {
            0 => PartialDate::Year(year),
            1 => PartialDate::Month(year, month),
            _ => NaiveDate::from_ymd_opt(year, month, day).map_or(PartialDate::Month(year, month), PartialDate::Day),
        })
    }

    proptest! {
        #[test]
        fn writing_and_reading_give_the_same_date(date in any_partial_date()) {
            prop_assert_eq!(PartialDate::parse(&date.to_string()), Ok(date));
            let json = serde_json::to_string(&date).unwrap();
            prop_assert_eq!(serde_json::from_str::<PartialDate>(&json).unwrap(), date);
        }

        #[test]
        fn the_earliest_day_is_no_later_than_the_latest(date in any_partial_date()) {
            prop_assert!(date.earliest() <= date.latest());
            prop_assert!(date.earliest().to_string().starts_with(&date.to_string()));
            prop_assert!(date.latest().to_string().starts_with(&date.to_string()));
            let day_after = date.latest().succ_opt().unwrap().to_string();
            prop_assert!(!day_after.starts_with(&date.to_string()) || day_after.len() > 10);
        }
    }
}
