//! Two servers on one PostgreSQL do as one would.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use serde_json::{Value, json};

const WRITERS: usize = 8;
const ARTICLES: usize = 6;

struct Pair {
    record: Record,
    servers: [Server; 2],
    key: String,
}

impl Pair {
    fn open() -> Self {
        let record = Record::new(Backend::Postgres);
        record.run(&["migrate"]).expect_success();
        let key = record.key(&["--role", "administrator", "--name", "Desk"]);
        let servers = [record.serve(&[]), record.serve(&[])];
        Self { record, servers, key }
    }

    fn desk(&self, server: usize) -> Client {
        self.servers[server].client("/editorial/graphql", Some(&self.key))
    }

    fn topic(&self, server: usize, name: &str) -> Value {
        self.desk(server).draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": name }] }))
    }

    /// The schedules that were done, as the log has them: the entries of each.
    fn released(&self, server: usize) -> Vec<Value> {
        let log = self.desk(server).data("{ auditLog(first: 100) { origin contentIds } }", json!({}));
        let of_scheduler = log["auditLog"].as_array().unwrap().iter().filter(|one| one["origin"] == "scheduler");
        of_scheduler.map(|one| one["contentIds"][0].clone()).collect()
    }
}

/// When each topic became public, `None` for one that is not.
fn lives(server: &Server, ids: &[Value]) -> Vec<Option<String>> {
    let document = "query($id: ID!) { topic(contentId: $id) { versions { nodes { liveFrom } } } }";
    let life = |id: &Value| {
        let topic = server.data(document, json!({ "id": id }))["topic"].take();
        let versions = topic["versions"]["nodes"].as_array()?;
        assert_eq!(versions.len(), 1, "{topic}");
        Some(versions[0]["liveFrom"].as_str().unwrap().to_owned())
    };
    ids.iter().map(life).collect()
}

fn soon() -> DateTime<Utc> {
    DateTime::from_timestamp(SystemClock.now().timestamp() + 4, 0).unwrap()
}

fn written(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[test]
fn writers_at_both_leave_no_gap_in_the_journal() {
    let pair = Pair::open();
    let published: Vec<Value> = std::thread::scope(|scope| {
        let write = |writer: usize| {
            let desk = pair.desk(writer % 2);
            move || {
                let text = |title: &str| json!({ "locale": "fr", "headline": title, "body": { "markdown": "Un.\n" } });
                let publish = |one: &Value| {
                    desk.done("contentPublish", json!({ "items": [one] }));
                };
                let article = |number: usize| {
                    let texts = json!([text(&format!("{writer} {number}"))]);
                    let input = json!({ "kind": "NEWS", "issuedAt": "2026-03-01T09:00:00Z", "texts": texts });
                    let mut one = desk.draft("articleCreate", input);
                    publish(&one);
                    one["texts"] = json!([text(&format!("{writer} {number}, again"))]);
                    publish(&desk.draft("articleUpdate", one.clone()));
                    one["contentId"].take()
                };
                (0..ARTICLES).map(article).collect::<Vec<_>>()
            }
        };
        let writers: Vec<_> = (0..WRITERS).map(|writer| scope.spawn(write(writer))).collect();
        writers.into_iter().flat_map(|writer| writer.join().unwrap()).collect()
    });
    let doctor = pair.record.run(&["doctor"]).expect_success();
    let publications = 2 * WRITERS * ARTICLES;
    assert!(
        doctor.stdout.contains("no gap") && doctor.stdout.contains(&format!("{publications} ")),
        "{}",
        doctor.stdout
    );
    let document = "query($id: ID!) { article(contentId: $id) { title versions { totalCount nodes { number } } } }";
    for server in &pair.servers {
        for id in &published {
            let article = server.data(document, json!({ "id": id }))["article"].take();
            assert!(article["title"].as_str().unwrap().ends_with("again"), "{article}");
            assert_eq!(article["versions"]["nodes"], json!([{ "number": 2 }, { "number": 1 }]));
        }
        let count = server.data("{ articles { totalCount } }", json!({}));
        assert_eq!(count, json!({ "articles": { "totalCount": WRITERS * ARTICLES } }));
    }
    pair.record.run(&["audit", "verify"]).expect_success();
    println!("{publications} publications by {WRITERS} writers at two servers: no gap");
}

#[test]
fn what_is_scheduled_is_published_once_whoever_does_it() {
    let mut pair = Pair::open();
    let due = soon();
    let topics: Vec<Value> = (0..6).map(|number| pair.topic(number % 2, &format!("Topic {number}"))).collect();
    for (number, topic) in topics.iter().enumerate() {
        pair.desk(number % 2).done("contentSchedule", json!({ "items": [topic], "at": written(due) }));
    }
    let ids: Vec<Value> = topics.iter().map(|topic| topic["contentId"].clone()).collect();
    loop {
        let seen = pair.servers.each_ref().map(|server| lives(server, &ids)).concat();
        let now = SystemClock.now();
        assert!(now >= due || seen.iter().all(Option::is_none), "early: {seen:?}");
        if seen.iter().all(Option::is_some) {
            break;
        }
        assert!(now < due + TimeDelta::seconds(60), "{}", pair.servers[0].said());
        std::thread::sleep(Duration::from_millis(10));
    }
    let late = SystemClock.now() - due;
    // Both look five times a second.
    std::thread::sleep(Duration::from_secs(1));
    for server in &pair.servers {
        assert_eq!(lives(server, &ids), vec![Some(written(due)); 6]);
    }
    let released = pair.released(0);
    let once: BTreeSet<String> = released.iter().map(Value::to_string).collect();
    assert_eq!((released.len(), once), (6, ids.iter().map(Value::to_string).collect()), "each is released once");
    println!(
        "six schedules at two servers: all public {} ms after the instant, each released once",
        late.num_milliseconds()
    );

    // The one that took the schedule is gone; the other does it.
    let due = soon();
    let last = pair.topic(0, "Last");
    pair.desk(0).done("contentSchedule", json!({ "items": [last], "at": written(due) }));
    pair.servers[0].kill();
    let ids = [last["contentId"].clone()];
    while lives(&pair.servers[1], &ids).contains(&None) {
        assert!(SystemClock.now() < due + TimeDelta::seconds(60), "{}", pair.servers[1].said());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!(lives(&pair.servers[1], &ids), [Some(written(due))]);
    assert_eq!(pair.released(1).len(), 7);
    assert!(pair.record.run(&["doctor"]).expect_success().stdout.contains("no gap"));
}

#[test]
fn a_key_revoked_by_a_command_opens_neither_within_five_seconds() {
    let pair = Pair::open();
    let editor = pair.record.key(&["--role", "editor", "--name", "Editor"]);
    let partner = pair.record.key(&["--delivery", "--embargo", "--name", "Partner"]);
    for (key, path) in [(&editor, "/editorial/graphql"), (&partner, "/graphql")] {
        let clients = [0, 1].map(|server| pair.servers[server].client(path, Some(key)));
        let status = |client: &Client| client.post("{ __typename }", &json!({})).unwrap().status;
        assert_eq!(clients.each_ref().map(status), [200, 200]);
        pair.record.run(&["key", "revoke", key.split('_').nth(2).unwrap()]).expect_success();
        let revoked = Instant::now();
        // Asked all the while, over the same connections. One that refuses is not asked on: it counts failures.
        let mut open = clients.to_vec();
        while !open.is_empty() {
            open.retain(|client| status(client) != 401);
            assert!(revoked.elapsed() < Duration::from_secs(5), "a revoked key opens a door");
            std::thread::sleep(Duration::from_millis(20));
        }
        println!("{path}: refused by both {} ms after it was revoked", revoked.elapsed().as_millis());
    }
}
