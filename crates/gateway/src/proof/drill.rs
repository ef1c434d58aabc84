//! Statements of drills: in the log as all are, and told to partners alone, or to whoever holds what they are of.

use griot_domain::EntryId;
use griot_persistence::{Stated, StatedDigest};
use griot_proof::LogEntry;

use super::verification::{Standing, Verification};
use crate::graphql::delivery::Loads;
use crate::graphql::delivery::error::{Answer, ApiError};

/// The version that is the kill of a drill.
const KILL: u32 = 2;

/// Whether a statement is of a drill. The name of the item says so: a machine that only delivers knows no drills.
pub(super) fn is_of_drill(stated: &Stated) -> Answer<bool> {
    let entry: LogEntry = serde_json::from_str(&stated.log_entry).map_err(ApiError::internal)?;
    Ok(names_drill(&entry.uri, stated.id))
}

/// Whether the name of an item is that of a drill.
pub(super) fn names_drill(uri: &str, id: EntryId) -> bool {
    uri.contains(&format!(":drill-{id}-"))
}

/// What is known of a version of a drill, which has two: what it issued, and the kill of that.
pub(super) async fn verified(stated: Stated, digest: StatedDigest, uri: String, loads: &Loads) -> Answer<Verification> {
    let kill = loads.store.statement(stated.id, &stated.locale, KILL).await?;
    let (standing, last_version) = match kill {
        Some(_) => (Standing::Killed, None),
        None => (Standing::Current, Some(stated.version)),
    };
    Ok(Verification { stated, digest, uri, standing, last_version, is_drill: true })
}
