//! The type system directives the cost is computed from, for use in async-graphql's derive macros:
//!
//! ```
//! use async_graphql::{EmptyMutation, EmptySubscription, Object, Schema};
//! use griot_front::directive::{Connection, Cost, List, Sliced};
//!
//! struct Query;
//!
//! #[Object]
//! impl Query {
//!     /// A lookup that costs five points.
//!     #[graphql(directive = Cost::apply(5))]
//!     async fn summary(&self) -> String { String::new() }
//!     /// A plain list, counted as ten items.
//!     #[graphql(directive = List::apply(10))]
//!     async fn tags(&self) -> Vec<String> { Vec::new() }
//!     /// A plain list whose length is the length of `ids`, or 20 without.
//!     #[graphql(directive = Sliced::apply(20, &["ids"]))]
//!     async fn names(&self, ids: Vec<i32>) -> Vec<String> { Vec::new() }
//! }
//!
//! let sdl = Schema::new(Query, EmptyMutation, EmptySubscription).sdl();
//! assert!(sdl.contains("tags: [String!]! @listSize(assumedSize: 10, requireOneSlicingArgument: false)"));
//! ```
//!
//! A field that returns a connection carries [`Connection`]. Shape and meaning of both directives:
//! specs.apollo.dev/cost/v0.1. Several may stand on one field; each kind at most once.

use std::borrow::Cow;

use async_graphql::indexmap::IndexMap;
use async_graphql::registry::location_traits::Directive_At_FIELD_DEFINITION;
use async_graphql::registry::{__DirectiveLocation, MetaDirective, MetaDirectiveInvocation, MetaInputValue, Registry};
use async_graphql::{TypeDirective, Value};

const COST: &str = "cost";
const LIST_SIZE: &str = "listSize";

/// `@cost(weight:)`: points added each time the field is resolved.
pub struct Cost;

impl Cost {
    /// The field weighs `weight` points; without the directive an object weighs 1 and a scalar 0.
    pub fn apply(weight: i32) -> MetaDirectiveInvocation {
        invocation(COST, [("weight", Value::from(weight))])
    }
}

/// `@listSize` on a field that returns a plain list of bounded length.
pub struct List;

impl List {
    /// The list is counted as `assumed_size` items; the resolver must not return more.
    pub fn apply(assumed_size: i32) -> MetaDirectiveInvocation {
        list_size(assumed_size, &[], &[])
    }
}

/// `@listSize` on a field that returns a plain list whose length an argument bounds.
pub struct Sliced;

impl Sliced {
    /// Items = the largest of the integer arguments named by `arguments` (or the length of a list argument);
    /// `assumed_size` when none is given.
    pub fn apply(assumed_size: i32, arguments: &[&str]) -> MetaDirectiveInvocation {
        list_size(assumed_size, arguments, &[])
    }
}

/// `@listSize` on a field that returns a connection: `edges` and `nodes` below it hold `first` or `last` items.
pub struct Connection;

impl Connection {
    /// `assumed_size` is the page size used when neither `first` nor `last` is given. The field must have both arguments.
    pub fn apply(assumed_size: i32) -> MetaDirectiveInvocation {
        list_size(assumed_size, &["first", "last"], &["edges", "nodes"])
    }
}

/// [`Connection`] for a field that has `first` and no `last`.
pub struct ForwardConnection;

impl ForwardConnection {
    /// `assumed_size` is the page size used when `first` is not given.
    pub fn apply(assumed_size: i32) -> MetaDirectiveInvocation {
        list_size(assumed_size, &["first"], &["edges", "nodes"])
    }
}

/// `@listSize` on a field that returns a page whose items are in a field of another name than those of a connection.
pub struct Page;

impl Page {
    /// `first` bounds the items in `field`; `assumed_size` is the page size used when it is not given.
    pub fn apply(assumed_size: i32, field: &str) -> MetaDirectiveInvocation {
        list_size(assumed_size, &["first"], &[field])
    }
}

fn list_size(assumed_size: i32, arguments: &[&str], sized_fields: &[&str]) -> MetaDirectiveInvocation {
    let names = |list: &[&str]| Value::List(list.iter().map(|name| Value::from(*name)).collect());
    let mut args = vec![("assumedSize", Value::from(assumed_size))];
    if !arguments.is_empty() {
        args.push(("slicingArguments", names(arguments)));
    }
    if !sized_fields.is_empty() {
        args.push(("sizedFields", names(sized_fields)));
    }
    args.push(("requireOneSlicingArgument", Value::from(false)));
    invocation(LIST_SIZE, args)
}

fn invocation(name: &str, args: impl IntoIterator<Item = (&'static str, Value)>) -> MetaDirectiveInvocation {
    let args = args.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    MetaDirectiveInvocation { name: name.to_owned(), args }
}

fn define_cost() -> MetaDirective {
    definition(
        COST,
        "Points a field adds to the cost of a document each time it is resolved.",
        [("weight", "Int!", None, "Points per resolution.")],
    )
}

fn define_list_size() -> MetaDirective {
    definition(
        LIST_SIZE,
        "How many items a list can hold, for the cost of a document.",
        [
            ("assumedSize", "Int", None, "Items assumed when no slicing argument is given."),
            ("slicingArguments", "[String!]", None, "Arguments that bound the number of items."),
            ("sizedFields", "[String!]", None, "Fields of the returned object that hold the items, for connections."),
            (
                "requireOneSlicingArgument",
                "Boolean",
                Some("true"),
                "Whether exactly one slicing argument must be given.",
            ),
        ],
    )
}

fn definition<const N: usize>(
    name: &str,
    description: &str,
    args: [(&str, &str, Option<&str>, &str); N],
) -> MetaDirective {
    let argument = |(name, ty, default, description): (&str, &str, Option<&str>, &str)| {
        let mut value = MetaInputValue::new(name, ty);
        value.default_value = default.map(str::to_owned);
        value.description = Some(description.to_owned());
        (name.to_owned(), value)
    };
    MetaDirective {
        name: name.to_owned(),
        description: Some(description.to_owned()),
        locations: vec![__DirectiveLocation::FIELD_DEFINITION],
        args: args.map(argument).into_iter().collect::<IndexMap<_, _>>(),
        is_repeatable: false,
        visible: None,
        composable: None,
    }
}

macro_rules! type_directive {
    ($($ty:ident => $name:ident, $define:ident;)*) => {$(
        impl TypeDirective for $ty {
            fn name(&self) -> Cow<'static, str> {
                Cow::Borrowed($name)
            }

            fn register(&self, registry: &mut Registry) {
                registry.add_directive($define());
            }
        }

        impl Directive_At_FIELD_DEFINITION for $ty {}
    )*};
}

type_directive! {
    Cost => COST, define_cost;
    List => LIST_SIZE, define_list_size;
    Sliced => LIST_SIZE, define_list_size;
    Connection => LIST_SIZE, define_list_size;
    ForwardConnection => LIST_SIZE, define_list_size;
    Page => LIST_SIZE, define_list_size;
}
