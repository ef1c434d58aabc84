use std::collections::HashMap;

use apollo_compiler::ast::{FieldDefinition, Type};
use apollo_compiler::collections::IndexMap;
use apollo_compiler::schema::{Component, ExtendedType};
use apollo_compiler::validation::Valid;
use apollo_compiler::{Name, Node, Schema, name};

/// The schema could not be made ready.
#[derive(Debug, thiserror::Error)]
pub enum FrontError {
    /// The SDL is not a valid schema; the text names each fault and its line.
    #[error("the schema's SDL is not valid: {0}")]
    InvalidSchema(String),
    /// A setting cannot be used.
    #[error("{setting}: {value:?} cannot be used: {problem}")]
    InvalidSetting {
        /// Name of the setting.
        setting: &'static str,
        /// The value given.
        value: String,
        /// What is wrong with it, and what would do.
        problem: &'static str,
    },
}

/// The schema as documents are checked against it.
pub(crate) struct FrontSchema {
    valid: Valid<Schema>,
    /// Object types of each interface and union.
    objects: HashMap<Name, Vec<Name>>,
}

impl FrontSchema {
    pub(crate) fn parse(sdl: &str) -> Result<Self, FrontError> {
        let mut schema = Schema::parse_and_validate(sdl, "schema.graphql")
            .map_err(|invalid| {
                let faults = invalid.errors.iter().map(|fault| {
                    let fault = fault.to_json();
                    let line = fault.locations.first().map_or(0, |at| at.line);
                    format!("line {line}: {}", fault.message)
                });
                FrontError::InvalidSchema(faults.collect::<Vec<_>>().join("; "))
            })?
            .into_inner();
        add_is_one_of(&mut schema);
        let objects = schema
            .types
            .iter()
            .filter_map(|(name, ty)| match ty {
                ExtendedType::Union(union) => {
                    Some((name.clone(), union.members.iter().map(|member| member.name.clone()).collect()))
                }
                ExtendedType::Interface(_) => {
                    let implements = |object: &ExtendedType| {
                        matches!(object, ExtendedType::Object(object) if object.implements_interfaces.contains(name))
                    };
                    let objects = schema.types.iter().filter(|(_, object)| implements(object));
                    Some((name.clone(), objects.map(|(name, _)| name.clone()).collect()))
                }
                _ => None,
            })
            .collect();
        Ok(Self { valid: Valid::assume_valid(schema), objects })
    }

    pub(crate) fn valid(&self) -> &Valid<Schema> {
        &self.valid
    }

    pub(crate) fn types(&self) -> &IndexMap<Name, ExtendedType> {
        &self.valid.types
    }

    pub(crate) fn is_object(&self, name: &Name) -> bool {
        self.types().get(name).is_some_and(ExtendedType::is_object)
    }

    /// The object types an interface or union stands for.
    pub(crate) fn objects_of(&self, name: &Name) -> &[Name] {
        self.objects.get(name).map_or(&[], Vec::as_slice)
    }

    /// Whether a fragment on `condition` applies to `object`.
    pub(crate) fn includes(&self, condition: &Name, object: &Name) -> bool {
        condition == object || self.objects_of(condition).contains(object)
    }
}

/// The specification of September 2025 has `__Type.isOneOf`; the compiler does not know it yet, the executor does.
fn add_is_one_of(schema: &mut Schema) {
    if let Some(ExtendedType::Object(object)) = schema.types.get_mut("__Type") {
        let field = FieldDefinition {
            description: None,
            name: name!("isOneOf"),
            arguments: Vec::new(),
            ty: Type::Named(name!("Boolean")),
            directives: Default::default(),
        };
        object.make_mut().fields.entry(name!("isOneOf")).or_insert_with(|| Component::from(Node::new(field)));
    }
}

/// Every field of `sdl` that returns a list and whose length the schema does not tell: it has no `@listSize`, and no
/// field that returns its type names it in `sizedFields`. As `Type.field`, in the order of the SDL.
pub fn lists_without_cost(sdl: &str) -> Result<Vec<String>, FrontError> {
    let schema = FrontSchema::parse(sdl)?;
    let fields: Vec<(&Name, &FieldDefinition)> = schema
        .types()
        .iter()
        .filter(|(name, _)| !name.starts_with("__"))
        .flat_map(|(name, ty)| {
            let fields = match ty {
                ExtendedType::Object(object) => Some(&object.fields),
                ExtendedType::Interface(interface) => Some(&interface.fields),
                _ => None,
            };
            fields.into_iter().flatten().map(move |(_, field)| (name, &***field))
        })
        .collect();
    let is_sized_by = |parent: &Name, field: &Name, by: &FieldDefinition| {
        let sized = by
            .directives
            .get("listSize")
            .and_then(|directive| directive.specified_argument_by_name("sizedFields"))
            .and_then(|value| value.as_list());
        by.ty.inner_named_type() == parent
            && sized.unwrap_or_default().iter().any(|name| name.as_str() == Some(field.as_str()))
    };
    // A page is sized only if every way to it says how large it is.
    let is_told = |parent: &Name, field: &FieldDefinition| {
        let mut ways = fields.iter().filter(|(_, by)| by.ty.inner_named_type() == parent).peekable();
        field.directives.has("listSize")
            || (ways.peek().is_some() && ways.all(|(_, by)| is_sized_by(parent, &field.name, by)))
    };
    Ok(fields
        .iter()
        .filter(|(parent, field)| field.ty.is_list() && !is_told(parent, field))
        .map(|(parent, field)| format!("{parent}.{}", field.name))
        .collect())
}
