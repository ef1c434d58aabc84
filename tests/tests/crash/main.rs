//! SIGKILL at random instants to a server that eight writers use over HTTP, and to an import beside it. Nothing
//! acknowledged is lost, nothing is done twice, `seq` has no gap, and the published store is what the journal says.
//!
//! `GRIOT_CRASH_ROUNDS` sets the kills per database (30), `GRIOT_CRASH_SEED` repeats a run.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod check;
mod ledger;
mod writer;

use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use griot_persistence::Location;
use griot_testbed::Backend;
use griot_tests::{Record, Server};
use rstest::rstest;
use serde_json::json;

use crate::check::{IMPORTED_NAME, check, replay};
use crate::ledger::Ledger;
use crate::writer::Writer;

const ROUNDS: &str = "GRIOT_CRASH_ROUNDS";
const SEED: &str = "GRIOT_CRASH_SEED";
const WRITERS: u64 = 8;
/// Topics the import brings.
const IMPORTED: usize = 600;
const IMPORT: [&str; 4] = ["import", "json", "topics.jsonl", "--no-mentions"];
/// What the server says of an act that was acknowledged and not public when it was killed.
const TAKEN_UP: &str = "an act that a crash left half done is done";

#[rstest]
fn nothing_acknowledged_is_lost_or_done_twice(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let rounds: u32 = std::env::var(ROUNDS).map_or(30, |rounds| rounds.parse().expect("a number of rounds"));
    let seed = std::env::var(SEED).map_or_else(|_| fresh_seed(), |seed| seed.parse().expect("a number"));
    println!("{backend:?}: {rounds} kills, {SEED}={seed}");
    let mut house = House::new(backend, seed);
    for round in 1..=rounds {
        let when = format!("round {round}");
        match round % 4 {
            0 => house.kill_while_it_starts(),
            // Before anybody writes on; the server has taken up what the kill before left.
            _ => house.kill_while_all_write(&when),
        }
    }
    let server = house.start();
    for writer in &mut house.writers {
        writer.settle(&server.client("/editorial/graphql", Some(&writer.key)), &house.ledger);
    }
    drop(server);
    house.record.run(&IMPORT).expect_success();
    let report = house.check("the end");
    assert_eq!(report.imported, IMPORTED, "the import goes on where it was, and makes nothing twice");
    assert!(report.publications > 0, "the writers did something: {report:?}");
    if backend == Backend::Postgres && rounds >= 30 {
        assert!(house.taken_up > 0, "kills fell between an acknowledgement and the public store");
    }
    house.runtime.block_on(replay(&house.location, &house.record));
    let (starts, taken_up) = (house.killed_starts, house.taken_up);
    println!("{backend:?}: {report:?}, killed while starting: {starts}, acts taken up by a new server: {taken_up}");
}

fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

struct House {
    record: Record,
    location: Location,
    runtime: tokio::runtime::Runtime,
    writers: Vec<Writer>,
    ledger: Ledger,
    random: Rng,
    /// How long a start takes.
    start: Duration,
    killed_starts: u32,
    taken_up: usize,
}

impl House {
    fn new(backend: Backend, seed: u64) -> Self {
        let record = Record::new(backend);
        record.run(&["migrate"]).expect_success();
        let location = match backend {
            Backend::Sqlite => Location::sqlite(record.data()),
            Backend::Postgres => Location::Postgres { url: record.url().to_owned(), delivery_url: None },
        };
        let key = |number: u64| record.key(&["--role", "publisher", "--name", &format!("writer {number}")]);
        let writers = (0..WRITERS).map(|number| Writer::new(key(number), seed ^ number)).collect();
        std::fs::write(record.directory().join("topics.jsonl"), topics()).unwrap();
        if backend == Backend::Postgres {
            widen_the_gap(&record);
        }
        let runtime = tokio::runtime::Runtime::new().unwrap();
        let random = Rng::with_seed(seed);
        let ledger = Ledger::default();
        let mut house = Self {
            record,
            location,
            runtime,
            writers,
            ledger,
            random,
            start: Duration::ZERO,
            killed_starts: 0,
            taken_up: 0,
        };
        drop(house.start());
        house
    }

    /// A server that listens, and has taken up what the last one left.
    fn start(&mut self) -> Server {
        let began = Instant::now();
        let server = self.record.serve(&[]);
        self.start = began.elapsed();
        self.taken_up += server.said().matches(TAKEN_UP).count();
        server
    }

    fn kill_while_all_write(&mut self, when: &str) {
        let mut server = self.start();
        self.check(when);
        // One import in three dies with the server, one before it, and one goes on to its end.
        let mut import = self.random.bool().then(|| quiet(self.record.command(&IMPORT)));
        let fate = self.random.u8(..3);
        let alive = Duration::from_millis(self.random.u64(20..900));
        let is_aimed = self.random.bool();
        let log = self.record.data().join("editorial.db-wal");
        let ledger = &self.ledger;
        std::thread::scope(|scope| {
            for writer in &mut self.writers {
                let client = server.client("/editorial/graphql", Some(&writer.key));
                scope.spawn(move || writer.write(&client, ledger));
            }
            std::thread::sleep(alive / 2);
            if let (1, Some(import)) = (fate, &mut import) {
                import.kill().unwrap();
            }
            std::thread::sleep(alive / 2);
            if is_aimed {
                wait_for_a_commit(&log);
            }
            // SIGKILL.
            server.kill();
        });
        if let Some(mut import) = import {
            if fate == 0 {
                import.kill().unwrap();
            }
            import.wait().unwrap();
        }
    }

    /// From before it listens to after it has taken up what was left.
    fn kill_while_it_starts(&mut self) {
        let mut child = quiet(self.record.command(&["serve", "--bind", "127.0.0.1:0"]));
        std::thread::sleep(self.start.mul_f64(self.random.f64()));
        child.kill().unwrap();
        child.wait().unwrap();
        self.killed_starts += 1;
    }

    fn check(&self, when: &str) -> check::Report {
        self.runtime.block_on(check(&self.location, &self.ledger, &self.writers, when))
    }
}

/// Commits of the public store take 50 ms, in which a kill leaves an acknowledged act that is not public.
fn widen_the_gap(record: &Record) {
    record.sql("CREATE FUNCTION published.tarry() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(0.05); RETURN NULL; END'");
    record.sql("GRANT EXECUTE ON FUNCTION published.tarry() TO PUBLIC");
    record.sql(
        "CREATE CONSTRAINT TRIGGER tarry AFTER INSERT ON published.journal DEFERRABLE INITIALLY DEFERRED \
         FOR EACH ROW EXECUTE FUNCTION published.tarry()",
    );
    // Or a session whose client was killed would commit all the same.
    let name = record.url().rsplit_once('/').unwrap().1;
    record.sql(&format!("ALTER DATABASE {name} SET client_connection_check_interval = '1ms'"));
}

/// Returns just after something was committed to the editorial store, or soon anyway. On SQLite the log of a store
/// grows with a commit; the public store's commit follows within a millisecond.
fn wait_for_a_commit(log: &Path) {
    let size = || std::fs::metadata(log).map_or(0, |log| log.len());
    let (before, began) = (size(), Instant::now());
    while size() <= before && began.elapsed() < Duration::from_millis(300) {}
}

fn quiet(mut command: Command) -> Child {
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// The same topics each time, known by their ids in another system.
fn topics() -> String {
    let line = |number: usize| {
        let text = json!({ "slug": format!("imported-{number}"), "name": format!("{IMPORTED_NAME} {number}") });
        let id = json!({ "scheme": "test", "value": number.to_string() });
        let live_from = "2026-01-01T00:00:00Z";
        json!({ "kind": "topic", "entry": {}, "liveFrom": live_from, "externalIds": [id], "texts": { "fr": text } })
    };
    (0..IMPORTED).map(|number| format!("{}\n", line(number))).collect()
}
