//! The machine's clock jumps while something waits for its instant.

use std::process::Command;
use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::{Client, Record, Server, WallClock};
use rstest::rstest;
use serde_json::{Value, json};

/// Seconds: a minute and a half, an hour, a day, both ways.
const JUMPS: [i64; 6] = [90, -90, 3_600, -3_600, 86_400, -86_400];
const SERVE: [&str; 3] = ["serve", "--bind", "127.0.0.1:0"];
const ALARM: &str = "the clock has jumped";

#[rstest]
fn whatever_the_clock_does_nothing_is_public_early_twice_or_no_more(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    std::thread::scope(|scope| {
        for jump in JUMPS {
            scope.spawn(move || survive(backend, jump));
        }
    });
}

fn survive(backend: Backend, jump: i64) {
    let record = Record::new(backend);
    record.run(&["migrate"]).expect_success();
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let mut command = record.command(&SERVE);
    let clock = WallClock::of(&mut command, record.directory());
    let mut story = Story::begin(command, &key);

    let (first, first_due) = story.schedule("First");
    story.wait_until_public(&first, first_due);
    let (second, due) = story.schedule("Second");
    assert_eq!(story.server.status("/health/ready"), 200);
    clock.set(jump);
    story.wait("the clock of the server has jumped", || (story.off_by_s() - jump).abs() <= 2);
    // A jump forwards is seen at once, one backwards when the instant has passed.
    story.wait("the alarm", || story.server.said().contains(ALARM) && story.server.status("/health/ready") == 503);
    if jump < 0 {
        story.wait("its instant", || SystemClock.now() > due + TimeDelta::milliseconds(500));
    }
    assert_eq!(story.lives(&second), json!([]), "{jump}: nothing is published by a clock that is off");
    assert_eq!(story.lives(&first).as_array().unwrap().len(), 1, "{jump}: what was public stays public");

    // A new start does not make the clock right.
    story.server.kill();
    let mut command = record.command(&SERVE);
    clock.give(&mut command);
    let story = Story::begin(command, &key);
    story.wait("the alarm", || story.server.said().contains(ALARM) && story.server.status("/health/ready") == 503);
    assert_eq!(story.lives(&second), json!([]), "{jump}: nothing is published by a clock that was off at the start");
    assert_eq!(story.lives(&first).as_array().unwrap().len(), 1, "{jump}: what was public stays public");

    clock.set(0);
    story.wait_until_public(&second, due);
    story.wait("trust in the clock", || story.server.status("/health/ready") == 200);
    // Nothing waits any more: a jump is nobody's concern, and takes nothing back.
    clock.set(jump);
    story.wait("the clock of the server has jumped again", || (story.off_by_s() - jump).abs() <= 2);
    std::thread::sleep(Duration::from_millis(500));
    for (id, due) in [(&first, first_due), (&second, due)] {
        assert_eq!(story.lives(id), json!([{ "liveFrom": written(due) }]), "{jump}: public once, from its instant");
    }
    clock.set(0);
    let log = story.desk.data("{ auditLog(first: 20) { origin verb contentIds } }", json!({}));
    let released: Vec<&Value> =
        log["auditLog"].as_array().unwrap().iter().filter(|one| one["origin"] == "scheduler").collect();
    assert_eq!(released.len(), 2, "{jump}: each is released once: {log}");
    println!("{backend:?} {jump:+} s: frozen, told, and published once from its instant");
}

#[test]
fn a_clock_that_was_wrong_at_first_is_trusted_on_somebodys_word() {
    let record = Record::new(Backend::Sqlite);
    record.run(&["migrate"]).expect_success();
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let mut command = record.command(&SERVE);
    let clock = WallClock::of(&mut command, record.directory());
    clock.set(-3_600);
    let story = Story::begin(command, &key);
    let (topic, due) = story.schedule("First");
    clock.set(0);
    story.wait("the alarm", || story.server.said().contains(ALARM) && story.server.status("/health/ready") == 503);
    story.wait("its instant", || SystemClock.now() > due + TimeDelta::milliseconds(500));
    assert_eq!(story.lives(&topic), json!([]));
    let said = record.run(&["clock", "trust"]).expect_success().stdout;
    assert!(said.starts_with("the clock of this machine is taken for right: "), "{said}");
    story.wait_until_public(&topic, due);
    story.wait("trust in the clock", || story.server.status("/health/ready") == 200);
}

struct Story {
    desk: Client,
    public: Client,
    server: Server,
}

impl Story {
    fn begin(command: Command, key: &str) -> Self {
        let server = Server::start(command);
        Self { desk: server.client("/editorial/graphql", Some(key)), public: server.client("/graphql", None), server }
    }

    /// A topic that becomes public some seconds from now, and when.
    fn schedule(&self, name: &str) -> (Value, DateTime<Utc>) {
        let topic = self.desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": name }] }));
        let due = DateTime::from_timestamp(SystemClock.now().timestamp() + 4, 0).unwrap();
        self.desk.done("contentSchedule", json!({ "items": [topic], "at": written(due) }));
        (topic["contentId"].clone(), due)
    }

    /// What was public of it since when; nothing when it is not public.
    fn lives(&self, id: &Value) -> Value {
        let document = "query($id: ID!) { topic(contentId: $id) { versions { nodes { liveFrom } } } }";
        let mut topic = self.public.data(document, json!({ "id": id }))["topic"].take();
        if topic.is_null() { json!([]) } else { topic["versions"]["nodes"].take() }
    }

    fn wait_until_public(&self, id: &Value, due: DateTime<Utc>) {
        self.wait("its being public", || {
            let is_public = self.lives(id) != json!([]);
            assert!(!is_public || SystemClock.now() >= due, "early: {}", self.server.said());
            is_public
        });
    }

    fn wait(&self, what: &str, until: impl Fn() -> bool) {
        let began = SystemClock.now();
        while !until() {
            let waited = SystemClock.now() - began;
            assert!(waited < TimeDelta::seconds(60), "waiting for {what}: {}", self.server.said());
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// How far the server's clock is from the right one, in seconds: what it says of a draft made now.
    fn off_by_s(&self) -> i64 {
        let topic = self.desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": "What time is it" }] }));
        let document = "query($id: ID!) { draft(contentId: $id) { revisions(first: 1) { at } } }";
        let draft = self.desk.data(document, json!({ "id": topic["contentId"] }));
        let at: DateTime<Utc> = draft["draft"]["revisions"][0]["at"].as_str().unwrap().parse().unwrap();
        (at - SystemClock.now()).num_seconds()
    }
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}
