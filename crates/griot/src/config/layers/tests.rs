use std::net::SocketAddr;

use rstest::rstest;

use super::*;
use crate::config::LogFormat;

const EXAMPLE: &str = include_str!("../../../../../griot.example.toml");

fn sources(file: &str, variables: &[(&str, &str)]) -> (tempfile::TempDir, Sources) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("griot.toml");
    std::fs::write(&path, file).unwrap();
    let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    (dir, Sources { file: Some(path), variables, ..Sources::default() })
}

fn config(file: &str, variables: &[(&str, &str)]) -> Config {
    load(&sources(file, variables).1).unwrap().0
}

/// The message, with the directory left out.
fn refusal(file: &str, variables: &[(&str, &str)]) -> String {
    let (dir, sources) = sources(file, variables);
    load(&sources).unwrap_err().to_string().replace(&format!("{}/", dir.path().display()), "")
}

#[test]
fn each_layer_goes_over_the_one_before() {
    let file = "bind = \"127.0.0.1:1\"\ndata = \"from-file\"\n[log]\nlevel = \"debug\"\nformat = \"json\"";
    let variables = [("GRIOT_BIND", "127.0.0.1:2"), ("GRIOT_LOG_LEVEL", "warn")];
    let (_dir, mut sources) = sources(file, &variables);
    sources.flags.bind = Some("127.0.0.1:3".parse().unwrap());
    let (config, _) = load(&sources).unwrap();
    assert_eq!(config.bind.0, "127.0.0.1:3".parse::<SocketAddr>().unwrap());
    assert_eq!(config.log.level, "warn");
    assert_eq!(config.log.format, LogFormat::Json);
    assert_eq!(config.data, Path::new("from-file"));
    assert_eq!(config.site, Config::default().site);
}

#[test]
fn no_file_at_all_means_the_defaults() {
    let sources = Sources { usual_file: Some("no/such/griot.toml".into()), ..Sources::default() };
    assert_eq!(load(&sources).unwrap(), (Config::default(), vec![]));
}

#[test]
fn lists_and_flags_have_a_form_in_the_environment() {
    let config = config("", &[("GRIOT_SITE_FALLBACK_LOCALES", "fr, en,ar"), ("GRIOT_GRAPHIQL_ENABLED", "false")]);
    let tags: Vec<_> = config.site.fallback_locales.iter().map(griot_domain::Locale::as_str).collect();
    assert_eq!(tags, ["fr", "en", "ar"]);
    assert!(!config.graphiql.enabled);
}

#[test]
fn sections_in_sections_and_pairs_have_a_form_in_the_environment() {
    let set = [
        ("GRIOT_EDITORIAL_TWO_PERSON", "article, appointment"),
        ("GRIOT_EDITORIAL_OIDC_ISSUER", "https://accounts.example.org"),
        ("GRIOT_EDITORIAL_OIDC_ROLES", "press=editor, desk = publisher"),
        ("GRIOT_EDITORIAL_OIDC_LEEWAY_S", "5"),
    ];
    let found = config("[editorial.oidc]\naudience = \"griot\"", &set).editorial;
    assert_eq!(found.two_person, [griot_domain::EntryKind::Article, griot_domain::EntryKind::Appointment]);
    assert_eq!((found.oidc.audience.as_str(), found.oidc.leeway_s), ("griot", 5));
    assert_eq!(found.oidc.issuer.as_deref(), Some("https://accounts.example.org"));
    let roles: Vec<_> = found.oidc.roles.iter().map(|(value, role)| (value.as_str(), role.0.as_str())).collect();
    assert_eq!(roles, [("desk", "publisher"), ("press", "editor")]);
}

#[test]
fn hooks_have_a_form_in_the_environment_and_a_place_in_messages() {
    let hook = "{ name = \"edge\", url = \"https://cdn.example.org/\", header = \"xkey\" }";
    let found = config("", &[("GRIOT_PURGE_HOOKS", &format!("[{hook}, {}]", hook.replace("edge", "other")))]);
    let names: Vec<_> = found.purge.hooks.iter().map(|hook| (hook.name.as_str(), hook.batch)).collect();
    assert_eq!(names, [("edge", 30), ("other", 30)]);
    let message = refusal("", &[("GRIOT_PURGE_HOOKS", "edge")]);
    assert!(
        message.starts_with("environment variable GRIOT_PURGE_HOOKS: ") && message.contains("[{ name"),
        "{message}"
    );
    let message = refusal("[[purge.hooks]]\nname = \"edge\"\nurl = \"https://x.example.org\"\n", &[]);
    assert!(message.starts_with("griot.toml, line ") && message.contains("the hook `edge`: "), "{message}");
    let message = refusal("[[purge.hooks]]\nname = \"edge\"\nurl = \"https://x.example.org\"\nheder = \"xkey\"\n", &[]);
    assert!(message.starts_with("griot.toml, line 4: ") && message.contains("heder"), "{message}");
}

#[test]
fn a_provider_without_an_issuer_is_a_warning() {
    let (_dir, sources) = sources("[editorial.oidc]\naudience = \"griot\"", &[]);
    let warnings = load(&sources).unwrap().1;
    assert!(warnings[0].starts_with("`editorial.oidc` has no effect without `issuer`"), "{warnings:?}");
}

#[test]
fn the_status_profile_is_set_by_name() {
    use griot_front::StatusProfile::{Compat400, Draft2026_08};
    assert_eq!(config("", &[]).status_profile, Compat400);
    assert_eq!(config("status_profile = \"draft-2026-08\"", &[]).status_profile, Draft2026_08);
    let variables = [("GRIOT_STATUS_PROFILE", "compat-400")];
    assert_eq!(config("status_profile = \"draft-2026-08\"", &variables).status_profile, Compat400);
}

#[test]
fn a_login_for_delivery_alone_is_a_warning() {
    let (_dir, sources) = sources("delivery_database_url = \"postgres://h/d\"", &[]);
    let warnings = load(&sources).unwrap().1;
    assert!(warnings[0].starts_with("`delivery_database_url` has no effect without `database_url`"), "{warnings:?}");
}

#[test]
fn a_secret_may_come_from_a_file() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("url");
    std::fs::write(&path, "postgres://griot:secret@db/record\n").unwrap();
    let path = path.to_str().unwrap();
    let found = config("", &[("GRIOT_DATABASE_URL_FILE", path)]).database_url.unwrap();
    assert_eq!(found.reveal(), "postgres://griot:secret@db/record");
    let both = [("GRIOT_DATABASE_URL_FILE", path), ("GRIOT_DATABASE_URL", "postgres://db/record")];
    insta::assert_snapshot!(refusal("", &both), @"environment variable GRIOT_DATABASE_URL: GRIOT_DATABASE_URL_FILE is set too; set only one of them");
    let missing = refusal("", &[("GRIOT_DATABASE_URL_FILE", "/no/such/file")]);
    assert!(missing.contains("GRIOT_DATABASE_URL_FILE: cannot read the file /no/such/file: No such file"), "{missing}");
}

#[rstest]
#[case::a_slip(
    "\n[site]\nnam = \"x\"",
    "griot.toml, line 3: unknown key `site.nam`; did you mean `site.name`? Allowed in [site]: url, name, default_locale, fallback_locales, time_zone"
)]
#[case::a_guess(
    "colour = 1",
    "griot.toml, line 1: unknown key `colour`. Allowed at the top level: data, database_url, delivery_database_url, bind, insecure_http, public_url, trusted_proxies, status_profile, [site], [graphiql], [introspection], [cache], [metrics], [operations], [purge], [webhooks], [websub], [proof], [search], [well_known], [log], [live], [editorial], [limits], [server]"
)]
#[case::a_section_as_a_key("site = 1", "griot.toml, line 1: `site` is a section: write [site], then its keys")]
#[case::an_unknown_section(
    "[sight]\nurl = \"x\"",
    "griot.toml, line 1: unknown key `sight`; did you mean `[site]`? Allowed at the top level: data, database_url, delivery_database_url, bind, insecure_http, public_url, trusted_proxies, status_profile, [site], [graphiql], [introspection], [cache], [metrics], [operations], [purge], [webhooks], [websub], [proof], [search], [well_known], [log], [live], [editorial], [limits], [server]"
)]
#[case::a_bad_address(
    "data = \"x\"\nbind = \"8080\"",
    "griot.toml, line 2: `bind`: `8080` is not an address to listen on: write ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080"
)]
#[case::a_bad_locale(
    "[site]\ndefault_locale = \"french language\"",
    "griot.toml, line 2: `site.default_locale`: `french language` is not a language tag: use BCP 47 such as `fr`, `en-GB` or `ar`"
)]
#[case::a_wrong_type(
    "[graphiql]\nenabled = \"yes\"",
    "griot.toml, line 2: `graphiql.enabled`: invalid type: string \"yes\", expected a boolean"
)]
#[case::a_wrong_word(
    "[log]\nformat = \"xml\"",
    "griot.toml, line 2: `log.format`: unknown variant `xml`, expected one of `auto`, `pretty`, `json`"
)]
#[case::a_slip_in_a_section(
    "[limts]\ntokens = 5",
    "griot.toml, line 1: unknown key `limts`; did you mean `[limits]`? Allowed at the top level: data, database_url, delivery_database_url, bind, insecure_http, public_url, trusted_proxies, status_profile, [site], [graphiql], [introspection], [cache], [metrics], [operations], [purge], [webhooks], [websub], [proof], [search], [well_known], [log], [live], [editorial], [limits], [server]"
)]
#[case::nothing_at_once(
    "[limits]\ncost = 9\nin_flight = 0",
    "griot.toml, line 3: `limits.in_flight` is 0: write a number from 1 to 100000"
)]
#[case::no_token("limits.tokens = 0", "griot.toml, line 1: `limits.tokens` is 0: write a number from 10 to 1000000")]
#[case::an_absurd_limit(
    "[limits]\nnesting = 1000000",
    "griot.toml, line 2: `limits.nesting` is 1000000: write a number from 2 to 200"
)]
#[case::a_limit_below_nothing(
    "[limits]\naliases = -1",
    "griot.toml, line 2: `limits.aliases`: invalid value: integer `-1`, expected u64"
)]
#[case::no_site(
    "[site]\nurl = \"javascript:x\"",
    "griot.toml, line 2: `site.url`: `javascript:x` is not the address of a site: write http:// or https://, a host and perhaps a path, such as https://www.example.org"
)]
#[case::no_zone(
    "[site]\ntime_zone = \"Bamako\"",
    "griot.toml, line 2: `site.time_zone`: `Bamako` is not a time zone: write an IANA name, such as Africa/Bamako"
)]
#[case::no_profile(
    "status_profile = \"400\"",
    "griot.toml, line 1: `status_profile`: unknown variant `400`, expected `compat-400` or `draft-2026-08`"
)]
#[case::no_kind(
    "[editorial]\ntwo_person = [\"communique\"]",
    "griot.toml, line 2: `editorial.two_person`: unknown variant `communique`, expected one of `article`, `person`, `institution`, `event`, `topic`, `asset`, `appointment`"
)]
#[case::no_origin(
    "[editorial]\nallowed_origins = [\"https://desk.example.org/\"]",
    "griot.toml, line 2: `editorial.allowed_origins`: `https://desk.example.org/` is not the origin of a site: write scheme, host and perhaps a port, such as https://desk.example.org"
)]
#[case::a_shared_secret(
    "[editorial.oidc]\nalgorithms = [\"HS256\"]",
    "griot.toml, line 2: `editorial.oidc.algorithms`: `HS256` is not an algorithm whose signatures can be trusted here; use RS256, RS384, RS512, PS256, PS384, PS512, ES256, ES384 or EdDSA"
)]
#[case::no_role(
    "[editorial.oidc]\nroles = { press = \"chief\" }",
    "griot.toml, line 2: `editorial.oidc.roles`: `chief` is not a role; use author, editor, publisher or administrator"
)]
#[case::clocks_apart(
    "[editorial.oidc]\naudience = \"griot\"\nleeway_s = 61",
    "griot.toml, line 3: `editorial.oidc.leeway_s` is 61: write a number from 0 to 60"
)]
#[case::a_slip_in_a_section_of_a_section(
    "[editorial.oidc]\nisuer = \"x\"",
    "griot.toml, line 2: unknown key `editorial.oidc.isuer`; did you mean `editorial.oidc.issuer`? Allowed in [editorial.oidc]: issuer, audience, authorized_parties, algorithms, jwks_url, role_claim, roles, leeway_s, allow_loopback_http"
)]
#[case::no_network(
    "trusted_proxies = [\"proxy\"]",
    "griot.toml, line 1: `trusted_proxies`: `proxy` is neither an address nor a network: write one such as 127.0.0.1, 10.0.0.0/8 or 2001:db8::/32"
)]
#[case::no_toml("bind = = 3", "griot.toml, line 1: extra `=`, expected nothing")]
fn a_bad_file_is_refused_with_the_place_and_the_remedy(#[case] file: &str, #[case] says: &str) {
    assert_eq!(refusal(file, &[]), says);
}

#[rstest]
#[case("GRIOT_BIND", "nowhere", "`nowhere` is not an address to listen on")]
#[case("GRIOT_INSECURE_HTTP", "yes", "`yes` is not allowed; write true or false")]
#[case("GRIOT_SITE_URL", "site", "`site` is not the address of a site")]
#[case("GRIOT_LIMITS_IN_FLIGHT", "0", "`limits.in_flight` is 0: write a number from 1 to 100000")]
#[case("GRIOT_STATUS_PROFILE", "400", "unknown variant `400`, expected `compat-400` or `draft-2026-08`")]
#[case("GRIOT_DATABASE_URL", "mysql://root:secret@h/d", "`mysql:` is not PostgreSQL")]
fn a_bad_variable_is_refused_by_name(#[case] name: &str, #[case] value: &str, #[case] says: &str) {
    let message = refusal("", &[(name, value)]);
    assert!(message.contains(name) && message.contains(says) && !message.contains("secret"), "{message}");
}

#[test]
fn a_bad_secret_in_a_file_is_not_shown() {
    for file in ["database_url = \"mysql://root:secret@h/d\"", "database_url = postgres://root:secret@h/d"] {
        let message = refusal(file, &[]);
        assert!(message.contains("line 1") && !message.contains("secret"), "{message}");
    }
}

#[test]
fn a_missing_file_that_was_asked_for_is_an_error() {
    let sources = Sources { file: Some("no/such.toml".into()), ..Sources::default() };
    let message = load(&sources).unwrap_err().to_string();
    assert!(message.starts_with("cannot read the configuration file no/such.toml: No such file"), "{message}");
}

#[test]
fn a_misspelt_variable_is_a_warning() {
    let variables = [("GRIOT_DATABSE_URL", "x"), ("GRIOT_SERVICE_HOST", "from an orchestrator")];
    let (_dir, sources) = sources("", &variables);
    insta::assert_debug_snapshot!(load(&sources).unwrap().1, @r#"
    [
        "environment variable GRIOT_DATABSE_URL is not known and has no effect; did you mean GRIOT_DATABASE_URL?",
    ]
    "#);
}

#[test]
fn the_example_lists_every_key_at_its_default() {
    let mut section = String::new();
    let mut listed = Vec::new();
    let mut uncommented = String::new();
    for line in EXAMPLE.lines() {
        if let Some(name) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            section = format!("{name}.");
        }
        // `# words` explain; `#key = value` is a setting.
        let setting = line.strip_prefix('#').filter(|rest| rest.starts_with(|c: char| c.is_ascii_lowercase()));
        if let Some((key, _)) = setting.and_then(|rest| rest.split_once(" = ")) {
            listed.push(format!("{section}{key}"));
        }
        uncommented.push_str(setting.unwrap_or(line));
        uncommented.push('\n');
    }
    let mut keys: Vec<_> = keys().iter().map(|(key, _)| key.clone()).collect();
    keys.sort();
    listed.sort();
    assert_eq!(listed, keys);
    assert_eq!(config(EXAMPLE, &[]), Config::default());

    // Keys without a default show an example value.
    let mut shown = config(&uncommented, &[]);
    assert!(shown.database_url.take().is_some() && shown.delivery_database_url.take().is_some());
    assert!(shown.public_url.take().is_some() && shown.site.url.take().is_some());
    assert!(shown.metrics.bind.take().is_some() && shown.search.dir.take().is_some());
    assert!(shown.proof.keys_dir.take().is_some() && shown.websub.url.take().is_some());
    assert_eq!(std::mem::take(&mut shown.purge).hooks.len(), 1);
    assert!(shown.editorial.embargo_terms.take().is_some());
    let told = std::mem::take(&mut shown.well_known);
    assert!(told.security_contact.len() == 2 && told.security_expires.is_some() && told.trust.is_some());
    let oidc = std::mem::take(&mut shown.editorial.oidc);
    assert!(oidc.issuer.is_some() && oidc.jwks_url.is_some() && !oidc.audience.is_empty() && !oidc.roles.is_empty());
    assert_eq!(shown, Config::default());
}
