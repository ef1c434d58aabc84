//! Content from elsewhere: WordPress, JSON lines; HTML to Portable Text; the mention finder.

pub mod html;
mod json;
mod media;
pub mod mention;
mod progress;
mod report;
mod target;
mod wordpress;

pub use json::{ExportError, ImportError, JsonOptions, export_json, import_json};
pub use media::MediaError;
pub use progress::{Progress, Shown, Silent};
pub use report::{Counts, ImportReport, Problem};
pub use target::Target;
pub use wordpress::{MediaOptions, ReadError, Refused, WordPressError, WordPressOptions, import_wordpress};
