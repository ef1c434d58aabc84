//! From the validating compiler's document to the executor's, so that one parser decides what a document says.

use std::collections::HashMap;

use apollo_compiler::ast::{Argument, DirectiveList, Type, Value, VariableDefinition};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::{ExecutableDocument, Name, Node};
use async_graphql::parser::types as to;
use async_graphql::{Name as ToName, Number, Pos, Positioned};
use async_graphql_value::Value as ToValue;

use crate::lines::Lines;

/// `operation` and all fragments of `document`, positions kept. Lengths and depths are limited before.
pub(crate) fn document(
    document: &ExecutableDocument,
    operation: &Node<Operation>,
    lines: &Lines<'_>,
) -> to::ExecutableDocument {
    let translate = Translate { lines };
    let definition = translate.operation(operation);
    let operations = match &operation.name {
        None => to::DocumentOperations::Single(definition),
        Some(name) => to::DocumentOperations::Multiple(HashMap::from([(ToName::new(name.as_str()), definition)])),
    };
    let fragments = document.fragments.iter().map(|(name, fragment)| {
        let at = fragment.location();
        let definition = to::FragmentDefinition {
            type_condition: translate.condition(&fragment.selection_set.ty),
            directives: translate.directives(&fragment.directives),
            selection_set: translate.selections(&fragment.selection_set, at),
        };
        (ToName::new(name.as_str()), translate.at(definition, at))
    });
    to::ExecutableDocument { operations, fragments: fragments.collect() }
}

struct Translate<'a> {
    lines: &'a Lines<'a>,
}

impl Translate<'_> {
    fn at<T>(&self, node: T, span: Option<SourceSpan>) -> Positioned<T> {
        let pos = span.map_or(Pos::default(), |span| {
            let location = self.lines.at(span.offset());
            Pos { line: location.line, column: location.column }
        });
        Positioned::new(node, pos)
    }

    fn name(&self, name: &Name) -> Positioned<ToName> {
        self.at(ToName::new(name.as_str()), name.location())
    }

    fn condition(&self, ty: &Name) -> Positioned<to::TypeCondition> {
        self.at(to::TypeCondition { on: self.name(ty) }, ty.location())
    }

    fn operation(&self, operation: &Node<Operation>) -> Positioned<to::OperationDefinition> {
        let definition = to::OperationDefinition {
            ty: match operation.operation_type {
                apollo_compiler::ast::OperationType::Query => to::OperationType::Query,
                apollo_compiler::ast::OperationType::Mutation => to::OperationType::Mutation,
                apollo_compiler::ast::OperationType::Subscription => to::OperationType::Subscription,
            },
            variable_definitions: operation.variables.iter().map(|variable| self.variable(variable)).collect(),
            directives: self.directives(&operation.directives),
            selection_set: self.selections(&operation.selection_set, operation.location()),
        };
        self.at(definition, operation.location())
    }

    fn variable(&self, variable: &Node<VariableDefinition>) -> Positioned<to::VariableDefinition> {
        let default = variable
            .default_value
            .as_ref()
            .and_then(|value| Some(self.at(self.value(value).into_const()?, value.location())));
        let definition = to::VariableDefinition {
            name: self.name(&variable.name),
            var_type: self.at(ty(&variable.ty), variable.ty.location()),
            directives: self.directives(&variable.directives),
            default_value: default,
        };
        self.at(definition, variable.location())
    }

    fn directives(&self, directives: &DirectiveList) -> Vec<Positioned<to::Directive>> {
        let one = |directive: &Node<apollo_compiler::ast::Directive>| {
            let to =
                to::Directive { name: self.name(&directive.name), arguments: self.arguments(&directive.arguments) };
            self.at(to, directive.location())
        };
        directives.iter().map(one).collect()
    }

    fn arguments(&self, arguments: &[Node<Argument>]) -> Vec<(Positioned<ToName>, Positioned<ToValue>)> {
        let one = |argument: &Node<Argument>| {
            (self.name(&argument.name), self.at(self.value(&argument.value), argument.value.location()))
        };
        arguments.iter().map(one).collect()
    }

    fn selections(&self, set: &SelectionSet, span: Option<SourceSpan>) -> Positioned<to::SelectionSet> {
        let items = set.selections.iter().map(|selection| self.selection(selection)).collect();
        self.at(to::SelectionSet { items }, span)
    }

    fn selection(&self, selection: &Selection) -> Positioned<to::Selection> {
        let span = match selection {
            Selection::Field(field) => field.location(),
            Selection::FragmentSpread(spread) => spread.location(),
            Selection::InlineFragment(inline) => inline.location(),
        };
        let to = match selection {
            Selection::Field(field) => {
                let field = to::Field {
                    alias: field.alias.as_ref().map(|alias| self.name(alias)),
                    name: self.name(&field.name),
                    arguments: self.arguments(&field.arguments),
                    directives: self.directives(&field.directives),
                    selection_set: self.selections(&field.selection_set, span),
                };
                to::Selection::Field(self.at(field, span))
            }
            Selection::FragmentSpread(spread) => {
                let spread = to::FragmentSpread {
                    fragment_name: self.name(&spread.fragment_name),
                    directives: self.directives(&spread.directives),
                };
                to::Selection::FragmentSpread(self.at(spread, span))
            }
            Selection::InlineFragment(inline) => {
                let inline = to::InlineFragment {
                    type_condition: inline.type_condition.as_ref().map(|ty| self.condition(ty)),
                    directives: self.directives(&inline.directives),
                    selection_set: self.selections(&inline.selection_set, span),
                };
                to::Selection::InlineFragment(self.at(inline, span))
            }
        };
        self.at(to, span)
    }

    fn value(&self, value: &Value) -> ToValue {
        match value {
            Value::Null => ToValue::Null,
            Value::Enum(name) => ToValue::Enum(ToName::new(name.as_str())),
            Value::Variable(name) => ToValue::Variable(ToName::new(name.as_str())),
            Value::String(text) => ToValue::String(text.clone()),
            Value::Boolean(value) => ToValue::Boolean(*value),
            Value::Int(number) => number_of(number.as_str()),
            Value::Float(number) => number_of(number.as_str()),
            Value::List(items) => ToValue::List(items.iter().map(|item| self.value(item)).collect()),
            Value::Object(fields) => ToValue::Object(
                fields.iter().map(|(name, value)| (ToName::new(name.as_str()), self.value(value))).collect(),
            ),
        }
    }
}

/// Whole numbers stay whole (`-0` is 0); what fits no `i64` or `u64` becomes the nearest floating point number.
fn number_of(text: &str) -> ToValue {
    let whole = text.parse::<i64>().map(Number::from).or_else(|_| text.parse::<u64>().map(Number::from));
    let number = whole.ok().or_else(|| Number::from_f64(text.parse().ok()?));
    number.map_or(ToValue::Null, ToValue::Number)
}

fn ty(from: &Type) -> to::Type {
    let base = match from {
        Type::Named(name) | Type::NonNullNamed(name) => to::BaseType::Named(ToName::new(name.as_str())),
        Type::List(inner) | Type::NonNullList(inner) => to::BaseType::List(Box::new(ty(inner))),
    };
    to::Type { base, nullable: !from.is_non_null() }
}
