//! What editors read.

use async_graphql::{Context, ID, Object};
use griot_access::EditorialAct;
use griot_domain::Locale;
use griot_front::directive::{ForwardConnection, List, Sliced};
use griot_persistence::SuggestionFilter;
use uuid::Uuid;

use super::audit::AuditRecord;
use super::draft::{Draft, DraftConnection, DraftFilter, MentionSuggestionConnection};
use super::editor::{Caller, Viewer};
use super::error::{Answer, EditorialError, Nullable, nullable};
use super::partner::Partner;
use super::partner_account::{PartnerKey, PartnerUsage, keys_of, usage_of};
use super::preview::previews as keys;
use super::product::Product;
use super::receipt::Receipt;
use super::schedule::{Schedule, ScheduleState};
use crate::graphql::delivery::scalar::{Date, Tag};

/// Most items of a list.
pub(super) const MOST: i32 = 100;
/// Items of a list when no number is given.
pub(super) const PAGE: i32 = 20;

/// What editors read.
pub struct Query;

/// What editors read. Each field asks for a role; see the table in the documentation.
#[Object]
impl Query {
    /// The working state of an entry; what is published when nobody has edited it. Null when there is no such entry.
    async fn draft(&self, ctx: &Context<'_>, #[graphql(desc = "The entry.")] content_id: ID) -> Nullable<Draft> {
        let draft = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let id = content_id
                .parse()
                .map_err(|err: griot_domain::IdError| EditorialError::invalid("contentId", err.to_string()))?;
            Ok(caller.store().draft(id).await?.map(Draft::from))
        };
        nullable(draft.await)
    }

    /// Drafts, the last changed first. Entries that were published and never edited here have none.
    #[graphql(directive = ForwardConnection::apply(20))]
    async fn drafts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Which drafts.")] filter: Option<DraftFilter>,
        #[graphql(desc = "Number of items, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Cursor the page begins after.")] after: Option<String>,
    ) -> Nullable<DraftConnection> {
        let page = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            DraftConnection::load(caller.store(), filter.unwrap_or_default(), count(first)?, after.as_deref()).await
        };
        Some(page.await)
    }

    /// Namings in imported texts that may mean several, or one but not surely, and were not answered; the oldest first.
    #[graphql(directive = ForwardConnection::apply(20))]
    async fn mention_suggestions(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Of this article only.")] content_id: Option<ID>,
        #[graphql(desc = "In this language only.")] locale: Option<Tag>,
        #[graphql(desc = "Number of items, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Cursor the page begins after.")] after: Option<String>,
    ) -> Nullable<MentionSuggestionConnection> {
        let page = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let entry = content_id.map(|id| id.parse()).transpose();
            let entry =
                entry.map_err(|err: griot_domain::IdError| EditorialError::invalid("contentId", err.to_string()))?;
            let locale = locale.map(|tag| Locale::parse(&tag.0)).transpose();
            let locale = locale.map_err(|err| EditorialError::invalid("locale", err.to_string()))?;
            let filter = SuggestionFilter { entry, locale };
            MentionSuggestionConnection::load(caller.store(), &filter, count(first)?, after.as_deref()).await
        };
        Some(page.await)
    }

    /// What waits for its time, or did, the earliest first.
    #[graphql(directive = Sliced::apply(20, &["first"]))]
    async fn schedules(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "In which state; WAITING when left out.")] state: Option<ScheduleState>,
        #[graphql(desc = "Number of items, 0 to 100; 20 when left out.")] first: Option<i32>,
    ) -> Nullable<Vec<Schedule>> {
        let schedules = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let state = state.unwrap_or(ScheduleState::Waiting).into();
            let schedules = caller.store().schedules(state, count(first)?).await?;
            Ok(schedules.into_iter().map(Schedule::from).collect())
        };
        Some(schedules.await)
    }

    /// One schedule. Null when there is no such one.
    async fn schedule(&self, ctx: &Context<'_>, #[graphql(desc = "The schedule.")] id: ID) -> Nullable<Schedule> {
        let schedule = async {
            let caller = Caller::who_may(ctx, EditorialAct::Read)?;
            let id = Uuid::try_parse(&id).map_err(|_| EditorialError::invalid("id", "is not the id of a schedule"))?;
            Schedule::load(caller.store(), Some(id)).await
        };
        nullable(schedule.await)
    }

    /// The partners, by name. For administrators.
    #[graphql(directive = Sliced::apply(20, &["first"]))]
    async fn partners(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of items, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only those whose name comes after this one.")] after: Option<String>,
    ) -> Nullable<Vec<Partner>> {
        let partners = async {
            Caller::who_may(ctx, EditorialAct::ManagePartners)?;
            let desk = keys(ctx)?;
            let all = desk.keys.partners().partners().await?;
            let rest = all.into_iter().filter(|one| after.as_ref().is_none_or(|after| one.name > *after));
            let page = rest.take(usize::try_from(count(first)?).unwrap_or(usize::MAX));
            Ok(page.map(|one| Partner::new(one, desk.clock.now())).collect())
        };
        Some(partners.await)
    }

    /// What a partner asked for, by day and channel. For administrators.
    #[graphql(directive = List::apply(100))]
    async fn partner_usage(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partner.")] partner_id: ID,
        #[graphql(desc = "The first day, in UTC; 29 days before the last one when left out.")] from: Option<Date>,
        #[graphql(desc = "The last day; today when left out. At most 366 days.")] to: Option<Date>,
    ) -> Nullable<Vec<PartnerUsage>> {
        let usage = async {
            Caller::who_may(ctx, EditorialAct::ManagePartners)?;
            usage_of(keys(ctx)?, &partner_id, (from, to)).await
        };
        Some(usage.await)
    }

    /// The keys of a partner, the oldest first. For administrators.
    #[graphql(directive = List::apply(20))]
    async fn partner_keys(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The partner.")] partner_id: ID,
    ) -> Nullable<Vec<PartnerKey>> {
        let listed = async {
            Caller::who_may(ctx, EditorialAct::ManagePartners)?;
            keys_of(keys(ctx)?, &partner_id).await
        };
        Some(listed.await)
    }

    /// The products, by code. For administrators.
    #[graphql(directive = Sliced::apply(20, &["first"]))]
    async fn products(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of items, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only those whose code comes after this one.")] after: Option<String>,
    ) -> Nullable<Vec<Product>> {
        let products = async {
            Caller::who_may(ctx, EditorialAct::ManagePartners)?;
            let all = keys(ctx)?.keys.partners().products().await?;
            let rest =
                all.into_iter().filter(|one| after.as_ref().is_none_or(|after| one.code.as_str() > after.as_str()));
            let page = rest.take(usize::try_from(count(first)?).unwrap_or(usize::MAX));
            Ok(page.map(Product::from).collect())
        };
        Some(products.await)
    }

    /// What the partners that were told of an entry did when it was taken back, or in a drill; those that say nothing first.
    #[graphql(directive = List::apply(500))]
    async fn receipts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "The entry (content id), or the drill.")] content_id: ID,
    ) -> Nullable<Vec<Receipt>> {
        let receipts = async {
            Caller::who_may(ctx, EditorialAct::Read)?;
            let id = content_id
                .parse()
                .map_err(|err: griot_domain::IdError| EditorialError::invalid("contentId", err.to_string()))?;
            let answers = keys(ctx)?.keys.partners().answers(id).await?;
            Ok(answers.into_iter().map(Receipt::new).collect())
        };
        Some(receipts.await)
    }

    /// The audit log, newest first. For administrators.
    #[graphql(directive = Sliced::apply(20, &["first"]))]
    async fn audit_log(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "Number of records, 0 to 100; 20 when left out.")] first: Option<i32>,
        #[graphql(desc = "Only records with a lower number.")] before: Option<i32>,
    ) -> Nullable<Vec<AuditRecord>> {
        let records = async {
            let caller = Caller::who_may(ctx, EditorialAct::ReadAudit)?;
            let page = caller.store().audit_page(before.map(i64::from), count(first)?).await?;
            Ok(page.into_iter().map(AuditRecord::from).collect())
        };
        Some(records.await)
    }

    /// Whom the credentials of this request stand for.
    async fn viewer(&self, ctx: &Context<'_>) -> Nullable<Viewer> {
        Some(Caller::of(ctx).map(|caller| Viewer::from(&caller.editor.principal)))
    }
}

/// The number of items asked for.
pub(super) fn count(first: Option<i32>) -> Answer<u64> {
    let asked = first.unwrap_or(PAGE);
    match u64::try_from(asked) {
        Ok(count) if asked <= MOST => Ok(count),
        _ => Err(EditorialError::invalid("first", format!("is {asked}; ask for 0 to {MOST} items here"))),
    }
}
