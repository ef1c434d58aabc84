//! What the types of entries and texts leave open: lengths, addresses, ranges, ends before beginnings.

use std::fmt::Display;

use crate::body::safe_src;
use crate::{
    Article, Asset, AssetText, Entry, EntryId, EntryKind, Event, EventTime, Institution, LinkRole, Localized, Period,
    Person, Place, Seo, Text,
};

/// Most characters of a name, headline or title.
pub const MAX_NAME: usize = 1_000;
/// Most variants of a name.
pub const MAX_VARIANTS: usize = 100;
/// Kinds of file the data folder keeps copies of, by the ending of their names.
pub const STORED_ENDINGS: [&str; 7] = ["png", "jpg", "webp", "gif", "avif", "pdf", "mp4"];

/// A value its field cannot hold.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("{path}: {flaw}")]
pub struct CheckError {
    /// The field, such as `ranks[0].until`, below the entry or the text.
    pub path: String,
    /// What is wrong with it.
    pub flaw: Flaw,
}

/// What is wrong with a value, and what to do.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[allow(missing_docs)]
pub enum Flaw {
    #[error("it is empty; give a text that has letters in it, or leave the field out where it may be")]
    Empty,
    #[error("it has {length} characters; shorten it to {limit} at most")]
    TooLong { length: usize, limit: usize },
    #[error("there are {count}; keep {limit} at most")]
    TooMany { count: usize, limit: usize },
    #[error("`{0}` is no address of the web; give one that begins with https:// or http://")]
    Address(String),
    #[error("`{0}` is no copy in the data folder: its name is 32 lower-case hex digits and one of .{endings}; leave it out to have it fetched again", endings = STORED_ENDINGS.join(" ."))]
    Stored(String),
    #[error("`{0}` is no SHA-256; give 64 lower-case hex digits")]
    Digest(String),
    #[error("{value} is out of range; give a number from {least} to {most}")]
    Range { value: f64, least: f64, most: f64 },
    #[error("it ends on {end}, before it begins on {begin}; exchange or mend them")]
    EndsFirst { begin: String, end: String },
    #[error("`{0}` is no time zone; give an IANA name such as `Africa/Bamako`")]
    TimeZone(String),
    #[error("`{0}` is no country code; give the two capital letters of ISO 3166-1, such as `ML`")]
    Country(String),
    #[error("a mention names a person, an institution or an event, not what is of kind {0}; remove it")]
    MentionKind(EntryKind),
    #[error("an entry cannot be part of itself; name another one or leave it out")]
    OwnParent,
}

type Checked = Result<(), CheckError>;

impl Entry {
    /// Checks every field; the first fault found is the error.
    pub fn check(&self) -> Checked {
        match self {
            Self::Article(article) => check_article(article),
            Self::Person(person) => check_person(person),
            Self::Institution(institution) => check_institution(institution),
            Self::Event(event) => check_event(event),
            Self::Asset(asset) => check_asset(asset),
            Self::Topic(_) => Ok(()),
            Self::Appointment(appointment) => period("until", appointment.period()),
        }
    }

    /// Checks that the entry, whose id is `id`, is not its own parent.
    pub fn check_parent(&self, id: EntryId) -> Checked {
        let is_own = self.links().iter().any(|link| link.role == LinkRole::Parent && link.target == id);
        let path = if self.kind() == EntryKind::Event { "partOf" } else { "parent" };
        refuse_if(is_own, path, || Flaw::OwnParent)
    }
}

impl Text {
    /// Checks every field; the first fault found is the error. Where mentions stand is not checked: that takes the
    /// body.
    pub fn check(&self) -> Checked {
        match self {
            Self::Article(text) => {
                name("headline", &text.headline)?;
                text.kicker.iter().try_for_each(|kicker| length("kicker", kicker))?;
                for (index, mention) in text.mentions.iter().enumerate() {
                    let is_named =
                        matches!(mention.kind, EntryKind::Person | EntryKind::Institution | EntryKind::Event);
                    refuse_if(!is_named, format!("mentions[{index}].kind"), || Flaw::MentionKind(mention.kind))?;
                }
                seo(&text.seo)
            }
            Self::Person(text) => {
                text.name.iter().try_for_each(|text| name("name", text))?;
                text.honorific.iter().try_for_each(|text| length("honorific", text))?;
                text.known_as.iter().try_for_each(|text| length("knownAs", text))?;
                seo(&text.seo)
            }
            Self::Institution(text) => {
                name("name", &text.name)?;
                for (index, past) in text.past_names.iter().enumerate() {
                    name(format!("pastNames[{index}].name"), &past.name)?;
                    period(format!("pastNames[{index}].until"), past.period())?;
                }
                variants(&text.variants)?;
                seo(&text.seo)
            }
            Self::Event(text) => {
                name("name", &text.name)?;
                variants(&text.variants)?;
                seo(&text.seo)
            }
            Self::Topic(text) => {
                name("name", &text.name)?;
                seo(&text.seo)
            }
            Self::Asset(AssetText { title, .. }) => title.iter().try_for_each(|title| name("title", title)),
            Self::Appointment(text) => name("title", &text.title),
        }
    }
}

fn check_article(article: &Article) -> Checked {
    article.place.iter().try_for_each(|at| place("place", at))?;
    for (index, line) in article.byline.iter().enumerate() {
        names(format!("byline[{index}].name"), &line.name)?;
    }
    for (index, correction) in article.corrections.iter().enumerate() {
        let note = format!("corrections[{index}].note");
        refuse_if(is_blank(&correction.note), note, || Flaw::Empty)?;
    }
    Ok(())
}

fn check_person(person: &Person) -> Checked {
    name("name.display", &person.name.display)?;
    for (part, text) in [
        ("name.given", &person.name.given),
        ("name.particle", &person.name.particle),
        ("name.family", &person.name.family),
    ] {
        text.iter().try_for_each(|text| name(part, text))?;
    }
    variants(&person.variants)?;
    for (index, held) in person.ranks.iter().enumerate() {
        names(format!("ranks[{index}].rank"), &held.rank)?;
        period(format!("ranks[{index}].until"), held.period())?;
    }
    period("died", Period { from: person.born, until: person.died })
}

fn check_institution(institution: &Institution) -> Checked {
    institution.acronym.iter().try_for_each(|acronym| names("acronym", acronym))?;
    institution.contact.website.iter().try_for_each(|url| address("contact.website", url))?;
    institution
        .existence
        .iter()
        .enumerate()
        .try_for_each(|(index, span)| period(format!("existence[{index}].until"), *span))
}

fn check_event(event: &Event) -> Checked {
    time("time", &event.time)?;
    event.place.iter().try_for_each(|at| place("place", at))?;
    for (index, participant) in event.participants.iter().enumerate() {
        participant.role.iter().try_for_each(|role| names(format!("participants[{index}].role"), role))?;
    }
    for (index, item) in event.programme.iter().enumerate() {
        let path = format!("programme[{index}]");
        names(format!("{path}.name"), &item.name)?;
        time(&format!("{path}.time"), &item.time)?;
        item.place.iter().try_for_each(|at| place(&format!("{path}.place"), at))?;
    }
    Ok(())
}

fn check_asset(asset: &Asset) -> Checked {
    address("url", &asset.url)?;
    if let Some(stored) = &asset.file.stored {
        let is_known =
            stored.split_once('.').is_some_and(|(name, ending)| is_hex(name, 32) && STORED_ENDINGS.contains(&ending));
        refuse_if(!is_known, "file.stored", || Flaw::Stored(stored.clone()))?;
    }
    if let Some(digest) = &asset.file.sha256 {
        refuse_if(!is_hex(digest, 64), "file.sha256", || Flaw::Digest(digest.clone()))?;
    }
    if let Some(point) = asset.focal_point {
        range("focalPoint.x", point.x, 0.0, 1.0)?;
        range("focalPoint.y", point.y, 0.0, 1.0)?;
    }
    Ok(())
}

fn refuse_if(is_wrong: bool, path: impl Into<String>, flaw: impl FnOnce() -> Flaw) -> Checked {
    if is_wrong { Err(CheckError { path: path.into(), flaw: flaw() }) } else { Ok(()) }
}

fn length(path: impl Into<String>, text: &str) -> Checked {
    let length = text.chars().count();
    refuse_if(length > MAX_NAME, path, || Flaw::TooLong { length, limit: MAX_NAME })
}

/// A text that has to be there, within the length of a name.
fn name(path: impl Into<String>, text: &str) -> Checked {
    let path = path.into();
    refuse_if(text.trim().is_empty(), path.as_str(), || Flaw::Empty)?;
    length(path, text)
}

/// A name in every language it is given in, and in one at least.
fn names(path: impl Into<String>, text: &Localized) -> Checked {
    let path = path.into();
    refuse_if(is_blank(text), path.as_str(), || Flaw::Empty)?;
    text.forms().into_iter().try_for_each(|form| length(path.as_str(), form))
}

fn is_blank(text: &Localized) -> bool {
    let forms = text.forms();
    forms.is_empty() || forms.iter().any(|form| form.trim().is_empty())
}

fn variants(variants: &[String]) -> Checked {
    let count = variants.len();
    refuse_if(count > MAX_VARIANTS, "variants", || Flaw::TooMany { count, limit: MAX_VARIANTS })?;
    variants.iter().enumerate().try_for_each(|(index, variant)| name(format!("variants[{index}]"), variant))
}

fn seo(seo: &Seo) -> Checked {
    seo.title.iter().try_for_each(|title| length("seo.title", title))
}

fn address(path: &str, url: &str) -> Checked {
    refuse_if(safe_src(url).is_none(), path, || Flaw::Address(url.to_owned()))
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn range(path: impl Into<String>, value: f64, least: f64, most: f64) -> Checked {
    refuse_if(!(least..=most).contains(&value), path, || Flaw::Range { value, least, most })
}

/// Partial ends count in their whole length, so that a span within one year or month is no fault.
fn period(path: impl Into<String>, span: Period) -> Checked {
    let (Some(from), Some(until)) = (span.from, span.until) else { return Ok(()) };
    order(path, from.earliest() > until.latest(), from, until)
}

fn order(path: impl Into<String>, is_wrong: bool, begin: impl Display, end: impl Display) -> Checked {
    refuse_if(is_wrong, path, || Flaw::EndsFirst { begin: begin.to_string(), end: end.to_string() })
}

fn time(path: &str, time: &EventTime) -> Checked {
    let zone = match time {
        EventTime::Timed { starts_at, ends_at, time_zone } => {
            let end = ends_at.filter(|end| end < starts_at);
            end.iter()
                .try_for_each(|end| order(format!("{path}.endsAt"), true, starts_at.to_rfc3339(), end.to_rfc3339()))?;
            time_zone
        }
        EventTime::AllDay { starts_on, ends_on, time_zone } => {
            let end = ends_on.filter(|end| end < starts_on);
            end.iter().try_for_each(|end| order(format!("{path}.endsOn"), true, starts_on, end))?;
            time_zone
        }
    };
    let Some(zone) = zone else { return Ok(()) };
    // The shape alone; the list of zones changes and belongs to whoever computes with them.
    let is_name = |part: &str| {
        part.starts_with(|c: char| c.is_ascii_alphabetic())
            && part.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+'))
    };
    refuse_if(!zone.split('/').all(is_name), format!("{path}.timeZone"), || Flaw::TimeZone(zone.clone()))
}

fn place(path: &str, place: &Place) -> Checked {
    names(format!("{path}.name"), &place.name)?;
    if let Some(code) = &place.country_code {
        let is_code = code.len() == 2 && code.bytes().all(|byte| byte.is_ascii_uppercase());
        refuse_if(!is_code, format!("{path}.countryCode"), || Flaw::Country(code.clone()))?;
    }
    if let Some(point) = place.point {
        range(format!("{path}.point.latitude"), point.latitude, -90.0, 90.0)?;
        range(format!("{path}.point.longitude"), point.longitude, -180.0, 180.0)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
