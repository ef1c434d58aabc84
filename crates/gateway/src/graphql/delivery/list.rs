//! From a filter to a list.

use chrono::NaiveDate;
use futures_util::future::BoxFuture;
use griot_domain::{EntryKind, LinkRole};
use griot_persistence::{Condition, ListQuery, Order, Window};

use super::connection::{Connection, List, Paging, Sizes};
use super::error::{Answer, ApiError};
use super::loads::Loads;
use super::reference::References;
use super::seen::{FromSeen, Seen, day_of};
use super::shared_view::SharedView;
use super::view::ViewInput;

/// A filter of one kind of entry.
pub(crate) trait Narrow {
    /// The kind it narrows.
    const KIND: EntryKind;

    /// Notes the entries it names.
    fn note(&self, references: &mut References) -> Answer<()>;

    /// What it demands.
    fn conditions(&self, references: &References) -> Answer<Vec<Condition>>;

    /// What holds when the filter says nothing of it.
    fn defaults(filter: Option<&Self>) -> Vec<Condition> {
        let _ = filter;
        Vec::new()
    }
}

/// Most that the conditions of one filter may weigh.
const MAX_WEIGHT: usize = 32;
/// A condition on words reads every text it is not kept from; the others read an index.
const WORDS_WEIGHT: usize = 8;

/// Refuses a filter that would keep the database busy for long: its conditions come in variables too, where no cost of
/// the document sees them.
fn bounded(conditions: &[Condition]) -> Answer<()> {
    let weight: usize = conditions.iter().map(weight).sum();
    if weight <= MAX_WEIGHT {
        return Ok(());
    }
    let message = format!("weighs {weight}, at most {MAX_WEIGHT}; each condition weighs 1, `text` {WORDS_WEIGHT}");
    Err(ApiError::invalid("filter", message))
}

fn weight(condition: &Condition) -> usize {
    match condition {
        Condition::Words(_) => WORDS_WEIGHT,
        Condition::All(parts) | Condition::Any(parts) => 1 + parts.iter().map(weight).sum::<usize>(),
        Condition::Not(part) => 1 + weight(part),
        _ => 1,
    }
}

/// What a filter demands of the entries in a list, and what holds where it says nothing.
pub(crate) async fn demanded<F: Narrow>(loads: &Loads, filter: Option<&F>) -> Answer<Vec<Condition>> {
    let mut conditions = Vec::new();
    if let Some(filter) = filter {
        let mut references = References::default();
        filter.note(&mut references)?;
        references.look_up(loads).await?;
        conditions = filter.conditions(&references)?;
        bounded(&conditions)?;
    }
    conditions.extend(F::defaults(filter));
    Ok(conditions)
}

/// A page of a root list.
pub(crate) async fn at_root<T: FromSeen, F: Narrow + Send + Sync>(
    loads: &Loads,
    view: Option<ViewInput>,
    filter: Option<F>,
    order: Order,
    paging: &Paging,
    sizes: Sizes,
) -> Answer<Connection<T>> {
    let view = ViewInput::resolve(view, loads)?;
    let day = day_of(&view, loads);
    below(loads, Below { view, day, conditions: Vec::new() }, filter, order, paging, sizes).await
}

/// Where a nested list stands: the view and day it inherits, and what ties it to its parent.
pub(crate) struct Below {
    pub view: SharedView,
    pub day: NaiveDate,
    pub conditions: Vec<Condition>,
}

impl Below {
    /// The entries that link to the one seen by `role`.
    pub fn linking_to(seen: &Seen, role: LinkRole) -> Self {
        let conditions = vec![Condition::LinksTo { role, targets: vec![seen.record.id] }];
        Self { view: seen.view.clone(), day: seen.day, conditions }
    }
}

/// A page of a list below another object. It is made on the heap: lists are few, and every field of their parent would
/// take the room for one.
pub(crate) fn below<'a, T: FromSeen + 'a, F: Narrow + Send + Sync + 'a>(
    loads: &'a Loads,
    below: Below,
    filter: Option<F>,
    order: Order,
    paging: &'a Paging,
    sizes: Sizes,
) -> BoxFuture<'a, Answer<Connection<T>>> {
    Box::pin(page(loads, below, filter, order, paging, sizes))
}

async fn page<T: FromSeen, F: Narrow>(
    loads: &Loads,
    below: Below,
    filter: Option<F>,
    order: Order,
    paging: &Paging,
    sizes: Sizes,
) -> Answer<Connection<T>> {
    let Below { view, day, mut conditions } = below;
    conditions.extend(demanded(loads, filter.as_ref()).await?);
    let window = Window { after: None, before: None, limit: 0, from_end: false };
    let query = ListQuery { kind: F::KIND, conditions, order, window };
    Connection::load(loads, List { query, view, day }, paging, sizes).await
}
