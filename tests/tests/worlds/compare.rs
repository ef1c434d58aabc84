//! The same requests to both worlds, and every difference between their answers.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use griot_tests::requests::{Answer, Ask, Generator, Names, Wire, meet};
use serde_json::Value;

use crate::canary::Sweep;

/// Askers at work at once, each with requests of its own.
pub const ASKERS: usize = 4;
/// Differences that are told; one is enough to know.
const MOST_TOLD: usize = 5;

/// What is asked, and of whom.
pub struct Round<'a> {
    pub schema: &'a Schema,
    pub names: &'a Names,
    pub sweep: &'a Sweep,
    /// Addresses of the two servers.
    pub worlds: [&'a str; 2],
    /// Sent with each request to delivery.
    pub key: Option<&'a str>,
    pub seed: u64,
    pub requests: usize,
}

/// What it came to.
#[derive(Default)]
pub struct Findings {
    pub requests: usize,
    pub differences: usize,
    /// Answers compared without the order of their errors, which nothing sets.
    pub unsettled: usize,
    /// The first of them, for people to read.
    pub told: Vec<String>,
    /// Markers that came back to somebody who had not named them, and where.
    pub leaks: BTreeMap<String, String>,
    /// How often each status came back, and how often data without an error.
    pub statuses: BTreeMap<u16, usize>,
    pub faultless: usize,
    /// `Type.field` of all that was answered without an error.
    pub answered: BTreeSet<String>,
}

impl Round<'_> {
    pub fn run(&self) -> Findings {
        let askers: Vec<Findings> = std::thread::scope(|scope| {
            let start = |number| scope.spawn(move || self.asker(number));
            let running: Vec<_> = (0..ASKERS as u64).map(start).collect();
            running.into_iter().map(|asker| asker.join().expect("an asker ends well")).collect()
        });
        let mut all = Findings::default();
        for found in askers {
            all.requests += found.requests;
            all.differences += found.differences;
            all.unsettled += found.unsettled;
            all.faultless += found.faultless;
            all.told.extend(found.told);
            all.leaks.extend(found.leaks);
            all.answered.extend(found.answered);
            for (status, count) in found.statuses {
                *all.statuses.entry(status).or_default() += count;
            }
        }
        all.told.truncate(MOST_TOLD);
        all
    }

    fn asker(&self, number: u64) -> Findings {
        let rng = fastrand::Rng::with_seed(self.seed.wrapping_add(number));
        let mut generator = Generator::new(self.schema, self.names, rng);
        let [plain, secret] = self.worlds.map(Wire::to);
        let mut found = Findings::default();
        for _ in 0..self.requests.div_ceil(ASKERS) {
            let mut made = generator.make();
            if let Some(key) = self.key
                && made.ask.target.starts_with("/graphql")
            {
                made.ask.headers.push(("authorization", format!("Bearer {key}")));
            }
            let (first, second) = (plain.send(&made.ask), secret.send(&made.ask));
            let is_alike = first == second || {
                let is_unsettled = meet(&made.ask, &first, [&plain, &secret]);
                found.unsettled += usize::from(is_unsettled);
                is_unsettled
            };
            found.note(&made.ask, [&first, &second], is_alike, self.sweep);
            if is_faultless(&first) {
                found.faultless += 1;
                found.answered.extend(made.asked.iter().cloned());
            }
            generator.learn(&made, &first);
        }
        found
    }
}

impl std::fmt::Display for Findings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { requests, faultless, unsettled, differences, statuses, leaks, .. } = self;
        write!(
            f,
            "{requests} requests, {faultless} without an error, statuses {statuses:?}, {unsettled} with the error of another item, "
        )?;
        write!(f, "{differences} differences, {} markers", leaks.len())
    }
}

impl Findings {
    fn note(&mut self, ask: &Ask, [plain, secret]: [&Answer; 2], is_alike: bool, sweep: &Sweep) {
        self.requests += 1;
        *self.statuses.entry(plain.status).or_default() += 1;
        if !is_alike {
            self.differences += 1;
            if self.told.len() < MOST_TOLD {
                self.told.push(format!("{ask:?}\n  without: {}\n  with:    {}", told(plain), told(secret)));
            }
        }
        let hits = sweep.found(&secret.bytes());
        if !hits.is_empty() {
            // Whoever names a marker may be told it back, as in the path a route was asked for.
            let said = ask.said();
            for word in hits.into_iter().filter(|word| !said.contains(word)) {
                self.leaks.insert(word.to_owned(), format!("{ask:?}: {}", told(secret)));
            }
        }
    }
}

pub fn is_faultless(answer: &Answer) -> bool {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body["data"].is_object() && body.get("errors").is_none()
}

/// An answer for people to read.
pub fn told(answer: &Answer) -> String {
    let headers: Vec<_> =
        answer.headers.iter().map(|(name, value)| format!("{name}: {}", String::from_utf8_lossy(value))).collect();
    format!("{} {} {}", answer.status, headers.join(", "), String::from_utf8_lossy(&answer.body))
}
