//! A shared cache that keeps what it may, and drops what it is told to, gives nothing that a publication made wrong.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::Receiver;
use griot_tests::requests::Wire;
use rstest::rstest;

use crate::asked::{Asked, Pool};
use crate::editor::Editor;
use crate::servers::{self, Servers, wait_until};
use crate::shared_cache::SharedCache;

/// Comparisons of a run on one database.
const COMPARISONS: usize = 2_500;
/// Requests asked anew after each act.
const POOL: usize = 48;
/// Of these, how many give way to new ones after each act.
const REPLACED: usize = 6;
/// Acts after which requests may name what has come about.
const EPOCH: usize = 12;

#[rstest]
fn nothing_purged_is_given_again(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let seed = crate::seed();
    println!("GRIOT_TEST_SEED={seed}");
    let mut rng = fastrand::Rng::with_seed(seed);
    let receiver = Receiver::start();
    let place = receiver.place();
    let hook = format!(
        "[{{ name = \"edge\", url = \"http://{place}/\", header = \"Surrogate-Key\", allowed_hosts = [\"{place}\"], repeat_after_ms = 0 }}]"
    );
    let servers = Servers::telling(backend, &hook);
    let origin = servers.first.address().to_owned();
    let cache = SharedCache::before(move || Wire::to(&origin));
    let edge = cache.clone();
    receiver.on_confirm(move |call| {
        let tags: BTreeSet<String> = call.request.header("surrogate-key").split(' ').map(str::to_owned).collect();
        edge.purge(&tags);
    });
    let figure = |name: &str| servers.first.figure(name);
    let is_confirmed = || figure("griot_purge_seq{hook=\"edge\"}") >= figure("griot_tail_seq");
    wait_until(is_confirmed);

    let mut editor = Editor::new(servers.desk(), &servers.record, rng.fork());
    let (schema, nobody) = (crate::schema(), editor.names());
    let mut pool = Pool::new(&schema, &nobody, rng.fork()).for_shared_caches();
    let mut asked = Asked::default();
    let (kept, plain) = (Wire::to(&format!("http://{}", cache.address)), servers.plain());
    let mut delays: Vec<Duration> = Vec::new();
    let mut acts = 0;
    while asked.comparisons < COMPARISONS {
        if acts % EPOCH == 0 {
            pool.name(editor.names());
        }
        pool.renew(POOL, REPLACED, &kept);
        if acts % EPOCH == EPOCH - 1 {
            editor.schedule();
        }
        if let Some(due) = editor.due_soon() {
            servers::wait_for(due, || editor.released());
        }
        let plan = editor.plan();
        acts += 1;
        if !editor.act(&plan) {
            continue;
        }
        let acknowledged = Instant::now();
        wait_until(is_confirmed);
        delays.push(acknowledged.elapsed());
        asked.compare(&mut pool, [&kept, &plain], editor.next_due(), seed);
    }
    delays.sort_unstable();
    println!(
        "{backend:?}: {acts} acts, {} comparisons, {} of them of answers that changed with the act; {cache}; confirmed after p50 {:?}, \
         at most {:?}; {asked}",
        asked.comparisons,
        asked.changed,
        delays[delays.len() / 2],
        delays[delays.len() - 1],
    );
    assert!(cache.hits() * 5 > asked.comparisons, "what is never found proves nothing: {cache}");
    assert!(asked.changed * 50 > asked.comparisons, "acts that change no answer prove nothing: {asked}");
    assert!(cache.dropped() > acts, "purges drop something: {cache}");
}
