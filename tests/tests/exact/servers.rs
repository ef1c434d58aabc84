//! Servers over one record: with what is kept, and without.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::requests::{Ask, Wire};
use griot_tests::{Client, Record, Server};

/// The same for all: an address of its own would show in links. The page for trying queries holds a random number.
const SETTINGS: &str = "public_url = \"https://api.example.org\"
graphiql.enabled = false
[site]
url = \"https://www.example.org\"
[limits]
deadline_ms = 60000
[metrics]
bind = \"127.0.0.1:0\"
";

/// How long a server may take to show what was done at another.
pub const PATIENCE: Duration = Duration::from_secs(5);

pub struct Servers {
    pub record: Record,
    /// Takes the acts, and keeps answers.
    pub first: Server,
    /// Keeps nothing.
    second: Server,
    /// Keeps answers, and hears of acts from the database.
    third: Option<Server>,
    key: String,
}

/// How often answers were found.
pub struct Hits {
    hits: f64,
    others: f64,
}

impl Servers {
    pub fn start(backend: Backend) -> Self {
        Self::telling(backend, "[]")
    }

    /// The first one tells these hooks of publications.
    pub fn telling(backend: Backend, hooks: &str) -> Self {
        let record = Record::with_demo(backend);
        std::fs::write(record.directory().join("griot.toml"), SETTINGS).unwrap();
        let key = record.key(&["--role", "administrator", "--name", "Desk"]);
        let mut command = record.command(&["serve", "--bind", "127.0.0.1:0"]);
        command.env("GRIOT_PURGE_HOOKS", hooks);
        let first = Server::start(command);
        let second = keeping_nothing(&record, &["--delivery-only"]);
        let third = (backend == Backend::Postgres).then(|| record.serve(&["--delivery-only"]));
        for server in std::iter::once(&first).chain(&third) {
            wait_until(|| server.figure("griot_tail_blind") == 0.0);
        }
        [Some(&first), Some(&second), third.as_ref()].into_iter().flatten().for_each(Server::wait_for_index);
        Self { record, first, second, third, key }
    }

    pub fn desk(&self) -> Client {
        self.first.client("/editorial/graphql", Some(&self.key))
    }

    pub fn kept(&self) -> Wire {
        Wire::to(self.first.address())
    }

    pub fn plain(&self) -> Wire {
        Wire::to(self.second.address())
    }

    pub fn third(&self) -> Option<Wire> {
        self.third.as_ref().map(|server| Wire::to(server.address()))
    }

    pub fn hits(&self) -> Hits {
        let of = |result: &str| self.first.figure(&format!("griot_response_cache_total{{result=\"{result}\"}}"));
        assert_eq!((of("bypassed"), of("stale")), (0.0, 0.0), "{}", self.first.said());
        Hits { hits: of("hit"), others: of("miss") + of("outdated") }
    }
}

impl Hits {
    pub fn share(&self) -> f64 {
        self.hits / (self.hits + self.others)
    }
}

impl std::fmt::Display for Hits {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} answers found, {} made", self.hits, self.others)
    }
}

/// A server that makes every answer anew.
pub fn keeping_nothing(record: &Record, args: &[&str]) -> Server {
    let mut command = record.command(&[&["serve", "--bind", "127.0.0.1:0"], args].concat());
    command.envs([("GRIOT_CACHE_RESPONSES_MIB", "0"), ("GRIOT_CACHE_RECORDS_MIB", "0")]);
    Server::start(command)
}

/// How long after `since` a server gives the answer that one without anything kept gives.
pub fn probe_until_alike(ask: &Ask, plain: &Wire, other: &Wire, since: Instant) -> Duration {
    let truth = plain.send(ask);
    loop {
        let answer = other.send(ask);
        let delay = since.elapsed();
        if (answer.status, &answer.body) == (truth.status, &truth.body) {
            return delay;
        }
        assert!(delay < PATIENCE, "still different: {ask:?}\n{answer:?}\n{truth:?}");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Waits until what is due is released. The acknowledgement of the next act is one of this too.
pub fn wait_for(due: DateTime<Utc>, is_released: impl FnMut() -> bool) {
    while SystemClock.now() < due {
        std::thread::sleep(Duration::from_millis(20));
    }
    wait_until(is_released);
}

pub fn wait_until(mut is_so: impl FnMut() -> bool) {
    let start = Instant::now();
    while !is_so() {
        assert!(start.elapsed() < Duration::from_secs(30), "it never came to that");
        std::thread::sleep(Duration::from_millis(10));
    }
}
