//! Mistakes at the command line end with the place of the mistake and the remedy.

use griot_testbed::Backend;
use griot_tests::{Record, workspace};
use rstest::rstest;

#[test]
fn a_port_in_use_is_named_with_another_to_take() {
    let record = Record::new(Backend::Sqlite);
    let holder = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = holder.local_addr().unwrap();
    let ran = record.run(&["serve", "--bind", &address.to_string()]).expect_code(1);
    let next = address.port().checked_add(1).unwrap_or(8080);
    let remedy = format!("choose another: --bind 127.0.0.1:{next}");
    assert!(ran.stderr.contains(&format!("cannot listen on {address}: the port is in use")), "{}", ran.stderr);
    assert!(ran.stderr.contains(&remedy), "{}", ran.stderr);
    // Nothing was begun that a second try would find half done.
    assert!(!record.data().join("published.db").exists());
}

#[test]
fn plain_http_beyond_this_machine_needs_a_word() {
    let record = Record::new(Backend::Sqlite);
    let ran = record.run(&["serve", "--bind", "0.0.0.0:0"]).expect_code(1);
    assert!(
        ran.stderr.contains("refusing to listen on 0.0.0.0:0") && ran.stderr.contains("--insecure-http"),
        "{}",
        ran.stderr
    );
    record.serve(&["--insecure-http"]);
}

#[test]
fn an_unknown_key_is_named_with_its_line_and_the_nearest_one() {
    let record = Record::new(Backend::Sqlite);
    std::fs::write(record.directory().join("griot.toml"), "[site]\nnam = \"x\"\n").unwrap();
    let ran = record.run(&["migrate"]).expect_code(1);
    insta::assert_snapshot!(ran.stderr, @"griot: griot.toml, line 2: unknown key `site.nam`; did you mean `site.name`? Allowed in [site]: url, name, default_locale, fallback_locales, time_zone");
}

#[rstest]
#[case(&["migrate", "--config", "no/such.toml"], "cannot read the configuration file no/such.toml: No such file")]
#[case(&["import", "wordpress", "no/such.xml"], "no/such.xml: No such file")]
#[case(&["import", "json", "no/such.jsonl"], "no/such.jsonl: No such file")]
#[case(&["export", "no/such/folder/record.jsonl"], "no/such/folder/record.jsonl: No such file")]
fn an_unreadable_file_is_named(#[case] args: &[&str], #[case] says: &str) {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let ran = record.run(args).expect_code(1);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn a_file_in_place_of_the_data_directory_is_named() {
    let record = Record::new(Backend::Sqlite);
    let file = record.directory().join("file");
    std::fs::write(&file, "").unwrap();
    let mut command = std::process::Command::new(griot_tests::binary());
    let output = command.args(["serve", "--data"]).arg(&file).current_dir(record.directory()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("file is not a directory; name another place with --data DIR"), "{stderr}");
}

#[rstest]
#[case(&["serve", "--bind", "8080"], "write ADDRESS:PORT")]
#[case(&["serve", "--prot", "1"], "--prot")]
#[case(&["imprt"], "similar subcommands exist")]
fn wrong_usage_is_told_with_exit_code_2(#[case] args: &[&str], #[case] says: &str) {
    let ran = Record::new(Backend::Sqlite).run(args).expect_code(2);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
}

#[test]
fn a_record_that_is_not_there_is_not_made_by_reading_it() {
    let record = Record::new(Backend::Sqlite);
    let ran = record.run(&["export"]).expect_code(1);
    assert!(
        ran.stderr.contains("there is no record in") && ran.stderr.contains("`griot migrate` makes one"),
        "{}",
        ran.stderr
    );
    assert!(!record.data().exists());
}

#[test]
fn an_unreachable_database_is_named_without_its_password() {
    let mut command = std::process::Command::new(griot_tests::binary());
    let dir = tempfile::tempdir().unwrap();
    let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    command.args(["migrate", "--data"]).arg(dir.path()).current_dir(dir.path());
    let output =
        command.env("GRIOT_DATABASE_URL", format!("postgres://griot:hunter2@127.0.0.1:{free}/griot")).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains(&format!("127.0.0.1:{free}/griot")) && !stderr.contains("hunter2"), "{stderr}");
    assert!(stderr.contains("Connection refused") && stderr.contains("start PostgreSQL"), "{stderr}");
}

#[test]
fn a_database_that_is_not_there_is_told_from_a_server_that_is_not() {
    let record = Record::new(Backend::Postgres);
    let (server, _) = record.url().rsplit_once('/').unwrap();
    let mut command = std::process::Command::new(griot_tests::binary());
    command.args(["migrate", "--database-url", &format!("{server}/no_such_database")]);
    let output = command.current_dir(record.directory()).output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(stderr.contains("\"no_such_database\" does not exist; create the database"), "{stderr}");
}

#[rstest]
#[case(&["import", "json", "demo/record.jsonl", "--dry-run"])]
#[case(&["import", "wordpress", "demo/wordpress.xml", "--dry-run"])]
fn a_rehearsal_leaves_nothing_behind(#[case] args: &[&str]) {
    let record = Record::new(Backend::Sqlite);
    let file = workspace().join(args[2]);
    let args = [&args[..2], &[file.to_str().unwrap()], &args[3..]].concat();
    let ran = record.run(&args);
    assert!(ran.stdout.contains(" new"), "{ran:?}");
    assert!(!record.data().exists());
    assert_eq!(std::fs::read_dir(record.directory()).unwrap().count(), 0);
}

#[test]
fn the_schema_in_the_repository_is_the_one_the_binary_serves() {
    let ran = Record::new(Backend::Sqlite).run(&["schema"]).expect_success();
    let kept = std::fs::read_to_string(workspace().join("schema.graphql")).unwrap();
    assert!(ran.stdout == kept, "schema.graphql has drifted: run `make schema` and look at the difference");
}

#[rstest]
fn doctor_finds_the_demo_well(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    let ran = record.run(&["doctor"]).expect_success();
    assert!(ran.stdout.lines().all(|line| line.starts_with("ok ")), "{}", ran.stdout);
    for check in [
        "settings",
        "clock",
        "data directory",
        "published store",
        "editorial store",
        "journal",
        "delivery cannot write",
    ] {
        assert!(ran.stdout.contains(check), "{check} is missing:\n{}", ran.stdout);
    }
}

#[test]
fn doctor_fails_on_a_damaged_store_and_says_what_to_do() {
    let record = Record::with_demo(Backend::Sqlite);
    std::fs::write(record.data().join("published.db"), vec![0x5a; 64 * 1024]).unwrap();
    let ran = record.run(&["doctor"]).expect_code(1);
    assert!(ran.stdout.lines().any(|line| line.starts_with("FAIL  published store")), "{}", ran.stdout);
}

#[test]
fn doctor_without_a_record_says_how_to_make_one() {
    let ran = Record::new(Backend::Sqlite).run(&["doctor"]).expect_code(1);
    assert!(ran.stdout.contains("FAIL  record: there is no record in"), "{}", ran.stdout);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let record = Record::with_demo(Backend::Sqlite);
    for args in [["schema"], ["export"]] {
        let mut child = record
            .command(&args)
            .stdout(std::process::Stdio::piped())
            .stderr(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert!(output.status.success() && output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
