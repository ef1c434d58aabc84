//! schema.org descriptions of pages as JSON-LD, for search engines. Sources: schema.org, and "Article structured
//! data" of Google Search Central.

use chrono::{DateTime, FixedOffset, SecondsFormat, Utc};
use serde_json::{Map, Value, json};

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

/// Longest headline, in characters; search engines cut longer ones.
const MAX_HEADLINE: usize = 110;

impl NewsArticleLd<'_> {
    /// The whole description, with `@context`. A headline of more than 110 characters is cut at a word and
    /// stands in full as `name`.
    pub fn to_value(&self) -> Value {
        let mut ld = Map::new();
        let mut put = |key: &str, value: Value| {
            if !is_nothing(&value) {
                ld.insert(key.to_owned(), value);
            }
        };
        let things = |things: &[ThingLd<'_>]| Value::Array(things.iter().map(ThingLd::to_value).collect());
        let short = cut_at_word(self.headline, MAX_HEADLINE);
        put("@context", json!("https://schema.org"));
        put("@type", json!(if self.kind == ArticleKind::Page { "Article" } else { "NewsArticle" }));
        put("@id", json!(self.url));
        put("url", json!(self.url));
        put("mainEntityOfPage", json!({ "@type": "WebPage", "@id": self.url }));
        put("name", if short == self.headline { Value::Null } else { json!(self.headline) });
        put("headline", json!(short));
        put("description", json!(self.summary));
        put("inLanguage", json!(self.locale.as_str()));
        let issued = self.issued_at.to_rfc3339_opts(SecondsFormat::Secs, true);
        let modified_at = self.modified_at.filter(|at| *at > self.issued_at);
        put("dateModified", json!(modified_at.map_or_else(|| issued.clone(), rfc3339)));
        put("datePublished", json!(issued));
        put("locationCreated", self.place.map_or(Value::Null, place));
        put("image", Value::Array(self.images.iter().map(ImageLd::to_value).collect()));
        put("author", if self.authors.is_empty() { self.publisher.to_value() } else { things(&self.authors) });
        put("publisher", self.publisher.to_value());
        put("about", things(&self.about));
        put("mentions", things(&self.mentions));
        put("keywords", json!(self.keywords));
        put("wordCount", json!(self.word_count));
        put("isAccessibleForFree", json!(true));
        put("correction", Value::Array(self.corrections.iter().map(CorrectionLd::to_value).collect()));
        Value::Object(ld)
    }
}

impl ImageLd<'_> {
    fn to_value(&self) -> Value {
        object(&[
            ("@type", json!("ImageObject")),
            ("url", json!(self.url)),
            ("caption", json!(self.caption)),
            ("creditText", json!(self.credit)),
            ("width", json!(self.size.map(|(width, _)| width))),
            ("height", json!(self.size.map(|(_, height)| height))),
        ])
    }
}

impl CorrectionLd<'_> {
    fn to_value(&self) -> Value {
        let name = match self.kind {
            CorrectionKind::Correction => "Correction",
            CorrectionKind::Clarification => "Clarification",
            CorrectionKind::Update => "Update",
            CorrectionKind::Retraction => "Retraction",
        };
        object(&[
            ("@type", json!("CorrectionComment")),
            ("name", json!(name)),
            ("text", json!(self.note)),
            ("datePublished", json!(rfc3339(self.at))),
        ])
    }
}

impl ThingLd<'_> {
    /// The description as part of another.
    pub fn to_value(&self) -> Value {
        match self {
            Self::Person { name, url, honorific, job_title } => object(&[
                ("@type", json!("Person")),
                ("name", json!(name)),
                ("url", json!(url)),
                ("honorificPrefix", json!(honorific)),
                ("jobTitle", json!(job_title)),
            ]),
            Self::Organization { name, url, acronym } => object(&[
                ("@type", json!("Organization")),
                ("name", json!(name)),
                ("alternateName", json!(acronym)),
                ("url", json!(url)),
            ]),
            Self::Event { name, url, time, place: at, state } => {
                let (starts, ends) = ends_of(time);
                object(&[
                    ("@type", json!("Event")),
                    ("name", json!(name)),
                    ("url", json!(url)),
                    ("startDate", json!(starts)),
                    ("endDate", json!(ends)),
                    ("location", at.map_or(Value::Null, place)),
                    ("eventStatus", json!(status(*state))),
                ])
            }
        }
    }

    /// The description of the page about it, with `@context`.
    pub fn to_document(&self) -> Value {
        let mut document = self.to_value();
        document["@context"] = json!("https://schema.org");
        document
    }
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

fn object(fields: &[(&str, Value)]) -> Value {
    let present = fields.iter().filter(|(_, value)| !is_nothing(value));
    Value::Object(present.map(|(key, value)| ((*key).to_owned(), value.clone())).collect())
}

fn is_nothing(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}

fn place(name: &str) -> Value {
    json!({ "@type": "Place", "name": name })
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
