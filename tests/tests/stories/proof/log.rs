//! What happens to the log and its keys over time.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use super::*;
use crate::tools::go;

#[rstest]
fn a_server_that_is_killed_while_it_states_goes_on_with_the_same_log(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (record, verifier) = office(backend);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let old = record.directory().join("old-checkpoint");
    let (mut sizes, mut items) = (Vec::new(), Vec::new());
    for round in 0..6u64 {
        let mut server = record.serve(&[]);
        let desk = server.client("/editorial/graphql", Some(&key));
        let mut last = String::new();
        // Everything of the demo is stated in the first round, and what is published in each.
        for number in 0..4 {
            items.push(publish(&desk, &article(&desk, &format!("ROUND {round} NUMBER {number}"))));
            last = checkpoint(&server);
        }
        std::thread::sleep(Duration::from_millis(7 * round));
        server.kill();
        sizes.push(size(&last));
        std::fs::write(&old, &last).unwrap();
        let mut server = record.serve(&[]);
        go("tlog/main.go", &[&format!("{}/log", server.address()), &verifier, path(&old)]);
        server.kill();
    }
    let server = record.serve(&[]);
    for version in items.iter().map(|item| version(item, 1)).chain(of_the_demo(&server)) {
        stated(&server, &version);
    }
    go("tlog/main.go", &[&format!("{}/log", server.address()), &verifier, path(&old)]);
    let end = size(&checkpoint(&server));
    let tile = get(&server, &format!("/log/tile/entries/000.p/{end}"));
    let entries = String::from_utf8_lossy(&tile.body).into_owned();
    for item in &items {
        let named = format!("-{}-fr\"", item["contentId"].as_str().unwrap());
        assert_eq!(entries.matches(&named).count(), 1, "each version is stated once");
    }
    println!("{backend:?}: killed when the log had {sizes:?} entries, at last {end}");
}

#[rstest]
fn a_key_that_follows_another_signs_and_both_are_known(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let (record, first_verifier) = office(backend);
    let refused = record.run(&["key", "init"]).expect_code(1).stderr;
    assert!(refused.contains("--rotate"), "{refused}");
    let server = record.serve(&[]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let desk_of = |server: &Server| server.client("/editorial/graphql", Some(&key));
    let item = publish(&desk_of(&server), &article(&desk_of(&server), "ONE"));
    let before = stated(&server, &version(&item, 1));
    drop(server);
    let second_verifier = record.run(&["key", "init", "--rotate"]).expect_success().stdout.trim().to_owned();
    let server = record.serve(&[]);
    let item = publish(&desk_of(&server), &article(&desk_of(&server), "TWO"));
    let after = stated(&server, &version(&item, 1));
    let kid = |jws: &str| {
        let header = URL_SAFE_NO_PAD.decode(jws.split('.').next().unwrap()).unwrap();
        serde_json::from_slice::<Value>(&header).unwrap()["kid"].clone()
    };
    let listed = get(&server, "/.well-known/jwks.json");
    assert!(listed.has("content-type", "application/jwk-set+json"));
    let listed = listed.json();
    let ids: Vec<&Value> = listed["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect();
    assert_eq!(ids, [&kid(&before), &kid(&after)]);
    assert!(listed["keys"][0]["exp"].is_i64() && listed["keys"][1]["exp"].is_null(), "{listed}");
    let log = format!("{}/log", server.address());
    for verifier in [&first_verifier, &second_verifier] {
        go("tlog/main.go", &[&log, verifier, "-"]);
    }
    let private = std::fs::read_dir(record.data().join("keys")).unwrap();
    for file in private {
        let file = file.unwrap().path();
        let seed = std::fs::read_to_string(&file).unwrap();
        let seed = seed.lines().find_map(|line| line.strip_prefix("seed ")).unwrap().to_owned();
        for told in [listed.to_string(), server.said(), record.export()] {
            assert!(!told.contains(&seed), "the key is told");
        }
    }
}

#[rstest]
fn a_server_that_only_delivers_tells_what_another_states(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (record, verifier) = office(backend);
    let writer = record.serve(&[]);
    let desk = desk(&record, &writer);
    let item = publish(&desk, &article(&desk, "ONE"));
    let statement = stated(&writer, &version(&item, 1));
    drop(writer);
    std::fs::rename(record.data().join("keys"), record.directory().join("elsewhere")).unwrap();
    let reader = record.serve(&["--delivery-only"]);
    assert_eq!(stated(&reader, &version(&item, 1)), statement);
    let folder = record.directory().join("copies");
    let copy = copy(&reader, &folder, &version(&item, 1));
    go("tlog/main.go", &[&format!("{}/log", reader.address()), &verifier, "-", path(&copy.proof)]);
    let text = std::fs::read(&copy.files["text"]).unwrap();
    assert_eq!(get(&reader, &format!("/v1/verify?sha256={}", sha256(&text))).json()["state"], "current");
}

#[rstest]
fn who_was_killed_changes_the_statements_of_what_named_them(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let (record, _) = office(backend);
    let server = record.serve(&[]);
    let desk = desk(&record, &server);
    let name = json!({ "given": "Awa", "family": "Diarra", "display": "Awa Diarra" });
    let person = publish(&desk, &desk.draft("personCreate", json!({ "name": name, "texts": [{ "locale": "fr" }] })));
    let draft = article(&desk, "Awa Diarra est reçue");
    let mention = json!({ "target": person["contentId"], "kind": "PERSON", "role": "SUBJECT", "words": "Awa Diarra",
        "passage": "HEADLINE", "offset": 0, "length": 10 });
    let named = json!({ "contentId": draft["contentId"], "expectedRevision": draft["expectedRevision"],
        "texts": [{ "locale": "fr", "headline": "Awa Diarra est reçue", "mentions": [mention] }] });
    let first = version(&publish(&desk, &desk.draft("articleUpdate", named)), 1);
    let before = stated(&server, &first);
    let ninjs = get(&server, &format!("{first}.ninjs.json"));
    assert!(ninjs.text().contains(person["contentId"].as_str().unwrap()), "{}", ninjs.text());

    act(&desk, "contentKill", &person);
    let begun = Instant::now();
    let after = loop {
        let now = stated(&server, &first);
        if now != before {
            break now;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it is not stated anew\n{}", server.said());
        std::thread::sleep(Duration::from_millis(50));
    };
    assert_eq!(payload(&after)["previous"], json!(sha256(before.as_bytes())));
    let stated_hashes = payload(&after)["subjects"].to_string();
    for (ending, _) in FORMS {
        let document = get(&server, &format!("{first}{ending}"));
        assert_eq!(document.status, 200, "{ending}");
        assert!(!document.text().contains(person["contentId"].as_str().unwrap()), "{}", document.text());
        assert!(stated_hashes.contains(&sha256(&document.body)), "{ending} is not what is stated");
    }
    // Whoever holds a copy of before is still told that it is genuine.
    let told = get(&server, &format!("/v1/verify?sha256={}", sha256(&ninjs.body))).json();
    assert_eq!(told["genuine"], json!(true), "{told}");
}

#[test]
fn an_entry_whose_documents_cannot_be_made_keeps_no_other_from_being_stated() {
    let record = record(Backend::Postgres);
    let server = record.serve(&[]);
    let desk = desk(&record, &server);
    let (broken, whole) = (publish(&desk, &article(&desk, "CASSÉ")), publish(&desk, &article(&desk, "ENTIER")));
    drop(server);
    let id = broken["contentId"].as_str().unwrap();
    // As after a fault of the disk. It is the first thing that is not stated yet.
    record.sql(&format!("UPDATE published.edition SET content = '{{' WHERE entry_id = '{id}'"));
    record.run(&["key", "init"]).expect_success();
    let server = record.serve(&[]);
    stated(&server, &version(&whole, 1));
    let missing = get(&server, &format!("{}.jws", version(&broken, 1)));
    assert_ne!(missing.status, 200, "{}", missing.text());
    let said = server.said();
    assert!(said.contains(id) && said.contains("cannot be made"), "{said}");

    // Nor is any other kept from partners.
    record.run(&["product", "add", "communiques", "--all", "kind:COMMUNIQUE"]).expect_success();
    record.run(&["partner", "add", "L’Essor", "--product", "communiques"]).expect_success();
    let key = record.run(&["partner", "key", "L’Essor"]).expect_success().stdout.trim().to_owned();
    let begun = Instant::now();
    loop {
        let request = ureq::get(format!("{}/v1/changes", server.address()));
        let mut told = request.header("authorization", &format!("Bearer {key}")).call().expect("it answers");
        let told = told.body_mut().read_to_string().unwrap();
        assert!(!told.contains(id), "{told}");
        if told.contains(whole["contentId"].as_str().unwrap()) {
            break;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{told}\n{}", server.said());
        std::thread::sleep(Duration::from_millis(100));
    }
}
