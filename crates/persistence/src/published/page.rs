//! Pages of lists, by key: the last page costs what the first one does.

use griot_domain::{EntryId, LinkRole, LocaleChain, Moment, View};
use sea_orm::IdenStatic;
use sea_orm::sea_query::{
    Alias, Cond, Expr, ExprTrait, Func, LikeExpr, Order as SqlOrder, Query, SelectStatement, UnionType,
};
use uuid::Uuid;

use super::list::{Condition, ListQuery, OrderKey, OrderedBy};
use super::sql::{col, live};
use super::{Order, PublishedStore};
use crate::StoreError;
use crate::entity::{edition, entry_version, link};

/// The alias of the rows a list goes over.
const BASE: &str = "b";

/// A page of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Page {
    /// In the list's order, however the window counted.
    pub rows: Vec<PageRow>,
    /// Whether the list goes on in the direction the window counted.
    pub has_more: bool,
}

/// One entry of a page and its place in the list.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs)]
pub struct PageRow {
    pub id: EntryId,
    pub key: OrderKey,
}

impl PublishedStore {
    /// The highest total [`PublishedStore::count`] tells.
    pub const COUNT_LIMIT: u64 = 10_000;

    /// One page for each of `queries`, in their order. One statement for those ordered by date, one for those by name.
    pub async fn pages(&self, view: &View, queries: &[ListQuery]) -> Result<Vec<Page>, StoreError> {
        let mut pages = vec![Page::default(); queries.len()];
        for by in [OrderedBy::Date, OrderedBy::Name] {
            let chosen: Vec<(usize, &ListQuery)> =
                queries.iter().enumerate().filter(|(_, query)| query.order.by == by).collect();
            let mut selects = chosen.iter().map(|(ordinal, query)| select_page(view, query, *ordinal as i32));
            let Some(first) = selects.next() else { continue };
            let statement = if chosen.len() == 1 { first } else { union_of(std::iter::once(first).chain(selects)) };
            for row in self.rows(&statement).await? {
                let ordinal: i32 = row.try_get_by_index(0)?;
                let id = EntryId(row.try_get_by_index(1)?);
                let key = match by {
                    OrderedBy::Date => OrderKey::Date(row.try_get_by_index(2)?, id),
                    OrderedBy::Name => OrderKey::Name(row.try_get_by_index(2)?, id),
                };
                if let Some(page) = pages.get_mut(ordinal as usize) {
                    page.rows.push(PageRow { id, key });
                }
            }
        }
        for (page, query) in pages.iter_mut().zip(queries) {
            finish(page, query);
        }
        Ok(pages)
    }

    /// How many entries the list has, [`PublishedStore::COUNT_LIMIT`] standing for that many or more. One statement.
    pub async fn count(&self, view: &View, query: &ListQuery) -> Result<u64, StoreError> {
        let base = Base::of(query);
        let mut ids = base.select(view, query);
        ids.expr(base.id()).distinct().limit(Self::COUNT_LIMIT);
        let counting = Query::select().expr(Func::count(Expr::val(1))).from_subquery(ids, Alias::new("ids")).take();
        let rows = self.rows(&counting).await?;
        let count: i64 = rows.first().map(|row| row.try_get_by_index(0)).transpose()?.unwrap_or_default();
        Ok(count.unsigned_abs())
    }
}

/// Cuts the row read beyond the limit, and turns a page counted from the end into the list's order.
fn finish(page: &mut Page, query: &ListQuery) {
    let is_descending = query.order.is_descending != query.window.from_end;
    page.rows.sort_by(|a, b| {
        let order = match (&a.key, &b.key) {
            (OrderKey::Date(a, _), OrderKey::Date(b, _)) => a.cmp(b),
            (OrderKey::Name(a, _), OrderKey::Name(b, _)) => a.as_bytes().cmp(b.as_bytes()),
            _ => std::cmp::Ordering::Equal,
        }
        .then(a.id.0.as_bytes().cmp(b.id.0.as_bytes()));
        if is_descending { order.reverse() } else { order }
    });
    page.has_more = page.rows.len() as u64 > query.window.limit;
    page.rows.truncate(query.window.limit as usize);
    if query.window.from_end {
        page.rows.reverse();
    }
}

fn union_of(selects: impl Iterator<Item = SelectStatement>) -> SelectStatement {
    let mut wrapped = selects.enumerate().map(|(position, select)| {
        Query::select()
            .expr(Expr::col(sea_orm::sea_query::Asterisk))
            .from_subquery(select, Alias::new(format!("q{position}")))
            .take()
    });
    let mut union = wrapped.next().unwrap_or_default();
    for select in wrapped {
        union.union(UnionType::All, select);
    }
    union
}

/// One page: ordinal, id, key; one row more than the limit.
fn select_page(view: &View, query: &ListQuery, ordinal: i32) -> SelectStatement {
    let base = Base::of(query);
    let mut rows = base.select(view, query);
    rows.expr_as(Expr::val(ordinal), Alias::new("ordinal"));
    rows.expr_as(base.id(), Alias::new("id"));
    match query.order.by {
        OrderedBy::Date => {
            rows.expr_as(base.date(), Alias::new("sort_key"));
            add_window(&mut rows, query, base.date(), base.id());
            if base.repeats {
                rows.distinct();
            }
            rows
        }
        OrderedBy::Name => {
            let name = seen_edition(view, &base, edition::Column::SortForm);
            rows.expr_as(name, Alias::new("sort_key"));
            if base.repeats {
                rows.distinct();
            }
            let mut named = Query::select();
            let key = || Expr::col(Alias::new("sort_key"));
            named
                .columns([Alias::new("ordinal"), Alias::new("id"), Alias::new("sort_key")])
                .from_subquery(rows, Alias::new("named"))
                .and_where(key().is_not_null());
            add_window(&mut named, query, key(), Expr::col(Alias::new("id")));
            named
        }
    }
}

fn add_window(rows: &mut SelectStatement, query: &ListQuery, key: Expr, id: Expr) {
    let Order { is_descending, .. } = query.order;
    let place = || Expr::tuple([key.clone(), id.clone()]);
    let window = &query.window;
    for (bound, lies_after) in [(&window.after, true), (&window.before, false)] {
        let Some(bound) = bound else { continue };
        let bound = match bound {
            OrderKey::Date(at, id) => Expr::tuple([Expr::val(*at), Expr::val(id.0)]),
            OrderKey::Name(name, id) => Expr::tuple([Expr::val(name.clone()), Expr::val(id.0)]),
        };
        rows.and_where(if lies_after == is_descending { place().lt(bound) } else { place().gt(bound) });
    }
    let direction = if is_descending != window.from_end { SqlOrder::Desc } else { SqlOrder::Asc };
    rows.order_by_expr(key, direction.clone()).order_by_expr(id, direction).limit(window.limit + 1);
}

/// The rows a list goes over: those of one link target when the list is narrowed to one, else the neutral parts.
struct Base<'a> {
    driver: Option<(LinkRole, EntryId)>,
    conditions: Vec<&'a Condition>,
    /// Whether an entry may come more than once: a text in each language may name the same person.
    repeats: bool,
}

impl<'a> Base<'a> {
    fn of(query: &'a ListQuery) -> Self {
        let single = |condition: &Condition| match condition {
            Condition::LinksTo { role, targets } if targets.len() == 1 => Some((*role, targets[0])),
            _ => None,
        };
        let driving = query.conditions.iter().position(|condition| single(condition).is_some());
        let driver = driving.and_then(|position| single(&query.conditions[position]));
        let conditions = query
            .conditions
            .iter()
            .enumerate()
            .filter(|(position, _)| Some(*position) != driving)
            .map(|(_, condition)| condition)
            .collect();
        Self { driver, conditions, repeats: matches!(driver, Some((LinkRole::Mention, _))) }
    }

    fn id(&self) -> Expr {
        match self.driver {
            Some(_) => col(BASE, link::Column::SourceId),
            None => col(BASE, entry_version::Column::EntryId),
        }
    }

    fn date(&self) -> Expr {
        col(BASE, Alias::new(entry_version::Column::OrderedAt.as_str()))
    }

    fn select(&self, view: &View, query: &ListQuery) -> SelectStatement {
        let mut rows = Query::select();
        match self.driver {
            Some((role, target)) => rows
                .from_as(link::Entity, Alias::new(BASE))
                .and_where(col(BASE, link::Column::TargetId).eq(target.0))
                .and_where(col(BASE, link::Column::Role).eq(role.as_str()))
                .and_where(col(BASE, link::Column::SourceKind).eq(query.kind.as_str())),
            None => rows
                .from_as(entry_version::Entity, Alias::new(BASE))
                .and_where(col(BASE, entry_version::Column::Kind).eq(query.kind.as_str())),
        };
        rows.cond_where(live(BASE, view.moment));
        if !view.locales.or_any {
            let tags: Vec<&str> = view.locales.locales.iter().map(|locale| locale.as_str()).collect();
            rows.cond_where(Expr::exists(editions_of(self, view.moment, tags)));
        }
        for condition in &self.conditions {
            rows.cond_where(predicate(condition, self, view));
        }
        rows
    }
}

/// The editions of the base's entry in these languages.
fn editions_of(base: &Base<'_>, moment: Moment, tags: Vec<&str>) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from_as(edition::Entity, Alias::new("x"))
        .and_where(col("x", edition::Column::EntryId).eq(base.id()))
        .and_where(col("x", edition::Column::Locale).is_in(tags))
        .cond_where(live("x", moment))
        .take()
}

/// A column of the edition a reader of `view` sees: the first of the languages asked for, else the original.
fn seen_edition(view: &View, base: &Base<'_>, column: edition::Column) -> Expr {
    let LocaleChain { locales, or_any } = &view.locales;
    let one = || {
        Query::select()
            .expr(col("x", column))
            .from_as(edition::Entity, Alias::new("x"))
            .and_where(col("x", edition::Column::EntryId).eq(base.id()))
            .cond_where(live("x", view.moment))
            .take()
    };
    let mut choices: Vec<Expr> = locales
        .iter()
        .map(|locale| {
            let mut select = one();
            select.and_where(col("x", edition::Column::Locale).eq(locale.as_str())).limit(1);
            Expr::SubQuery(None, Box::new(select.into()))
        })
        .collect();
    if *or_any {
        let mut select = one();
        select.order_by((Alias::new("x"), edition::Column::Id), SqlOrder::Asc).limit(1);
        choices.push(Expr::SubQuery(None, Box::new(select.into())));
    }
    if choices.len() == 1 { choices.remove(0) } else { Func::coalesce(choices).into() }
}

/// The links of the base's entry by `role`.
fn links_of(base: &Base<'_>, moment: Moment, role: LinkRole) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from_as(link::Entity, Alias::new("k"))
        .and_where(col("k", link::Column::SourceId).eq(base.id()))
        .and_where(col("k", link::Column::Role).eq(role.as_str()))
        .cond_where(live("k", moment))
        .take()
}

fn predicate(condition: &Condition, base: &Base<'_>, view: &View) -> Cond {
    let facet = || col(BASE, Alias::new(entry_version::Column::Facet.as_str()));
    let ends_at = || col(BASE, Alias::new(entry_version::Column::EndsAt.as_str()));
    let uuids = |ids: &[EntryId]| ids.iter().map(|id| id.0).collect::<Vec<Uuid>>();
    match condition {
        Condition::Ids(ids) => Cond::all().add(base.id().is_in(uuids(ids))),
        Condition::Facets(words) => Cond::all().add(facet().is_in(words.iter().copied())),
        Condition::NotFacets(words) => Cond::all().add(facet().is_not_in(words.iter().copied())),
        Condition::LinksTo { role, targets } => {
            let mut links = links_of(base, view.moment, *role);
            links.and_where(col("k", link::Column::TargetId).is_in(uuids(targets)));
            Cond::all().add(Expr::exists(links))
        }
        Condition::LinksNowhere(role) => Cond::all().add(Expr::exists(links_of(base, view.moment, *role)).not()),
        Condition::HoldsPostAt { institutions, at } => {
            Cond::all().add(Expr::exists(posts_of(base, view.moment, uuids(institutions), *at)))
        }
        Condition::DatedWithin { from, until } => Cond::all()
            .add_option(from.map(|from| base.date().gte(from)))
            .add_option(until.map(|until| base.date().lt(until))),
        Condition::GoingOn { from, until } => {
            let over = |from: i64| Cond::any().add(ends_at().is_null()).add(ends_at().gt(from));
            let mut all = Cond::all().add_option(until.map(|until| base.date().lt(until)));
            if let Some(from) = from {
                all = all.add(over(*from));
            }
            all
        }
        Condition::InLocale(locale) => {
            Cond::all().add(Expr::exists(editions_of(base, view.moment, vec![locale.as_str()])))
        }
        Condition::Words(words) => {
            let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
            Cond::all().add(seen_edition(view, base, edition::Column::FilterForm).like(pattern))
        }
        Condition::All(all) => all.iter().fold(Cond::all(), |sum, one| sum.add(predicate(one, base, view))),
        Condition::Any(any) => any.iter().fold(Cond::any(), |sum, one| sum.add(predicate(one, base, view))),
        Condition::Not(one) => predicate(one, base, view).not(),
    }
}

/// The appointments that make the base's person a holder of a post at one of `institutions`.
fn posts_of(base: &Base<'_>, moment: Moment, institutions: Vec<Uuid>, at: Option<i64>) -> SelectStatement {
    let mut posts = Query::select();
    posts
        .expr(Expr::val(1))
        .from_as(link::Entity, Alias::new("h"))
        .inner_join(
            (link::Entity, Alias::new("s")),
            col("s", link::Column::SourceId).equals((Alias::new("h"), link::Column::SourceId)),
        )
        .and_where(col("h", link::Column::TargetId).eq(base.id()))
        .and_where(col("h", link::Column::Role).eq(LinkRole::Holder.as_str()))
        .and_where(col("s", link::Column::Role).eq(LinkRole::Seat.as_str()))
        .and_where(col("s", link::Column::TargetId).is_in(institutions))
        .cond_where(live("h", moment))
        .cond_where(live("s", moment));
    if let Some(at) = at {
        posts.and_where(col("h", link::Column::OrderedAt).lte(at)).cond_where(
            Cond::any().add(col("h", link::Column::EndsAt).is_null()).add(col("h", link::Column::EndsAt).gt(at)),
        );
    }
    posts
}
