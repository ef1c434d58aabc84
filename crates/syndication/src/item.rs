//! What documents and feeds are made of: one version of one item, with everything it names as it stood then.

use chrono::{DateTime, FixedOffset, NaiveDate, Utc};
use griot_domain::{
    ArticleKind, CorrectionKind, EntryId, EntryKind, EventState, EventTime, GeoPoint, InstitutionKind, Locale,
    PartialDate,
};

/// One version of an entry in one language: the unit that partners receive.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    #[allow(missing_docs)]
    pub id: EntryId,
    #[allow(missing_docs)]
    pub kind: EntryKind,
    #[allow(missing_docs)]
    pub locale: Locale,
    /// The day the entry first became public, in UTC: part of [`Item::uri`], so it never changes.
    pub issued_on: NaiveDate,
    /// 1 for the first, and one more for each later state, withdrawals and kills among them.
    pub version: u32,
    /// Why this version exists.
    pub signal: Signal,
    /// When the entry first became public.
    pub first_created: DateTime<Utc>,
    /// When this version did.
    pub version_created: DateTime<Utc>,
    /// Until when it must not be published, for those who get it before.
    pub embargoed_until: Option<DateTime<Utc>>,
    /// Whether it is an exercise: for partners alone, and never to be published.
    pub is_drill: bool,
    /// Address of its page.
    pub page: Option<String>,
    /// The same entry in its other languages.
    pub translations: Vec<Translation>,
    /// Who issues it.
    pub issuer: Issuer,
    #[allow(missing_docs)]
    pub content: Content,
}

/// Why a version exists.
#[derive(Clone, Debug, PartialEq)]
pub enum Signal {
    /// The first one.
    New,
    /// Something changed that readers are not told about.
    Update,
    /// Readers are told what was wrong, or what is new. The newest one the version brought.
    Correction(Correction),
    /// It was taken back; why, for the public.
    Retraction(Option<String>),
}

/// The profile of exercises, whatever they are of.
pub const DRILL_PROFILE: &str = "exercice";

/// What an item says.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub enum Content {
    Article(Box<Article>),
    Event(Box<Event>),
    Person(Box<Person>),
    Institution(Box<Institution>),
    /// Taken back; it may come again.
    Withheld,
    /// Killed: its text is gone for ever, and whoever holds a copy has to delete it.
    Canceled,
}

/// Whether an item may be used: the IPTC's `pubStatus`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub enum Status {
    Usable,
    Withheld,
    Canceled,
}

impl Status {
    /// The IPTC's code.
    pub fn code(self) -> &'static str {
        match self {
            Self::Usable => "usable",
            Self::Withheld => "withheld",
            Self::Canceled => "canceled",
        }
    }
}

/// The office that issues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Issuer {
    /// In the language of the item.
    pub name: String,
    /// Its public site, without a slash at the end.
    pub site: String,
    /// Host of the public site: the provider in [`Item::uri`].
    pub host: String,
    /// Address below which documents and feeds are served, without a slash at the end.
    pub base: String,
}

/// The same entry in another language.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Translation {
    pub locale: Locale,
    pub title: String,
    pub page: Option<String>,
}

/// An article.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Article {
    pub form: ArticleKind,
    /// With the offset of the place; its local date decides how people are named.
    pub issued_at: DateTime<FixedOffset>,
    pub headline: String,
    pub kicker: Option<String>,
    pub summary: Option<String>,
    pub slug: Option<String>,
    /// HTML of the body, without scripts, styles or elements that are not allowed.
    pub html: String,
    /// The body as plain text, paragraphs separated by empty lines.
    pub text: String,
    pub words: usize,
    /// Who signs it, in order.
    pub byline: Vec<Byline>,
    /// Where it was issued.
    pub place: Option<Place>,
    /// 1 (most urgent) to 8.
    pub urgency: Option<u8>,
    /// People it names, in order of appearance.
    pub people: Vec<NamedPerson>,
    /// Institutions it names, in order of appearance, by the names they bore on its date.
    pub institutions: Vec<NamedThing>,
    /// Events it names, in order of appearance.
    pub events: Vec<NamedThing>,
    /// Most relevant first.
    pub topics: Vec<Topic>,
    /// Lead image first.
    pub pictures: Vec<Picture>,
    /// All that readers are told about, in the order they were made.
    pub corrections: Vec<Correction>,
    /// Terms under which it may be used.
    pub rights: Option<String>,
}

/// One signatory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Byline {
    /// Name to print.
    pub name: String,
    /// The person or institution, when the record knows it.
    pub entry: Option<Reference>,
}

/// An entry that another one names. What it is called is told by whoever names it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Reference {
    pub id: EntryId,
    pub kind: EntryKind,
    pub page: Option<String>,
}

/// A person, as on an article's date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamedPerson {
    #[allow(missing_docs)]
    pub person: Reference,
    /// As named in print: `Colonel Assimi GOÏTA`.
    pub name: String,
    /// The name alone: `Assimi GOÏTA`.
    pub plain_name: String,
    /// Honorific or rank on the day.
    pub honorific: Option<String>,
    /// Posts held on the day, by precedence.
    pub titles: Vec<String>,
    /// Whether the headline names the person.
    pub is_subject: bool,
}

/// An institution or event an article names.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct NamedThing {
    pub thing: Reference,
    pub name: String,
    /// Whether the headline names it.
    pub is_subject: bool,
}

/// A subject an article is filed under.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    #[allow(missing_docs)]
    pub topic: Reference,
    #[allow(missing_docs)]
    pub name: String,
    /// Digits of the IPTC Media Topic, such as `20000593`.
    pub media_topic: Option<String>,
}

/// A place.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Place {
    pub name: String,
    pub address: Option<String>,
    /// ISO 3166-1 alpha-2.
    pub country_code: Option<String>,
    pub point: Option<GeoPoint>,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Picture {
    pub id: EntryId,
    pub url: String,
    pub mime_type: Option<String>,
    /// Width and height in pixels.
    pub size: Option<(u32, u32)>,
    pub bytes: Option<u64>,
    pub title: Option<String>,
    pub alt: Option<String>,
    pub caption: Option<String>,
    pub credit: Option<String>,
    pub rights: Option<String>,
}

impl Picture {
    /// The name it has in whatever shows it, and by which it is taken back.
    pub fn uri(&self, issuer: &Issuer) -> String {
        picture_uri(self.id, issuer)
    }
}

fn picture_uri(id: EntryId, issuer: &Issuer) -> String {
    format!("{}/v1/items/{id}", issuer.base)
}

/// What readers are told of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Correction {
    pub kind: CorrectionKind,
    pub at: DateTime<Utc>,
    pub note: String,
}

/// An event.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Event {
    pub name: String,
    pub time: EventTime,
    pub state: EventState,
    pub place: Option<Place>,
    /// The larger event it is part of.
    pub part_of: Option<Party>,
    pub organisers: Vec<Party>,
    pub participants: Vec<Party>,
    /// In order.
    pub programme: Vec<ProgrammeItem>,
    pub html: String,
    pub text: String,
}

/// Someone or something that has to do with another entry.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Party {
    pub entry: Reference,
    pub name: String,
    /// In what capacity.
    pub role: Option<String>,
}

/// One item of a programme.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct ProgrammeItem {
    pub name: String,
    pub time: EventTime,
    pub place: Option<Place>,
}

/// A person.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Person {
    pub name: String,
    pub sort_name: String,
    /// Other forms of the name found in texts.
    pub variants: Vec<String>,
    /// Form of address, such as `Dr`.
    pub honorific: Option<String>,
    /// Rank in force when this version was made.
    pub rank: Option<String>,
    /// In one line.
    pub known_as: Option<String>,
    /// Ranks held, earliest first.
    pub ranks: Vec<Dated>,
    /// Posts held, earliest first.
    pub posts: Vec<Post>,
    pub born: Option<PartialDate>,
    pub died: Option<PartialDate>,
    pub portrait: Option<Picture>,
    pub html: String,
    pub text: String,
    /// The same person elsewhere, such as an address at Wikidata.
    pub same_as: Vec<String>,
}

/// A name, rank or the like borne for a time; without bounds where none are known.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct Dated {
    pub name: String,
    pub from: Option<PartialDate>,
    pub until: Option<PartialDate>,
}

/// A post held for a time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    #[allow(missing_docs)]
    pub title: Dated,
    /// Where, and its name when the version was made.
    pub institution: Option<Party>,
}

/// An institution.
#[derive(Clone, Debug, PartialEq)]
#[allow(missing_docs)]
pub struct Institution {
    pub kind: InstitutionKind,
    pub name: String,
    pub acronym: Option<String>,
    pub past_names: Vec<Dated>,
    /// Other forms found in texts.
    pub variants: Vec<String>,
    /// The institution it belongs to.
    pub parent: Option<Party>,
    pub address: Option<String>,
    pub email: Option<String>,
    pub telephone: Option<String>,
    pub website: Option<String>,
    pub html: String,
    pub text: String,
    /// The same institution elsewhere, such as an address at Wikidata.
    pub same_as: Vec<String>,
}

impl Item {
    /// Whether it may be used.
    pub fn status(&self) -> Status {
        match self.content {
            Content::Withheld => Status::Withheld,
            Content::Canceled => Status::Canceled,
            _ => Status::Usable,
        }
    }

    /// Its identity in the trade's formats, the same for all versions and whatever its slug:
    /// `urn:newsml:koulouba.ml:20231106:article-0190…-fr` (RFC 3085); of a picture the name it
    /// has in what shows it, whatever the language.
    pub fn uri(&self) -> String {
        self.uri_in(&self.locale)
    }

    /// The identity that the same entry has in another language.
    pub fn uri_in(&self, locale: &Locale) -> String {
        let Self { issuer, kind, id, .. } = self;
        match kind {
            EntryKind::Asset => picture_uri(*id, issuer),
            _ if self.is_drill => {
                format!("urn:newsml:{}:{}:drill-{id}-{locale}", issuer.host, self.issued_on.format("%Y%m%d"))
            }
            _ => format!("urn:newsml:{}:{}:{kind}-{id}-{locale}", issuer.host, self.issued_on.format("%Y%m%d")),
        }
    }

    /// Its identity in feeds: `tag:koulouba.ml,2023-11-06:article/0190…/fr` (RFC 4151).
    pub fn tag(&self) -> String {
        let Self { issuer, kind, id, locale, .. } = self;
        format!("tag:{},{}:{kind}/{id}/{locale}", issuer.host, self.issued_on)
    }

    /// Address of its documents without their ending: `https://koulouba.ml/v1/items/0190…-fr`.
    pub fn address(&self) -> String {
        format!("{}/v1/items/{}-{}", self.issuer.base, self.id, self.locale)
    }

    /// Address of the documents of this version without their ending.
    pub fn version_address(&self) -> String {
        format!("{}/versions/{}", self.address(), self.version)
    }

    /// Headline or name; for what was taken back, that it was.
    pub fn title(&self) -> String {
        match &self.content {
            Content::Article(article) => article.headline.clone(),
            Content::Event(event) => event.name.clone(),
            Content::Person(person) => person.name.clone(),
            Content::Institution(institution) => institution.name.clone(),
            Content::Withheld | Content::Canceled => self.editors_note().unwrap_or_default(),
        }
    }

    /// What an editor must read and nobody must print, in capitals first what it is: a correction, a withdrawal, a kill, an
    /// embargo, an exercise. In French for French items, else in English.
    pub fn editors_note(&self) -> Option<String> {
        let word = |french, english| worded(&self.locale, french, english);
        let mut notes = Vec::new();
        if self.is_drill {
            notes.push(word("EXERCICE", "EXERCISE").to_owned());
            if self.status() == Status::Usable {
                notes.push(word("NE PAS PUBLIER", "NOT FOR PUBLICATION").to_owned());
            }
        }
        if let Some(until) = self.embargoed_until {
            let until = until.format("%Y-%m-%d %H:%M UTC");
            notes.push(format!("{} {until}", word("SOUS EMBARGO jusqu’au", "UNDER EMBARGO until")));
        }
        match &self.signal {
            Signal::New | Signal::Update => {}
            Signal::Correction(correction) => notes.push(correction.told_in(&self.locale)),
            Signal::Retraction(reason) => {
                let what = match self.content {
                    Content::Canceled => word("ANNULATION", "KILL"),
                    _ => word("À NE PAS UTILISER", "WITHHELD"),
                };
                let rest = reason.as_ref().map(|reason| format!("{} {reason}", word(" :", ":")));
                notes.push(format!("{what}{}", rest.unwrap_or_default()));
            }
        }
        (!notes.is_empty()).then(|| notes.join(" — "))
    }
}

impl Signal {
    /// The IPTC's code. It has none for a first version, nor for what was taken back: the status says that.
    pub fn iptc_code(&self) -> Option<&'static str> {
        match self {
            Self::New | Self::Retraction(_) => None,
            Self::Update => Some("update"),
            Self::Correction(correction) => Some(correction.iptc_code()),
        }
    }
}

impl Correction {
    /// The IPTC's code of the signal: a correction, or merely an update, since it tells no more apart.
    pub fn iptc_code(&self) -> &'static str {
        match self.kind {
            CorrectionKind::Correction | CorrectionKind::Retraction => "correction",
            CorrectionKind::Clarification | CorrectionKind::Update => "update",
        }
    }

    /// What it is, in capitals, and the note: `RECTIFICATIF : …`. In French for French, else in English.
    pub fn told_in(&self, locale: &Locale) -> String {
        let word = |french, english| worded(locale, french, english);
        let what = match self.kind {
            CorrectionKind::Correction => word("RECTIFICATIF", "CORRECTION"),
            CorrectionKind::Clarification => word("PRÉCISION", "CLARIFICATION"),
            CorrectionKind::Update => word("MISE À JOUR", "UPDATE"),
            CorrectionKind::Retraction => word("RÉTRACTATION", "RETRACTION"),
        };
        format!("{what}{} {}", word(" :", ":"), self.note)
    }
}

/// The French word for French, else the English one.
pub(crate) fn worded<'a>(locale: &Locale, french: &'a str, english: &'a str) -> &'a str {
    let is_french = locale.as_str().split('-').next() == Some("fr");
    if is_french { french } else { english }
}

impl Reference {
    /// The entry's permanent address in the record, whatever its language, version or slug:
    /// `https://koulouba.ml/v1/items/0190…`.
    pub fn uri(&self, issuer: &Issuer) -> String {
        format!("{}/v1/items/{}", issuer.base, self.id)
    }
}
