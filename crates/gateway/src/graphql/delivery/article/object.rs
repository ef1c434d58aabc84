//! An article.

use async_graphql::{Context, Object};
use griot_domain::{EntryId, EntryKind, Mention};
use griot_front::directive::{Cost, ForwardConnection, List};

use super::parts::{ArticleKind, Byline, Correction, MentionRecord, NamedPerson, ShareLink, bylines, mention_records};
use super::{json_ld, related};
use crate::graphql::delivery::asset::Asset;
use crate::graphql::delivery::connection::{Connection, NESTED, Paging};
use crate::graphql::delivery::error::{Answer, Nullable};
use crate::graphql::delivery::event::Event;
use crate::graphql::delivery::institution::Institution;
use crate::graphql::delivery::loads::loads;
use crate::graphql::delivery::person::Person;
use crate::graphql::delivery::place::Place;
use crate::graphql::delivery::rich_text::RichText;
use crate::graphql::delivery::scalar::{Instant, Json, Written};
use crate::graphql::delivery::seen::{Common, common_fields, entry_object};
use crate::graphql::delivery::topic::Topic;

entry_object!(
    /// An article, in one language. People below it are named as they were on its date.
    Article { Article: griot_domain::Article, Article: griot_domain::ArticleText }
);
common_fields!(Article);

impl Article {
    /// The article below which everything is named as on its own date.
    fn dated(&self) -> crate::graphql::delivery::seen::Seen {
        let mut seen = self.seen.clone();
        seen.day = self.entry().issued_on();
        seen
    }

    /// The entries of `kind` that the text names, in order of appearance, without repeats.
    pub(super) fn named(&self, kind: EntryKind) -> Vec<EntryId> {
        let mut ids = Vec::new();
        for mention in self.namings().iter().filter(|mention| mention.kind == kind) {
            if !ids.contains(&mention.target) {
                ids.push(mention.target);
            }
        }
        ids
    }

    pub(super) fn namings(&self) -> &[Mention] {
        &self.text().mentions
    }

    pub(super) fn topic_ids(&self) -> Vec<EntryId> {
        self.entry().topics.iter().map(|id| (*id).into()).collect()
    }
}

/// An article, communiqué, speech, interview, advisory or standing page, in one language. People below it are named
/// as they were on its date.
#[Object(crate = "griot_front::lean::graphql")]
impl Article {
    #[graphql(flatten)]
    async fn common(&self) -> Common {
        Common::new(&self.seen)
    }

    /// Headline.
    async fn title(&self) -> &str {
        &self.text().headline
    }

    /// Short label above the headline.
    async fn kicker(&self) -> Option<&str> {
        self.text().kicker.as_deref()
    }

    /// Standfirst.
    async fn summary(&self) -> Option<&str> {
        self.text().summary.as_deref()
    }

    /// Form of the article.
    async fn kind(&self) -> ArticleKind {
        self.entry().kind.into()
    }

    /// When it was issued; its local date decides how people are named.
    async fn issued_at(&self) -> Instant {
        Instant(self.entry().issued_at.to_utc())
    }

    /// Where it was issued.
    async fn place(&self) -> Option<Place> {
        self.entry().place.as_ref().map(|place| Place::new(place, &self.seen))
    }

    /// The article itself.
    #[graphql(directive = Cost::apply(2))]
    async fn body(&self, ctx: &Context<'_>) -> Answer<RichText> {
        RichText::load(&self.dated(), loads(ctx)?, self.namings()).await
    }

    /// Image shown with it.
    async fn lead_image(&self, ctx: &Context<'_>) -> Nullable<Asset> {
        let placement = self.entry().lead_image.as_ref()?;
        let image = async {
            let asset = self.dated().other::<Asset>(loads(ctx)?, Some(placement.asset.into())).await?;
            Ok(asset.map(|asset| asset.placed(placement)))
        };
        image.await.transpose()
    }

    /// Who signs it, in order.
    #[graphql(directive = List::apply(5))]
    async fn byline(&self, ctx: &Context<'_>) -> Answer<Vec<Byline>> {
        bylines(&self.dated(), loads(ctx)?, &self.entry().byline).await
    }

    /// The people the text names, each as on the article's date, in order of appearance.
    #[graphql(directive = List::apply(10))]
    async fn people(&self, ctx: &Context<'_>) -> Answer<Vec<NamedPerson>> {
        let people: Vec<Person> = self.dated().others(loads(ctx)?, &self.named(EntryKind::Person)).await?;
        Ok(people.into_iter().map(|person| NamedPerson::new(person, self.namings())).collect())
    }

    /// The institutions the text names, in order of appearance.
    #[graphql(directive = List::apply(10))]
    async fn institutions(&self, ctx: &Context<'_>) -> Answer<Vec<Institution>> {
        self.dated().others(loads(ctx)?, &self.named(EntryKind::Institution)).await
    }

    /// The events the text names, in order of appearance.
    #[graphql(directive = List::apply(5))]
    async fn events(&self, ctx: &Context<'_>) -> Answer<Vec<Event>> {
        self.dated().others(loads(ctx)?, &self.named(EntryKind::Event)).await
    }

    /// Every naming of a person, institution or event in the text, in order of appearance.
    #[graphql(directive = List::apply(20))]
    async fn mentions(&self, ctx: &Context<'_>) -> Answer<Vec<MentionRecord>> {
        mention_records(&self.dated(), loads(ctx)?, self.namings()).await
    }

    /// Subjects it is filed under, most relevant first.
    #[graphql(directive = List::apply(5))]
    async fn topics(&self, ctx: &Context<'_>) -> Answer<Vec<Topic>> {
        self.dated().others(loads(ctx)?, &self.topic_ids()).await
    }

    /// Documents, recordings and further images.
    #[graphql(directive = List::apply(10))]
    async fn attachments(&self, ctx: &Context<'_>) -> Answer<Vec<Asset>> {
        let ids: Vec<EntryId> = self.entry().attachments.iter().map(|id| (*id).into()).collect();
        self.dated().others(loads(ctx)?, &ids).await
    }

    /// Corrections readers are told about, newest first.
    #[graphql(directive = List::apply(3))]
    async fn corrections(&self) -> Vec<Correction> {
        self.entry().corrections.iter().rev().map(|one| Correction::new(one, &self.seen)).collect()
    }

    /// Related articles: the editor's choice first, then those that share people, events, topics and institutions and
    /// are near in time. At most 25 in all.
    #[graphql(directive = ForwardConnection::apply(5), directive = Cost::apply(5))]
    async fn related(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many, 0 to 25; 10 when omitted.")] first: Option<i32>,
        #[graphql(desc = "Only what follows this cursor.")] after: Option<String>,
    ) -> Answer<Connection<Article>> {
        let paging = Paging { first, after, ..Paging::default() };
        related::related(self, loads(ctx)?, &paging, NESTED).await
    }

    /// Terms under which it may be used.
    async fn rights(&self) -> Option<&str> {
        self.entry().rights.as_ref().map(|rights| self.seen.pick(rights))
    }

    /// IPTC urgency, 1 (most urgent) to 8.
    async fn urgency(&self) -> Option<i32> {
        self.entry().urgency.map(|urgency| urgency.get().into())
    }

    /// Whether the editors keep it at the head of front pages.
    async fn is_pinned(&self) -> bool {
        self.entry().is_pinned
    }

    /// Addresses for sharing the page on social networks.
    #[graphql(directive = List::apply(6))]
    async fn share_links(&self, ctx: &Context<'_>) -> Answer<Vec<ShareLink>> {
        let loads = loads(ctx)?;
        let url = self.seen.url(loads).map(|url| url.0).unwrap_or_default();
        Ok(griot_domain::share_links(&url, &self.text().headline).into_iter().map(ShareLink::from).collect())
    }

    /// schema.org JSON-LD for the page.
    #[graphql(directive = Cost::apply(5))]
    async fn json_ld(&self, ctx: &Context<'_>) -> Answer<Written<Json>> {
        json_ld::of_article(self, &self.dated(), loads(ctx)?).await
    }
}

impl Article {
    pub(super) fn article(&self) -> &griot_domain::Article {
        self.entry()
    }

    pub(super) fn words(&self) -> &griot_domain::ArticleText {
        self.text()
    }
}
