//! Reading articles.

use async_graphql::{Context, Enum, ID, InputObject, Object};
use griot_domain::{EntryKind, LinkRole};
use griot_front::directive::Connection as Paged;
use griot_persistence::{Condition, Order, OrderedBy};

use super::Article;
use super::parts::ArticleKind;
use crate::graphql::delivery::connection::{Connection, Paging, ROOT};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::list::{self, Narrow};
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::lookup;
use crate::graphql::delivery::range::{DateTimeRange, OrderDirection, words};
use crate::graphql::delivery::reference::References;
use crate::graphql::delivery::scalar::Tag;
use crate::graphql::delivery::view::{ViewInput, parse_locale};

/// Reading articles.
#[derive(Default)]
pub(crate) struct ArticleQuery;

/// Reading articles.
#[Object]
impl ArticleQuery {
    /// One article by slug or content id; null when nothing public answers to it. A slug the article had before finds
    /// it too: compare `slug`.
    async fn article(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Slug; those of the language asked for go first.")] slug: Option<String>,
        #[graphql(desc = "Content id, instead of a slug.")] content_id: Option<ID>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Nullable<Article> {
        lookup::by_name(ctx, slug, content_id, view).await.transpose()
    }

    /// Articles, newest first unless ordered otherwise. Standing pages are left out unless `kinds` asks for them.
    #[graphql(directive = Paged::apply(20))]
    async fn articles(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many from the front, 0 to 100; 20 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
        #[graphql(desc = "How many from the end, 0 to 100.")] last: Option<i32>,
        #[graphql(desc = "Only what stands before this cursor.")] before: Option<String>,
        #[graphql(desc = "Which articles.")] filter: Option<ArticleFilter>,
        #[graphql(desc = "In which order.")] order_by: Option<ArticleOrder>,
        #[graphql(desc = "State and language to read in.")] view: Option<ViewInput>,
    ) -> Answer<Connection<Article>> {
        let paging = Paging { first, after, last, before };
        list::at_root(loads(ctx)?, view, filter, in_order(order_by), &paging, ROOT).await
    }
}

/// Which articles; all conditions given must hold, a list matches any of its items. Entries are named by slug or
/// content id.
#[derive(Clone, Debug, Default, InputObject)]
pub(crate) struct ArticleFilter {
    /// These articles.
    content_ids: Option<Vec<ID>>,
    /// Of one of these forms.
    kinds: Option<Vec<ArticleKind>>,
    /// Filed under any of these topics.
    topics: Option<Vec<String>>,
    /// Naming any of these people.
    people: Option<Vec<String>>,
    /// Naming any of these institutions.
    institutions: Option<Vec<String>>,
    /// Naming any of these events.
    events: Option<Vec<String>>,
    /// Issued in this range.
    issued_at: Option<DateTimeRange>,
    /// Existing in this language.
    locale: Option<Tag>,
    /// With these words next to each other in headline or summary, whatever their case and accents.
    text: Option<String>,
    /// All of these hold.
    and: Option<Vec<ArticleFilter>>,
    /// At least one of these holds.
    or: Option<Vec<ArticleFilter>>,
    /// This does not hold.
    not: Option<Box<ArticleFilter>>,
}

impl ArticleFilter {
    fn parts(&self) -> impl Iterator<Item = &Self> {
        self.and.iter().flatten().chain(self.or.iter().flatten()).chain(self.not.as_deref())
    }

    /// Whether it says which forms or articles are meant, so that standing pages are the client's business.
    fn names_kinds(&self) -> bool {
        self.kinds.is_some() || self.content_ids.is_some() || self.parts().any(Self::names_kinds)
    }
}

impl Narrow for ArticleFilter {
    const KIND: EntryKind = EntryKind::Article;

    fn note(&self, references: &mut References) -> Answer<()> {
        references.note("filter.contentIds", EntryKind::Article, self.content_ids.as_ref())?;
        references.note("filter.topics", EntryKind::Topic, self.topics.as_ref())?;
        references.note("filter.people", EntryKind::Person, self.people.as_ref())?;
        references.note("filter.institutions", EntryKind::Institution, self.institutions.as_ref())?;
        references.note("filter.events", EntryKind::Event, self.events.as_ref())?;
        self.parts().try_for_each(|part| part.note(references))
    }

    fn conditions(&self, references: &References) -> Answer<Vec<Condition>> {
        let linking = |role, kind, names: &Option<Vec<String>>| {
            names.as_ref().map(|names| Condition::LinksTo { role, targets: references.ids(kind, names) })
        };
        let whole = |part: &Self| Ok(Condition::All(part.conditions(references)?));
        let mut all = Vec::new();
        all.extend(linking(LinkRole::Topic, EntryKind::Topic, &self.topics));
        all.extend(linking(LinkRole::Mention, EntryKind::Event, &self.events));
        all.extend(linking(LinkRole::Mention, EntryKind::Person, &self.people));
        all.extend(linking(LinkRole::Mention, EntryKind::Institution, &self.institutions));
        all.extend(self.content_ids.as_ref().map(|ids| Condition::Ids(references.ids(EntryKind::Article, ids))));
        all.extend(self.kinds.as_ref().map(|kinds| {
            Condition::Facets(kinds.iter().map(|kind| griot_domain::ArticleKind::from(*kind).as_str()).collect())
        }));
        all.extend(self.issued_at.as_ref().map(|range| {
            let (from, until) = range.micros();
            Condition::DatedWithin { from, until }
        }));
        if let Some(tag) = &self.locale {
            all.push(Condition::InLocale(parse_locale("filter.locale", tag)?));
        }
        all.extend(self.text.as_deref().map(words).transpose()?);
        for part in self.and.iter().flatten() {
            all.push(whole(part)?);
        }
        if let Some(any) = &self.or {
            all.push(Condition::Any(any.iter().map(whole).collect::<Answer<_>>()?));
        }
        if let Some(not) = &self.not {
            all.push(Condition::Not(Box::new(whole(not)?)));
        }
        Ok(all)
    }

    fn defaults(filter: Option<&Self>) -> Vec<Condition> {
        match filter {
            Some(filter) if filter.names_kinds() => Vec::new(),
            _ => vec![Condition::NotFacets(vec![griot_domain::ArticleKind::Page.as_str()])],
        }
    }
}

/// Order of articles; ties go by content id.
#[derive(Clone, Debug, InputObject)]
pub(crate) struct ArticleOrder {
    /// What to order by.
    field: ArticleOrderField,
    /// In which direction.
    direction: OrderDirection,
}

/// What to order articles by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
pub(crate) enum ArticleOrderField {
    /// When it was issued.
    IssuedAt,
    /// Headline in the language seen.
    Title,
}

/// The order asked for, newest first when none is.
pub(crate) fn in_order(order: Option<ArticleOrder>) -> Order {
    match order {
        None => OrderDirection::Desc.order(OrderedBy::Date),
        Some(ArticleOrder { field: ArticleOrderField::IssuedAt, direction }) => direction.order(OrderedBy::Date),
        Some(ArticleOrder { field: ArticleOrderField::Title, direction }) => direction.order(OrderedBy::Name),
    }
}
