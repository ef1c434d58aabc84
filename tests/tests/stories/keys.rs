//! Keys are made, listed, replaced and revoked at the command line.

use griot_persistence::{EditorialStore, Location};
use griot_testbed::Backend;
use griot_tests::Record;
use rstest::rstest;
use serde_json::json;

fn made(record: &Record, args: &[&str]) -> (String, String) {
    split(record.run(&[&["key"], args].concat()).expect_success().stdout)
}

/// The public part of a key, and the key.
fn split(output: String) -> (String, String) {
    let key = output.trim().to_owned();
    let id = key.split('_').nth(2).expect("the public part is the third").to_owned();
    (id, key)
}

#[rstest]
fn a_key_is_made_replaced_and_revoked(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let (first, key) = made(&record, &["create", "--role", "editor", "--name", "Awa Traoré", "--expires", "90d"]);
    assert!(key.starts_with("griot_e_") && key.len() == 73, "{key}");
    let (partner, partner_key) = made(&record, &["create", "--delivery", "--embargo", "--name", "Partner site"]);
    assert!(partner_key.starts_with("griot_d_"), "{partner_key}");

    let (second, _) = made(&record, &["rotate", &first]);
    let refused = record.run(&["key", "rotate", &first]).expect_code(1);
    assert!(refused.stderr.contains("has two live keys already") && refused.stderr.contains(&second), "{refused:?}");
    record.run(&["key", "revoke", &first]).expect_success();

    let listed = record.run(&["key", "list"]).expect_success().stdout;
    let line = |id: &str| listed.lines().find(|line| line.starts_with(id)).unwrap_or_else(|| panic!("{id}: {listed}"));
    assert!(line(&first).contains("Awa Traoré") && line(&first).contains("editor"), "{listed}");
    assert!(line(&first).contains("revoked on"), "{listed}");
    assert!(line(&second).contains("Awa Traoré") && line(&second).ends_with("live"), "{listed}");
    assert!(line(&partner).contains("delivery, embargo") && line(&partner).contains("never"), "{listed}");
    let secret = &key[21..64];
    assert!(!listed.contains(secret), "a secret is shown once");
}

#[rstest]
fn what_is_done_with_keys_stands_in_the_audit_log(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let (first, key) = made(&record, &["create", "--role", "editor", "--name", "Awa Traoré"]);
    let (partner, _) = made(&record, &["create", "--delivery", "--embargo", "--name", "Partner site"]);
    record.run(&["key", "rotate", "nobody"]).expect_code(1);
    let rotate = record.command(&["key", "rotate", &first]).env("USER", "sekou").output().unwrap();
    let (second, _) = split(String::from_utf8(rotate.stdout).unwrap());
    record.run(&["key", "revoke", &key]).expect_success();
    record.run(&["key", "list"]).expect_success();
    let whole = record.run(&["audit", "verify"]).expect_success().stdout;
    assert!(whole.contains("its last record is number 4"), "{whole}");

    let location = match backend {
        Backend::Sqlite => Location::Sqlite { data_dir: record.data() },
        Backend::Postgres => Location::Postgres { url: record.url().to_owned(), delivery_url: None },
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let mut log =
        runtime.block_on(async { EditorialStore::open(&location).await.unwrap().audit_page(None, 10).await.unwrap() });
    log.reverse();
    let told: Vec<_> = log.iter().map(|one| one.record.detail.clone()).collect();
    let expected = [
        json!({ "act": "create", "key": first, "name": "Awa Traoré", "opens": "editor" }),
        json!({ "act": "create", "key": partner, "name": "Partner site", "opens": "delivery, embargo" }),
        json!({ "act": "rotate", "key": second, "of": first }),
        json!({ "act": "revoke", "key": first }),
    ];
    assert_eq!(told, expected, "what failed is not there, nor any secret");
    for one in &log {
        assert!(one.record.author.starts_with("cli:"), "{one:?}");
        assert_eq!((one.record.verb.as_str(), one.record.origin.as_str()), ("manage keys", "griot key"));
    }
    assert_eq!(log[2].record.author, "cli:sekou");
}

#[test]
fn no_secret_is_in_the_files_of_the_record() {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let (id, key) = made(&record, &["create", "--role", "publisher", "--name", "Desk"]);
    let mut has_id = false;
    for file in std::fs::read_dir(record.data()).unwrap() {
        let bytes = std::fs::read(file.unwrap().path()).unwrap_or_default();
        let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
        has_id |= holds(&id);
        assert!(!holds(&key[21..64]));
    }
    assert!(has_id, "the key itself is there");
}

#[rstest]
#[case(&["create", "--role", "chief", "--name", "x"], 2, "use author, editor, publisher or administrator")]
#[case(&["create", "--name", "x"], 2, "--role")]
#[case(&["create", "--role", "editor", "--delivery", "--name", "x"], 2, "cannot be used with")]
#[case(&["create", "--role", "editor", "--embargo", "--name", "x"], 2, "cannot be used with")]
#[case(&["create", "--role", "editor", "--name", "x", "--expires", "soon"], 2, "such as 90d")]
#[case(&["create", "--role", "editor", "--name", " "], 1, "is not a name")]
#[case(&["revoke", "nobody"], 1, "there is no key nobody; `griot key list` shows them")]
#[case(&["rotate", "nobody"], 1, "there is no live key nobody")]
fn a_mistake_is_told_with_the_remedy(#[case] args: &[&str], #[case] code: i32, #[case] says: &str) {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let ran = record.run(&[&["key"], args].concat()).expect_code(code);
    assert!(ran.stderr.contains(says), "{}", ran.stderr);
    assert!(record.run(&["key", "list"]).expect_success().stdout.is_empty(), "nothing was made");
}

#[test]
fn a_record_that_is_only_delivered_has_no_keys() {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    std::fs::remove_file(record.data().join("editorial.db")).unwrap();
    let ran = record.run(&["key", "list"]).expect_code(1);
    assert!(ran.stderr.contains("there is no editorial store at"), "{}", ran.stderr);
}
