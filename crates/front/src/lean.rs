//! Objects that are answered without a place on the heap for each of their fields.
//!
//! The library makes the futures of all fields of an object, and of all objects of a list, before it asks the first one
//! for its value, so that the answer to a page takes hundreds of kilobytes at once. Where the record is at hand nearly
//! every field is known as soon as it is asked for: here the fields of an object take turns in one place, and only
//! those that have to wait keep theirs. What they answer is written as JSON at once, instead of being put into a map
//! first. Values, errors and their order are those of the library.
//!
//! Objects written as JSON cannot be merged any more: a document that selects of one object in two places is left to the
//! library.
//!
//! Parts of answers are [kept](crate::parts) where a request says so.
//!
//! A type is answered in this way when its macro is told so: `#[Object(crate = "griot_front::lean::graphql")]`. Extensions of the
//! library are not asked about the fields of such a type.

use std::collections::HashSet;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use apollo_compiler::{ExecutableDocument, executable};
use async_graphql::parser::types::{Field, Selection, SelectionSet};
use async_graphql::resolver_utils::ContainerType;
use async_graphql::{ContextSelectionSet, Positioned, ServerError, ServerResult, Value};
use futures_util::future::BoxFuture;

use crate::json::{Json, room_of};
use crate::lines::Lines;
use crate::parts::{Extent, KeptOf, Parts};
use crate::selections::Selections;

/// Among the data of a request, that its objects are answered in this way, and what is selected of them.
#[derive(Clone)]
pub(crate) struct Lean(Arc<Selections>);

/// Selections looked at in a document; one that spreads to more is left to the library.
const MAX_SELECTIONS: usize = 10_000;

impl Lean {
    /// For the operation with this selection; `None` when two selections below it are of one object, whatever the types of
    /// their fragments and their directives.
    pub(crate) fn of(document: &ExecutableDocument, set: &executable::SelectionSet, lines: &Lines<'_>) -> Option<Self> {
        let mut left = MAX_SELECTIONS;
        let suits = is_without_merges(document, set, &mut HashSet::default(), &mut left);
        suits.then(|| Self(Arc::new(Selections::of(document, set, lines))))
    }
}

fn is_without_merges<'a>(
    document: &'a ExecutableDocument,
    set: &'a executable::SelectionSet,
    objects: &mut HashSet<&'a str>,
    left: &mut usize,
) -> bool {
    set.selections.iter().all(|selection| {
        if *left == 0 {
            return false;
        }
        *left -= 1;
        match selection {
            executable::Selection::Field(field) if field.selection_set.selections.is_empty() => true,
            executable::Selection::Field(field) => {
                let below = &mut HashSet::default();
                objects.insert(field.response_key()) && is_without_merges(document, &field.selection_set, below, left)
            }
            executable::Selection::InlineFragment(inline) => {
                is_without_merges(document, &inline.selection_set, objects, left)
            }
            executable::Selection::FragmentSpread(spread) => {
                let fragment = document.fragments.get(&spread.fragment_name);
                fragment.is_some_and(|fragment| is_without_merges(document, &fragment.selection_set, objects, left))
            }
        }
    })
}

/// What the library's macros use, with objects answered in this way.
pub mod graphql {
    pub use async_graphql::*;

    /// How answers are made.
    pub mod resolver_utils {
        pub use async_graphql::resolver_utils::*;

        pub use crate::lean::resolve_container;
    }
}

/// The answer of an object to what is selected of it. That it can go from thread to thread is told by its type: types that
/// refer to each other could not tell it by what they are made of.
pub fn resolve_container<'b, 'a: 'b, T: ContainerType + 'static>(
    ctx: &'b ContextSelectionSet<'a>,
    root: &'a T,
) -> BoxFuture<'b, ServerResult<Value>> {
    let Some(Lean(selections)) = ctx.data_opt() else {
        return Box::pin(async_graphql::resolver_utils::resolve_container(ctx, root));
    };
    let kept = ctx.data_opt::<Arc<dyn Parts>>().and_then(|parts| KeptOf::of(&**parts, root));
    let Some(kept) = kept else { return Box::pin(object(ctx, root, None)) };
    let is_of_root = ctx.path_node.is_none_or(|node| node.parent.is_none());
    if is_of_root {
        return Box::pin(object(ctx, root, Some(Fields { selections, kept })));
    }
    let Some(selected) = selections.below(ctx.item.pos) else { return Box::pin(object(ctx, root, None)) };
    match kept.recall(selected) {
        Some(value) => Box::pin(std::future::ready(Ok(value))),
        None => Box::pin(async move { kept.make(ctx, (Extent::Object, selected), object(ctx, root, None)).await }),
    }
}

/// Of which fields of an object the answers are kept.
struct Fields<'a> {
    selections: &'a Selections,
    kept: KeptOf<'a>,
}

async fn object<'a, T: ContainerType>(
    ctx: &ContextSelectionSet<'a>,
    root: &'a T,
    kept: Option<Fields<'a>>,
) -> ServerResult<Value> {
    let mut fields = Vec::with_capacity(ctx.item.node.items.len());
    if !add_selected(ctx, root, &ctx.item.node, &mut fields) || may_repeat(&fields) {
        return Box::pin(async_graphql::resolver_utils::resolve_container(ctx, root)).await;
    }
    let values = in_turn(fields.len(), fields.iter().map(|field| answer(ctx, root, field, kept.as_ref()))).await?;
    let room = fields.iter().zip(&values).map(|(field, value)| key(field).len() + 4 + room_of(value)).sum();
    let mut json = Json::up_to(usize::MAX, room);
    for (place, (field, value)) in fields.iter().zip(&values).enumerate() {
        // A name holds nothing that would have to be escaped.
        json.put(if place == 0 { b"{\"" } else { b",\"" })?;
        json.put(key(field).as_bytes())?;
        json.put(b"\":")?;
        json.value(value)?;
    }
    json.put(if fields.is_empty() { b"{}" } else { b"}" })?;
    Ok(crate::json::written(json.into_bytes().into()))
}

impl From<crate::json::TooLong> for ServerError {
    fn from(_: crate::json::TooLong) -> Self {
        Self::new("the answer is too long", None)
    }
}

async fn answer<'a, T: ContainerType>(
    ctx: &'a ContextSelectionSet<'a>,
    root: &'a T,
    field: &'a Positioned<Field>,
    kept: Option<&'a Fields<'a>>,
) -> ServerResult<Value> {
    if field.node.name.node == "__typename" {
        return Ok(Value::String(root.introspection_type_name().into_owned()));
    }
    let ctx = ctx.with_field(field);
    let kept = kept.and_then(|Fields { selections, kept }| Some((kept, selections.field(field.pos)?)));
    let Some((kept, selected)) = kept else { return Ok(root.resolve_field(&ctx).await?.unwrap_or_default()) };
    if let Some(value) = kept.recall(selected) {
        return Ok(value);
    }
    // On the heap, for it is made once and recalled many times.
    let make = Box::pin(async { Ok(root.resolve_field(&ctx).await?.unwrap_or_default()) });
    Box::pin(kept.make(&ctx, (Extent::Field, selected), make)).await
}

/// Adds the fields that are selected of `root`, those of fragments too. `false` when only the library can tell them.
fn add_selected<'a, T: ContainerType>(
    ctx: &ContextSelectionSet<'a>,
    root: &T,
    selected: &'a SelectionSet,
    fields: &mut Vec<&'a Positioned<Field>>,
) -> bool {
    selected.items.iter().all(|selection| {
        let (condition, selected) = match &selection.node {
            Selection::Field(field) => {
                fields.push(field);
                return field.node.directives.is_empty();
            }
            Selection::InlineFragment(fragment) => {
                (fragment.node.type_condition.as_ref(), &fragment.node.selection_set.node)
            }
            Selection::FragmentSpread(spread) => {
                let Some(fragment) = ctx.query_env.fragments.get(&spread.node.fragment_name.node) else { return false };
                (Some(&fragment.node.type_condition), &fragment.node.selection_set.node)
            }
        };
        let Some(condition) = condition else { return add_selected(ctx, root, selected, fields) };
        let condition = condition.node.on.node.as_str();
        let object = root.introspection_type_name();
        let interfaces = ctx.schema_env.registry.implements.get(&*object);
        let applies = condition == object || interfaces.is_some_and(|interfaces| interfaces.contains(condition));
        match applies {
            // What stands for several types passes such a fragment on to the one it is.
            true => object == T::type_name() && add_selected(ctx, root, selected, fields),
            false => condition != T::type_name() || add_selected(ctx, root, selected, fields),
        }
    })
}

fn key(field: &Positioned<Field>) -> &str {
    &field.node.response_key().node
}

/// Fields of one object that are compared with each other; with more it is left to the library.
const MAX_FIELDS: usize = 64;

/// Whether two fields may have to be merged.
fn may_repeat(fields: &[&Positioned<Field>]) -> bool {
    if fields.len() > MAX_FIELDS {
        return true;
    }
    fields.iter().enumerate().any(|(place, field)| fields[..place].iter().any(|before| key(before) == key(field)))
}

/// What `futures` give, in their order, all of them under way at the same time; the first error as soon as it is seen.
async fn in_turn<V, F: Future<Output = ServerResult<V>>>(
    count: usize,
    mut futures: impl Iterator<Item = F>,
) -> ServerResult<Vec<V>> {
    let mut values: Vec<Option<V>> = Vec::with_capacity(count);
    let mut waiting: Vec<(usize, Pin<Box<Option<F>>>)> = Vec::new();
    std::future::poll_fn(|context| {
        let mut failure = None;
        waiting.retain_mut(|(place, future)| {
            if failure.is_some() {
                return true;
            }
            match poll_in(future, context) {
                Poll::Pending => true,
                Poll::Ready(Ok(value)) => {
                    values[*place] = Some(value);
                    false
                }
                Poll::Ready(Err(error)) => {
                    failure = Some(error);
                    false
                }
            }
        });
        if let Some(failure) = failure {
            return Poll::Ready(Err(failure));
        }
        let mut place = None;
        for future in futures.by_ref() {
            let mut slot = place.take().unwrap_or_else(|| Box::pin(None));
            slot.set(Some(future));
            match poll_in(&mut slot, context) {
                Poll::Ready(value) => {
                    values.push(Some(value?));
                    place = Some(slot);
                }
                Poll::Pending => {
                    waiting.push((values.len(), slot));
                    values.push(None);
                }
            }
        }
        if waiting.is_empty() { Poll::Ready(Ok(())) } else { Poll::Pending }
    })
    .await?;
    Ok(values.into_iter().flatten().collect())
}

/// Asks the future in a slot, and takes it out when it is done.
fn poll_in<V, F: Future<Output = V>>(slot: &mut Pin<Box<Option<F>>>, context: &mut Context<'_>) -> Poll<V> {
    let Some(future) = slot.as_mut().as_pin_mut() else { return Poll::Pending };
    let polled = future.poll(context);
    if polled.is_ready() {
        slot.set(None);
    }
    polled
}

#[cfg(test)]
mod tests;
