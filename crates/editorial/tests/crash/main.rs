//! SIGKILL at random instants while eight writers publish and an import runs. Nothing acknowledged is lost, nothing is
//! done twice, `seq` has no gap, and the published store is what the acts say.
//!
//! This program starts itself as the process that is killed, so it has a `main` of its own. `GRIOT_CRASH_ROUNDS` sets
//! the kills per database (30), `GRIOT_CRASH_SEED` repeats a run.

#![expect(clippy::unwrap_used, reason = "a program of tests unwraps like the tests themselves")]

mod check;
mod ledger;
mod writer;

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use fastrand::Rng;
use griot_persistence::{Location, migrate};
use griot_testbed::{Backend, Place};

const ROUNDS: &str = "GRIOT_CRASH_ROUNDS";
const SEED: &str = "GRIOT_CRASH_SEED";
/// Tells a child what to do: the place of the record, and the ledger.
const PLACE: &str = "GRIOT_CRASH_PLACE";
const LEDGER: &str = "GRIOT_CRASH_LEDGER";
/// Not empty when it imports besides.
pub const IMPORTS: &str = "GRIOT_CRASH_IMPORTS";

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(4).enable_all().build().unwrap();
    if let (Ok(place), Ok(ledger)) = (std::env::var(PLACE), std::env::var(LEDGER)) {
        return runtime.block_on(writer::write_until_killed(&location_of(&place), Path::new(&ledger)));
    }
    // Asked by tools that list tests.
    if std::env::args().any(|argument| argument == "--list") {
        return println!("nothing_acknowledged_is_lost: test");
    }
    let rounds: u32 = std::env::var(ROUNDS).map_or(30, |rounds| rounds.parse().expect("a number of rounds"));
    let seed = std::env::var(SEED).map_or_else(|_| fresh_seed(), |seed| seed.parse().expect("a number"));
    for backend in [Backend::Sqlite, Backend::Postgres] {
        println!("{backend:?}: {rounds} kills, {SEED}={seed}");
        runtime.block_on(survive(backend, rounds, seed));
    }
}

fn fresh_seed() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis() as u64
}

async fn survive(backend: Backend, rounds: u32, seed: u64) {
    let database = griot_testbed::database(backend);
    let place = match database.place() {
        Place::Sqlite { data_dir } => data_dir.display().to_string(),
        Place::Postgres { url } => url,
    };
    let location = location_of(&place);
    migrate(&location).await.unwrap();
    let ledger: PathBuf = database.data_dir().join("ledger");
    let mut random = Rng::with_seed(seed);
    for round in 1..=rounds {
        let alive = Duration::from_millis(random.u64(20..900));
        let mut child = Command::new(std::env::current_exe().unwrap())
            .env(PLACE, &place)
            .env(LEDGER, &ledger)
            .env(IMPORTS, if round % 3 == 1 { "yes" } else { "" })
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Most die while they write, some while they open the record and finish what the last one left.
        if round % 4 != 0 {
            let _ = child.stdout.take().unwrap().read(&mut [0; 1]).unwrap();
        }
        std::thread::sleep(alive);
        // SIGKILL on Unix.
        child.kill().unwrap();
        child.wait().unwrap();
        check::check(&location, &ledger, &format!("round {round}")).await;
    }
    writer::import(&location).await;
    let report = check::check(&location, &ledger, "the end").await;
    assert_eq!(report.imported, writer::IMPORTED, "the import goes on where it was, and makes nothing twice");
    assert!(report.publications > 0, "the writers did something: {report:?}");
    println!("{backend:?}: {report:?}");
}

fn location_of(place: &str) -> Location {
    match place.starts_with("postgres") {
        true => Location::Postgres { url: place.to_owned(), delivery_url: None },
        false => Location::sqlite(place),
    }
}
