//! Whether what is issued is stated.

use griot_persistence::{Finding, Location, PublishedStore, StoreError};
use griot_proof::Keyring;

use super::{failure, ok, warning};
use crate::config::Config;
use crate::place;

/// What there is to say where there is a signing key; nothing where there is none.
pub async fn stated(config: &Config, location: &Location) -> Option<Finding> {
    match Keyring::load(&place::keys_dir(config)) {
        Ok(None) => None,
        Err(err) => Some(failure("signing keys", &err.to_string(), "")),
        Ok(Some(keys)) => Some(match distance(location).await {
            Ok((size, 0)) => ok("statements", &format!("{size} in the log {}, all there is to state", keys.origin())),
            Ok((size, behind)) => warning(
                "statements",
                &format!("{size} in the log {}, {behind} publications behind the journal", keys.origin()),
                "start a server that has the signing key, or wait: a long record is stated in minutes",
            ),
            Err(err) => failure("statements", &err.to_string(), "run `griot migrate`"),
        }),
    }
}

/// Statements there are, and publications that are not stated yet.
async fn distance(location: &Location) -> Result<(u64, i64), StoreError> {
    let store = PublishedStore::open(location).await?;
    let head = store.statement_head().await?;
    Ok((head.size, store.last_seq().await? - head.seq))
}
