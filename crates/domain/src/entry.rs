//! An entry of any kind, its texts, and the links it makes.

use chrono::{DateTime, Utc};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::{
    Appointment, AppointmentText, Article, ArticleText, Asset, AssetText, EntryId, EntryKind, Event, EventText,
    EventTime, Institution, InstitutionText, Person, PersonText, Topic, TopicText, fold::fold,
};

/// Content that does not have the shape of its kind.
#[derive(Debug, thiserror::Error)]
#[error("not a valid {kind}: {source}")]
pub struct UnfitContent {
    #[allow(missing_docs)]
    pub kind: EntryKind,
    /// The field, such as `ranks[0].until`; empty for the whole, and where the content was read from JSON text.
    pub path: String,
    /// What is wrong.
    #[source]
    pub source: serde_json::Error,
}

/// Reads a value, and says which field is at fault when it does not fit.
fn shape<T: DeserializeOwned>(kind: EntryKind, value: Value) -> Result<T, UnfitContent> {
    serde_path_to_error::deserialize(value).map_err(|err| {
        let path = err.path().to_string().trim_end_matches(['?', '.']).to_owned();
        UnfitContent { kind, path, source: err.into_inner() }
    })
}

macro_rules! by_kind {
    ($(#[$doc:meta])* $name:ident { $($kind:ident($inner:ident)),* $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq)]
        #[allow(missing_docs)]
        pub enum $name {
            $($kind($inner)),*
        }

        impl $name {
            /// The kind of entry it belongs to.
            pub fn kind(&self) -> EntryKind {
                match self {
                    $(Self::$kind(_) => EntryKind::$kind),*
                }
            }

            /// Reads the JSON form of `kind`; unknown fields are refused.
            pub fn from_value(kind: EntryKind, value: Value) -> Result<Self, UnfitContent> {
                Ok(match kind {
                    $(EntryKind::$kind => Self::$kind(shape(kind, value)?)),*
                })
            }

            /// Reads the JSON text of `kind`; unknown fields are refused.
            pub fn from_json(kind: EntryKind, json: &str) -> Result<Self, UnfitContent> {
                let unfit = |source| UnfitContent { kind, path: String::new(), source };
                Ok(match kind {
                    $(EntryKind::$kind => Self::$kind(serde_json::from_str(json).map_err(unfit)?)),*
                })
            }

            /// The JSON form; equal content gives equal bytes.
            pub fn to_value(&self) -> Value {
                match self {
                    $(Self::$kind(inner) => serde_json::to_value(inner)),*
                }
                .expect("content has string keys only")
            }

            /// The JSON text; equal content gives equal bytes.
            pub fn to_json(&self) -> String {
                match self {
                    $(Self::$kind(inner) => serde_json::to_string(inner)),*
                }
                .expect("content has string keys only")
            }
        }

        $(impl From<$inner> for $name {
            fn from(inner: $inner) -> Self {
                Self::$kind(inner)
            }
        })*
    };
}

by_kind!(
    /// The language-neutral part of an entry.
    Entry {
        Article(Article),
        Person(Person),
        Institution(Institution),
        Event(Event),
        Topic(Topic),
        Asset(Asset),
        Appointment(Appointment),
    }
);

by_kind!(
    /// An entry in one language, without slug and body.
    Text {
        Article(ArticleText),
        Person(PersonText),
        Institution(InstitutionText),
        Event(EventText),
        Topic(TopicText),
        Asset(AssetText),
        Appointment(AppointmentText),
    }
);

/// A directed reference from one entry to another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Link {
    #[allow(missing_docs)]
    pub role: LinkRole,
    #[allow(missing_docs)]
    pub target: EntryId,
}

/// What a link means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LinkRole {
    /// An article is filed under a topic.
    Topic,
    /// A text names a person, institution or event.
    Mention,
    /// An entry shows an asset as lead image, portrait or attachment.
    Asset,
    /// An article's editor chose another as related.
    Related,
    /// An article is signed by a person or institution.
    Byline,
    /// An appointment's person.
    Holder,
    /// An appointment's institution.
    Seat,
    /// The larger institution, event or topic.
    Parent,
    /// A person or institution organises or takes part in an event.
    Party,
}

impl LinkRole {
    /// Every role.
    pub const ALL: [Self; 9] = [
        Self::Topic,
        Self::Mention,
        Self::Asset,
        Self::Related,
        Self::Byline,
        Self::Holder,
        Self::Seat,
        Self::Parent,
        Self::Party,
    ];

    /// The word used in the store.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Topic => "topic",
            Self::Mention => "mention",
            Self::Asset => "asset",
            Self::Related => "related",
            Self::Byline => "byline",
            Self::Holder => "holder",
            Self::Seat => "seat",
            Self::Parent => "parent",
            Self::Party => "party",
        }
    }
}

impl Entry {
    /// The entries this one refers to, without repeats, in order of first reference.
    pub fn links(&self) -> Vec<Link> {
        let mut links = Vec::new();
        let mut add = |role, target: EntryId| {
            let link = Link { role, target };
            if !links.contains(&link) {
                links.push(link);
            }
        };
        match self {
            Self::Article(article) => {
                article.topics.iter().for_each(|id| add(LinkRole::Topic, (*id).into()));
                article.lead_image.iter().for_each(|lead| add(LinkRole::Asset, lead.asset.into()));
                article.attachments.iter().for_each(|id| add(LinkRole::Asset, (*id).into()));
                article.related.iter().for_each(|id| add(LinkRole::Related, (*id).into()));
                article.byline.iter().filter_map(|line| line.entry).for_each(|id| add(LinkRole::Byline, id));
            }
            Self::Person(person) => person.portrait.iter().for_each(|id| add(LinkRole::Asset, (*id).into())),
            Self::Institution(institution) => {
                institution.parent.iter().for_each(|id| add(LinkRole::Parent, (*id).into()));
            }
            Self::Event(event) => {
                event.part_of.iter().for_each(|id| add(LinkRole::Parent, (*id).into()));
                event.organisers.iter().for_each(|id| add(LinkRole::Party, *id));
                event.participants.iter().for_each(|one| add(LinkRole::Party, one.entry));
            }
            Self::Topic(topic) => topic.parent.iter().for_each(|id| add(LinkRole::Parent, (*id).into())),
            Self::Asset(_) => {}
            Self::Appointment(appointment) => {
                add(LinkRole::Holder, appointment.person.into());
                appointment.institution.iter().for_each(|id| add(LinkRole::Seat, (*id).into()));
            }
        }
        links
    }

    /// The instant lists of this kind are ordered by: issue of an article, start of an event, first day of an
    /// appointment.
    pub fn ordered_at(&self) -> Option<DateTime<Utc>> {
        let midnight = |day: chrono::NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
        match self {
            Self::Article(article) => Some(article.issued_at.to_utc()),
            Self::Event(event) => Some(match &event.time {
                EventTime::Timed { starts_at, .. } => starts_at.to_utc(),
                EventTime::AllDay { starts_on, .. } => midnight(*starts_on),
            }),
            Self::Appointment(appointment) => appointment.from.map(|day| midnight(day.earliest())),
            _ => None,
        }
    }

    /// The instant an event or appointment ends, when it has an end.
    pub fn ends_at(&self) -> Option<DateTime<Utc>> {
        let after = |day: chrono::NaiveDate| day.succ_opt().unwrap_or(day).and_time(chrono::NaiveTime::MIN).and_utc();
        let event = match self {
            Self::Event(event) => event,
            Self::Appointment(appointment) => return appointment.until.map(|until| after(until.latest())),
            _ => return None,
        };
        match &event.time {
            EventTime::Timed { ends_at, .. } => ends_at.map(|at| at.to_utc()),
            EventTime::AllDay { starts_on, ends_on, .. } => Some(after(ends_on.unwrap_or(*starts_on))),
        }
    }

    /// The word lists of this kind can be narrowed by: form of an article, state of an event, sort of asset.
    pub fn facet(&self) -> Option<&'static str> {
        match self {
            Self::Article(article) => Some(article.kind.as_str()),
            Self::Event(event) => Some(event.state.as_str()),
            Self::Asset(asset) => Some(asset.kind.as_str()),
            _ => None,
        }
    }
}

impl Text {
    /// The confirmed mentions as links, without repeats.
    pub fn links(&self) -> Vec<Link> {
        let Self::Article(text) = self else { return Vec::new() };
        let mut links: Vec<Link> = Vec::new();
        for mention in &text.mentions {
            let link = Link { role: LinkRole::Mention, target: mention.target };
            if !links.contains(&link) {
                links.push(link);
            }
        }
        links
    }

    /// Headline, name or title to show for the entry.
    pub fn display_title<'a>(&'a self, entry: &'a Entry) -> &'a str {
        match (self, entry) {
            (Self::Article(text), _) => &text.headline,
            (Self::Person(text), Entry::Person(person)) => text.name.as_deref().unwrap_or(&person.name.display),
            (Self::Person(text), _) => text.name.as_deref().unwrap_or_default(),
            (Self::Institution(text), _) => &text.name,
            (Self::Event(text), _) => &text.name,
            (Self::Topic(text), _) => &text.name,
            (Self::Asset(text), Entry::Asset(asset)) => {
                text.title.as_deref().or(asset.file.name.as_deref()).unwrap_or(&asset.url)
            }
            (Self::Asset(text), _) => text.title.as_deref().unwrap_or_default(),
            (Self::Appointment(text), _) => &text.title,
        }
    }

    /// The folded form alphabetical lists are ordered by.
    pub fn sort_form(&self, entry: &Entry) -> String {
        match (self, entry) {
            (Self::Person(PersonText { name: None, .. }), Entry::Person(person)) => fold(&person.name.sort_form()),
            _ => fold(self.display_title(entry)),
        }
    }

    /// The folded words a simple text filter looks in.
    pub fn filter_form(&self, entry: &Entry) -> String {
        let mut words = vec![self.display_title(entry)];
        match (self, entry) {
            (Self::Article(text), _) => words.extend(text.summary.as_deref()),
            (Self::Person(_), Entry::Person(person)) => {
                words.push(&person.name.display);
                words.extend(person.variants.iter().map(String::as_str));
            }
            (Self::Institution(text), Entry::Institution(institution)) => {
                words.extend(text.variants.iter().map(String::as_str));
                words.extend(institution.acronym.iter().flat_map(|acronym| acronym.forms()));
            }
            (Self::Event(text), _) => words.extend(text.variants.iter().map(String::as_str)),
            (Self::Asset(text), Entry::Asset(asset)) => {
                words.extend(text.caption.as_deref());
                words.extend(asset.credit.as_deref());
            }
            _ => {}
        }
        fold(&words.join("\n"))
    }
}
