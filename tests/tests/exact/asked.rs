//! Requests that are asked again and again, and what comes back.

use std::collections::HashMap;
use std::sync::Mutex;

use apollo_compiler::Schema;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_tests::requests::{Answer, Ask, Generator, Named, Names, Wire, fail_alike, meet};
use serde_json::json;

use crate::pages::{by_get, page, post};

/// Askers at work at once.
const ASKERS: usize = 3;
/// Two servers may read a clock so far apart.
const SLACK: TimeDelta = TimeDelta::milliseconds(20);

/// One request, and the last answer to it.
struct Standing {
    ask: Ask,
    /// The instant, yet to come when it was asked first, from which on its answer is another one.
    turns_at: Option<DateTime<Utc>>,
    last: Answer,
}

/// The requests asked after each act.
pub struct Pool<'a> {
    rng: fastrand::Rng,
    generator: Generator<'a>,
    named: Vec<Named>,
    standing: Vec<Standing>,
    /// Whether all of them are such as a shared cache may keep.
    is_shared: bool,
}

/// What was compared so far.
#[derive(Default)]
pub struct Asked {
    pub comparisons: usize,
    /// Answers that differ from that before the act.
    pub changed: usize,
    /// Requests that the client had the answer to.
    not_modified: usize,
    /// Left out, because their time came between two answers.
    turned: usize,
    /// Compared without the order of their errors, which nothing sets.
    unsettled: usize,
    /// Entity tags by body.
    tags: HashMap<Vec<u8>, String>,
}

impl<'a> Pool<'a> {
    pub fn new(schema: &'a Schema, nobody: &'a Names, mut rng: fastrand::Rng) -> Self {
        let generator = Generator::new(schema, nobody, rng.fork());
        Self { rng, generator, named: Vec::new(), standing: Vec::new(), is_shared: false }
    }

    /// The same, with every request by GET.
    pub fn for_shared_caches(self) -> Self {
        Self { is_shared: true, ..self }
    }

    /// Requests made from now on ask for these.
    pub fn name(&mut self, names: Names) {
        self.named = names.public.iter().chain(&names.hidden).cloned().collect();
        self.generator.rename(names);
    }

    /// Replaces some of the requests, and asks the new ones of a server that keeps answers, so that it has them.
    pub fn renew(&mut self, size: usize, replaced: usize, kept: &Wire) {
        for _ in 0..replaced.min(self.standing.len()) {
            let at = self.rng.usize(..self.standing.len());
            self.standing.swap_remove(at);
        }
        while self.standing.len() < size {
            let (ask, turns_at, made) = match self.rng.u8(..10) {
                0..4 => {
                    let named = self.rng.choice(&self.named).expect("there is something").clone();
                    (page(&named, &mut self.rng), None, None)
                }
                4 => {
                    let (ask, at) = self.ahead();
                    (ask, Some(at), None)
                }
                _ => {
                    let made = self.generator.make();
                    // The others are no answers of this endpoint.
                    if !(made.ask.target == "/graphql" || made.ask.target.starts_with("/graphql?")) {
                        continue;
                    }
                    (made.ask.clone(), None, Some(made))
                }
            };
            let ask = if self.is_shared { by_get(ask) } else { ask };
            let last = kept.send(&ask);
            if let Some(made) = &made {
                self.generator.learn(made, &last);
            }
            self.standing.push(Standing { ask, turns_at, last });
        }
    }

    /// A request for the state at an instant that is to come in some seconds.
    fn ahead(&mut self) -> (Ask, DateTime<Utc>) {
        let now = SystemClock.now() + TimeDelta::milliseconds(self.rng.i64(100..3_000));
        let at = DateTime::from_timestamp_millis(now.timestamp_millis()).expect("it is in the calendar");
        let named = self.rng.choice(&self.named).expect("there is something").clone();
        if self.rng.bool() && !named.id.is_empty() {
            let id = named.view_id("fr", Some(at.timestamp_micros()));
            let document = "query($id: ID!) { node(id: $id) { id ... on Article { title } ... on Topic { name } ... on Person { name style } } }";
            return (post(document, json!({ "id": id })), at);
        }
        let document = "query($at: DateTime!) { articles(first: 3, view: { asOf: $at }) { totalCount nodes { title topics { name } people { style } } } \
            topics(first: 5, view: { asOf: $at }) { nodes { name } } }";
        (post(document, json!({ "at": at.to_rfc3339_opts(SecondsFormat::Millis, true) })), at)
    }
}

impl Asked {
    /// Asks everything of the server that keeps answers, then of the one that does not. From `due` on nothing is compared:
    /// what is published then is acknowledged by no act yet.
    ///
    /// # Panics
    /// When two answers differ.
    pub fn compare(&mut self, pool: &mut Pool<'_>, servers: [&Wire; 2], due: Option<DateTime<Utc>>, seed: u64) {
        let asked = Mutex::new(self);
        let waiting = Mutex::new(pool.standing.iter_mut());
        std::thread::scope(|scope| {
            for _ in 0..ASKERS {
                scope.spawn(|| {
                    loop {
                        let Some(standing) = waiting.lock().unwrap().next() else { break };
                        let found = Compared::of(standing, servers, due, seed);
                        asked.lock().unwrap().note(standing, found, seed);
                    }
                });
            }
        });
    }

    fn note(&mut self, standing: &mut Standing, found: Compared, seed: u64) {
        let (answer, is_unsettled, is_not_modified) = match found {
            Compared::Turned => {
                self.turned += 1;
                return;
            }
            Compared::Alike { answer, is_unsettled, is_not_modified } => (answer, is_unsettled, is_not_modified),
        };
        self.comparisons += 1;
        self.unsettled += usize::from(is_unsettled);
        self.not_modified += usize::from(is_not_modified);
        let body = answer.decoded();
        if let (Some(tag), None) = (answer.header("etag"), answer.header("content-encoding")) {
            let tag = String::from_utf8_lossy(tag).into_owned();
            let known = self.tags.entry(body.clone()).or_insert_with(|| tag.clone());
            assert_eq!(*known, tag, "equal bytes have equal tags, seed {seed}: {:?}", standing.ask);
        }
        if body != standing.last.decoded() {
            self.changed += 1;
        }
        standing.last = answer;
    }
}

/// What came of one comparison.
enum Compared {
    /// Its time came meanwhile.
    Turned,
    Alike {
        answer: Answer,
        is_unsettled: bool,
        is_not_modified: bool,
    },
}

impl Compared {
    fn of(standing: &Standing, [kept, plain]: [&Wire; 2], due: Option<DateTime<Utc>>, seed: u64) -> Self {
        let ask = &standing.ask;
        let begun = SystemClock.now();
        let answer = kept.send(ask);
        let conditional = conditional(standing).map(|ask| kept.send(&ask));
        let made = plain.send(ask);
        let ended = SystemClock.now() + SLACK;
        let turns = standing.turns_at.is_some_and(|at| begun - SLACK <= at && at <= ended);
        if turns || due.is_some_and(|due| due <= ended) {
            return Self::Turned;
        }
        let told =
            |answer: &Answer| (answer.status, answer.decoded(), answer.header("content-type").map(<[u8]>::to_vec));
        let is_alike = told(&answer) == told(&made);
        let is_unsettled = !is_alike && (fail_alike(&answer, &made) || meet(ask, &answer, [kept, plain]));
        assert!(is_alike || is_unsettled, "seed {seed}: {}", difference(ask, &standing.last, &answer, &made));
        if let Some(at) = standing.turns_at.filter(|at| *at > begun) {
            assert_ends_by(&answer, at - begun);
        }
        let is_same = made.decoded() == standing.last.decoded();
        let is_not_modified = match &conditional {
            Some(answer) => {
                let expected = if is_same { 304 } else { made.status };
                assert!(answer.status == expected || !is_alike, "seed {seed}: {ask:?}: {answer:?} for {made:?}");
                answer.status == 304
            }
            None => false,
        };
        Self::Alike { answer, is_unsettled, is_not_modified }
    }
}

/// The same from a client that has the last answer.
fn conditional(standing: &Standing) -> Option<Ask> {
    let tag = standing.last.header("etag").filter(|_| standing.ask.method == "GET")?;
    let mut ask = standing.ask.clone();
    ask.headers.push(("if-none-match", String::from_utf8_lossy(tag).into_owned()));
    Some(ask)
}

/// No cache is told to keep an answer beyond its time.
fn assert_ends_by(answer: &Answer, left: TimeDelta) {
    let control = String::from_utf8_lossy(answer.header("cache-control").unwrap_or_default()).into_owned();
    for directive in control.split(", ") {
        let Some((name, seconds)) = directive.split_once('=') else { continue };
        let seconds: i64 = seconds.parse().expect("a lifetime is a number");
        assert!(TimeDelta::seconds(seconds) <= left, "{name} of {control}, {left} before the answer is another one");
    }
}

fn difference(ask: &Ask, before: &Answer, kept: &Answer, made: &Answer) -> String {
    let [before, kept, made] =
        [before, kept, made].map(|answer| String::from_utf8_lossy(&answer.decoded()).into_owned());
    format!("{ask:?}\n  before the act: {before}\n  kept:           {kept}\n  made:           {made}")
}

impl std::fmt::Display for Asked {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { not_modified, turned, unsettled, .. } = self;
        write!(
            f,
            "{not_modified} not modified, {turned} left out at their turn, {unsettled} with the error of another item"
        )
    }
}
