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
