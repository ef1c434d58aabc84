//! The keys that sign what is issued, as set.

use anyhow::Context;
use griot_proof::Keyring;

use crate::config::Config;
use crate::place;

/// The keys of this server; `None` when it has none, and states nothing, or only delivers.
pub fn keyring(config: &Config) -> anyhow::Result<Option<Keyring>> {
    if !config.editorial.enabled {
        return Ok(None);
    }
    let folder = place::keys_dir(config);
    Keyring::load(&folder).with_context(|| format!("the signing keys in {} cannot be used", folder.display()))
}
