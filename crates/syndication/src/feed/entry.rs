//! What the formats say of an item, whatever its kind.

use griot_domain::{CorrectionKind, Locale};
use quick_xml::escape::partial_escape;

use crate::item::{Article, Byline, Content, Correction, Item, Picture, Signal, Status, Topic};

/// Scheme of the IPTC's Media Topics: with a code at its end, a topic's address.
const MEDIA_TOPICS: &str = "http://cv.iptc.org/newscodes/mediatopic/";
/// Scheme of the IPTC's signals.
const SIGNALS: &str = "http://cv.iptc.org/newscodes/signal/";

/// A usable item as a feed has it.
pub(super) struct Entry<'a> {
    /// The body; above it what readers are told of changes.
    pub html: String,
    pub summary: Option<&'a str>,
    text: &'a str,
    pub byline: &'a [Byline],
    pub topics: &'a [Topic],
    pub pictures: &'a [Picture],
    pub rights: Option<&'a str>,
}

/// A subject or signal: `scheme` and `term` together are its address.
pub(super) struct Category {
    pub scheme: String,
    pub term: String,
    pub label: Option<String>,
}

impl<'a> Entry<'a> {
    pub(super) fn of(item: &'a Item) -> Self {
        match &item.content {
            Content::Article(article) => Self::of_article(article, &item.locale),
            Content::Event(event) => Self::bare(&event.html, &event.text, &[]),
            Content::Person(person) => Self::bare(&person.html, &person.text, person.portrait.as_slice()),
            Content::Institution(institution) => Self::bare(&institution.html, &institution.text, &[]),
            Content::Withheld | Content::Canceled => Self::bare("", "", &[]),
        }
    }

    fn of_article(article: &'a Article, locale: &Locale) -> Self {
        Self {
            html: notes(&article.corrections, locale) + &article.html,
            summary: article.summary.as_deref(),
            text: &article.text,
            byline: &article.byline,
            topics: &article.topics,
            pictures: &article.pictures,
            rights: article.rights.as_deref(),
        }
    }

    fn bare(html: &str, text: &'a str, pictures: &'a [Picture]) -> Self {
        Self { html: html.to_owned(), summary: None, text, byline: &[], topics: &[], pictures, rights: None }
    }

    /// The summary, else the first paragraph.
    pub(super) fn lead(&self) -> Option<&'a str> {
        let first = self.text.split("\n\n").next().filter(|paragraph| !paragraph.is_empty());
        self.summary.or(first)
    }

    /// Its topics, then why this version exists.
    pub(super) fn categories(&self, item: &Item) -> Vec<Category> {
        let topics = self.topics.iter().map(|topic| {
            let (scheme, term) = match &topic.media_topic {
                Some(code) => (MEDIA_TOPICS.to_owned(), code.clone()),
                None => (format!("{}/v1/items/", item.issuer.base), topic.topic.id.to_string()),
            };
            Category { scheme, term, label: Some(topic.name.clone()) }
        });
        let signal = item.signal.iptc_code().map(|term| Category {
            scheme: SIGNALS.to_owned(),
            term: term.to_owned(),
            label: None,
        });
        topics.chain(signal).collect()
    }
}

/// All that readers are told, newest first: a silent change after a correction does not take its note away.
fn notes(corrections: &[Correction], locale: &Locale) -> String {
    let told = corrections.iter().rev().map(|correction| correction.told_in(locale));
    told.map(|note| format!("<p><strong>{}</strong></p>", partial_escape(note))).collect()
}

/// Our own code for why a version exists.
pub(super) fn signal_code(item: &Item) -> &'static str {
    match (&item.signal, item.status()) {
        (_, Status::Canceled) => "kill",
        (_, Status::Withheld) => "withheld",
        (Signal::New, _) => "new",
        (Signal::Update, _) => "update",
        (Signal::Retraction(_), _) => "retraction",
        (Signal::Correction(correction), _) => match correction.kind {
            CorrectionKind::Correction => "correction",
            CorrectionKind::Clarification => "clarification",
            CorrectionKind::Update => "update",
            CorrectionKind::Retraction => "retraction",
        },
    }
}

/// Address of the version as ninjs.
pub(super) fn ninjs(item: &Item) -> String {
    item.version_address() + ".ninjs.json"
}
