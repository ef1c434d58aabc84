//! A machine that delivers and holds nothing else.

use griot_testbed::Backend;
use griot_tests::Record;
use rstest::rstest;
use serde_json::json;

const PAGE: &str = "{ articles(first: 5) { nodes { title slug } totalCount } people { totalCount } }";

#[rstest]
fn delivery_answers_alike_with_nothing_but_what_is_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::with_demo(backend);
    let whole = record.serve(&[]);
    let page = whole.data(PAGE, json!({}));
    drop(whole);
    match backend {
        Backend::Sqlite => {
            for store in ["editorial", "embargoed"] {
                for ending in ["db", "db-wal", "db-shm"] {
                    std::fs::remove_file(record.data().join(format!("{store}.{ending}"))).ok();
                }
            }
        }
        Backend::Postgres => {
            for schema in ["preview", "early", "editorial", "embargoed"] {
                record.sql(&format!("DROP SCHEMA {schema} CASCADE"));
            }
        }
    }
    let server = record.serve(&["--delivery-only"]);
    assert_eq!(server.data(PAGE, json!({})), page);
    let status = |path: &str, credentials: Option<&str>| {
        let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
        let mut request = agent.get(format!("{}{path}?query=%7B__typename%7D", server.address()));
        if let Some(credentials) = credentials {
            request = request.header("authorization", credentials);
        }
        request.call().unwrap().status().as_u16()
    };
    assert_eq!((status("/preview/graphql", None), status("/editorial/graphql", None)), (404, 404));
    assert_eq!((status("/graphql", None), status("/graphql", Some("Bearer griot_d_x"))), (200, 401));
    assert_eq!((status("/health/live", None), status("/health/ready", None)), (200, 200));
    if backend == Backend::Sqlite {
        assert!(!record.data().join("editorial.db").exists(), "none is made");
    }
}

#[test]
fn it_makes_no_record_and_says_what_does() {
    let record = Record::new(Backend::Sqlite);
    let refused = record.run(&["serve", "--bind", "127.0.0.1:0", "--delivery-only"]).expect_code(1);
    assert!(refused.stderr.contains("griot migrate"), "{}", refused.stderr);
    assert!(!record.data().exists());
    record.run(&["serve", "--demo", "--delivery-only"]).expect_code(2);
}

#[test]
fn a_login_that_may_only_read_is_all_it_needs_of_postgresql() {
    let record = Record::with_demo(Backend::Postgres);
    record.sql("CREATE ROLE story_reader LOGIN IN ROLE griot_delivery");
    let mut command = std::process::Command::new(griot_tests::binary());
    command.args(["serve", "--bind", "127.0.0.1:0", "--delivery-only"]).current_dir(record.directory());
    command.env("GRIOT_DELIVERY_DATABASE_URL", record.url_as("story_reader"));
    let server = griot_tests::Server::start(command);
    assert!(server.data(PAGE, json!({}))["articles"]["totalCount"].as_u64().is_some_and(|count| count > 0));
}
