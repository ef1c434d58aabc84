//! WordPress exports (WXR 1.2), read as a stream.

mod article;
mod asset;
mod check;
mod convert;
mod date;
mod form;
mod gate;
mod gone;
mod identity;
mod item;
mod items;
mod lookup;
mod options;
mod php;
mod publish;
mod reader;
mod run;
mod site;
mod slug;
mod standing;
mod stored;
mod survey;
mod topic;
mod translation;

pub use gate::Refused;
pub use options::{MediaOptions, WordPressOptions};
pub use reader::ReadError;
pub use run::{WordPressError, import_wordpress};
