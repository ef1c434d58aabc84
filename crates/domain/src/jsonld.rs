//! schema.org descriptions of pages as JSON-LD, for search engines. Sources: schema.org, and "Article structured
//! data" of Google Search Central.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::Value;

use crate::{ArticleKind, CorrectionKind, EventState, EventTime, Locale};

/// What the page of an article says about it.
#[derive(Clone, Debug)]
pub struct NewsArticleLd<'a> {
    /// Decides the type: pages are an `Article`, everything else a `NewsArticle`.
    pub kind: ArticleKind,
    /// Public address of the page.
    pub url: &'a str,
    #[allow(missing_docs)]
    pub headline: &'a str,
    #[allow(missing_docs)]
    pub summary: Option<&'a str>,
    /// Language of the texts.
    pub locale: &'a Locale,
    #[allow(missing_docs)]
    pub issued_at: DateTime<FixedOffset>,
    /// When it last changed, if after issue.
    pub modified_at: Option<DateTime<Utc>>,
    /// Where it was issued.
    pub place: Option<&'a str>,
    /// Lead image first.
    pub images: Vec<ImageLd<'a>>,
    /// Who signs it; the publisher where nobody does.
    pub authors: Vec<ThingLd<'a>>,
    /// The office that publishes.
    pub publisher: ThingLd<'a>,
    /// Whom and what it is about: those its headline names.
    pub about: Vec<ThingLd<'a>>,
    /// Whom and what else it names.
    pub mentions: Vec<ThingLd<'a>>,
    /// Names of its topics.
    pub keywords: Vec<&'a str>,
    #[allow(missing_docs)]
    pub word_count: Option<usize>,
    /// In the order they were made.
    pub corrections: Vec<CorrectionLd<'a>>,
}

/// An image.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct ImageLd<'a> {
    pub url: &'a str,
    pub caption: Option<&'a str>,
    pub credit: Option<&'a str>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
}

/// A correction readers are told about.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub struct CorrectionLd<'a> {
    pub kind: CorrectionKind,
    pub at: DateTime<Utc>,
    pub note: &'a str,
}

/// One named by a page, or the subject of a page itself.
#[derive(Clone, Debug)]
#[allow(missing_docs)]
pub enum ThingLd<'a> {
    Person {
        name: &'a str,
        url: Option<&'a str>,
        /// Honorific or rank on the day, such as `Colonel`.
        honorific: Option<&'a str>,
        /// First title on the day.
        job_title: Option<&'a str>,
    },
    Organization {
        name: &'a str,
        url: Option<&'a str>,
        acronym: Option<&'a str>,
    },
    Event {
        name: &'a str,
        url: Option<&'a str>,
        time: &'a EventTime,
        place: Option<&'a str>,
        state: EventState,
    },
}

/// Where the words of descriptions are defined.
const CONTEXT: &str = "https://schema.org";
/// Longest headline, in characters; search engines cut longer ones.
const MAX_HEADLINE: usize = 110;

/// Writes the fields of an object, without those that say nothing.
struct Fields<M>(M);

impl<M: SerializeMap> Fields<M> {
    fn of<S: Serializer<SerializeMap = M, Error = M::Error>>(serializer: S) -> Result<Self, M::Error> {
        serializer.serialize_map(None).map(Self)
    }

    fn put(mut self, name: &'static str, value: impl Serialize) -> Result<Self, M::Error> {
        self.0.serialize_entry(name, &value)?;
        Ok(self)
    }

    fn put_some(self, name: &'static str, value: Option<impl Serialize>) -> Result<Self, M::Error> {
        match value {
            Some(value) => self.put(name, value),
            None => Ok(self),
        }
    }

    fn put_all(self, name: &'static str, values: &[impl Serialize]) -> Result<Self, M::Error> {
        if values.is_empty() { Ok(self) } else { self.put(name, values) }
    }
}

/// A thing of a type that is told by two words.
struct Brief<'a>(&'static str, &'static str, &'a str);

impl Serialize for Brief<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Self(kind, name, value) = self;
        Fields::of(serializer)?.put("@type", kind)?.put(name, value)?.0.end()
    }
}

impl NewsArticleLd<'_> {
    /// The whole description, with `@context`; see [`Self::serialize`].
    pub fn to_value(&self) -> Value {
        value_of(self)
    }
}

/// The whole description, with `@context`. A headline of more than 110 characters is cut at a word and stands in full as
/// `name`.
impl Serialize for NewsArticleLd<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let short = cut_at_word(self.headline, MAX_HEADLINE);
        let issued = self.issued_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let modified = self.modified_at.filter(|at| *at > self.issued_at).map(rfc3339);
        let fields = Fields::of(serializer)?
            .put("@context", CONTEXT)?
            .put("@type", if self.kind == ArticleKind::Page { "Article" } else { "NewsArticle" })?
            .put("@id", self.url)?
            .put("url", self.url)?
            .put("mainEntityOfPage", Brief("WebPage", "@id", self.url))?
            .put_some("name", (short != self.headline).then_some(self.headline))?
            .put("headline", &short)?
            .put_some("description", self.summary)?
            .put("inLanguage", self.locale.as_str())?
            .put("dateModified", modified.as_ref().unwrap_or(&issued))?
            .put("datePublished", &issued)?
            .put_some("locationCreated", self.place.map(place))?
            .put_all("image", &self.images)?;
        let fields = match self.authors.is_empty() {
            true => fields.put("author", &self.publisher)?,
            false => fields.put("author", &self.authors)?,
        };
        fields
            .put("publisher", &self.publisher)?
            .put_all("about", &self.about)?
            .put_all("mentions", &self.mentions)?
            .put_all("keywords", &self.keywords)?
            .put_some("wordCount", self.word_count)?
            .put("isAccessibleForFree", true)?
            .put_all("correction", &self.corrections)?
            .0
            .end()
    }
}

impl Serialize for ImageLd<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Fields::of(serializer)?
            .put("@type", "ImageObject")?
            .put("url", self.url)?
            .put_some("caption", self.caption)?
            .put_some("creditText", self.credit)?
            .put_some("width", self.size.map(|(width, _)| width))?
            .put_some("height", self.size.map(|(_, height)| height))?
            .0
            .end()
    }
}

impl Serialize for CorrectionLd<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let name = match self.kind {
            CorrectionKind::Correction => "Correction",
            CorrectionKind::Clarification => "Clarification",
            CorrectionKind::Update => "Update",
            CorrectionKind::Retraction => "Retraction",
        };
        Fields::of(serializer)?
            .put("@type", "CorrectionComment")?
            .put("name", name)?
            .put("text", self.note)?
            .put("datePublished", rfc3339(self.at))?
            .0
            .end()
    }
}

/// The description as part of another.
impl Serialize for ThingLd<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = Fields::of(serializer)?;
        let fields = match self {
            Self::Person { name, url, honorific, job_title } => fields
                .put("@type", "Person")?
                .put("name", name)?
                .put_some("url", *url)?
                .put_some("honorificPrefix", *honorific)?
                .put_some("jobTitle", *job_title)?,
            Self::Organization { name, url, acronym } => fields
                .put("@type", "Organization")?
                .put("name", name)?
                .put_some("alternateName", *acronym)?
                .put_some("url", *url)?,
            Self::Event { name, url, time, place: at, state } => {
                let (starts, ends) = ends_of(time);
                fields
                    .put("@type", "Event")?
                    .put("name", name)?
                    .put_some("url", *url)?
                    .put("startDate", starts)?
                    .put_some("endDate", ends)?
                    .put_some("location", at.map(place))?
                    .put("eventStatus", status(*state))?
            }
        };
        fields.0.end()
    }
}

impl ThingLd<'_> {
    /// The description of the page about it, with `@context`.
    pub fn to_document(&self) -> Value {
        let mut document = value_of(self);
        document["@context"] = CONTEXT.into();
        document
    }
}

fn value_of(description: &impl Serialize) -> Value {
    serde_json::to_value(description).expect("it has string keys only")
}

/// `value` as JSON that may stand in a `<script>` element and in JavaScript: `<`, `>`, `&` and the line separators
/// U+2028 and U+2029 are written as escapes.
pub fn to_script_safe_json(value: &Value) -> String {
    let json = value.to_string();
    let mut safe = String::with_capacity(json.len() + 16);
    for c in json.chars() {
        match c {
            '<' => safe.push_str("\\u003c"),
            '>' => safe.push_str("\\u003e"),
            '&' => safe.push_str("\\u0026"),
            '\u{2028}' => safe.push_str("\\u2028"),
            '\u{2029}' => safe.push_str("\\u2029"),
            c => safe.push(c),
        }
    }
    safe
}

fn place(name: &str) -> Brief<'_> {
    Brief("Place", "name", name)
}

fn status(state: EventState) -> &'static str {
    match state {
        EventState::Scheduled => "https://schema.org/EventScheduled",
        EventState::Postponed => "https://schema.org/EventPostponed",
        EventState::Cancelled => "https://schema.org/EventCancelled",
    }
}

fn ends_of(time: &EventTime) -> (String, Option<String>) {
    let instant = |at: &DateTime<FixedOffset>| at.to_rfc3339_opts(SecondsFormat::Secs, true);
    match time {
        EventTime::Timed { starts_at, ends_at, .. } => (instant(starts_at), ends_at.as_ref().map(instant)),
        EventTime::AllDay { starts_on, ends_on, .. } => (starts_on.to_string(), ends_on.map(|day| day.to_string())),
    }
}

fn rfc3339(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// `text`, or as many whole words of it as fit into `max_chars` with `…` behind them.
fn cut_at_word(text: &str, max_chars: usize) -> String {
    if text.chars().count() <= max_chars {
        return text.to_owned();
    }
    let room: String = text.chars().take(max_chars - 1).collect();
    let words = room.rfind(char::is_whitespace).map_or(room.as_str(), |at| room[..at].trim_end());
    format!("{words}…")
}
