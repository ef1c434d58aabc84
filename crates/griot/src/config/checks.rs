//! What a value must be beyond its type.

use super::{Config, Oidc};

/// The least and the greatest number a key takes. What lies beyond would stop the server from answering, or take away
/// the protection the limit is there for.
const RANGES: &[(&str, i64, i64)] = &[
    ("limits.body_bytes", 1_024, 64 << 20),
    ("limits.uri_bytes", 64, 65_534),
    ("limits.document_bytes", 64, 16 << 20),
    ("limits.tokens", 10, 1_000_000),
    ("limits.nesting", 2, 200),
    ("limits.operations", 1, 1_000),
    ("limits.fragments", 0, 10_000),
    ("limits.directives", 0, 10_000),
    ("limits.directives_per_element", 0, 1_000),
    ("limits.field_depth", 1, 200),
    ("limits.introspection_depth", 1, 200),
    ("limits.root_fields", 1, 1_000),
    ("limits.aliases", 0, 100_000),
    ("limits.spreads", 0, 100_000),
    ("limits.expanded_fields", 1, 1_000_000),
    ("limits.cost", 1, 1_000_000_000),
    ("limits.variables", 0, 10_000),
    ("limits.variables_depth", 1, 200),
    ("limits.response_bytes", 1_024, 1 << 30),
    ("limits.errors", 1, 1_000),
    ("limits.in_flight", 1, 100_000),
    ("limits.deadline_ms", 10, HOUR_MS),
    ("limits.body_timeout_ms", 10, HOUR_MS),
    ("limits.document_cache_bytes", 0, 1 << 30),
    ("live.connections", 0, 1_000_000),
    ("live.connections_per_address", 0, 1_000_000),
    ("live.subscriptions", 1, 1_000),
    ("live.operations", 1, 100_000),
    ("live.message_bytes", 256, 16 << 20),
    ("live.event_bytes", 1_024, 16 << 20),
    ("live.queue", 1, 10_000),
    ("live.replay", 0, 100_000),
    ("live.init_ms", 10, HOUR_MS),
    ("live.ping_ms", 100, HOUR_MS),
    ("live.idle_ms", 100, HOUR_MS),
    ("server.header_read_timeout_ms", 10, HOUR_MS),
    ("server.write_stall_timeout_ms", 10, HOUR_MS),
    ("server.drain_timeout_ms", 0, HOUR_MS),
    ("server.max_connections", 1, 1_000_000),
    ("server.max_connections_per_address", 0, 1_000_000),
    ("server.max_header_bytes", 8_192, 1 << 20),
    ("server.max_headers", 8, 1_000),
    ("server.max_streams", 1, 10_000),
    ("log.slow_ms", 0, HOUR_MS),
    ("webhooks.timeout_ms", 100, 120_000),
    ("cache.responses_mib", 0, 1 << 20),
    ("cache.records_mib", 0, 1 << 20),
    ("operations.registered_mib", 0, 1 << 10),
    ("editorial.upload_bytes", 1_024, 1 << 40),
    ("editorial.oidc.leeway_s", 0, 60),
];

const HOUR_MS: i64 = 3_600_000;

/// The first key whose value cannot be used, and what to write instead.
pub fn refusal(config: &Config) -> Option<(&'static str, String)> {
    if config.data.as_os_str().is_empty() {
        return Some(("data", "`data` is empty: name a directory, such as griot-data".to_owned()));
    }
    if let Some(message) = config.purge.refusal() {
        return Some(("purge.hooks", format!("`purge.hooks`: {message}")));
    }
    if config.proof.keys_dir.as_ref().is_some_and(|dir| dir.as_os_str().is_empty()) {
        return Some(("proof.keys_dir", "`proof.keys_dir` is empty: name a directory, or leave it out".to_owned()));
    }
    if config.search.dir.as_ref().is_some_and(|dir| dir.as_os_str().is_empty()) {
        return Some(("search.dir", "`search.dir` is empty: name a directory, or leave it out".to_owned()));
    }
    if let Some(refused) = config.well_known.refusal() {
        return Some(refused);
    }
    let table = toml::Table::try_from(config).expect("every setting can be written as TOML");
    RANGES.iter().find_map(|(key, least, greatest)| {
        let number = number(&table, key)?;
        let fits = (*least..=*greatest).contains(&number);
        (!fits).then(|| (*key, format!("`{key}` is {number}: write a number from {least} to {greatest}")))
    })
}

/// Warnings about settings that have no effect.
pub fn warnings(config: &Config) -> Vec<String> {
    let is_alone = config.delivery_database_url.is_some() && config.database_url.is_none();
    let alone = "`delivery_database_url` has no effect without `database_url`: the record is kept in SQLite files";
    let has_provider = config.editorial.oidc != Oidc::default() && config.editorial.oidc.issuer.is_none();
    let provider = "`editorial.oidc` has no effect without `issuer`: only keys of `griot key` open the editorial side";
    let found = [(is_alone && config.editorial.enabled, alone), (has_provider, provider)];
    found.into_iter().filter(|(is_so, _)| *is_so).map(|(_, warning)| warning.to_owned()).collect()
}

fn number(table: &toml::Table, path: &str) -> Option<i64> {
    let (section, key) = path.split_once('.')?;
    let section = table.get(section)?;
    key.split('.').try_fold(section, |inner, name| inner.get(name))?.as_integer()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::keys::{Shape, keys};

    #[test]
    fn every_number_has_a_range_with_its_default_inside() {
        let numbers = keys().iter().filter(|(_, shape)| *shape == Shape::Number).map(|(key, _)| key.as_str());
        let mut numbers: Vec<_> = numbers.collect();
        let mut ranges: Vec<_> = RANGES.iter().map(|(key, ..)| *key).collect();
        numbers.sort_unstable();
        ranges.sort_unstable();
        assert_eq!(ranges, numbers);
        assert_eq!(refusal(&Config::default()), None);
    }
}
