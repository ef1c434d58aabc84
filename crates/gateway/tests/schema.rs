//! The schemas themselves.

use async_graphql::Positioned;
use async_graphql::parser::parse_schema;
use async_graphql::parser::types::{TypeKind, TypeSystemDefinition};
use griot_front::lists_without_cost;
use griot_gateway::{delivery_sdl, editorial_sdl};
use rstest::rstest;

/// The schemas as the repository holds them.
const COMMITTED: [&str; 2] = [include_str!("../../../schema.graphql"), include_str!("../../../editorial.graphql")];

#[test]
fn the_committed_schemas_are_those_served() {
    assert!(COMMITTED[0] == delivery_sdl(), "schema.graphql has drifted; run `make schema` and commit it");
    assert!(COMMITTED[1] == editorial_sdl(), "editorial.graphql has drifted; run `make schema` and commit it");
}

#[rstest]
fn every_list_has_an_explicit_cost(#[values(delivery_sdl(), editorial_sdl())] sdl: String) {
    assert_eq!(lists_without_cost(&sdl).unwrap(), Vec::<String>::new());
}

#[test]
fn nothing_in_the_schema_speaks_of_what_is_not_public() {
    // One field of `Route` is the status of an answer over HTTP, and one of `Verification` what the IPTC calls whether
    // something that was issued may be used.
    let sdl = delivery_sdl().to_lowercase().replacen("status: int!", "", 1).replacen("pubstatus: string!", "", 1);
    for word in ["mutation", "draft", "perspective", "status", "preview", "revision", "suggestion"] {
        assert!(!sdl.contains(word), "the delivery schema says `{word}`");
    }
}

#[rstest]
fn everything_is_described(#[values(delivery_sdl(), editorial_sdl())] sdl: String) {
    let document = parse_schema(sdl).unwrap();
    let mut bare = Vec::new();
    let mut check = |place: String, description: &Option<Positioned<String>>| {
        if description.as_ref().is_none_or(|text| text.node.trim().is_empty()) {
            bare.push(place);
        }
    };
    for definition in &document.definitions {
        let TypeSystemDefinition::Type(definition) = definition else { continue };
        let name = &definition.node.name.node;
        check(name.to_string(), &definition.node.description);
        let fields = match &definition.node.kind {
            TypeKind::Object(object) => &object.fields[..],
            TypeKind::Interface(interface) => &interface.fields[..],
            TypeKind::Enum(values) => {
                values
                    .values
                    .iter()
                    .for_each(|one| check(format!("{name}.{}", one.node.value.node), &one.node.description));
                &[]
            }
            TypeKind::InputObject(input) => {
                input
                    .fields
                    .iter()
                    .for_each(|one| check(format!("{name}.{}", one.node.name.node), &one.node.description));
                &[]
            }
            TypeKind::Scalar | TypeKind::Union(_) => &[],
        };
        for field in fields {
            let field = &field.node;
            check(format!("{name}.{}", field.name.node), &field.description);
            for argument in &field.arguments {
                let argument = &argument.node;
                check(format!("{name}.{}({})", field.name.node, argument.name.node), &argument.description);
            }
        }
    }
    assert_eq!(bare, Vec::<String>::new(), "these have no description");
}
