//! The audit log is checked at the command line.

use std::path::Path;

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::{Receiver, Record};
use rstest::rstest;
use serde_json::{Value, json};

#[rstest]
fn a_log_that_was_cut_is_found_out(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let whole = record.run(&["audit", "verify"]).expect_success();
    assert!(whole.stdout.contains("is whole"), "{whole:?}");
    if backend == Backend::Postgres {
        record.sql("UPDATE editorial.drafting_head SET audit = 1");
        let broken = record.run(&["audit", "verify"]).expect_code(1);
        assert!(broken.stdout.contains("the log ends with record 0, but 1 were written"), "{broken:?}");
    }
}

#[rstest]
fn a_log_whose_end_was_cut_off_with_its_head_is_found_out_by_an_earlier_line(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    record.key(&["--role", "editor", "--name", "Awa"]);
    let verify = |args: &[&str]| record.run(&[&["audit", "verify"], args].concat());
    let last_line = || verify(&[]).expect_success().stdout.lines().last().unwrap().to_owned();
    let first = last_line();
    assert!(first.starts_with("1:") && first.len() == 66, "{first}");
    let backup = record.directory().join("backup");
    if backend == Backend::Sqlite {
        std::fs::create_dir(&backup).unwrap();
        copy_files(&record.data(), &backup);
    }
    record.key(&["--role", "author", "--name", "Moussa"]);
    let second = last_line();
    verify(&["--expect", &first]).expect_success();
    verify(&["--expect", &second]).expect_success();

    match backend {
        Backend::Sqlite => copy_files(&backup, &record.data()),
        Backend::Postgres => {
            let hash = first.strip_prefix("1:").unwrap();
            record.sql(&format!(
                "SET search_path TO editorial; DROP TRIGGER audit_append_only ON audit; DELETE FROM audit WHERE \
                 number = 2; UPDATE drafting_head SET audit = 1, audit_hash = '{hash}'"
            ));
        }
    }
    assert_eq!(last_line(), first, "by itself it looks whole");
    let cut = verify(&["--expect", &second]).expect_code(1);
    let told = "the audit log is broken: record 2 was in the log before and is not any more: the log now ends with \
                record 1\n";
    assert_eq!(cut.stdout, told);

    record.key(&["--role", "author", "--name", "Eve"]);
    let replaced = verify(&["--expect", &second]).expect_code(1);
    assert!(replaced.stdout.contains("record 2 is another one than before"), "{replaced:?}");
    let wrong = verify(&["--expect", "2"]).expect_code(2);
    assert!(wrong.stderr.contains("NUMBER:HASH"), "{}", wrong.stderr);
}

#[rstest]
fn what_partners_do_for_themselves_and_commands_to_endpoints_is_in_the_log(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (record, receiver) = (Record::new(backend), Receiver::start());
    let place = receiver.place();
    let settings = format!("[webhooks]\nallowed_hosts = [\"{place}\"]\ntimeout_ms = 1000\n");
    std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
    record.run(&["migrate"]).expect_success();
    record.run(&["partner", "add", "L’Essor"]).expect_success();
    let key = record.run(&["partner", "key", "L’Essor"]).expect_success().stdout.trim().to_owned();
    let by_command = record.run(&["webhook", "add", "L’Essor", &format!("http://{place}/one")]).expect_success();
    let one = by_command.stderr.split_whitespace().nth(1).unwrap().to_owned();
    for act in ["rotate", "delete"] {
        record.run(&["webhook", act, &one]).expect_success();
    }
    let drill = record.run(&["partner", "drill", "tout va bien"]).expect_success().stdout;
    let drill = drill.trim().rsplit(' ').next().unwrap().to_owned();

    let server = record.serve(&[]);
    let send = |method: &str, path: &str, body: Value| {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", server.address()));
        let request = request.header("authorization", format!("Bearer {key}")).body(body.to_string()).unwrap();
        let agent: ureq::Agent =
            ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
        let mut answer = agent.run(request).expect("it answers");
        let body = answer.body_mut().read_to_string().unwrap();
        assert!(answer.status().is_success(), "{method} {path}: {body}");
        serde_json::from_str::<Value>(&body).unwrap()
    };
    let made = send("POST", "/v1/partner/endpoints", json!({ "url": format!("http://{place}/two?t=hidden") }));
    let two = format!("/v1/partner/endpoints/{}", made["id"].as_str().unwrap());
    send("PATCH", &two, json!({ "types": ["item.killed"] }));
    for act in ["verify", "rotate", "disable"] {
        send("POST", &format!("{two}/{act}"), json!({}));
    }
    send("DELETE", &two, json!({}));
    send("PUT", "/v1/partner/idle-warning", json!({ "minutes": 15 }));
    let begun = Instant::now();
    while !record.run(&["partner", "receipts", &drill]).stdout.contains("L’Essor") {
        assert!(begun.elapsed() < Duration::from_secs(30), "nobody is told of the drill");
    }
    send("PUT", &format!("/v1/partner/receipts/{drill}"), json!({ "state": "received" }));

    let admin = record.key(&["--role", "administrator", "--name", "Desk"]);
    let desk = server.client("/editorial/graphql", Some(&admin));
    let mut log = desk.data("{ auditLog(first: 100) { author origin verb detail } }", json!({}))["auditLog"].take();
    let log = log.as_array_mut().unwrap();
    log.reverse();
    let of_key = format!("key:{}", log[1]["detail"]["key"].as_str().unwrap());
    let told = log.iter().map(|one| {
        let (author, origin, act) = (&one["author"], one["origin"].as_str().unwrap(), one["detail"]["act"].as_str());
        let who =
            if *author == json!(of_key) { "the partner" } else { author.as_str().unwrap().split(':').next().unwrap() };
        format!("{who} at {origin}: {}", act.unwrap_or("–"))
    });
    let told: Vec<String> = told.collect();
    let by_command = |origin: &str, act: &str| format!("cli at griot {origin}: {act}");
    let by_partner = |act: &str| format!("the partner at 127.0.0.1: {act}");
    let mut wanted = vec![by_command("partner", "add"), by_command("key", "create")];
    wanted.extend(["add", "verify", "rotate", "delete"].map(|act| by_command("webhook", act)));
    wanted.push(by_command("partner", "drill"));
    wanted.extend(["add", "change", "verify", "rotate", "disable", "delete", "set", "receipt"].map(by_partner));
    wanted.push(by_command("key", "create"));
    assert_eq!(told, wanted);
    let log = format!("{log:?}");
    assert!(!log.contains("hidden") && !log.contains("whsec"), "{log}");
    assert!(record.run(&["audit", "verify"]).expect_success().stdout.contains("is whole"));
}

/// Copies the files of a directory over those of another, and takes away what the other has besides.
fn copy_files(from: &Path, to: &Path) {
    let files = |of: &Path| std::fs::read_dir(of).unwrap().map(|one| one.unwrap().path()).filter(|path| path.is_file());
    for file in files(to).collect::<Vec<_>>() {
        std::fs::remove_file(file).unwrap();
    }
    for file in files(from).collect::<Vec<_>>() {
        std::fs::copy(&file, to.join(file.file_name().unwrap())).unwrap();
    }
}

#[test]
fn a_record_that_is_not_there_has_no_log() {
    let record = Record::new(Backend::Sqlite);
    let refused = record.run(&["audit", "verify"]).expect_code(1);
    assert!(refused.stderr.contains("there is no record in"), "{}", refused.stderr);
}
