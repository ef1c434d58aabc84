//! How large an operation is once every fragment stands where it is spread, counted without spreading any.
//!
//! Each fragment is counted once and its figures are added at each spread, saturating: a document of 1 KiB can stand for
//! 2^60 fields and is told so in microseconds.

use std::collections::HashMap;

use apollo_compiler::Name;
use apollo_compiler::Node;
use apollo_compiler::ast::{Definition, Document, Field, FragmentDefinition, OperationDefinition, Selection};

use crate::limits::Limits;
use crate::refusal::Refusal;

/// Figures of a selection set, every fragment expanded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Shape {
    fields: u64,
    aliases: u64,
    spreads: u64,
    depth: u64,
    roots: Roots,
    /// Lists of the introspection types inside each other, wherever the selection set stands.
    introspection_lists: u64,
}

/// Fields of the selection set itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Roots {
    /// Fields of the schema's own types.
    own: u64,
    /// `__schema` and `__type`.
    introspection: u64,
    /// `__schema` alone.
    schema: u64,
    /// The deepest `introspection_lists` below `__schema` or `__type`.
    lists: u64,
}

/// Lists inside each other that introspection may select: `__schema { types { fields } }`.
const INTROSPECTION_LISTS: u64 = 2;

impl Shape {
    fn beside(self, other: Self) -> Self {
        Self {
            fields: self.fields.saturating_add(other.fields),
            aliases: self.aliases.saturating_add(other.aliases),
            spreads: self.spreads.saturating_add(other.spreads),
            depth: self.depth.max(other.depth),
            roots: Roots {
                own: self.roots.own.saturating_add(other.roots.own),
                introspection: self.roots.introspection.saturating_add(other.roots.introspection),
                schema: self.roots.schema.saturating_add(other.roots.schema),
                lists: self.roots.lists.max(other.roots.lists),
            },
            introspection_lists: self.introspection_lists.max(other.introspection_lists),
        }
    }

    fn of_field(field: &Field, below: Self) -> Self {
        let name = field.name.as_str();
        let is_list = matches!(name, "types" | "fields" | "interfaces" | "possibleTypes" | "inputFields");
        let is_introspection = matches!(name, "__schema" | "__type");
        Self {
            fields: below.fields.saturating_add(1),
            aliases: below.aliases.saturating_add(u64::from(field.alias.is_some())),
            spreads: below.spreads,
            depth: below.depth.saturating_add(1),
            roots: Roots {
                own: u64::from(!name.starts_with("__")),
                introspection: u64::from(is_introspection),
                schema: u64::from(name == "__schema"),
                lists: if is_introspection { below.introspection_lists } else { 0 },
            },
            introspection_lists: below.introspection_lists.saturating_add(u64::from(is_list)),
        }
    }

    /// Whether nothing but `__schema`, `__type` and `__typename` is selected at the root.
    fn is_introspection_only(&self) -> bool {
        self.roots.own == 0 && self.roots.introspection > 0
    }

    fn check(&self, limits: &Limits) -> Result<(), Refusal> {
        let at_most = |name, what, max, found| {
            if found > max { Err(Refusal::limit(name, what, max, found)) } else { Ok(()) }
        };
        at_most("spreads", "fragment spreads after expansion", limits.spreads, self.spreads)?;
        at_most("expanded_fields", "fields after expansion", limits.expanded_fields, self.fields)?;
        at_most("aliases", "aliases", limits.aliases, self.aliases)?;
        let roots = self.roots.own.saturating_add(self.roots.introspection);
        at_most("root_fields", "root fields", limits.root_fields, roots)?;
        at_most("root_fields", "`__schema` fields", 1, self.roots.schema)?;
        at_most("introspection_depth", "introspection lists inside each other", INTROSPECTION_LISTS, self.roots.lists)?;
        if self.is_introspection_only() {
            at_most("introspection_depth", "field depth of an introspection", limits.introspection_depth, self.depth)
        } else {
            at_most("field_depth", "field depth", limits.field_depth, self.depth)
        }
    }
}

/// Refuses a document of which any operation passes a limit. Cycles of fragments are left to validation.
pub(crate) fn check(document: &Document, limits: &Limits) -> Result<(), Refusal> {
    let mut counter = Counter::new(document);
    let operations: Vec<&Node<OperationDefinition>> =
        document.definitions.iter().filter_map(Definition::as_operation_definition).collect();
    let at_most = |name, what, max: usize, found: usize| {
        if found > max { Err(Refusal::limit(name, what, max as u64, found as u64)) } else { Ok(()) }
    };
    at_most("operations", "operations", limits.operations, operations.len())?;
    at_most("fragments", "fragments", limits.fragments, counter.fragments.len())?;
    let directives = directives_of(document);
    at_most("directives", "directives", limits.directives, directives.iter().sum())?;
    let most = directives.into_iter().max().unwrap_or(0);
    at_most("directives_per_element", "directives on one element", limits.directives_per_element, most)?;
    for operation in operations {
        counter.selections(&operation.selection_set).check(limits)?;
    }
    Ok(())
}

struct Counter<'a> {
    fragments: HashMap<&'a Name, &'a Node<FragmentDefinition>>,
    /// `None` while the fragment is being counted, so that a cycle ends.
    counted: HashMap<&'a Name, Option<Shape>>,
}

impl<'a> Counter<'a> {
    fn new(document: &'a Document) -> Self {
        let fragments = document.definitions.iter().filter_map(Definition::as_fragment_definition);
        Self { fragments: fragments.map(|fragment| (&fragment.name, fragment)).collect(), counted: HashMap::new() }
    }

    fn selections(&mut self, selections: &'a [Selection]) -> Shape {
        selections.iter().fold(Shape::default(), |sum, selection| sum.beside(self.selection(selection)))
    }

    fn selection(&mut self, selection: &'a Selection) -> Shape {
        match selection {
            Selection::Field(field) => Shape::of_field(field, self.selections(&field.selection_set)),
            Selection::InlineFragment(inline) => self.selections(&inline.selection_set),
            Selection::FragmentSpread(spread) => {
                let mut shape = self.fragment(&spread.fragment_name);
                shape.spreads = shape.spreads.saturating_add(1);
                shape
            }
        }
    }

    fn fragment(&mut self, name: &'a Name) -> Shape {
        if let Some(counted) = self.counted.get(name) {
            return counted.unwrap_or_default();
        }
        let Some(fragment) = self.fragments.get(name).copied() else { return Shape::default() };
        self.counted.insert(name, None);
        let shape = self.selections(&fragment.selection_set);
        self.counted.insert(name, Some(shape));
        shape
    }
}

/// Number of directives on each element of the document that can carry some.
fn directives_of(document: &Document) -> Vec<usize> {
    fn walk(selections: &[Selection], found: &mut Vec<usize>) {
        for selection in selections {
            let (directives, below): (_, &[Selection]) = match selection {
                Selection::Field(field) => (&field.directives, &field.selection_set),
                Selection::InlineFragment(inline) => (&inline.directives, &inline.selection_set),
                Selection::FragmentSpread(spread) => (&spread.directives, &[]),
            };
            found.push(directives.len());
            walk(below, found);
        }
    }
    let mut found = Vec::new();
    for definition in &document.definitions {
        match definition {
            Definition::OperationDefinition(operation) => {
                found.push(operation.directives.len());
                found.extend(operation.variables.iter().map(|variable| variable.directives.len()));
                walk(&operation.selection_set, &mut found);
            }
            Definition::FragmentDefinition(fragment) => {
                found.push(fragment.directives.len());
                walk(&fragment.selection_set, &mut found);
            }
            _ => {}
        }
    }
    found
}
