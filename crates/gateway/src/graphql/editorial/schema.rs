//! The editorial schema as a whole.

use std::sync::Arc;

use async_graphql::{EmptySubscription, MergedObject, SDLExportOptions, Schema, SchemaBuilder, ValidationMode};
use griot_domain::Site;
use griot_editorial::Desk;

use super::body::BodyWrites;
use super::editor::Base;
use super::input::{
    AppointmentWrites, ArticleWrites, AssetWrites, EventWrites, InstitutionWrites, PersonWrites, TopicWrites,
};
use super::mention::MentionWrites;
use super::merge::MergeWrites;
use super::partner::PartnerWrites;
use super::partner_account::PartnerKeyWrites;
use super::preview::PreviewWrites;
use super::product::ProductWrites;
use super::publish::PublishWrites;
use super::query::Query;
use super::receipt::DrillWrites;
use super::retract::RetractWrites;
use super::review::ReviewWrites;
use super::user_error::UserError;
use crate::tail::Tail;

/// Acts of editors. Each takes one `input`, does all of it or nothing, and says in `userErrors` what hindered it.
#[derive(Default, MergedObject)]
pub struct Mutation(
    ArticleWrites,
    PersonWrites,
    InstitutionWrites,
    EventWrites,
    TopicWrites,
    AssetWrites,
    AppointmentWrites,
    BodyWrites,
    ReviewWrites,
    PublishWrites,
    MentionWrites,
    MergeWrites,
    RetractWrites,
    PreviewWrites,
    PartnerWrites,
    PartnerKeyWrites,
    ProductWrites,
    DrillWrites,
);

/// The editorial schema. A request has to bring an [`Editor`](super::Editor) in its data.
pub type EditorialSchema = Schema<Query, Mutation, EmptySubscription>;

/// The schema over a desk; `site` is the one whose record it is. Acts are answered once `tail` has heard of them.
pub fn editorial_schema(desk: Arc<Desk>, site: &Site, tail: Option<Arc<Tail>>) -> EditorialSchema {
    let builder = builder().data(desk).data(Base { url: site.base_url.clone(), locale: site.default_locale.clone() });
    match tail {
        Some(tail) => builder.data(tail).finish(),
        None => builder.finish(),
    }
}

/// The schema in GraphQL's own language, as `editorial.graphql` holds it.
pub fn editorial_sdl() -> String {
    let options = SDLExportOptions::new().use_space_ident().prefer_single_line_descriptions().include_specified_by();
    let mut sdl = builder().finish().sdl_with_options(options);
    if !sdl.ends_with('\n') {
        sdl.push('\n');
    }
    sdl
}

/// The front in front of it validates and sets the limits.
fn builder() -> SchemaBuilder<Query, Mutation, EmptySubscription> {
    Schema::build(Query, Mutation::default(), EmptySubscription)
        .register_output_type::<UserError>()
        .validation_mode(ValidationMode::Fast)
        .disable_suggestions()
}
