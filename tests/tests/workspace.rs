//! The workspace keeps its own rules: layers, pinned advisories, and paths of no particular machine.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use griot_tests::workspace;
use rstest::rstest;

fn read(path: impl AsRef<Path>) -> String {
    let path = workspace().join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|err| panic!("{}: {err}", path.display()))
}

fn manifest(path: &str) -> toml::Table {
    read(Path::new(path).join("Cargo.toml")).parse().expect("a manifest is TOML")
}

fn dependencies(path: &str) -> BTreeSet<String> {
    let manifest = manifest(path);
    manifest
        .get("dependencies")
        .and_then(toml::Value::as_table)
        .map(|table| table.keys().cloned().collect())
        .unwrap_or_default()
}

/// design.md, section 13: which of our crates each one may import.
#[rstest]
#[case("crates/domain", &[])]
#[case("migrations", &[])]
#[case("crates/egress", &[])]
#[case("crates/files", &["griot-domain"])]
#[case("crates/persistence", &["griot-domain", "griot-migrations"])]
#[case("crates/access", &["griot-domain", "griot-persistence"])]
#[case("crates/editorial", &["griot-access", "griot-domain", "griot-files", "griot-persistence"])]
#[case("crates/front", &[])]
#[case("crates/import", &["griot-domain", "griot-egress", "griot-files", "griot-persistence"])]
#[case("crates/partners", &["griot-domain", "griot-persistence"])]
#[case("crates/proof", &[])]
#[case("crates/search", &["griot-domain", "griot-persistence"])]
#[case("crates/syndication", &["griot-domain"])]
#[case("crates/webhooks", &["griot-domain", "griot-egress", "griot-persistence"])]
#[case("crates/gateway", &["griot-access", "griot-domain", "griot-editorial", "griot-egress", "griot-files", "griot-front", "griot-import", "griot-partners", "griot-persistence", "griot-proof", "griot-search", "griot-syndication", "griot-webhooks"])]
#[case("crates/griot", &["griot-access", "griot-domain", "griot-editorial", "griot-egress", "griot-files", "griot-front", "griot-gateway", "griot-import", "griot-partners", "griot-persistence", "griot-proof", "griot-search", "griot-webhooks"])]
#[case("crates/testbed", &[])]
fn a_crate_imports_only_what_lies_below_it(#[case] path: &str, #[case] allowed: &[&str]) {
    let ours: Vec<_> = dependencies(path).into_iter().filter(|name| name.starts_with("griot-")).collect();
    let strays: Vec<_> = ours.iter().filter(|name| !allowed.contains(&name.as_str())).collect();
    assert!(strays.is_empty(), "{path} must not import {strays:?}");
}

#[test]
fn every_crate_has_its_rule() {
    let members: BTreeSet<_> = std::fs::read_dir(workspace().join("crates"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    let known = [
        "access",
        "bench",
        "domain",
        "editorial",
        "egress",
        "files",
        "front",
        "gateway",
        "griot",
        "import",
        "partners",
        "persistence",
        "proof",
        "search",
        "syndication",
        "testbed",
        "webhooks",
    ];
    assert_eq!(members, known.map(str::to_owned).into(), "add the new crate to this file and to deny.toml");
}

#[test]
fn the_domain_does_no_input_or_output() {
    let forbidden = ["tokio", "sea-orm", "async-graphql", "axum", "reqwest", "tracing"];
    let strays: Vec<_> =
        dependencies("crates/domain").into_iter().filter(|name| forbidden.contains(&name.as_str())).collect();
    assert!(strays.is_empty(), "{strays:?}");
}

/// The advisories in deny.toml are checked here too, so that `cargo test` alone catches a downgrade.
#[test]
fn no_locked_version_has_a_pinned_advisory() {
    let deny: toml::Table = read("deny.toml").parse().unwrap();
    let lock: toml::Table = read("Cargo.lock").parse().unwrap();
    let mut locked: BTreeMap<&str, Vec<Vec<u64>>> = BTreeMap::new();
    for package in lock["package"].as_array().unwrap() {
        let version = package["version"].as_str().unwrap();
        locked.entry(package["name"].as_str().unwrap()).or_default().push(numbers(version));
    }
    let specs =
        deny["bans"]["deny"].as_array().unwrap().iter().filter_map(|ban| ban["crate"].as_str()?.split_once("@<"));
    let mut checked = 0;
    for (name, fixed) in specs {
        for version in locked.get(name).into_iter().flatten() {
            assert!(*version >= numbers(fixed), "{name} {version:?} has a known flaw, fixed in {fixed}");
            checked += 1;
        }
    }
    assert!(checked >= 7, "the pinned crates are no longer in Cargo.lock: {checked}");
    assert_eq!(locked["async-graphql"].len(), 1, "two copies of async-graphql cannot share types");
}

/// `8.0.0-rc.5` is `[8, 0, 0]`: no advisory here turns on a pre-release.
fn numbers(version: &str) -> Vec<u64> {
    let release = version.split(['-', '+']).next().unwrap_or_default();
    release.split('.').map(|part| part.parse().expect("a version is made of numbers")).collect()
}

#[test]
fn shell_scripts_parse() {
    for script in scripts() {
        let output = std::process::Command::new("bash").arg("-n").arg(&script).output().unwrap();
        assert!(output.status.success(), "{}: {}", script.display(), String::from_utf8_lossy(&output.stderr));
    }
}

fn scripts() -> Vec<PathBuf> {
    let mut found = vec![workspace().join(".ci/run")];
    let scripts = std::fs::read_dir(workspace().join("scripts")).expect("there are scripts");
    found.extend(
        scripts.flatten().map(|entry| entry.path()).filter(|path| path.extension().is_some_and(|end| end == "sh")),
    );
    assert!(found.len() > 2);
    found
}

/// A snapshot left behind by a renamed test would never be compared again.
#[test]
fn every_kept_snapshot_belongs_to_a_test() {
    let listed =
        std::process::Command::new("git").args(["ls-files", "*.snap"]).current_dir(workspace()).output().unwrap();
    let listed = String::from_utf8(listed.stdout).unwrap();
    let strays: Vec<_> = listed.lines().filter(|path| !is_named_by_its_source(path)).collect();
    assert!(strays.is_empty(), "nothing compares with {strays:?}");
    assert!(listed.lines().count() >= 6, "{listed}");
}

fn is_named_by_its_source(path: &str) -> bool {
    let snapshot = read(path);
    let source = snapshot.lines().find_map(|line| line.strip_prefix("source: ")).unwrap_or_default();
    let name = Path::new(path).file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
    let name = name.rsplit("__").next().unwrap_or_default();
    std::fs::read_to_string(workspace().join(source)).is_ok_and(|text| text.contains(name))
}
