//! `griot serve` from nothing to the end.

use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::process::{Command, Stdio};
use std::time::Duration;

use griot_testbed::Backend;
use griot_tests::{Record, Server, workspace};
use rstest::rstest;
use rustix::process::{Pid, Signal, kill_process};
use serde_json::json;

use crate::tools::node;

#[test]
fn without_any_setting_it_makes_a_private_directory_and_says_how_to_load_the_demo() {
    let dir = tempfile::tempdir().unwrap();
    let mut command = Command::new(griot_tests::binary());
    command.args(["serve", "--bind", "127.0.0.1:0"]).current_dir(dir.path());
    let server = Server::start(command);
    let data = dir.path().join("griot-data");
    assert_eq!(std::fs::metadata(&data).unwrap().permissions().mode() & 0o777, 0o700);
    assert!(server.said().contains("is empty; `griot serve --demo` loads the demo"), "{}", server.said());
    let answer = server.data("{ articles { nodes { title } totalCount } }", json!({}));
    assert_eq!(answer, json!({ "articles": { "nodes": [], "totalCount": 0 } }));
}

#[rstest]
fn the_demo_is_loaded_once_and_is_what_the_files_give(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    drop(record.serve(&["--demo"]));
    let first = record.export();
    assert_eq!(without_ids(&first), without_ids(&Record::with_demo(Backend::Sqlite).export()));

    let again = record.serve(&["--demo"]);
    assert!(again.said().contains("is not empty; the demo is not loaded over it"), "{}", again.said());
    assert_eq!(record.export(), first);
}

#[rstest]
fn a_demo_cut_short_is_completed_and_other_content_is_left_alone(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend);
    let half = std::fs::read_to_string(workspace().join("demo/record.jsonl")).unwrap();
    let lines: Vec<&str> = half.lines().collect();
    std::fs::write(record.directory().join("half.jsonl"), lines[..lines.len() / 2].join("\n")).unwrap();
    record.run(&["import", "json", "half.jsonl"]).expect_success();
    let server = record.serve(&["--demo"]);
    assert!(server.said().contains("Loaded the rest of the demo: "), "{}", server.said());
    drop(server);
    let whole = Record::with_demo(Backend::Sqlite);
    assert_eq!(without_ids(&record.export()), without_ids(&whole.export()));

    let other = Record::new(backend);
    let own = "{\"kind\":\"topic\",\"entry\":{},\"texts\":{\"fr\":{\"slug\":\"eau\",\"name\":\"Eau\"}}}\n";
    std::fs::write(other.directory().join("own.jsonl"), own.to_owned() + &lines[..lines.len() / 2].join("\n")).unwrap();
    other.run(&["import", "json", "own.jsonl"]).expect_success();
    let before = other.export();
    let server = other.serve(&["--demo"]);
    assert!(server.said().contains("is not empty; the demo is not loaded over it"), "{}", server.said());
    assert_eq!(other.export(), before);
}

#[test]
fn it_serves_on_where_nobody_reads_what_it_prints() {
    let record = Record::new(Backend::Sqlite);
    let mut command = record.command(&["serve", "--bind", "127.0.0.1:0"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    let mut first = String::new();
    BufReader::with_capacity(1, child.stdout.take().unwrap()).read_line(&mut first).unwrap();
    assert!(first.contains("is empty"), "{first}");
    std::thread::sleep(Duration::from_secs(1));
    let running = child.try_wait().unwrap();
    kill_process(Pid::from_child(&child), Signal::TERM).unwrap();
    assert_eq!((running, child.wait().unwrap().code()), (None, Some(0)));
}

/// The lines with their random identities left out, in a set order.
fn without_ids(export: &str) -> Vec<String> {
    let uuid = regex::Regex::new("[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").expect("the pattern is fixed");
    let mut lines: Vec<_> = export.lines().map(|line| uuid.replace_all(line, "uuid").into_owned()).collect();
    lines.sort();
    lines
}

#[test]
fn a_signal_ends_it_after_the_requests_under_way() {
    for signal in [Signal::TERM, Signal::INT] {
        let record = Record::with_demo(Backend::Sqlite);
        let mut server = record.serve(&[]);
        server.data("{ articles { totalCount } }", json!({}));
        let pid = Pid::from_raw(i32::try_from(server.pid()).unwrap()).unwrap();
        kill_process(pid, signal).unwrap();
        assert_eq!(server.wait().code(), Some(0), "{}", server.said());
    }
}

#[test]
fn delivery_serves_with_a_login_that_may_only_read_what_is_published() {
    let record = Record::with_demo(Backend::Postgres);
    record.sql("DROP ROLE IF EXISTS site_of_story");
    record.sql("CREATE ROLE site_of_story LOGIN IN ROLE griot_delivery");
    let set = |mut command: Command, url: &str| {
        command.env("GRIOT_DELIVERY_DATABASE_URL", url);
        command
    };
    let own = record.url_as("site_of_story");
    let server = Server::start(set(record.command(&["serve", "--bind", "127.0.0.1:0"]), &own));
    assert_eq!(server.data("{ articles { totalCount } }", json!({})), json!({ "articles": { "totalCount": 4 } }));
    let doctor = set(record.command(&["doctor"]), &own).output().unwrap();
    assert_eq!(doctor.status.code(), Some(0), "{}", String::from_utf8_lossy(&doctor.stdout));

    // The owner's login in that place is found out.
    let doctor = set(record.command(&["doctor"]), record.url()).output().unwrap();
    let said = String::from_utf8(doctor.stdout).unwrap();
    assert_eq!(doctor.status.code(), Some(1), "{said}");
    assert!(said.contains("FAIL  delivery cannot read the editorial store"), "{said}");
}

#[test]
fn settings_switch_the_query_page_and_introspection_off() {
    let record = Record::new(Backend::Sqlite);
    std::fs::write(
        record.directory().join("griot.toml"),
        "graphiql.enabled = false\nintrospection.enabled = false\n[limits]\naliases = 1\n",
    )
    .unwrap();
    let server = record.serve(&[]);
    let page = ureq::get(server.address()).config().http_status_as_error(false).build().call().unwrap();
    assert_eq!(page.status(), 404);
    assert!(!server.said().contains("GraphiQL at"));
    let refused = server.graphql("{ __schema { queryType { name } } }", json!({}));
    assert!(refused.get("data").is_none_or(serde_json::Value::is_null) && refused["errors"].is_array(), "{refused}");
    let refused = server.graphql("{ a: __typename b: __typename }", json!({}));
    assert!(refused["errors"][0]["message"].as_str().is_some_and(|said| said.contains("alias")), "{refused}");
}

#[test]
fn conformance_as_other_peoples_clients_see_it() {
    let record = Record::with_demo(Backend::Sqlite);
    let server = record.serve(&[]);
    for script in ["audits", "introspection", "oracle", "apollo", "urql"] {
        node(&format!("{script}.mjs"), &[server.address()]);
    }
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    node("live.mjs", &[server.address(), &key]);
    let headline = "KOULOUBA : Le Président de la Transition reçoit les ambassadeurs";
    node("graphiql.mjs", &[server.address(), headline]);
}
