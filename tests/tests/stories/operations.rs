//! Documents of clients are stored at the command line and served by their names.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::{Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

/// What the tools make of `tests/documents`.
const MANIFESTS: [(&str, &str); 3] = [
    ("codegen", include_str!("../../conformance/manifests/codegen.json")),
    ("relay", include_str!("../../conformance/manifests/relay.json")),
    ("apollo", include_str!("../../conformance/manifests/apollo.json")),
];

fn manifest(record: &Record, name: &str, text: &str) -> String {
    let file = record.directory().join(format!("{name}.json"));
    std::fs::write(&file, text).unwrap();
    file.display().to_string()
}

fn ids(name: &str, text: &str) -> Vec<String> {
    let manifest: Value = serde_json::from_str(text).unwrap();
    match name {
        "apollo" => {
            let operations = manifest["operations"].as_array().unwrap();
            operations.iter().map(|one| one["id"].as_str().unwrap().to_owned()).collect()
        }
        _ => manifest.as_object().unwrap().keys().cloned().collect(),
    }
}

/// Code of the error an id is answered with; `None` where its document ran, with variables or for want of them.
fn refusal(server: &Server, id: &str) -> Option<String> {
    let id: String = id.replace(':', "%3A");
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let mut response = agent.get(format!("{}/graphql?documentId={id}", server.address())).call().unwrap();
    let answer: Value = serde_json::from_str(&response.body_mut().read_to_string().unwrap()).unwrap();
    let code = answer["errors"][0]["extensions"]["code"].as_str()?;
    (code != "BAD_USER_INPUT").then(|| code.to_owned())
}

/// Waits until an id is answered as expected; servers hear of changes within seconds.
fn expect(server: &Server, id: &str, expected: Option<&str>) {
    let mut seen = None;
    for _ in 0..200 {
        seen = refusal(server, id);
        if seen.as_deref() == expected {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{id}: {seen:?}, not {expected:?}");
}

#[rstest]
fn the_manifests_of_the_tools_are_stored_served_and_taken_out_while_servers_run(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::with_demo(backend);
    let mut trusting = record.command(&["serve", "--bind", "127.0.0.1:0", "--delivery-only"]);
    trusting.env("GRIOT_OPERATIONS_MODE", "trusted");
    let servers = [record.serve(&[]), Server::start(trusting)];
    for (name, text) in MANIFESTS {
        let file = manifest(&record, name, text);
        let told = record.run(&["operations", "import", &file]).expect_success().stdout;
        assert!(told.contains("6 documents, 6 of them new"), "{told}");
        let told = record.run(&["operations", "import", &file]).expect_success().stdout;
        assert!(told.contains("6 documents, 0 of them new"), "{told}");
        for (server, id) in servers.iter().flat_map(|server| ids(name, text).into_iter().map(move |id| (server, id))) {
            expect(server, &id, None);
        }
    }
    let page = servers[1].graphql("{ articles { totalCount } }", json!({}));
    assert_eq!(page["errors"][0]["extensions"]["code"], "PERSISTED_QUERY_REQUIRED");
    assert!(servers[0].data("{ articles { totalCount } }", json!({}))["articles"]["totalCount"].as_u64() > Some(0));

    let listed = record.run(&["operations", "list"]).expect_success().stdout;
    assert_eq!(listed.lines().count(), 18, "{listed}");
    let front = |tool: &str| {
        let is_front = |line: &&str| line.contains("  FrontPage") && line.contains(tool);
        listed.lines().find(is_front).unwrap_or_else(|| panic!("{tool}: {listed}"))
    };
    for tool in ["codegen", "relay", "apollo"] {
        assert!(front(tool).ends_with("  runs"), "{listed}");
    }
    let gone = front("relay").split(' ').next().unwrap();
    record.run(&["operations", "remove", gone, "nothing"]).expect_code(1);
    expect(&servers[1], gone, None);
    // Both servers keep an answer to it by now.
    for server in &servers {
        expect(server, gone, None);
    }
    record.run(&["operations", "remove", gone]).expect_success();
    let removed = Instant::now();
    for server in &servers {
        expect(server, gone, Some("PERSISTED_QUERY_NOT_FOUND"));
    }
    println!("{backend:?}: refused by both servers {} ms after it was taken out", removed.elapsed().as_millis());
}

#[test]
fn a_manifest_with_a_document_that_is_refused_is_not_stored_at_all() {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let good = r#""0123456789abcdef0123456789abcdef": "query Good { articles { totalCount } }""#;
    let deep = format!("{{ {}x{} }}", "a{".repeat(5_000), "}".repeat(5_000));
    let bad = [
        ("query Bad { secret }".to_owned(), "(Bad)", "line 1, column 13"),
        ("{".to_owned(), "syntax", ""),
        (deep, "brackets inside each other", ""),
        (format!("{{ articles {{ totalCount }} }} #{}", "x".repeat(17_000)), "bytes of the document", ""),
        (
            "query A { a1: articles(first: 100) { nodes { related(first: 100) { nodes { title } } } } }".to_owned(),
            "cost",
            "",
        ),
        ("fragment F on Article { title }".to_owned(), "", ""),
    ];
    for (document, told, place) in bad {
        let document = Value::String(document);
        let text = format!(r#"{{{good}, "fedcba9876543210fedcba9876543210": {document}}}"#);
        let file = manifest(&record, "bad", &text);
        let refused = record.run(&["operations", "import", &file]).expect_code(1).stderr;
        assert!(refused.contains("bad.json: document fedcba9876543210fedcba9876543210"), "{refused}");
        assert!(refused.to_lowercase().contains(&told.to_lowercase()) && refused.contains(place), "{refused}");
        assert!(refused.contains("1 of 2 documents are refused, so none was stored"), "{refused}");
        assert_eq!(record.run(&["operations", "list"]).expect_success().stdout, "");
    }
    let one = manifest(&record, "one", r#"{"page": "{ articles { totalCount } }"}"#);
    let two =
        manifest(&record, "two", r#"{"page": "{ people { totalCount } }", "other": "{ people { totalCount } }"}"#);
    let twice = record.run(&["operations", "import", &one, &two]).expect_code(1).stderr;
    assert!(twice.contains("document page stands in the manifests twice"), "{twice}");
    record.run(&["operations", "import", &one]).expect_success();
    let taken = record.run(&["operations", "import", &two]).expect_code(1).stderr;
    assert!(taken.contains("another document is stored under page"), "{taken}");
    assert_eq!(record.run(&["operations", "list"]).expect_success().stdout.lines().count(), 1);
}
