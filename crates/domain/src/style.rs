//! How a person is named on a given day.

use std::cmp::Reverse;
use std::fmt;

use chrono::NaiveDate;

use crate::{Appointment, LocaleChain, PartialDate, Person, PersonText};

/// A person as named in print on one day: honorific or rank, name, first title.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Style {
    pub honorific: Option<String>,
    pub rank: Option<String>,
    pub name: String,
    /// The first of the titles in force.
    pub title: Option<String>,
}

impl fmt::Display for Style {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for part in [&self.honorific, &self.rank].into_iter().flatten() {
            write!(f, "{part} ")?;
        }
        f.write_str(&self.name)?;
        self.title.iter().try_for_each(|title| write!(f, ", {title}"))
    }
}

/// An appointment with the title of its post in the language read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Title<T> {
    pub appointment: Appointment,
    pub title: String,
    /// Whatever the caller wants back with it.
    pub tag: T,
}

/// The rank in force on `day`. Where periods overlap or touch, the one begun last wins; of those begun together,
/// the one that lasts longer.
pub fn rank_at<'a>(person: &'a Person, locales: &'a LocaleChain, day: NaiveDate) -> Option<&'a str> {
    person
        .ranks
        .iter()
        .filter(|rank| rank.period().holds_on(day))
        .max_by_key(|rank| {
            let until = rank.until.map(PartialDate::latest);
            (rank.from.map(PartialDate::earliest), until.is_none(), until)
        })
        .map(|rank| rank.rank.pick(&locales.locales))
}

/// The titles in force on `day`: by precedence, then the post held longest first; the order of `appointments` does
/// not matter. On the day of a change within one institution only the new post counts. What begins after
/// `day` is not looked at, so a later appointment never changes how an earlier day names the person.
pub fn titles_at<T>(appointments: &[Title<T>], day: NaiveDate) -> Vec<&Title<T>> {
    let in_force: Vec<_> = appointments.iter().filter(|title| title.appointment.period().holds_on(day)).collect();
    let is_superseded = |title: &Title<T>| {
        in_force.iter().any(|next| {
            title.appointment.institution.is_some()
                && next.appointment.person == title.appointment.person
                && next.appointment.institution == title.appointment.institution
                && title.appointment.period().is_followed_by(&next.appointment.period())
        })
    };
    let mut titles: Vec<_> = in_force.iter().copied().filter(|title| !is_superseded(title)).collect();
    let order = |title: &Title<T>| {
        let from = title.appointment.from.map(PartialDate::earliest);
        (title.appointment.precedence.is_none(), title.appointment.precedence, from, Reverse(title.title.len()))
    };
    titles.sort_by(|one, other| (order(one), &one.title).cmp(&(order(other), &other.title)));
    titles
}

/// How the person is named on `day`, with the first of `titles` in force that day.
pub fn style_at<T>(
    person: &Person,
    text: &PersonText,
    appointments: &[Title<T>],
    locales: &LocaleChain,
    day: NaiveDate,
) -> Style {
    Style {
        honorific: text.honorific.clone(),
        rank: rank_at(person, locales, day).map(str::to_owned),
        name: text.name.clone().unwrap_or_else(|| person.name.display.clone()),
        title: titles_at(appointments, day).first().map(|title| title.title.clone()),
    }
}
