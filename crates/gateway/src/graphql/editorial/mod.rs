//! The editorial schema: what editors read and do. Everything that changes something is a command given to the
//! [`Desk`](griot_editorial::Desk), which decides; what is read comes from its store.

mod act;
mod audit;
mod body;
mod draft;
mod editor;
mod error;
mod input;
mod mention;
mod merge;
mod partner;
mod partner_account;
mod payload;
mod place;
mod preview;
mod product;
mod publish;
mod query;
mod receipt;
mod retract;
mod review;
mod schedule;
mod schema;
mod user_error;
mod write;

pub use act::{editorial_act, editorial_table};
pub use editor::Editor;
pub use input::editorial_scalars;
pub use preview::PreviewDesk;
pub use schema::{EditorialSchema, editorial_schema, editorial_sdl};
