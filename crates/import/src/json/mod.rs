//! JSON lines: every kind of entry in one documented format (docs/import-format.md).
//!
//! One line is one publication of one entry at one instant. What [`export_json`] writes, [`import_json`] reads
//! back to the same record: a second export has the same bytes.

mod check;
mod export;
#[cfg(test)]
pub(crate) mod fixture;
mod identity;
mod import;
mod line;
mod names;
mod reference;
mod source;
mod strict;
mod write;

pub use export::{ExportError, export_json};
pub use import::{ImportError, JsonOptions, import_json};
