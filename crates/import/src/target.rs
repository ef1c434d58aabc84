//! Where imported content goes.

use griot_domain::{Clock, IdSource};
use griot_persistence::Publisher;

/// The stores of a record, and what an import takes from outside.
#[derive(Clone, Copy)]
pub struct Target<'a> {
    /// Takes the content.
    pub published: &'a Publisher,
    /// Takes mentions that an editor has to decide; without it they are only counted.
    pub editorial: Option<&'a Publisher>,
    #[allow(missing_docs)]
    pub clock: &'a dyn Clock,
    /// Gives new entries their identity.
    pub ids: &'a dyn IdSource,
}
