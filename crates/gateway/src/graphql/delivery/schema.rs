//! The delivery schema as a whole.

use async_graphql::{EmptyMutation, SDLExportOptions, Schema, SchemaBuilder, ValidationMode};

use super::content::{Content, Node};
use super::query::Query;
use super::subscription::Subscription;

/// The delivery schema: read-only by type.
pub(crate) type DeliverySchema = Schema<Query, EmptyMutation, Subscription>;

/// Fields of the query that tell a partner something of its own.
pub(crate) const PERSONAL: &[&str] = &["changes"];

/// The schema. Requests bring their own loaders; the front in front of it validates and sets the limits.
pub(crate) fn delivery_schema() -> DeliverySchema {
    let builder: SchemaBuilder<_, _, _> = Schema::build(Query::default(), EmptyMutation, Subscription);
    builder
        .register_output_type::<Node>()
        .register_output_type::<Content>()
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
        .finish()
}

/// The schema in GraphQL's own language, as `schema.graphql` holds it.
pub(crate) fn sdl() -> String {
    let options = SDLExportOptions::new().use_space_ident().prefer_single_line_descriptions().include_specified_by();
    let mut sdl = delivery_schema().sdl_with_options(options);
    if !sdl.ends_with('\n') {
        sdl.push('\n');
    }
    sdl
}
