//! What an operation can cost at most, told from the document and the schema alone.
//!
//! A field costs `weight + size × (item + Σ children)`:
//! - *weight* is its `@cost(weight:)`, 0 without;
//! - *item* is 1 for objects, interfaces and unions, 0 for scalars and enums;
//! - *size* is 1 for a single value. For a list it comes from `@listSize`: the largest slicing argument given (a number,
//!   or the length of a list), else `assumedSize`. On a field with `sizedFields` (a connection) it is handed to those
//!   fields one level below instead. A list without any `@listSize` counts as [`UNSIZED_LIST`] items. Scalars in a list
//!   whose size the client chose weigh 1 each;
//! - children of an interface or union are the dearest of its types.
//!
//! Sums saturate, each fragment is counted once, `@skip` and `@include` change nothing, and only the operation that is
//! to run is counted. `__schema` and `__type` cost [`INTROSPECTION`] each: they read memory, and their depth is limited.

use std::collections::HashMap;

use apollo_compiler::ast::{Argument, Value, VariableDefinition};
use apollo_compiler::executable::{Field, Operation, Selection, SelectionSet};
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, FieldDefinition};
use apollo_compiler::{ExecutableDocument, Name, Node};

use crate::schema::FrontSchema;

/// Items assumed in a list the schema gives no size for.
pub const UNSIZED_LIST: u64 = 100;

/// Points of one introspection field at the root.
pub const INTROSPECTION: u64 = 100;

/// Points of an operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cost {
    pub(crate) points: u64,
    /// Whether other variables can give other points.
    pub(crate) uses_variables: bool,
}

/// The cost of `operation`, with coerced `variables`.
pub(crate) fn of_operation(
    schema: &FrontSchema,
    document: &ExecutableDocument,
    operation: &Operation,
    variables: &JsonMap,
) -> Cost {
    let mut counter = Counter {
        schema,
        document,
        definitions: &operation.variables,
        variables,
        fragments: HashMap::new(),
        uses_variables: false,
    };
    let points = counter.selections(&operation.selection_set, None);
    Cost { points, uses_variables: counter.uses_variables }
}

/// The size a connection hands to its list fields.
#[derive(Clone, Copy)]
struct Page<'a> {
    fields: &'a [Node<Value>],
    size: Size,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Size {
    items: u64,
    is_chosen_by_client: bool,
}

/// Tells pages apart: the address of the field names, which lie in the schema, and the size.
type PageKey = (usize, Size);

struct Counter<'a> {
    schema: &'a FrontSchema,
    document: &'a ExecutableDocument,
    definitions: &'a [Node<VariableDefinition>],
    variables: &'a JsonMap,
    fragments: HashMap<(&'a Name, Option<PageKey>), u64>,
    uses_variables: bool,
}

impl<'a> Counter<'a> {
    fn selections(&mut self, set: &'a SelectionSet, page: Option<Page<'a>>) -> u64 {
        let mut everywhere = 0u64;
        let mut by_condition: Vec<(&Name, u64)> = Vec::new();
        for selection in &set.selections {
            let (condition, points) = match selection {
                Selection::Field(field) => (&set.ty, self.field(field, page)),
                Selection::InlineFragment(inline) => {
                    (&inline.selection_set.ty, self.selections(&inline.selection_set, page))
                }
                Selection::FragmentSpread(spread) => match self.document.fragments.get(&spread.fragment_name) {
                    Some(fragment) => {
                        (&fragment.selection_set.ty, self.fragment(&fragment.name, &fragment.selection_set, page))
                    }
                    None => continue,
                },
            };
            if *condition == set.ty || self.schema.is_object(&set.ty) {
                everywhere = everywhere.saturating_add(points);
            } else {
                by_condition.push((condition, points));
            }
        }
        if by_condition.is_empty() {
            return everywhere;
        }
        let on = |object: &Name| {
            let applies = by_condition.iter().filter(|(condition, _)| self.schema.includes(condition, object));
            applies.fold(0u64, |sum, (_, points)| sum.saturating_add(*points))
        };
        everywhere.saturating_add(self.schema.objects_of(&set.ty).iter().map(on).max().unwrap_or(0))
    }

    fn fragment(&mut self, name: &'a Name, set: &'a SelectionSet, page: Option<Page<'a>>) -> u64 {
        let key = (name, page.map(|page| (page.fields.as_ptr().addr(), page.size)));
        if let Some(points) = self.fragments.get(&key) {
            return *points;
        }
        let points = self.selections(set, page);
        self.fragments.insert(key, points);
        points
    }

    fn field(&mut self, field: &'a Field, page: Option<Page<'a>>) -> u64 {
        if matches!(field.name.as_str(), "__schema" | "__type") {
            return INTROSPECTION;
        }
        let definition: &'a FieldDefinition = &field.definition;
        let weight = directive_argument(definition, "cost", "weight").map_or(0, |value| int(value).unwrap_or(0));
        let stated = self.stated_size(field, definition);
        let sized_fields = directive_argument(definition, "listSize", "sizedFields").and_then(|value| value.as_list());
        let from_page = page.filter(|page| {
            page.fields.iter().any(|name| name.as_str().is_some_and(|name| name == field.name.as_str()))
        });
        let size = match (from_page, definition.ty.is_list()) {
            (Some(page), _) => page.size,
            (None, true) => stated.unwrap_or(Size { items: UNSIZED_LIST, is_chosen_by_client: false }),
            (None, false) => Size { items: 1, is_chosen_by_client: false },
        };
        let below = sized_fields.map(|fields| Page {
            fields,
            size: stated.unwrap_or(Size { items: UNSIZED_LIST, is_chosen_by_client: false }),
        });
        let is_leaf = matches!(
            self.schema.types().get(definition.ty.inner_named_type()),
            Some(ExtendedType::Scalar(_) | ExtendedType::Enum(_))
        );
        let item = u64::from(!is_leaf || size.is_chosen_by_client);
        let children = self.selections(&field.selection_set, below);
        weight.saturating_add(size.items.saturating_mul(item.saturating_add(children)))
    }

    /// What `@listSize` on the field says, if it is there.
    fn stated_size(&mut self, field: &Field, definition: &'a FieldDefinition) -> Option<Size> {
        definition.directives.get("listSize")?;
        let names = directive_argument(definition, "listSize", "slicingArguments").and_then(|value| value.as_list());
        let given = names
            .unwrap_or_default()
            .iter()
            .filter_map(|name| name.as_str())
            .filter_map(|name| self.given_size(&field.arguments, name))
            .max();
        if let Some(items) = given {
            return Some(Size { items, is_chosen_by_client: true });
        }
        let assumed = directive_argument(definition, "listSize", "assumedSize").and_then(|value| int(value));
        Some(Size { items: assumed.unwrap_or(UNSIZED_LIST), is_chosen_by_client: false })
    }

    /// The size an argument asks for, or `None` when it is absent or null. Negative numbers ask for nothing.
    fn given_size(&mut self, arguments: &[Node<Argument>], name: &str) -> Option<u64> {
        match &*arguments.iter().find(|argument| argument.name == name)?.value {
            Value::Null => None,
            Value::List(items) => Some(items.len() as u64),
            Value::Variable(variable) => {
                self.uses_variables = true;
                let value = self.variables.get(variable.as_str());
                let default = || {
                    let definition = self.definitions.iter().find(|definition| definition.name == *variable)?;
                    literal_size(definition.default_value.as_ref()?)
                };
                match value {
                    Some(JsonValue::Array(items)) => Some(items.len() as u64),
                    Some(JsonValue::Number(number)) => Some(number.as_u64().unwrap_or(0)),
                    Some(_) => None,
                    None => default(),
                }
            }
            literal => literal_size(literal),
        }
    }
}

fn literal_size(value: &Value) -> Option<u64> {
    match value {
        Value::Null => None,
        Value::List(items) => Some(items.len() as u64),
        value => Some(int(value).unwrap_or(0)),
    }
}

/// A whole number of a literal; numbers too large for `u64` are as large as can be, negative ones are nothing.
fn int(value: &Value) -> Option<u64> {
    let Value::Int(number) = value else { return None };
    let text = number.as_str();
    if text.starts_with('-') { Some(0) } else { Some(text.parse().unwrap_or(u64::MAX)) }
}

fn directive_argument<'a>(definition: &'a FieldDefinition, directive: &str, argument: &str) -> Option<&'a Node<Value>> {
    definition.directives.get(directive)?.specified_argument_by_name(argument)
}
