//! What editors send: typed inputs, and the one way from them to a patch of the domain.
//!
//! A field has the same name here, in the domain's JSON and in the import format, so an input is written down as JSON
//! field by field ([`Field`]) and the domain reads and judges it. Nothing here knows a rule of the content.

mod appointment;
mod article;
mod asset;
mod event;
mod field;
mod institution;
mod kind;
mod patch;
mod person;
mod rich_text;
mod scalar;
mod shape;
mod topic;

pub(super) use appointment::AppointmentWrites;
pub(super) use article::{ArticleUpdateInput, ArticleWrites};
pub(super) use asset::AssetWrites;
pub(super) use event::EventWrites;
pub(super) use field::Field;
pub(super) use institution::InstitutionWrites;
pub(super) use patch::{Fields, Flaw, Patched, entry_id, locale, locales, number};
pub(super) use person::PersonWrites;
pub(super) use rich_text::blocks;
pub use scalar::editorial_scalars;
pub(super) use scalar::{LocalizedText, When};
pub(super) use topic::TopicWrites;
