//! How long after its instant what was scheduled is public.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::Record;
use rstest::rstest;
use serde_json::json;

/// How many are scheduled.
const COUNT: usize = 24;
/// Pauses between their instants: several fall between two looks of the scheduler.
const STEP: TimeDelta = TimeDelta::milliseconds(70);
/// What is not public by then never will be.
const PATIENCE: TimeDelta = TimeDelta::seconds(30);

#[rstest]
fn what_is_scheduled_is_public_soon_after_its_instant_and_never_before(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = record.serve(&[]);
    let desk = server.client("/editorial/graphql", Some(&key));
    let topics: Vec<_> = (0..COUNT)
        .map(|number| desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": format!("T{number}") }] })))
        .collect();
    let mut waiting: BTreeMap<usize, DateTime<Utc>> = BTreeMap::new();
    // Far enough off to schedule all of them before, however busy the machine is.
    let begin = SystemClock.now() + TimeDelta::seconds(15);
    for (number, topic) in topics.iter().enumerate() {
        let due = begin + STEP * number.try_into().unwrap();
        let at = due.to_rfc3339_opts(SecondsFormat::Millis, true);
        desk.done("contentSchedule", json!({ "items": [topic], "at": at }));
        // As it was said, to the millisecond.
        waiting.insert(number, at.parse().unwrap());
    }

    let public = server.client("/graphql", None);
    let mut late = Vec::new();
    while !waiting.is_empty() {
        let before = SystemClock.now();
        let answer = public.data("{ topics(first: 50) { nodes { contentId } } }", json!({}));
        let seen = SystemClock.now();
        let nodes = answer["topics"]["nodes"].as_array().unwrap();
        waiting.retain(|number, due| {
            let is_public = nodes.iter().any(|node| node["contentId"] == topics[*number]["contentId"]);
            assert!(!is_public || seen >= *due, "T{number} is due at {due} and was public at {seen}");
            assert!(is_public || before < *due + PATIENCE, "T{number} is due at {due} and not public at {before}");
            if is_public {
                late.push((seen - *due).num_milliseconds());
            }
            !is_public
        });
        std::thread::sleep(Duration::from_millis(5));
    }
    late.sort_unstable();
    let (p50, max) = (late[COUNT / 2], late[COUNT - 1]);
    println!(
        "{backend:?}: {COUNT} schedules, public p50 {p50} ms, max {max} ms after their instants; the aim is 1,000"
    );
}
