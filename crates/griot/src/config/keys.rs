//! The names of all settings, for the environment and for messages.

use std::sync::LazyLock;

use serde::Serialize;

/// How a value is written in an environment variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// As it is.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Number,
    /// Texts with commas between them.
    List,
    /// `name=value`, with commas between them.
    Pairs,
    /// A list of tables, as TOML writes it in one line.
    Tables,
    /// As text, or by `…_FILE` the name of a file that holds it.
    Secret,
}

/// A setting: its dotted path and how it is written.
pub type Key = (String, Shape);

/// Every key. Those of `[limits]` and `[server]` are the fields the front declares, all of them numbers; so are those of
/// `[live]`, of the gateway, but one.
pub fn keys() -> &'static [Key] {
    static ALL: LazyLock<Vec<Key>> = LazyLock::new(|| {
        let ours = OURS.iter().map(|(key, shape)| ((*key).to_owned(), *shape));
        let limits = numbers("limits", &griot_front::Limits::default());
        let server = numbers("server", &griot_front::ServeOptions::default());
        let live = numbers("live", &griot_gateway::LiveOptions::default());
        ours.chain(limits).chain(live).chain(server).collect()
    });
    &ALL
}

fn numbers(section: &str, defaults: &impl Serialize) -> Vec<Key> {
    let fields = toml::Table::try_from(defaults).expect("numbers can be written as TOML");
    let numbers = fields.iter().filter(|(_, default)| default.is_integer());
    numbers.map(|(name, _)| (format!("{section}.{name}"), Shape::Number)).collect()
}

const OURS: &[(&str, Shape)] = &[
    ("data", Shape::Text),
    ("database_url", Shape::Secret),
    ("delivery_database_url", Shape::Secret),
    ("bind", Shape::Text),
    ("insecure_http", Shape::Flag),
    ("public_url", Shape::Text),
    ("trusted_proxies", Shape::List),
    ("status_profile", Shape::Text),
    ("site.url", Shape::Text),
    ("site.name", Shape::Text),
    ("site.default_locale", Shape::Text),
    ("site.fallback_locales", Shape::List),
    ("site.time_zone", Shape::Text),
    ("graphiql.enabled", Shape::Flag),
    ("introspection.enabled", Shape::Flag),
    ("cache.responses_mib", Shape::Number),
    ("cache.records_mib", Shape::Number),
    ("metrics.bind", Shape::Text),
    ("operations.mode", Shape::Text),
    ("operations.registered_mib", Shape::Number),
    ("purge.hooks", Shape::Tables),
    ("webhooks.enabled", Shape::Flag),
    ("webhooks.allowed_hosts", Shape::List),
    ("webhooks.timeout_ms", Shape::Number),
    ("websub.enabled", Shape::Flag),
    ("websub.url", Shape::Text),
    ("websub.allowed_hosts", Shape::List),
    ("proof.keys_dir", Shape::Text),
    ("search.enabled", Shape::Flag),
    ("search.dir", Shape::Text),
    ("well_known.security_contact", Shape::List),
    ("well_known.security_expires", Shape::Text),
    ("well_known.trust", Shape::Text),
    ("log.level", Shape::Text),
    ("log.format", Shape::Text),
    ("log.slow_ms", Shape::Number),
    ("live.allowed_origins", Shape::List),
    ("editorial.enabled", Shape::Flag),
    ("editorial.two_person", Shape::List),
    ("editorial.allowed_origins", Shape::List),
    ("editorial.upload_bytes", Shape::Number),
    ("editorial.embargo_terms", Shape::Text),
    ("editorial.oidc.issuer", Shape::Text),
    ("editorial.oidc.audience", Shape::Text),
    ("editorial.oidc.authorized_parties", Shape::List),
    ("editorial.oidc.algorithms", Shape::List),
    ("editorial.oidc.jwks_url", Shape::Text),
    ("editorial.oidc.role_claim", Shape::Text),
    ("editorial.oidc.roles", Shape::Pairs),
    ("editorial.oidc.leeway_s", Shape::Number),
    ("editorial.oidc.allow_loopback_http", Shape::Flag),
];

/// The environment variable of a key: `site.default_locale` is `GRIOT_SITE_DEFAULT_LOCALE`.
pub fn variable(key: &str) -> String {
    format!("GRIOT_{}", key.replace('.', "_").to_uppercase())
}

/// Whether `path` is a section such as `site`.
pub fn is_section(path: &str) -> bool {
    keys().iter().any(|(key, _)| key.strip_prefix(path).is_some_and(|rest| rest.starts_with('.')))
}

/// What may stand in `section` (empty for the top level): keys, then sections in brackets.
pub fn allowed_in(section: &str) -> Vec<String> {
    let mut names = Vec::new();
    for (key, _) in keys() {
        let inside = if section.is_empty() {
            Some(key.as_str())
        } else {
            key.strip_prefix(section).and_then(|k| k.strip_prefix('.'))
        };
        let name = match inside.map(|key| key.split_once('.')) {
            None => continue,
            Some(None) => inside.unwrap_or_default().to_owned(),
            Some(Some((sub, _))) if section.is_empty() => format!("[{sub}]"),
            Some(Some((sub, _))) => format!("[{section}.{sub}]"),
        };
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names
}

/// The known name most like `given`, when one is alike enough to be meant.
pub fn nearest<'a>(given: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(given, name), name))
        .filter(|(likeness, _)| *likeness > 0.8)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sections_list_what_they_take() {
        assert_eq!(allowed_in("proof"), ["keys_dir"]);
        assert_eq!(allowed_in("search"), ["enabled", "dir"]);
        assert_eq!(allowed_in("well_known"), ["security_contact", "security_expires", "trust"]);
        assert_eq!(allowed_in("log"), ["level", "format", "slow_ms"]);
        assert_eq!(allowed_in("purge"), ["hooks"]);
        assert_eq!(allowed_in("webhooks"), ["enabled", "allowed_hosts", "timeout_ms"]);
        assert_eq!(allowed_in("websub"), ["enabled", "url", "allowed_hosts"]);
        let of_live = "allowed_origins connections connections_per_address event_bytes idle_ms init_ms message_bytes \
                       operations ping_ms queue replay subscriptions";
        assert_eq!(allowed_in("live").join(" "), of_live);
        assert!(allowed_in("").contains(&"[site]".to_owned()));
        assert!(is_section("site") && !is_section("data") && !is_section("sit"));
    }

    #[test]
    fn a_slip_finds_the_key_that_was_meant() {
        let keys = || keys().iter().map(|(key, _)| key.as_str());
        assert_eq!(nearest("site.default_local", keys()), Some("site.default_locale"));
        assert_eq!(nearest("databse_url", keys()), Some("database_url"));
        assert_eq!(nearest("colour", keys()), None);
    }
}
