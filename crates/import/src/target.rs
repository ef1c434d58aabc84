//! Where imported content goes.

use std::collections::HashMap;
use std::collections::hash_map::Entry as Slot;

use griot_domain::{Clock, IdSource};
use griot_persistence::{Holder, Publisher, StoreError};

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

impl Target<'_> {
    /// The entries known under these external ids. Of those of drafts only what a merge brought there, or all.
    pub(crate) async fn holders(
        &self,
        scheme: &str,
        values: &[String],
        with_drafts: bool,
    ) -> Result<HashMap<String, Holder>, StoreError> {
        let mut found = self.published.holders_by_external(scheme, values).await?;
        let Some(editorial) = self.editorial else { return Ok(found) };
        for (value, holder) in editorial.holders_by_external(scheme, values).await? {
            match found.entry(value) {
                // An id that came to a draft by a merge is published without the mark.
                Slot::Occupied(mut known) if known.get().id == holder.id => {
                    known.get_mut().is_merged |= holder.is_merged
                }
                Slot::Occupied(_) => {}
                Slot::Vacant(free) if with_drafts || holder.is_merged => drop(free.insert(holder)),
                Slot::Vacant(_) => {}
            }
        }
        Ok(found)
    }
}
