//! A draft.

use std::sync::Arc;

use async_graphql::{Context, Enum, ID, Object, SimpleObject};
use griot_access::EditorialAct;
use griot_domain::{EntryId, Locale};
use griot_front::directive::{Cost, List, Sliced};
use griot_persistence::Drafted;

use super::mention::FoundMention;
use super::revision::{Comparison, Revision};
use crate::graphql::delivery::notice::RetractionAct;
use crate::graphql::delivery::scalar::{Json, PortableText, Tag};
use crate::graphql::editorial::editor::Caller;
use crate::graphql::editorial::error::{Answer, EditorialError, Nullable, nullable};
use crate::graphql::editorial::input::{When, number};
use crate::graphql::editorial::query::count;

/// The working state of an entry.
#[derive(Clone)]
pub(crate) struct Draft(pub(super) Arc<Drafted>);

impl From<Drafted> for Draft {
    fn from(drafted: Drafted) -> Self {
        Self(Arc::new(drafted))
    }
}

/// The working state of an entry.
#[Object]
impl Draft {
    /// Identity of the entry, the same as on the delivery side.
    async fn content_id(&self) -> ID {
        ID(self.0.id.to_string())
    }

    /// Kind of the entry; it never changes.
    async fn kind(&self) -> EntryKind {
        self.0.kind.into()
    }

    /// Headline, name or title in the first of its languages.
    async fn title(&self) -> &str {
        self.0.content.title()
    }

    /// Number of the last revision, to be named by whoever changes it; 0 when nobody has edited the entry.
    async fn revision(&self) -> i32 {
        number(self.0.revision)
    }

    /// How far it has come.
    async fn state(&self) -> DraftState {
        self.0.state.into()
    }

    /// Whether it was put away.
    async fn is_archived(&self) -> bool {
        self.0.is_archived
    }

    /// When it was last changed; when it became public if nobody has edited it.
    async fn updated_at(&self) -> When {
        self.0.updated_at.into()
    }

    /// Who made the last revision; null at revision 0.
    async fn edited_by(&self) -> Option<&str> {
        Some(self.0.edited_by.as_str()).filter(|id| !id.is_empty())
    }

    /// Who approved this revision.
    async fn approved_by(&self) -> Option<&str> {
        self.0.approved_by.as_deref()
    }

    /// Languages it has texts in.
    #[graphql(directive = List::apply(20))]
    async fn locales(&self) -> Vec<Tag> {
        self.0.content.editions.keys().map(|locale| Tag(locale.to_string())).collect()
    }

    /// Languages the entry is public in now, whether the draft has them or not; none when it is not public.
    #[graphql(directive = List::apply(20))]
    async fn public_locales(&self, ctx: &Context<'_>) -> Answer<Vec<Tag>> {
        let caller = Caller::who_may(ctx, EditorialAct::Read)?;
        let public = caller.store().public_locales(self.id()).await?;
        Ok(public.into_iter().map(|locale| Tag(locale.to_string())).collect())
    }

    /// What readers are told of its having been taken back: of a withdrawal until it is public again, of a kill for ever.
    async fn notice(&self, ctx: &Context<'_>) -> Nullable<Notice> {
        let notice = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            Ok(caller.store().notices(&[self.id()]).await?.remove(&self.id()).map(Notice::from))
        };
        nullable(notice.await)
    }

    /// Everything in it, in the form of a line of the import format: `kind`, `entry`, `texts` by language, `externalIds`,
    /// `oldPaths`.
    async fn content(&self) -> Json {
        Json(self.0.content.to_value())
    }

    /// Its texts, by language.
    #[graphql(directive = List::apply(20))]
    async fn texts(&self, #[graphql(desc = "These languages only.")] locales: Option<Vec<Tag>>) -> Vec<DraftText> {
        let wanted = |locale: &Locale| {
            let is_named = |tag: &Tag| Locale::parse(&tag.0).is_ok_and(|tag| tag == *locale);
            locales.as_ref().is_none_or(|tags| tags.iter().any(is_named))
        };
        self.0.content.editions.keys().filter(|locale| wanted(locale)).filter_map(|tag| self.text(tag)).collect()
    }

    /// Whom and what a text of an article names, as the mention finder reads it now: people, institutions and events, as
    /// they are public or drafted, in the order of the text; the first 500. It changes nothing: what is right goes into
    /// `mentions` of an update. Null for other kinds, and for a language the draft lacks.
    #[graphql(directive = List::apply(50), directive = Cost::apply(50))]
    async fn mentions_found(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The language of the text.")] locale: Tag,
    ) -> Nullable<Vec<FoundMention>> {
        let found = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let locale = Locale::parse(&locale.0).map_err(|err| EditorialError::invalid("locale", err.to_string()))?;
            FoundMention::load(caller.store(), &self.0, &locale).await
        };
        nullable(found.await)
    }

    /// Its history, the newest revision first. Revision 0 is the published state that the first edit began with.
    #[graphql(directive = Sliced::apply(20, &["first"]))]
    async fn revisions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of revisions, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only revisions with a lower number.")] before: Option<i32>,
    ) -> Nullable<Vec<Revision>> {
        let revisions = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let found = caller.store().revisions(self.id(), before.map(i64::from), count(first)?).await?;
            Ok(found.into_iter().map(Revision::from).collect())
        };
        Some(revisions.await)
    }

    /// What differs between two of its revisions. Null when there is no such revision.
    async fn diff(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Revision to compare from.")] from: i32,
        #[graphql(desc = "Revision to compare with; the last one when left out.")] to: Option<i32>,
    ) -> Nullable<Comparison> {
        let comparison = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let to = to.map_or(self.0.revision, i64::from);
            Comparison::load(caller.store(), self.id(), i64::from(from), to).await
        };
        nullable(comparison.await)
    }
}

impl Draft {
    fn id(&self) -> EntryId {
        self.0.id
    }

    fn text(&self, locale: &Locale) -> Option<DraftText> {
        let content = &self.0.content;
        let edition = content.editions.get(locale)?;
        Some(DraftText {
            locale: Tag(locale.to_string()),
            slug: edition.slug.as_ref().map(|slug| slug.as_str().to_owned()),
            title: edition.text.display_title(&content.entry).to_owned(),
            fields: Json(edition.text.to_value()),
            body: PortableText(serde_json::to_value(&edition.body).unwrap_or_default()),
            word_count: number(i64::try_from(edition.body.word_count()).unwrap_or(i64::MAX)),
        })
    }
}

/// That an entry was taken back, as readers are told.
#[derive(SimpleObject)]
pub(crate) struct Notice {
    /// How far it was taken back.
    act: RetractionAct,
    /// When.
    at: When,
    /// The reason given to readers.
    reason: Option<String>,
    /// The entry (content id) that stands for it now: the two were made one.
    successor_id: Option<ID>,
}

impl From<griot_persistence::Notice> for Notice {
    fn from(notice: griot_persistence::Notice) -> Self {
        Self {
            act: notice.act.into(),
            at: notice.at.into(),
            reason: notice.reason,
            successor_id: notice.successor.map(|id| ID(id.to_string())),
        }
    }
}

/// A draft in one language.
#[derive(SimpleObject)]
pub(crate) struct DraftText {
    /// The language.
    locale: Tag,
    /// Last part of the page's address, for kinds that have a page.
    slug: Option<String>,
    /// Headline, name or title.
    title: String,
    /// The fields of the text, in the form of the import format.
    fields: Json,
    /// Body, biography or description.
    body: PortableText,
    /// Number of words in the body.
    word_count: i32,
}

/// How far a draft has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_persistence::DraftState")]
pub(crate) enum DraftState {
    /// It is being written.
    Writing,
    /// It waits for an approval.
    Submitted,
    /// It was approved.
    Approved,
    /// All of it is published.
    Published,
}

/// The kinds of entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Enum)]
#[graphql(remote = "griot_domain::EntryKind")]
pub(crate) enum EntryKind {
    /// An article.
    Article,
    /// A person.
    Person,
    /// An institution.
    Institution,
    /// An event.
    Event,
    /// A topic.
    Topic,
    /// An image, document or recording.
    Asset,
    /// A person holding a post.
    Appointment,
}
