//! A partner's developer, with the documentation alone.

use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::{Record, workspace};
use rstest::rstest;

use crate::tools::{node, python};

/// The only block of code in a language that a page has.
fn code(page: &str, language: &str) -> String {
    let page = std::fs::read_to_string(workspace().join("docs").join(page)).expect("there is the page");
    let fence = format!("```{language}\n");
    let (_, rest) = page.split_once(&fence).unwrap_or_else(|| panic!("no block of {language}"));
    let (code, rest) = rest.split_once("```\n").expect("it ends");
    assert!(!rest.contains(&fence), "two blocks of {language}");
    code.to_owned()
}

#[rstest]
fn from_key_to_first_verified_item_as_the_page_says(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let record = Record::with_demo(backend);
    record.run(&["key", "init", "--log", "api.example.org/log"]).expect_success();
    record.run(&["partner", "add", "Studio Tamani"]).expect_success();
    let key = record.run(&["partner", "key", "Studio Tamani"]).expect_success().stdout.trim().to_owned();
    let server = record.serve(&[]);
    let start = Instant::now();
    while ureq::get(format!("{}/v1/changes?limit=1", server.address())).call().is_err() || !is_stated(server.address())
    {
        assert!(start.elapsed() < Duration::from_secs(60), "nothing is stated");
        std::thread::sleep(Duration::from_millis(100));
    }
    python("-c", &[&code("syndication.md", "python"), server.address(), &key]);
    node("--input-type=module", &["-e", &code("syndication.md", "js"), server.address(), &key]);
    let usage = record.run(&["partner", "usage", "Studio Tamani"]);
    println!("{}", usage.stdout);
}

/// Whether the first items that a partner is told of have their statements.
fn is_stated(address: &str) -> bool {
    let page = ureq::get(format!("{address}/v1/changes?limit=10")).call().expect("it answers");
    let page: serde_json::Value = serde_json::from_reader(page.into_body().into_reader()).expect("JSON");
    let links = page["changes"].as_array().expect("a list").iter().map(|change| change["links"]["statement"].clone());
    links.into_iter().all(|link| ureq::get(link.as_str().expect("what is issued is stated")).call().is_ok())
}
