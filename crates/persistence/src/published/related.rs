//! Articles that share something with another.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, LinkRole, Moment, micros};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement, UnionType, Value};

use super::PublishedStore;
use super::shape::Shape;
use super::sql::{col, live};
use crate::StoreError;
use crate::entity::link;

/// An article that shares one thing with the one asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Related {
    #[allow(missing_docs)]
    pub article: EntryId,
    /// When it was issued, in microseconds.
    pub issued_at: i64,
    /// What both link to.
    pub shared: EntryId,
}

/// Things looked at; those past it are the least telling ones.
const TARGETS: usize = 12;
/// Articles read for each thing on each side of the date.
const NEAREST: u64 = 8;

/// What is looked at.
const ARTICLES: &str = "article";
/// Of these, what is no news.
const PAGES: &str = "PAGE";

impl PublishedStore {
    /// The articles nearest in time, before and after, that share one of `targets`; the first twelve targets count.
    /// One statement, however many targets.
    pub async fn related_to(
        &self,
        moment: Moment,
        article: EntryId,
        issued_at: DateTime<Utc>,
        targets: &[(LinkRole, EntryId)],
    ) -> Result<Vec<Related>, StoreError> {
        let targets = &targets[..targets.len().min(TARGETS)];
        let at = micros(issued_at);
        if targets.is_empty() {
            return Ok(Vec::new());
        }
        let build = || nearest_of_each(moment, article, at, targets);
        let values = || {
            let one = |(role, target): &(LinkRole, EntryId)| -> [Value; 7] {
                let (target, role, article) = (target.0.into(), role.as_str().into(), article.0.into());
                [target, role, ARTICLES.into(), article, PAGES.into(), at.into(), NEAREST.into()]
            };
            targets.iter().flat_map(|target| [one(target), one(target)]).flatten().collect()
        };
        let mut related = Vec::new();
        for row in self.rows_of(Shape::Related(targets.len()).now(moment), values, build).await? {
            let one = Related { article: EntryId(row.get(0)?), issued_at: row.get(1)?, shared: EntryId(row.get(2)?) };
            if !related.contains(&one) {
                related.push(one);
            }
        }
        Ok(related)
    }

    /// How the database goes about [`Self::related_to`], step by step in its own words.
    pub async fn explain_related(
        &self,
        article: EntryId,
        targets: &[(LinkRole, EntryId)],
    ) -> Result<Vec<String>, StoreError> {
        self.explain(&nearest_of_each(Moment::Now, article, 0, targets)).await
    }
}

/// The articles nearest to each of `targets`, on both sides of `at`.
fn nearest_of_each(moment: Moment, article: EntryId, at: i64, targets: &[(LinkRole, EntryId)]) -> SelectStatement {
    let mut selects = targets.iter().flat_map(|(role, target)| {
        [Order::Desc, Order::Asc].map(|order| nearest(moment, article, at, *role, *target, order))
    });
    let mut statement = selects.next().unwrap_or_default();
    for select in selects {
        statement.union(UnionType::All, select);
    }
    statement
}

/// Articles linking to `target`, from `at` into the past or the future. Standing pages are no news.
fn nearest(
    moment: Moment,
    article: EntryId,
    at: i64,
    role: LinkRole,
    target: EntryId,
    order: Order,
) -> SelectStatement {
    const ALIAS: &str = "r";
    let date = || col(ALIAS, link::Column::OrderedAt);
    let mut rows = Query::select();
    rows.columns([
        (Alias::new(ALIAS), link::Column::SourceId),
        (Alias::new(ALIAS), link::Column::OrderedAt),
        (Alias::new(ALIAS), link::Column::TargetId),
    ])
    .from_as(link::Entity, Alias::new(ALIAS))
    .and_where(col(ALIAS, link::Column::TargetId).eq(target.0))
    .and_where(col(ALIAS, link::Column::Role).eq(role.as_str()))
    .and_where(col(ALIAS, link::Column::SourceKind).eq(ARTICLES))
    .and_where(col(ALIAS, link::Column::SourceId).ne(article.0))
    .and_where(col(ALIAS, link::Column::Facet).ne(PAGES))
    .and_where(if order == Order::Desc { date().lte(at) } else { date().gt(at) })
    .cond_where(live(ALIAS, moment))
    .order_by_expr(date(), order.clone())
    .order_by_expr(col(ALIAS, link::Column::SourceId), order)
    .limit(NEAREST);
    Query::select().expr(Expr::col(sea_orm::sea_query::Asterisk)).from_subquery(rows, Alias::new(ALIAS)).take()
}
