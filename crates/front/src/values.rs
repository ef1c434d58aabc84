//! Rules on input values that the compiler leaves out: a key given twice in one object (specification 5.6.3), objects of
//! which exactly one key may be given (5.6.5), variables inside lists and objects that are of the wrong type for their
//! place, null as a default where no null may be (5.8.5), and what custom scalars do not take (5.6.1).

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::response::{JsonMap, JsonValue};
use apollo_compiler::schema::{ExtendedType, InputObjectType};
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

/// What a custom scalar takes. Such a scalar is written as a string.
#[derive(Clone, Copy, Debug)]
pub struct ScalarCheck {
    /// Name of the scalar in the schema.
    pub name: &'static str,
    /// The error names the text and what would be right.
    pub check: fn(&str) -> Result<(), String>,
}

/// The check of the scalar at the heart of `ty`.
fn check_of<'a>(checks: &'a [ScalarCheck], ty: &Type) -> Option<&'a ScalarCheck> {
    checks.iter().find(|check| check.name == ty.inner_named_type().as_str())
}

fn not_a_string(value: impl std::fmt::Display, check: &ScalarCheck) -> String {
    format!("`{value}` is not a {}: write it as a string", check.name)
}

/// A breach of one of the rules.
pub(crate) struct Breach {
    pub(crate) message: String,
    pub(crate) at: Option<SourceSpan>,
}

/// Checks every value that `operation` reaches. The document must be valid by the compiler's rules.
pub(crate) fn check(
    schema: &Schema,
    checks: &[ScalarCheck],
    document: &ExecutableDocument,
    operation: &Operation,
) -> Result<(), Breach> {
    let mut walk = Walk { schema, checks, document, variables: &operation.variables, seen: HashSet::new() };
    for variable in &operation.variables {
        if let Some(default) = &variable.default_value {
            walk.value(default, &variable.ty)?;
        }
        walk.directives(&variable.directives)?;
    }
    walk.directives(&operation.directives)?;
    walk.selections(&operation.selection_set)
}

struct Walk<'a> {
    schema: &'a Schema,
    checks: &'a [ScalarCheck],
    document: &'a ExecutableDocument,
    variables: &'a [Node<VariableDefinition>],
    seen: HashSet<&'a Name>,
}

impl<'a> Walk<'a> {
    fn selections(&mut self, set: &'a SelectionSet) -> Result<(), Breach> {
        for selection in &set.selections {
            match selection {
                Selection::Field(field) => {
                    self.arguments(&field.arguments, &field.definition.arguments)?;
                    self.directives(&field.directives)?;
                    self.selections(&field.selection_set)?;
                }
                Selection::InlineFragment(inline) => {
                    self.directives(&inline.directives)?;
                    self.selections(&inline.selection_set)?;
                }
                Selection::FragmentSpread(spread) => {
                    self.directives(&spread.directives)?;
                    if let Some(fragment) = self.document.fragments.get(&spread.fragment_name)
                        && self.seen.insert(&fragment.name)
                    {
                        self.directives(&fragment.directives)?;
                        self.selections(&fragment.selection_set)?;
                    }
                }
            }
        }
        Ok(())
    }

    fn directives(&self, directives: &DirectiveList) -> Result<(), Breach> {
        for directive in directives.iter() {
            if let Some(definition) = self.schema.directive_definitions.get(&directive.name) {
                self.arguments(&directive.arguments, &definition.arguments)?;
            }
        }
        Ok(())
    }

    fn arguments(
        &self,
        arguments: &[Node<Argument>],
        definitions: &[Node<InputValueDefinition>],
    ) -> Result<(), Breach> {
        for argument in arguments {
            if let Some(definition) = definitions.iter().find(|definition| definition.name == argument.name) {
                self.placed(&argument.value, &definition.ty, definition.default_value.is_some())?;
            }
        }
        Ok(())
    }

    fn value(&self, value: &Node<Value>, ty: &Type) -> Result<(), Breach> {
        let is_list = ty.is_list() && value.as_list().is_some();
        if let Some(check) = check_of(self.checks, ty).filter(|_| !is_list) {
            let verdict = match &**value {
                Value::String(text) => (check.check)(text),
                Value::Null | Value::Variable(_) => Ok(()),
                other => Err(not_a_string(other, check)),
            };
            return verdict.map_err(|message| Breach { message, at: value.location() });
        }
        match &**value {
            Value::List(items) if ty.is_list() => {
                items.iter().try_for_each(|item| self.placed(item, ty.item_type(), false))
            }
            Value::List(items) => items.iter().try_for_each(|item| self.value(item, ty)),
            Value::Object(fields) => {
                let object = input_object(self.schema, ty);
                self.keys(value, fields, object)?;
                fields.iter().try_for_each(|(name, value)| match object.and_then(|object| object.fields.get(name)) {
                    Some(field) => self.placed(value, &field.ty, field.default_value.is_some()),
                    None => self.value(value, ty),
                })
            }
            _ => Ok(()),
        }
    }

    fn keys(
        &self,
        value: &Node<Value>,
        fields: &[(Name, Node<Value>)],
        object: Option<&InputObjectType>,
    ) -> Result<(), Breach> {
        for (at, (name, _)) in fields.iter().enumerate() {
            if fields[..at].iter().any(|(earlier, _)| earlier == name) {
                let message = format!("There can be only one input field named \"{name}\".");
                return Err(Breach { message, at: name.location() });
            }
        }
        let Some(object) = object.filter(|object| object.directives.has("oneOf")) else { return Ok(()) };
        let is_null = |value: &Value| match value {
            Value::Variable(name) => self.variable(name).is_some_and(|variable| !variable.ty.is_non_null()),
            value => value.is_null(),
        };
        match fields {
            [(_, only)] if !is_null(only) => Ok(()),
            _ => Err(Breach { message: one_key(object), at: value.location() }),
        }
    }

    fn variable(&self, name: &Name) -> Option<&Node<VariableDefinition>> {
        self.variables.iter().find(|variable| variable.name == *name)
    }

    /// A value in a place of its own: an argument, an item, a field of an object.
    fn placed(&self, value: &Node<Value>, place: &Type, place_has_default: bool) -> Result<(), Breach> {
        let Value::Variable(name) = &**value else { return self.value(value, place) };
        let Some(variable) = self.variable(name) else { return Ok(()) };
        let has_default = place_has_default || variable.default_value.as_ref().is_some_and(|value| !value.is_null());
        let is_allowed = if place.is_non_null() && !variable.ty.is_non_null() {
            has_default && variable.ty.is_assignable_to(&place.clone().nullable())
        } else {
            variable.ty.is_assignable_to(place)
        };
        if is_allowed {
            return Ok(());
        }
        let message =
            format!("Variable \"${name}\" of type \"{}\" used in position expecting type \"{place}\".", variable.ty);
        Err(Breach { message, at: value.location() })
    }
}

fn input_object<'a>(schema: &'a Schema, ty: &Type) -> Option<&'a InputObjectType> {
    match schema.types.get(ty.inner_named_type()) {
        Some(ExtendedType::InputObject(object)) => Some(object),
        _ => None,
    }
}

fn one_key(object: &InputObjectType) -> String {
    format!("\"{}\" takes exactly one key, and that not null.", object.name)
}

/// A breach in the value of a variable.
struct Misfit {
    /// From the variable inwards, as in `.asOf` or `[2]`.
    path: String,
    message: String,
}

impl Misfit {
    fn below(self, step: &str) -> Self {
        Self { path: format!("{step}{}", self.path), message: self.message }
    }
}

/// The rules of the one key and of custom scalars for the values of variables, once these are coerced. The text names
/// the place, as in `$view.asOf`.
pub(crate) fn check_variables(
    schema: &Schema,
    checks: &[ScalarCheck],
    operation: &Operation,
    values: &JsonMap,
) -> Result<(), String> {
    for variable in &operation.variables {
        if let Some(value) = values.get(variable.name.as_str()) {
            check_variable(schema, checks, &variable.ty, value)
                .map_err(|Misfit { path, message }| format!("`${}{path}`: {message}", variable.name))?;
        }
    }
    Ok(())
}

fn check_variable(schema: &Schema, checks: &[ScalarCheck], ty: &Type, value: &JsonValue) -> Result<(), Misfit> {
    let misfit = |message| Misfit { path: String::new(), message };
    if let JsonValue::Array(items) = value
        && ty.is_list()
    {
        let check = |(at, item)| {
            check_variable(schema, checks, ty.item_type(), item).map_err(|misfit| misfit.below(&format!("[{at}]")))
        };
        return items.iter().enumerate().try_for_each(check);
    }
    if let Some(check) = check_of(checks, ty) {
        return match value {
            JsonValue::String(text) => (check.check)(text.as_str()).map_err(misfit),
            JsonValue::Null => Ok(()),
            other => Err(misfit(not_a_string(serde_json::json!(other), check))),
        };
    }
    let (JsonValue::Object(fields), Some(object)) = (value, input_object(schema, ty)) else { return Ok(()) };
    let has_one_key = fields.len() == 1 && fields.values().all(|value| !value.is_null());
    if object.directives.has("oneOf") && !has_one_key {
        return Err(misfit(one_key(object)));
    }
    for (name, value) in fields {
        if let Some(field) = object.fields.get(name.as_str()) {
            check_variable(schema, checks, &field.ty, value)
                .map_err(|misfit| misfit.below(&format!(".{}", name.as_str())))?;
        }
    }
    Ok(())
}
