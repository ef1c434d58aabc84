//! Requests of somebody entitled to some of what is not public: nothing of the rest comes back.

use std::collections::{BTreeMap, BTreeSet};

use apollo_compiler::Schema;
use griot_tests::requests::{Answer, Ask, Generator, Named, Names, Wire};

use crate::canary::Sweep;
use crate::compare::{ASKERS, is_faultless, told};

/// Who asks, by which door, and what may be shown there.
pub struct Entitled<'a> {
    pub schema: &'a Schema,
    /// What may not be seen is hidden among them.
    pub names: &'a Names,
    /// Entries of which something may be seen that is not public.
    pub seen: &'a [Named],
    pub sweep: &'a Sweep,
    /// Address of the server.
    pub world: &'a str,
    /// What the paths of content and of files begin with: `/preview`, or nothing for those of delivery.
    pub door: &'a str,
    #[allow(missing_docs)]
    pub credentials: &'a str,
    /// The markers that may come back.
    pub scope: &'a BTreeSet<&'a str>,
    pub seed: u64,
    pub requests: usize,
}

/// What it came to.
#[derive(Default)]
pub struct Seen {
    pub requests: usize,
    pub faultless: usize,
    pub statuses: BTreeMap<u16, usize>,
    /// Markers of the scope that came back.
    pub shown: BTreeSet<String>,
    /// Other markers that came back to somebody who had not named them, and where.
    pub leaks: BTreeMap<String, String>,
}

impl Entitled<'_> {
    pub fn run(&self) -> Seen {
        let askers: Vec<Seen> = std::thread::scope(|scope| {
            let start = |number| scope.spawn(move || self.asker(number));
            let running: Vec<_> = (0..ASKERS as u64).map(start).collect();
            running.into_iter().map(|asker| asker.join().expect("an asker ends well")).collect()
        });
        let mut all = self.by_name();
        for seen in askers {
            all.requests += seen.requests;
            all.faultless += seen.faultless;
            all.shown.extend(seen.shown);
            all.leaks.extend(seen.leaks);
            for (status, count) in seen.statuses {
                *all.statuses.entry(status).or_default() += count;
            }
        }
        all
    }

    fn asker(&self, number: u64) -> Seen {
        let rng = fastrand::Rng::with_seed(self.seed.wrapping_add(number));
        let mut generator = Generator::new(self.schema, self.names, rng);
        let wire = Wire::to(self.world);
        let mut seen = Seen::default();
        for _ in 0..self.requests.div_ceil(ASKERS) {
            let mut made = generator.make();
            self.lead(&mut made.ask);
            let answer = wire.send(&made.ask);
            seen.note(&made.ask, &answer, self);
            generator.learn(&made, &answer);
        }
        seen
    }

    /// Asks for each entry that may be seen, and for every file: of the former something comes back, of the files those
    /// that may be seen.
    fn by_name(&self) -> Seen {
        let (wire, mut seen) = (Wire::to(self.world), Seen::default());
        let mut answer = |target: String| {
            let mut ask = Ask::get(target);
            self.lead(&mut ask);
            let answer = wire.send(&ask);
            seen.note(&ask, &answer, self);
            answer
        };
        for Named { kind, id, files, .. } in self.seen {
            let title = if matches!(kind.as_str(), "article" | "asset" | "appointment") { "title" } else { "name" };
            let found = answer(format!("/graphql?query={{{kind}(contentId:%22{id}%22){{{title}}}}}"));
            assert!(!self.sweep.found(&found.bytes()).is_empty(), "{kind} {id}: {}", told(&found));
            for file in files {
                assert_eq!(answer(format!("/media/{file}")).status, 200, "{file}");
            }
        }
        for file in self.names.hidden.iter().flat_map(|named| &named.files) {
            assert_eq!(answer(format!("/media/{file}")).status, 404, "{file}");
        }
        seen
    }

    /// Sends what is meant for delivery by the door, with the credentials.
    fn lead(&self, ask: &mut Ask) {
        if ask.target.starts_with("/graphql") || ask.target.starts_with("/media/") {
            ask.target.insert_str(0, self.door);
            ask.headers.push(("authorization", format!("Bearer {}", self.credentials)));
        }
    }
}

impl Seen {
    fn note(&mut self, ask: &Ask, answer: &Answer, of: &Entitled<'_>) {
        self.requests += 1;
        self.faultless += usize::from(is_faultless(answer));
        *self.statuses.entry(answer.status).or_default() += 1;
        let said = ask.said();
        for word in of.sweep.found(&answer.bytes()) {
            if of.scope.contains(word) {
                self.shown.insert(word.to_owned());
            } else if !said.contains(word) {
                // Whoever names a marker may be told it back, as in the path a route was asked for.
                self.leaks.insert(word.to_owned(), format!("{ask:?}: {}", told(answer)));
            }
        }
    }
}

impl std::fmt::Display for Seen {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { requests, faultless, statuses, shown, leaks } = self;
        write!(f, "{requests} requests, {faultless} without an error, statuses {statuses:?}, ")?;
        write!(f, "{} markers of the scope, {} others", shown.len(), leaks.len())
    }
}
