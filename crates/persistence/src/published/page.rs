//! Pages of lists, by key: the last page costs what the first one does.

use griot_domain::{EntryId, EntryKind, LinkRole, Locale, LocaleChain, Moment, View};
use sea_orm::IdenStatic;
use sea_orm::sea_query::{
    Alias, CaseStatement, Cond, Expr, ExprTrait, Func, JoinType, LikeExpr, Order as SqlOrder, Query, SelectStatement,
    UnionType,
};
use uuid::Uuid;

use super::list::{Condition, ListQuery, OrderKey, OrderedBy};
use super::sql::{col, live};
use super::{Order, PublishedStore};
use crate::StoreError;
use crate::entity::{entry_version, link, naming};

/// The alias of the rows a list goes over.
const BASE: &str = "b";
/// The alias of the name a list is ordered by.
const NAME: &str = "z";

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
            let at_once = chosen.iter().all(|(_, query)| is_found_at_once(view, query));
            let rows = if at_once { self.rows_by_index(&statement).await? } else { self.rows(&statement).await? };
            for row in rows {
                let ordinal: i32 = row.get(0)?;
                let id = EntryId(row.get(1)?);
                let key = match by {
                    OrderedBy::Date => OrderKey::Date(row.get(2)?, id),
                    OrderedBy::Name => OrderKey::Name(row.get(2)?, id),
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
        let mut ids = base.select(view, query, OrderedBy::Date);
        ids.expr(base.id()).limit(Self::COUNT_LIMIT);
        let counting = Query::select().expr(Func::count(Expr::val(1))).from_subquery(ids, Alias::new("ids")).take();
        let rows = self.rows(&counting).await?;
        let count: i64 = rows.first().map(|row| row.get(0)).transpose()?.unwrap_or_default();
        Ok(count.unsigned_abs())
    }
}

impl PublishedStore {
    /// How the database goes about a page of the list, step by step in its own words. For tests, and for whoever
    /// looks for the reason of a slow page.
    pub async fn explain_page(&self, view: &View, query: &ListQuery) -> Result<Vec<String>, StoreError> {
        self.explain(&select_page(view, query, 0)).await
    }
}

/// Whether an index leads to the page, so that no more rows are gone over than it has. A filter may pass over any number.
fn is_found_at_once(view: &View, query: &ListQuery) -> bool {
    let rest = Base::of(query).conditions;
    let is_narrow =
        |condition: &&Condition| matches!(condition, Condition::NotFacets(_) | Condition::DatedWithin { .. });
    view.locales.or_any && query.order.by == OrderedBy::Date && rest.iter().all(is_narrow)
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
    let mut rows = base.select(view, query, query.order.by);
    rows.expr_as(Expr::val(ordinal), Alias::new("ordinal"));
    let (key, id) = match query.order.by {
        OrderedBy::Date => (base.date(), base.id()),
        OrderedBy::Name => (col(NAME, naming::Column::SortForm), col(NAME, naming::Column::EntryId)),
    };
    // Selecting what the list is ordered by, and that alone, lets SQLite order the halves of a layer by their indexes.
    rows.expr_as(id.clone(), Alias::new("id"));
    rows.expr_as(key.clone(), Alias::new("sort_key"));
    add_window(&mut rows, query, key, id);
    rows
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
    kind: EntryKind,
    driver: Option<(LinkRole, EntryId)>,
    conditions: Vec<&'a Condition>,
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
        Self { kind: query.kind, driver, conditions }
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

    /// The rows of the list; for one ordered by name each comes with the name its reader sees.
    fn select(&self, view: &View, query: &ListQuery, by: OrderedBy) -> SelectStatement {
        let mut rows = Query::select();
        if by == OrderedBy::Name {
            rows.from_as(naming::Entity, Alias::new(NAME))
                .and_where(col(NAME, naming::Column::Kind).eq(query.kind.as_str()))
                .and_where(col(NAME, naming::Column::EntryId).eq(self.id()))
                .cond_where(live(NAME, view.moment))
                .and_where(is_nearest(NAME, view));
        }
        match self.driver {
            Some((role, target)) => {
                rows.from_as(link::Entity, Alias::new(BASE))
                    .and_where(col(BASE, link::Column::TargetId).eq(target.0))
                    .and_where(col(BASE, link::Column::Role).eq(role.as_str()))
                    .and_where(col(BASE, link::Column::SourceKind).eq(query.kind.as_str()));
            }
            None => {
                if by == OrderedBy::Name {
                    // A cross join keeps SQLite going by name, so that it need not sort everything.
                    rows.join_as(JoinType::CrossJoin, entry_version::Entity, Alias::new(BASE), Cond::all());
                } else {
                    rows.from_as(entry_version::Entity, Alias::new(BASE));
                }
                rows.and_where(col(BASE, entry_version::Column::Kind).eq(query.kind.as_str()));
            }
        }
        rows.cond_where(live(BASE, view.moment));
        if !view.locales.or_any {
            let tags: Vec<&str> = view.locales.locales.iter().map(Locale::as_str).collect();
            rows.cond_where(Expr::exists(namings_of(self, view.moment, tags)));
        }
        for condition in &self.conditions {
            rows.cond_where(predicate(condition, self, view));
        }
        rows
    }
}

/// The names of the base's entry in these languages.
fn namings_of(base: &Base<'_>, moment: Moment, tags: Vec<&str>) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from_as(naming::Entity, Alias::new("x"))
        .and_where(col("x", naming::Column::EntryId).eq(base.id()))
        .and_where(col("x", naming::Column::Locale).is_in(tags))
        .cond_where(live("x", moment))
        .take()
}

/// How far from the reader's wishes the language of a name is: 0 for the first one asked for.
fn distance(alias: &'static str, locales: &LocaleChain) -> Expr {
    let mut rank = CaseStatement::new();
    for (position, locale) in locales.locales.iter().enumerate() {
        rank = rank.case(col(alias, naming::Column::Locale).eq(locale.as_str()), Expr::value(position as i64));
    }
    rank.finally(col(alias, naming::Column::Position).add(locales.locales.len() as i64)).into()
}

/// Whether the name of `alias` is the one a reader of `view` sees: the entry has none in a language asked for before
/// it, or first published before it if nobody asked.
fn is_nearest(alias: &'static str, view: &View) -> Expr {
    let nearer = Query::select()
        .expr(Expr::val(1))
        .from_as(naming::Entity, Alias::new("y"))
        .and_where(col("y", naming::Column::EntryId).eq(col(alias, naming::Column::EntryId)))
        .and_where(distance("y", &view.locales).lt(distance(alias, &view.locales)))
        .cond_where(live("y", view.moment))
        .take();
    Expr::exists(nearer).not()
}

/// The name a reader of `view` sees of the base's entry, if its folded words fit `pattern`.
fn words_of(base: &Base<'_>, view: &View, pattern: LikeExpr) -> SelectStatement {
    Query::select()
        .expr(Expr::val(1))
        .from_as(naming::Entity, Alias::new("x"))
        .and_where(col("x", naming::Column::EntryId).eq(base.id()))
        .cond_where(live("x", view.moment))
        .and_where(col("x", naming::Column::FilterForm).like(pattern))
        .and_where(is_nearest("x", view))
        .take()
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
            let goes_on = |from: i64| {
                // Spelt out, because the contrary of an unknown would be unknown too.
                let ends_later = Cond::all().add(ends_at().is_not_null()).add(ends_at().gt(from));
                let without_end = match base.kind {
                    EntryKind::Event => base.date().gte(from),
                    _ => ends_at().is_null(),
                };
                Cond::any().add(ends_later).add(without_end)
            };
            Cond::all().add_option(until.map(|until| base.date().lt(until))).add_option(from.map(goes_on))
        }
        Condition::InLocale(locale) => {
            Cond::all().add(Expr::exists(namings_of(base, view.moment, vec![locale.as_str()])))
        }
        Condition::Words(words) => {
            let escaped = words.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_");
            let pattern = LikeExpr::new(format!("%{escaped}%")).escape('\\');
            Cond::all().add(Expr::exists(words_of(base, view, pattern)))
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
        .join_as(
            JoinType::InnerJoin,
            link::Entity,
            Alias::new("s"),
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
