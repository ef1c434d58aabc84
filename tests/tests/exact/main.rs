//! What is kept is never wrong. A server that keeps answers takes random acts of editors; after each of them it gives the
//! same answers, to the byte, as one beside it that keeps nothing, and a third one that keeps answers too soon does.
//!
//! `GRIOT_TEST_SEED` repeats a run; every run prints its seed.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod asked;
mod editor;
mod faults;
mod nginx;
mod outage;
mod pages;
mod proxy;
mod purges;
mod scopes;
mod servers;
mod shared_cache;

use std::time::{Duration, Instant};

use apollo_compiler::Schema;
use griot_testbed::Backend;
use griot_tests::workspace;
use rstest::rstest;

use crate::asked::{Asked, Pool};
use crate::editor::Editor;
use crate::servers::{Servers, probe_until_alike};

/// Comparisons of a run on one database.
const COMPARISONS: usize = 10_200;
/// Requests asked anew after each act.
const POOL: usize = 56;
/// Of these, how many give way to new ones after each act.
const REPLACED: usize = 9;
/// Acts after which requests may name what has come about.
const EPOCH: usize = 12;
/// Acts between two schedules.
const SCHEDULED_EVERY: usize = 16;

#[rstest]
fn what_is_kept_is_what_would_be_made(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let seed = seed();
    println!("GRIOT_TEST_SEED={seed}");
    let servers = Servers::start(backend);
    let mut rng = fastrand::Rng::with_seed(seed);
    let mut editor = Editor::new(servers.desk(), &servers.record, rng.fork());
    let (schema, nobody) = (schema(), editor.names());
    let mut pool = Pool::new(&schema, &nobody, rng.fork());
    let mut asked = Asked::default();
    let mut delays: Vec<Duration> = Vec::new();
    let (kept, plain, third) = (servers.kept(), servers.plain(), servers.third());
    let start = Instant::now();
    let mut acts = 0;
    while asked.comparisons < COMPARISONS {
        if acts % EPOCH == 0 {
            pool.name(editor.names());
        }
        pool.renew(POOL, REPLACED, &kept);
        if acts % SCHEDULED_EVERY == SCHEDULED_EVERY - 1 {
            editor.schedule();
        }
        if let Some(due) = editor.due_soon() {
            servers::wait_for(due, || editor.released());
        }
        let plan = editor.plan();
        let probe = plan.probe();
        if let Some(third) = &third {
            third.send(&probe);
        }
        acts += 1;
        if !editor.act(&plan) {
            continue;
        }
        let acknowledged = Instant::now();
        if let Some(third) = &third {
            delays.push(probe_until_alike(&probe, &plain, third, acknowledged));
        }
        asked.compare(&mut pool, [&kept, &plain], editor.next_due(), seed);
    }
    let hits = servers.hits();
    println!(
        "{backend:?}: {acts} acts ({}), {} comparisons in {:.1} s, {} of them of answers that changed with the act; {hits}; {}",
        editor.told(),
        asked.comparisons,
        start.elapsed().as_secs_f64(),
        asked.changed,
        asked,
    );
    assert!(hits.share() > 0.3, "what is never found proves nothing: {hits}");
    let parts = |result: &str| servers.first.figure(&format!("griot_answer_parts_total{{result=\"{result}\"}}"));
    let (found, missed) = (parts("hit"), parts("miss"));
    println!("{found} parts of answers found, {missed} not");
    assert!(found * 10.0 > found + missed, "what is hardly ever found proves little");
    assert!(asked.changed * 50 > asked.comparisons, "acts that change no answer prove nothing: {asked}");
    assert!(editor.done_so_far() * 3 > acts * 2, "most acts should be done: {}", editor.told());
    if !delays.is_empty() {
        delays.sort_unstable();
        let of = |share: f64| delays[((delays.len() - 1) as f64 * share) as usize].as_millis();
        println!(
            "another server shows {} acts after p50 {} ms, p99 {} ms, at most {} ms",
            delays.len(),
            of(0.5),
            of(0.99),
            of(1.0)
        );
    }
}

fn seed() -> u64 {
    match std::env::var("GRIOT_TEST_SEED") {
        Ok(seed) => seed.parse().expect("GRIOT_TEST_SEED is a number"),
        Err(_) => fastrand::u64(..),
    }
}

fn schema() -> Schema {
    let sdl = std::fs::read_to_string(workspace().join("schema.graphql")).unwrap();
    Schema::parse_and_validate(sdl, "schema.graphql").unwrap().into_inner()
}
