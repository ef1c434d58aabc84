//! An entry as a query sees it, and the fields all kinds share.

use std::sync::Arc;

use async_graphql::{Context, ID, Object, SimpleObject};
use chrono::NaiveDate;
use griot_domain::{EntryId, EntryKind, Locale, Moment, Slug, Text, View};
use griot_front::directive::{Cost, ForwardConnection, List};
use griot_persistence::Record;

use super::error::Answer;
use super::loads::{Loads, loads};
use super::node_id::NodeId;
use super::scalar::{Address, Instant, Tag};
use super::shared_view::SharedView;
use super::version::{VersionConnection, versions};

/// An entry in a view, and the day on which people beside it are named.
#[derive(Clone)]
pub(crate) struct Seen {
    pub record: Arc<Record>,
    pub view: SharedView,
    /// The article's own date below an article; otherwise the day the view looks at.
    pub day: NaiveDate,
}

impl Seen {
    /// An entry at the top of a query: people are named as on the day the view looks at.
    pub fn at_top(record: Arc<Record>, view: &SharedView, loads: &Loads) -> Self {
        Self { record, view: view.clone(), day: day_of(view, loads) }
    }

    /// Another entry below this one, in the same view and on the same day.
    pub fn beside(&self, record: Arc<Record>) -> Self {
        Self { record, view: self.view.clone(), day: self.day }
    }

    /// Those of `ids` that are live, as objects `T`.
    pub async fn others<T: FromSeen>(&self, loads: &Loads, ids: &[EntryId]) -> Answer<Vec<T>> {
        let records = loads.records(&self.view, ids).await?;
        Ok(records.into_iter().filter_map(|record| T::from_seen(self.beside(record))).collect())
    }

    /// The live entry as object `T`.
    pub async fn other<T: FromSeen>(&self, loads: &Loads, id: Option<EntryId>) -> Answer<Option<T>> {
        let Some(id) = id else { return Ok(None) };
        Ok(self.others(loads, &[id]).await?.pop())
    }

    pub fn node_id(&self) -> ID {
        ID(NodeId::new(self.record.kind, self.record.id, &self.view).encode())
    }

    pub fn url(&self, loads: &Loads) -> Option<Address> {
        page_url(loads, self.record.kind, &self.record.locale, self.record.slug.as_ref())
    }

    /// The text for a short localised value in this view.
    pub fn pick<'a>(&self, text: &'a griot_domain::Localized) -> &'a str {
        text.pick(&self.view.locales.locales)
    }
}

/// The day a view looks at: that of its instant, or today.
pub(crate) fn day_of(view: &View, loads: &Loads) -> NaiveDate {
    match view.moment {
        Moment::Now => loads.today(),
        Moment::AsOf(at) => at.date_naive(),
    }
}

/// The public address of a page, for the kinds that have one.
pub(crate) fn page_url(loads: &Loads, kind: EntryKind, locale: &Locale, slug: Option<&Slug>) -> Option<Address> {
    slug.filter(|_| kind.has_slug()).map(|slug| Address(loads.site.page_url(kind, locale, slug)))
}

/// An object that stands for an entry of one kind.
pub(crate) trait FromSeen: Sized + Send + Sync + 'static {
    /// The kind it stands for.
    const KIND: EntryKind;

    /// The object, `None` when the entry is of another kind.
    fn from_seen(seen: Seen) -> Option<Self>;
}

/// Declares an object type for one kind of entry. The entry and its text are taken apart once, here.
macro_rules! entry_object {
    ($(#[$doc:meta])* $name:ident { $entry:ident: $entry_type:ty, $text:ident: $text_type:ty }) => {
        $(#[$doc])*
        #[derive(Clone)]
        pub(crate) struct $name {
            pub seen: $crate::graphql::delivery::seen::Seen,
        }

        impl $name {
            fn entry(&self) -> &$entry_type {
                match &self.seen.record.entry {
                    griot_domain::Entry::$entry(entry) => entry,
                    _ => unreachable!("from_seen checks the kind"),
                }
            }

            fn text(&self) -> &$text_type {
                match &self.seen.record.text {
                    griot_domain::Text::$text(text) => text,
                    _ => unreachable!("from_seen checks the kind"),
                }
            }
        }

        impl $crate::graphql::delivery::seen::FromSeen for $name {
            const KIND: griot_domain::EntryKind = griot_domain::EntryKind::$entry;

            fn from_seen(seen: $crate::graphql::delivery::seen::Seen) -> Option<Self> {
                let fits = matches!(seen.record.entry, griot_domain::Entry::$entry(_))
                    && matches!(seen.record.text, griot_domain::Text::$text(_));
                fits.then_some(Self { seen })
            }
        }
    };
}

/// Lets an object that flattens [`Common`] answer the fields of the interfaces too.
macro_rules! common_fields {
    ($name:ident: $($field:ident -> $answer:ty),* $(,)?) => {
        impl $name {
            $(pub(crate) async fn $field(
                &self,
                ctx: &async_graphql::Context<'_>,
            ) -> async_graphql::Result<$answer> {
                $crate::graphql::delivery::seen::Common::new(&self.seen).$field(ctx).await
            })*
        }
    };
    ($name:ident) => {
        impl $name {
            pub(crate) async fn versions(
                &self,
                ctx: &async_graphql::Context<'_>,
                first: Option<i32>,
                after: Option<String>,
            ) -> async_graphql::Result<$crate::graphql::delivery::version::VersionConnection> {
                let loads = $crate::graphql::delivery::loads::loads(ctx)?;
                Ok($crate::graphql::delivery::version::versions(&self.seen, loads, first, after.as_deref()).await?)
            }
        }

        $crate::graphql::delivery::seen::common_fields!($name:
            id -> async_graphql::ID,
            content_id -> async_graphql::ID,
            slug -> String,
            url -> $crate::graphql::delivery::scalar::Address,
            display_title -> String,
            locale -> $crate::graphql::delivery::scalar::Tag,
            resolved_locale -> $crate::graphql::delivery::scalar::Tag,
            alternates -> Vec<$crate::graphql::delivery::seen::LocaleAlternate>,
            published_at -> $crate::graphql::delivery::scalar::Instant,
            updated_at -> $crate::graphql::delivery::scalar::Instant,
            seo -> $crate::graphql::delivery::seen::Seo,
        );
    };
}

pub(crate) use {common_fields, entry_object};

/// What every kind with a page of its own answers.
pub(crate) struct Common {
    seen: Seen,
}

impl Common {
    pub fn new(seen: &Seen) -> Self {
        Self { seen: seen.clone() }
    }
}

/// What every kind with a page of its own answers.
#[Object(crate = "griot_front::lean::graphql")]
impl Common {
    /// View id: opaque, and the same for the same entry, language and point in time; safe as a cache key.
    pub(crate) async fn id(&self) -> ID {
        self.seen.node_id()
    }

    /// Identity of the entry across languages and time.
    pub(crate) async fn content_id(&self) -> ID {
        ID(self.seen.record.id.to_string())
    }

    /// Slug in `resolvedLocale`.
    pub(crate) async fn slug(&self) -> String {
        self.seen.record.slug.as_ref().map(|slug| slug.as_str().to_owned()).unwrap_or_default()
    }

    /// Address of the page on the public site.
    pub(crate) async fn url(&self, ctx: &Context<'_>) -> async_graphql::Result<Address> {
        let loads = loads(ctx)?;
        Ok(self.seen.url(loads).unwrap_or_else(|| Address(loads.site.base_url.to_string())))
    }

    /// Headline or name, for lists of mixed kinds.
    pub(crate) async fn display_title(&self) -> String {
        self.seen.record.title().to_owned()
    }

    /// Language asked for.
    pub(crate) async fn locale(&self) -> Tag {
        Tag(self.seen.view.locales.wanted().to_string())
    }

    /// Language delivered; differs from `locale` after a fallback.
    pub(crate) async fn resolved_locale(&self) -> Tag {
        Tag(self.seen.record.locale.to_string())
    }

    /// The other languages of this entry, for language switchers and hreflang.
    #[graphql(directive = List::apply(10))]
    pub(crate) async fn alternates(&self, ctx: &Context<'_>) -> async_graphql::Result<Vec<LocaleAlternate>> {
        Ok(alternates(&self.seen, loads(ctx)?))
    }

    /// When the entry first became public.
    pub(crate) async fn published_at(&self) -> Instant {
        Instant(self.seen.record.since)
    }

    /// When the state delivered became public.
    pub(crate) async fn updated_at(&self) -> Instant {
        Instant(self.seen.record.updated_at)
    }

    /// Texts for search engines and social cards, already merged with fallbacks.
    pub(crate) async fn seo(&self) -> Seo {
        Seo::new(&self.seen.record)
    }

    /// Identifiers in other systems, such as Wikidata or the system the entry came from.
    #[graphql(directive = List::apply(10))]
    async fn external_ids(&self, ctx: &Context<'_>) -> Answer<Vec<ExternalId>> {
        let known = loads(ctx)?.external_ids(self.seen.record.id).await?;
        Ok(known.iter().map(|one| ExternalId { scheme: one.scheme.clone(), value: one.value.clone() }).collect())
    }

    /// What was public of it since when, in `resolvedLocale`, the newest first; as far as the view's `asOf`.
    #[graphql(directive = ForwardConnection::apply(10), directive = Cost::apply(5))]
    async fn versions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
    ) -> Answer<VersionConnection> {
        versions(&self.seen, loads(ctx)?, first, after.as_deref()).await
    }
}

/// One language an entry exists in.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct LocaleAlternate {
    /// The language.
    locale: Tag,
    /// View id of the entry in that language, for `node`.
    id: ID,
    /// Slug in that language; empty for kinds without a page.
    slug: String,
    /// Headline or name in that language.
    title: String,
    /// Address of the page in that language.
    url: Option<Address>,
}

pub(crate) fn alternates(seen: &Seen, loads: &Loads) -> Vec<LocaleAlternate> {
    let record = &seen.record;
    record
        .alternates
        .iter()
        .map(|other| {
            let mut view = (*seen.view).clone();
            view.locales.locales.retain(|locale| *locale != other.locale);
            view.locales.locales.insert(0, other.locale.clone());
            LocaleAlternate {
                locale: Tag(other.locale.to_string()),
                id: ID(NodeId::new(record.kind, record.id, &view).encode()),
                slug: other.slug.as_ref().map(|slug| slug.as_str().to_owned()).unwrap_or_default(),
                title: other.title.clone(),
                url: page_url(loads, record.kind, &other.locale, other.slug.as_ref()),
            }
        })
        .collect()
}

/// An identifier in another system.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct ExternalId {
    /// Name of the system, such as `wikidata`.
    scheme: String,
    /// Identifier in that system.
    value: String,
}

/// Texts for search engines and social cards.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct Seo {
    /// Document title.
    title: String,
    /// Meta description.
    description: Option<String>,
    /// Whether search engines may index the page.
    indexable: bool,
}

impl Seo {
    fn new(record: &Record) -> Self {
        let seo = seo_of(&record.text);
        let summary = match &record.text {
            Text::Article(text) => text.summary.as_ref(),
            Text::Person(text) => text.known_as.as_ref(),
            Text::Topic(text) => text.summary.as_ref(),
            Text::Institution(_) | Text::Event(_) | Text::Asset(_) | Text::Appointment(_) => None,
        };
        let title = seo.and_then(|seo| seo.title.clone());
        Self {
            title: title.unwrap_or_else(|| record.title().to_owned()),
            description: seo.and_then(|seo| seo.description.as_ref()).or(summary).cloned(),
            indexable: is_indexable(&record.text),
        }
    }
}

fn seo_of(text: &Text) -> Option<&griot_domain::Seo> {
    match text {
        Text::Article(text) => Some(&text.seo),
        Text::Person(text) => Some(&text.seo),
        Text::Institution(text) => Some(&text.seo),
        Text::Event(text) => Some(&text.seo),
        Text::Topic(text) => Some(&text.seo),
        Text::Asset(_) | Text::Appointment(_) => None,
    }
}

/// Whether search engines may index the page of a text.
pub(crate) fn is_indexable(text: &Text) -> bool {
    seo_of(text).is_none_or(|seo| !seo.no_index)
}
