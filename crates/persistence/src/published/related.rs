//! Articles that share something with another.

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, LinkRole, Moment, micros};
use sea_orm::sea_query::{Alias, Expr, ExprTrait, Order, Query, SelectStatement, UnionType};

use super::PublishedStore;
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
        let mut selects = targets.iter().flat_map(|(role, target)| {
            [Order::Desc, Order::Asc].map(|order| nearest(moment, article, at, *role, *target, order))
        });
        let Some(mut statement) = selects.next() else { return Ok(Vec::new()) };
        for select in selects {
            statement.union(UnionType::All, select);
        }
        let mut related = Vec::new();
        for row in self.rows(&statement).await? {
            let one = Related {
                article: EntryId(row.try_get_by_index(0)?),
                issued_at: row.try_get_by_index(1)?,
                shared: EntryId(row.try_get_by_index(2)?),
            };
            if !related.contains(&one) {
                related.push(one);
            }
        }
        Ok(related)
    }
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
    .and_where(col(ALIAS, link::Column::SourceKind).eq("article"))
    .and_where(col(ALIAS, link::Column::SourceId).ne(article.0))
    .and_where(col(ALIAS, link::Column::Facet).ne("PAGE"))
    .and_where(if order == Order::Desc { date().lte(at) } else { date().gt(at) })
    .cond_where(live(ALIAS, moment))
    .order_by_expr(date(), order.clone())
    .order_by_expr(col(ALIAS, link::Column::SourceId), order)
    .limit(NEAREST);
    Query::select().expr(Expr::col(sea_orm::sea_query::Asterisk)).from_subquery(rows, Alias::new(ALIAS)).take()
}
