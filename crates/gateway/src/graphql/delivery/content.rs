//! What can stand for an entry of any kind.

use async_graphql::{ID, Interface};
use griot_domain::EntryKind;
use griot_front::directive::{Cost, ForwardConnection, List};

use super::appointment::Appointment;
use super::article::Article;
use super::asset::Asset;
use super::event::Event;
use super::institution::Institution;
use super::person::Person;
use super::scalar::{Address, Instant, Tag};
use super::seen::{FromSeen, LocaleAlternate, Seen, Seo};
use super::topic::Topic;
use super::version::VersionConnection;

/// An object that can be fetched again by its id.
#[derive(Clone, Interface)]
#[graphql(field(
    name = "id",
    ty = "ID",
    desc = "View id: opaque, and the same for the same entry, language and point in time."
))]
pub(crate) enum Node {
    #[allow(missing_docs)]
    Article(Article),
    #[allow(missing_docs)]
    Person(Person),
    #[allow(missing_docs)]
    Institution(Institution),
    #[allow(missing_docs)]
    Event(Event),
    #[allow(missing_docs)]
    Topic(Topic),
    #[allow(missing_docs)]
    Asset(Asset),
    #[allow(missing_docs)]
    Appointment(Appointment),
}

impl Node {
    /// The entry seen, as the object of its kind.
    pub fn new(seen: Seen) -> Option<Self> {
        match seen.record.kind {
            EntryKind::Article => Article::from_seen(seen).map(Self::Article),
            EntryKind::Person => Person::from_seen(seen).map(Self::Person),
            EntryKind::Institution => Institution::from_seen(seen).map(Self::Institution),
            EntryKind::Event => Event::from_seen(seen).map(Self::Event),
            EntryKind::Topic => Topic::from_seen(seen).map(Self::Topic),
            EntryKind::Asset => Asset::from_seen(seen).map(Self::Asset),
            EntryKind::Appointment => Appointment::from_seen(seen).map(Self::Appointment),
        }
    }
}

/// An entry with a page of its own.
#[derive(Clone, Interface)]
#[graphql(
    field(name = "id", ty = "ID", desc = "View id: opaque, and safe as a cache key."),
    field(name = "content_id", ty = "ID", desc = "Identity of the entry across languages and time."),
    field(name = "slug", ty = "String", desc = "Slug in `resolvedLocale`."),
    field(name = "url", ty = "Address", desc = "Address of the page on the public site."),
    field(name = "display_title", ty = "String", desc = "Headline or name."),
    field(name = "locale", ty = "Tag", desc = "Language asked for."),
    field(name = "resolved_locale", ty = "Tag", desc = "Language delivered; differs from `locale` after a fallback."),
    field(
        name = "alternates",
        ty = "Vec<LocaleAlternate>",
        desc = "The other languages of this entry.",
        directive = List::apply(10)
    ),
    field(name = "published_at", ty = "Instant", desc = "When the entry first became public."),
    field(name = "updated_at", ty = "Instant", desc = "When the state delivered became public."),
    field(name = "seo", ty = "Seo", desc = "Texts for search engines and social cards."),
    field(
        name = "versions",
        ty = "VersionConnection",
        desc = "What was public of it since when, in `resolvedLocale`, the newest first; as far as the view's `asOf`.",
        arg(name = "first", ty = "Option<i32>", desc = "How many, 0 to 25; 10 when omitted."),
        arg(name = "after", ty = "Option<String>", desc = "Only what follows this cursor."),
        directive = ForwardConnection::apply(10),
        directive = Cost::apply(5)
    )
)]
pub(crate) enum Content {
    #[allow(missing_docs)]
    Article(Article),
    #[allow(missing_docs)]
    Person(Person),
    #[allow(missing_docs)]
    Institution(Institution),
    #[allow(missing_docs)]
    Event(Event),
    #[allow(missing_docs)]
    Topic(Topic),
}

impl Content {
    /// The entry seen, when it has a page.
    pub fn new(seen: Seen) -> Option<Self> {
        match seen.record.kind {
            EntryKind::Article => Article::from_seen(seen).map(Self::Article),
            EntryKind::Person => Person::from_seen(seen).map(Self::Person),
            EntryKind::Institution => Institution::from_seen(seen).map(Self::Institution),
            EntryKind::Event => Event::from_seen(seen).map(Self::Event),
            EntryKind::Topic => Topic::from_seen(seen).map(Self::Topic),
            EntryKind::Asset | EntryKind::Appointment => None,
        }
    }
}
