//! What editors do to the record, the rules they keep, and the scheduler. Knows nothing of HTTP or GraphQL: every way
//! in (the API, the command line) gives a [`Command`] to a [`Desk`], which is the one place that decides whether it
//! may be done.

mod clock;
mod command;
mod desk;
mod error;
mod files;
mod rules;
mod scheduler;

pub use clock::{Boot, Distrust, trust_clock};
pub use command::{BlockEdit, Command, PublishItem};
pub use desk::{Desk, Doing, Done, Performed};
pub use error::{Detail, UserError, UserErrorCode};
pub use files::{FilesError, UPLOAD_LIFE};
pub use scheduler::{Scheduler, Tick};
