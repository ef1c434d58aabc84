//! From a draft to the public, told over HTTP.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::{Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

const NAMES: &str = "{ topics { nodes { name } } }";

fn key(record: &Record, args: &[&str]) -> String {
    let made = record.run(&[&["key", "create"], args].concat()).expect_success();
    format!("Bearer {}", made.stdout.trim())
}

fn ask(server: &Server, path: &str, credentials: &str, query: &str) -> Value {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let request = agent.post(format!("{}{path}", server.address())).header("authorization", credentials);
    let mut answer = request.send_json(json!({ "query": query })).expect("the server answers");
    let mut answer: Value = answer.body_mut().read_json().expect("the answer is JSON");
    assert_eq!(answer.get("errors"), None, "{query}");
    answer["data"].take()
}

#[rstest]
fn an_entitled_key_sees_an_embargoed_entry_at_once_and_the_public_when_it_is_time(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let desk = key(&record, &["--role", "publisher", "--name", "Desk"]);
    let partner = key(&record, &["--delivery", "--embargo", "--name", "Partner"]);
    let server = record.serve(&[]);
    let act = |query: &str| ask(&server, "/editorial/graphql", &desk, query);
    let made =
        act("mutation { topicCreate(input: { texts: [{ locale: \"fr\", name: \"Eau\" }] }) { draft { contentId } } }");
    let id = made["topicCreate"]["draft"]["contentId"].as_str().unwrap();
    let token = act(&format!("mutation {{ previewTokenCreate(input: {{ contentId: \"{id}\" }}) {{ token }} }}"));
    let token = format!("Bearer {}", token["previewTokenCreate"]["token"].as_str().unwrap());
    let (shown, nothing) =
        (json!({ "topics": { "nodes": [{ "name": "Eau" }] } }), json!({ "topics": { "nodes": [] } }));
    assert_eq!(ask(&server, "/preview/graphql", &token, NAMES), shown);
    assert_eq!(
        (ask(&server, "/graphql", &partner, NAMES), server.data(NAMES, json!({}))),
        (nothing.clone(), nothing.clone())
    );

    let schedule = |at: &str| {
        let input = format!("items: [{{ contentId: \"{id}\", expectedRevision: 1 }}], at: \"{at}\"");
        act(&format!(
            "mutation {{ contentEmbargo(input: {{ {input} }}) {{ schedule {{ id }} userErrors {{ message }} }} }}"
        ))
    };
    let waiting = schedule("2099-01-01T00:00:00Z");
    let schedule_id = waiting["contentEmbargo"]["schedule"]["id"].as_str().unwrap_or_else(|| panic!("{waiting}"));
    assert_eq!(ask(&server, "/graphql", &partner, NAMES), shown);
    assert_eq!(server.data(NAMES, json!({})), nothing);

    let now = std::process::Command::new("date").args(["-u", "-d", "+2 seconds", "+%FT%TZ"]).output().unwrap();
    let now = String::from_utf8(now.stdout).unwrap();
    let input = format!("scheduleId: \"{schedule_id}\", at: \"{}\"", now.trim());
    act(&format!("mutation {{ scheduleMove(input: {{ {input} }}) {{ schedule {{ id }} userErrors {{ message }} }} }}"));
    let moved = Instant::now();
    while server.data(NAMES, json!({})) != shown {
        assert!(moved.elapsed() < Duration::from_secs(30), "{}", server.said());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(ask(&server, "/graphql", &partner, NAMES), shown);
    record.run(&["audit", "verify"]).expect_success();
    if backend == Backend::Postgres {
        record.sql("ALTER TABLE editorial.audit DISABLE TRIGGER USER");
        record.sql("UPDATE editorial.audit SET author = 'key:somebody' WHERE number = 2");
        let broken = record.run(&["audit", "verify"]).expect_code(1);
        assert!(broken.stdout.contains("record 2 was altered"), "{broken:?}");
    }
}
