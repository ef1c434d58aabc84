//! Relay connections, the same for every kind of entry.

use std::borrow::Cow;
use std::marker::PhantomData;
use std::sync::{Arc, OnceLock};

use async_graphql::{Context, Object, SimpleObject, TypeName};
use chrono::NaiveDate;
use griot_front::directive::Cost;
use griot_persistence::{ListQuery, Order, OrderKey, Page, PageRow, PublishedStore, Window};

use super::cursor;
use super::error::{Answer, ApiError, Nullable};
use super::loads::{Loads, loads};
use super::seen::{FromSeen, Seen};
use super::shared_view::SharedView;

/// Most items of a page at the root of a query.
pub(crate) const MAX_PAGE: i32 = 100;
/// Most items of a page below another object.
pub(crate) const MAX_NESTED_PAGE: i32 = 25;
/// Items of a page when no number is given.
pub(crate) const PAGE: i32 = 20;
/// Items of a page below another object when no number is given.
pub(crate) const NESTED_PAGE: i32 = 10;

/// The paging arguments of a connection field.
#[derive(Debug, Default)]
pub(crate) struct Paging {
    pub first: Option<i32>,
    pub after: Option<String>,
    pub last: Option<i32>,
    pub before: Option<String>,
}

/// How many items a field may be asked for.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sizes {
    pub default: i32,
    pub max: i32,
}

/// At the root of a query.
pub(crate) const ROOT: Sizes = Sizes { default: PAGE, max: MAX_PAGE };
/// Below another object.
pub(crate) const NESTED: Sizes = Sizes { default: NESTED_PAGE, max: MAX_NESTED_PAGE };

impl Sizes {
    /// The number of items asked for.
    pub fn read(self, argument: &'static str, asked: Option<i32>) -> Answer<u64> {
        let asked = asked.unwrap_or(self.default);
        match u64::try_from(asked) {
            Ok(count) if asked <= self.max => Ok(count),
            _ => Err(ApiError::invalid(argument, format!("is {asked}; ask for 0 to {} items here", self.max))),
        }
    }
}

/// A page of entries of one kind.
pub(crate) struct Connection<T> {
    page: Arc<Page>,
    /// Name of the list in cursors, which few ask for.
    list: OnceLock<String>,
    seens: Vec<Seen>,
    query: ListQuery,
    view: SharedView,
    kind: PhantomData<fn() -> T>,
}

/// A list about to be paged.
pub(crate) struct List {
    pub query: ListQuery,
    pub view: SharedView,
    /// The day on which people in the list are named.
    pub day: NaiveDate,
}

impl Paging {
    /// The part of the list asked for.
    fn window(&self, sizes: Sizes, list: impl Fn() -> String, order: Order) -> Answer<Window> {
        if self.first.is_some() && self.last.is_some() {
            return Err(ApiError::invalid("last", "cannot go with `first`; give one of them"));
        }
        let from_end = self.last.is_some();
        let limit = if from_end { sizes.read("last", self.last)? } else { sizes.read("first", self.first)? };
        let place = |argument, raw: &Option<String>| -> Answer<Option<OrderKey>> {
            raw.as_deref().map(|raw| cursor::decode(argument, &list(), order.by, raw)).transpose()
        };
        let (after, before) = (place("after", &self.after)?, place("before", &self.before)?);
        Ok(Window { after, before, limit, from_end })
    }
}

impl<T: FromSeen> Connection<T> {
    /// Reads the page of `list` that `paging` asks for.
    pub async fn load(loads: &Loads, list: List, paging: &Paging, sizes: Sizes) -> Answer<Self> {
        let List { mut query, view, day } = list;
        query.window = paging.window(sizes, || cursor::list_name(&query, &view), query.order)?;
        let page = loads.page(&view, &query).await?;
        let ids: Vec<_> = page.rows.iter().map(|row| row.id).collect();
        let records = loads.records(&view, &ids).await?;
        let seens = records.into_iter().map(|record| Seen { record, view: view.clone(), day }).collect();
        Ok(Self { page, list: OnceLock::new(), seens, query, view, kind: PhantomData })
    }

    /// A page made elsewhere, of records already read.
    pub fn of(page: Page, records: Vec<Arc<griot_persistence::Record>>, query: ListQuery, parent: &Seen) -> Self {
        let seens =
            records.into_iter().map(|record| Seen { record, view: parent.view.clone(), day: parent.day }).collect();
        Self { page: Arc::new(page), list: OnceLock::new(), seens, query, view: parent.view.clone(), kind: PhantomData }
    }

    fn cursor(&self, row: &PageRow) -> String {
        cursor::encode(self.list.get_or_init(|| cursor::list_name(&self.query, &self.view)), &row.key)
    }

    /// Every object with its place. An entry withdrawn between two reads is left out.
    fn items(&self) -> impl Iterator<Item = (&PageRow, T)> {
        self.page.rows.iter().filter_map(|row| {
            let seen = self.seens.iter().find(|seen| seen.record.id == row.id)?;
            Some((row, T::from_seen(seen.clone())?))
        })
    }
}

fn named<T: async_graphql::OutputType>(suffix: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{}{suffix}", T::type_name()))
}

impl<T: FromSeen + async_graphql::OutputType> TypeName for Connection<T> {
    fn type_name() -> Cow<'static, str> {
        named::<T>("Connection")
    }
}

/// A page of a list.
#[Object(name_type, crate = "griot_front::lean::graphql")]
impl<T: FromSeen + async_graphql::ObjectType> Connection<T> {
    /// Items with their cursors.
    async fn edges(&self) -> Vec<Edge<T>> {
        self.items().map(|(row, node)| Edge { cursor: self.cursor(row), node }).collect()
    }

    /// Items without cursors.
    async fn nodes(&self) -> Vec<T> {
        self.items().map(|(_, node)| node).collect()
    }

    /// Where the page stands in the list.
    async fn page_info(&self) -> PageInfo {
        let window = &self.query.window;
        let (goes_on, came_from) = (self.page.has_more, window.after.is_some());
        PageInfo {
            has_next_page: if window.from_end { window.before.is_some() } else { goes_on },
            has_previous_page: if window.from_end { goes_on } else { came_from },
            start_cursor: self.page.rows.first().map(|row| self.cursor(row)),
            end_cursor: self.page.rows.last().map(|row| self.cursor(row)),
        }
    }

    /// How many items the whole list has, counted only when asked for; 10000 stands for that many or more.
    #[graphql(directive = Cost::apply(5))]
    async fn total_count(&self, ctx: &Context<'_>) -> Nullable<i32> {
        let count = async {
            let loads = loads(ctx)?;
            let count = loads.store.count(&self.view, &self.query).await?;
            Ok(i32::try_from(count.min(PublishedStore::COUNT_LIMIT)).unwrap_or(i32::MAX))
        };
        Some(count.await)
    }
}

/// An item of a page.
pub(crate) struct Edge<T> {
    cursor: String,
    node: T,
}

impl<T: FromSeen + async_graphql::OutputType> TypeName for Edge<T> {
    fn type_name() -> Cow<'static, str> {
        named::<T>("Edge")
    }
}

/// An item of a page, with its place in the list.
#[Object(name_type, crate = "griot_front::lean::graphql")]
impl<T: FromSeen + async_graphql::ObjectType> Edge<T> {
    /// Opaque place in the list, valid for the same filter and order.
    async fn cursor(&self) -> &str {
        &self.cursor
    }

    /// The item.
    async fn node(&self) -> &T {
        &self.node
    }
}

/// Where a page stands in its list.
#[derive(Clone, SimpleObject)]
#[graphql(crate = "griot_front::lean::graphql")]
pub(crate) struct PageInfo {
    /// Whether items follow `endCursor`.
    pub has_next_page: bool,
    /// Whether items may stand before `startCursor`.
    pub has_previous_page: bool,
    /// Cursor of the first item.
    pub start_cursor: Option<String>,
    /// Cursor of the last item.
    pub end_cursor: Option<String>,
}
