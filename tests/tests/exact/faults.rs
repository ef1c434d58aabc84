//! A database that is slow, cut, faulty or hung: whoever asks gets an answer, none is old and looks fresh, and all is as
//! before when it is over.

use std::process::Command;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::requests::{Answer, Ask, Wire};
use griot_tests::{Record, Server};
use serde_json::{Value, json};

use crate::pages::post;
use crate::proxy::{Line, Proxy};
use crate::servers::wait_until;

const SETTINGS: &str = "[metrics]\nbind = \"127.0.0.1:0\"\n";
/// Askers at work at once.
const ASKERS: usize = 4;
/// An answer may be older than what is published by as much: five seconds until nothing kept is trusted, and the look that
/// finds it out.
const OLD_FOR: Duration = Duration::from_millis(6_500);

/// What happens to the database.
#[derive(Clone, Copy, Debug)]
enum Fault {
    Line(Line),
    /// Every connection of the record is ended by the server.
    Terminated,
    /// Only the one that tells of publications is.
    Unheard,
    /// The server's processes stand still.
    Stopped,
}

const FAULTS: [(Fault, u64); 10] = [
    (Fault::Line(Line::Slow(60)), 3),
    (Fault::Line(Line::Narrow(30_000)), 3),
    (Fault::Line(Line::Sliced), 3),
    (Fault::Line(Line::Short(3_000)), 4),
    (Fault::Line(Line::Reset), 4),
    (Fault::Line(Line::Cut), 8),
    (Fault::Line(Line::Clogged), 9),
    (Fault::Terminated, 2),
    (Fault::Unheard, 2),
    (Fault::Stopped, 8),
];

/// Names of the topic `eau` in the order of their publication, each with the time of its acknowledgement.
#[derive(Default)]
struct Published(Mutex<Vec<(String, Instant)>>);

/// What the askers got.
#[derive(Default)]
struct Got {
    times: Vec<Duration>,
    fresh: usize,
    marked: usize,
    /// Without an answer although none of what they asked for was published anew.
    failed: usize,
    /// Without an answer, since the one that was there is known to be wrong.
    unknown: usize,
}

#[test]
fn whatever_becomes_of_the_database_nothing_old_looks_fresh() {
    let rounds: usize = std::env::var("GRIOT_FAULT_ROUNDS").map_or(1, |rounds| rounds.parse().expect("a number"));
    let record = Record::new(Backend::Postgres);
    std::fs::write(record.directory().join("griot.toml"), SETTINGS).unwrap();
    record.run(&["migrate"]).expect_success();
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let near = record.serve(&[]);
    let desk = near.client("/editorial/graphql", Some(&key));
    let text = json!({ "texts": [{ "locale": "fr", "name": "Eau 0", "slug": "eau" }] });
    let mut topic =
        desk.done("contentPublish", json!({ "items": [desk.draft("topicCreate", text)] }))["drafts"][0].clone();
    let published = Published(Mutex::new(vec![("Eau 0".to_owned(), Instant::now())]));
    let mut publish = |number: usize| {
        let change = json!({ "contentId": topic["contentId"], "expectedRevision": topic["revision"],
            "texts": [{ "locale": "fr", "name": format!("Eau {number}") }] });
        topic =
            desk.done("contentPublish", json!({ "items": [desk.draft("topicUpdate", change)] }))["drafts"][0].clone();
        published.0.lock().unwrap().push((format!("Eau {number}"), Instant::now()));
    };

    let (login, rest) = record.url().split_once('@').expect("the address names a login");
    let (server, database) = rest.split_once('/').expect("the address names a database");
    let proxy = Proxy::to(server.to_owned());
    let url = format!("{login}@{}/{database}", proxy.address);
    let far = Server::start(record.command_at(&url, &["serve", "--bind", "127.0.0.1:0", "--delivery-only"]));
    wait_until(|| far.figure("griot_tail_blind") == 0.0);
    let wire = Wire::to(far.address());
    for ask in asked() {
        wire.send(&ask);
    }
    let before = held(&far);
    let mut number = 0;
    for round in 0..rounds {
        for (fault, seconds) in FAULTS {
            let is_over = AtomicBool::new(false);
            let got = std::thread::scope(|scope| {
                let askers: Vec<_> = (0..ASKERS)
                    .map(|asker| {
                        scope.spawn({
                            let (far, published, is_over) = (&far, &published, &is_over);
                            move || ask(far, published, is_over, asker)
                        })
                    })
                    .collect();
                let over = Over(&is_over);
                let begun = Instant::now();
                let stopped = begin(fault, &proxy, &record);
                // What stands still, or has just lost its connections, publishes nothing.
                let is_quiet = matches!(fault, Fault::Stopped | Fault::Terminated);
                while begun.elapsed() < Duration::from_secs(seconds) {
                    if !is_quiet {
                        number += 1;
                        publish(number);
                    }
                    std::thread::sleep(Duration::from_millis(700));
                }
                proxy.set(Line::Whole);
                signal("-CONT", &stopped);
                let mended = Instant::now();
                number += 1;
                publish(number);
                let name = format!("Eau {number}");
                let is_shown = || {
                    let answer = wire.send(&asked()[0]);
                    answer.header("cache-status").is_none() && String::from_utf8_lossy(&answer.body).contains(&name)
                };
                wait_until(|| is_shown() && far.figure("griot_tail_blind") == 0.0);
                let mended = mended.elapsed();
                drop(over);
                let mut all = Got::default();
                for asker in askers {
                    let got = asker.join().expect("no asker panics");
                    all.times.extend(got.times);
                    all.fresh += got.fresh;
                    all.marked += got.marked;
                    all.failed += got.failed;
                    all.unknown += got.unknown;
                }
                all.times.sort_unstable();
                println!(
                    "round {round}, {fault:?} for {seconds} s: {}, all as before {mended:?} after its end",
                    all.told()
                );
                all
            });
            let all = got.fresh + got.marked;
            assert!(got.failed * 1_000 <= all, "{fault:?}: {} of {all} got no answer", got.failed);
            wait_until(|| {
                let [fds, threads, _] = held(&far);
                fds <= before[0] + 20 && threads <= before[1] + 20
            });
        }
    }
    println!("descriptors, threads and kilobytes held before: {before:?}, after: {:?}", held(&far));
}

/// Says that it is over when it is dropped, by a failure too.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// Asked again and again; kept after the first time.
fn asked() -> [Ask; 4] {
    [
        post("{ topic(slug: \"eau\") { name } }", json!({})),
        post("{ topics(first: 5) { totalCount nodes { name slug } } }", json!({})),
        post("{ people(first: 5) { totalCount nodes { name } } }", json!({})),
        post("{ route(path: \"/fr/articles/nothing\") { status } articles { totalCount } }", json!({})),
    ]
}

fn ask(far: &Server, published: &Published, is_over: &AtomicBool, asker: usize) -> Got {
    let wire = Wire::to(far.address());
    let mut got = Got::default();
    while !is_over.load(Ordering::SeqCst) {
        let ask = &asked()[asker];
        let begun = Instant::now();
        let answer = wire.send(ask);
        got.times.push(begun.elapsed());
        let is_touched = asker < 2;
        match name_in(&answer) {
            None if is_touched => got.unknown += 1,
            None => got.failed += 1,
            Some(_) if answer.header("cache-status").is_some() => {
                assert_eq!(answer.header("cache-control"), Some(&b"no-store"[..]), "{answer:?}");
                got.marked += 1;
            }
            Some(name) => {
                got.fresh += 1;
                if is_touched {
                    assert_not_old(published, &name, begun);
                }
            }
        }
        std::thread::sleep(Duration::from_millis(15));
    }
    got
}

/// The name of the topic in an answer without errors; empty where none is asked for.
fn name_in(answer: &Answer) -> Option<String> {
    let body: Value = serde_json::from_slice(&answer.body).ok()?;
    let data = if body.get("errors").is_none() { &body["data"] } else { return None };
    let name = data["topic"]["name"].as_str().or(data["topics"]["nodes"][0]["name"].as_str());
    Some(name.unwrap_or_default().to_owned())
}

fn assert_not_old(published: &Published, name: &str, asked_at: Instant) {
    let published = published.0.lock().unwrap();
    let place = published.iter().position(|(known, _)| known == name);
    // What is not known yet is newer than all.
    let next = place.and_then(|place| published.get(place + 1));
    if let Some((newer, since)) = next {
        let old_for = asked_at.saturating_duration_since(*since);
        assert!(old_for < OLD_FOR, "{name} is given as fresh {old_for:?} after {newer} was published");
    }
}

/// Identities of the processes that stand still now.
fn begin(fault: Fault, proxy: &Proxy, record: &Record) -> Vec<String> {
    let others = "datname = current_database() AND pid <> pg_backend_pid()";
    match fault {
        Fault::Line(line) => proxy.set(line),
        Fault::Terminated => {
            record.sql(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others}"))
        }
        Fault::Unheard => record.sql(&format!(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {others} AND query ILIKE 'LISTEN%'"
        )),
        Fault::Stopped => {
            let sql = format!("SELECT pid FROM pg_stat_activity WHERE {others}");
            let output = Command::new("psql")
                .args(["--no-psqlrc", "--tuples-only", "--no-align", "--command", &sql, record.url()])
                .output();
            let pids = String::from_utf8(output.expect("psql runs").stdout).unwrap();
            let pids: Vec<String> = pids.lines().map(str::to_owned).collect();
            signal("-STOP", &pids);
            return pids;
        }
    }
    Vec::new()
}

fn signal(which: &str, pids: &[String]) {
    if !pids.is_empty() {
        Command::new("kill").arg(which).args(pids).status().expect("kill runs");
    }
}

/// Descriptors, threads and kilobytes that a server holds.
fn held(server: &Server) -> [usize; 3] {
    let of = |name: &str| -> usize {
        let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the line is there");
        line.trim_matches([':', '\t', ' ']).split_whitespace().next().unwrap().parse().unwrap()
    };
    let fds = std::fs::read_dir(format!("/proc/{}/fd", server.pid())).unwrap().count();
    [fds, of("Threads"), of("VmRSS")]
}

impl Got {
    fn told(&self) -> String {
        let of = |share: f64| self.times[((self.times.len() - 1) as f64 * share) as usize];
        format!(
            "{} fresh answers, {} marked as old, {} without, {} known to be wrong and not given; p50 {:?}, p99 {:?}, at most {:?}",
            self.fresh,
            self.marked,
            self.failed,
            self.unknown,
            of(0.5),
            of(0.99),
            of(1.0)
        )
    }
}
