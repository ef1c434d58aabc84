//! The delivery schema: what is public, read-only. Nothing here can express a question about a draft.
#![expect(clippy::too_many_arguments, reason = "a field's arguments are its resolver's parameters")]

mod appointment;
pub(crate) mod article;
pub(crate) mod asset;
mod batch;
pub(crate) mod change;
mod connection;
mod content;
mod cursor;
pub(crate) mod error;
pub(crate) mod event;
pub(crate) mod institution;
mod levels;
mod list;
mod loads;
mod lookup;
pub(crate) mod memory;
mod node_id;
pub(crate) mod notice;
mod parts;
pub(crate) mod person;
mod place;
mod query;
mod range;
mod reading;
mod received;
mod reference;
mod renditions;
mod rich_text;
pub(crate) mod route;
pub(crate) mod scalar;
mod schema;
mod search;
pub(crate) mod seen;
pub(crate) mod shared_view;
mod subscription;
mod topic;
mod verification;
mod version;
pub(crate) mod view;
mod weight;

pub(crate) use change::encode as change_cursor;
pub(crate) use loads::{Delivery, Loads};
pub(crate) use scalar::scalar_checks;
pub(crate) use schema::{DeliverySchema, PERSONAL, delivery_schema, sdl};
pub(crate) use subscription::{Begun, Occasion};
