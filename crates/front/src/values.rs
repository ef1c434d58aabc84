//! Rules on input values that the compiler leaves out: a key given twice in one object (specification 5.6.3), and
//! variables inside lists and objects that are of the wrong type for their place (5.8.5).

use std::collections::HashSet;

use apollo_compiler::ast::{Argument, DirectiveList, InputValueDefinition, Type, Value, VariableDefinition};
use apollo_compiler::executable::{Operation, Selection, SelectionSet};
use apollo_compiler::parser::SourceSpan;
use apollo_compiler::schema::ExtendedType;
use apollo_compiler::{ExecutableDocument, Name, Node, Schema};

/// A breach of one of the rules.
pub(crate) struct Breach {
    pub(crate) message: String,
    pub(crate) at: Option<SourceSpan>,
}

/// Checks every value that `operation` reaches. The document must be valid by the compiler's rules.
pub(crate) fn check(schema: &Schema, document: &ExecutableDocument, operation: &Operation) -> Result<(), Breach> {
    let mut walk = Walk { schema, document, variables: &operation.variables, seen: HashSet::new() };
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
                self.value(&argument.value, &definition.ty)?;
            }
        }
        Ok(())
    }

    fn value(&self, value: &Node<Value>, ty: &Type) -> Result<(), Breach> {
        match &**value {
            Value::List(items) if ty.is_list() => {
                items.iter().try_for_each(|item| self.nested(item, ty.item_type(), false))
            }
            Value::List(items) => items.iter().try_for_each(|item| self.value(item, ty)),
            Value::Object(fields) => {
                for (at, (name, value)) in fields.iter().enumerate() {
                    if fields[..at].iter().any(|(earlier, _)| earlier == name) {
                        let message = format!("There can be only one input field named \"{name}\".");
                        return Err(Breach { message, at: name.location() });
                    }
                    match self.schema.types.get(ty.inner_named_type()) {
                        Some(ExtendedType::InputObject(object)) => {
                            if let Some(field) = object.fields.get(name) {
                                self.nested(value, &field.ty, field.default_value.is_some())?;
                            }
                        }
                        _ => self.value(value, ty)?,
                    }
                }
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// A value inside a list or an object, where the compiler does not check variables.
    fn nested(&self, value: &Node<Value>, place: &Type, place_has_default: bool) -> Result<(), Breach> {
        let Value::Variable(name) = &**value else { return self.value(value, place) };
        let Some(variable) = self.variables.iter().find(|variable| variable.name == *name) else { return Ok(()) };
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
