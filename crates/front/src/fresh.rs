//! Whether what was read is still what would be read.
//!
//! Whoever reads for an answer notes a [`Tag`] for everything the answer depends on, present or not, in the request's
//! [`Reads`]. Whoever changes something [touches](Freshness::touch) the tags of all that may read differently from now
//! on. An answer holds as long as none of its tags was touched since before its first read.

use std::fmt;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};
use xxhash_rust::xxh3::{xxh3_64, xxh3_64_with_seed};

use crate::parts;

/// One thing an answer may depend on. Its text goes to shared caches as a surrogate key: visible ASCII without spaces
/// and commas.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tag {
    kind: &'static str,
    what: What,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum What {
    Anything,
    Name(&'static str),
    Number(u64),
}

impl Tag {
    /// The kind as such.
    pub const fn alone(kind: &'static str) -> Self {
        Self { kind, what: What::Anything }
    }

    /// `kind-name`.
    pub const fn named(kind: &'static str, name: &'static str) -> Self {
        Self { kind, what: What::Name(name) }
    }

    /// `kind-` and the number in 16 hexadecimal digits.
    pub const fn numbered(kind: &'static str, number: u64) -> Self {
        Self { kind, what: What::Number(number) }
    }

    /// A tag of a kind for a text of any form and length, by its digest.
    pub fn digest(kind: &'static str, text: &str) -> Self {
        Self::numbered(kind, xxh3_64(text.as_bytes()))
    }

    fn slot(&self) -> u32 {
        let number = match self.what {
            What::Anything => 0,
            What::Name(name) => xxh3_64(name.as_bytes()),
            What::Number(number) => number,
        };
        (xxh3_64_with_seed(self.kind.as_bytes(), number) % SLOTS as u64) as u32
    }
}

impl fmt::Display for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.what {
            What::Anything => f.write_str(self.kind),
            What::Name(name) => write!(f, "{}-{name}", self.kind),
            What::Number(number) => write!(f, "{}-{number:016x}", self.kind),
        }
    }
}

/// What one request has read so far.
#[derive(Debug)]
pub struct Reads {
    stamp: u64,
    state: Mutex<Noted>,
}

#[derive(Debug, Default)]
struct Noted {
    /// In any order, and often the same again.
    tags: Vec<Tag>,
    /// How many there were when repeats were taken out last.
    settled_count: usize,
    until: Option<DateTime<Utc>>,
}

impl Noted {
    fn settle(&mut self) {
        self.tags.sort_unstable();
        self.tags.dedup();
        self.settled_count = self.tags.len();
    }
}

/// Tags noted before repeats are worth looking for.
const UNSETTLED: usize = 256;

impl Reads {
    /// Notes that the answer depends on these.
    pub fn note(&self, tags: impl IntoIterator<Item = Tag>) {
        let mut state = self.lock();
        let known = state.tags.len();
        state.tags.extend(tags);
        parts::note(&state.tags[known..]);
        if state.tags.len() > 2 * state.settled_count + UNSETTLED {
            state.settle();
        }
    }

    /// Notes that the answer is another one from `instant` on, whatever is published.
    pub fn note_until(&self, instant: DateTime<Utc>) {
        parts::note_until(instant);
        let mut state = self.lock();
        state.until = Some(state.until.map_or(instant, |known| known.min(instant)));
    }

    /// What a part of the answer holds by that depends on `tags`, and on time as far as `until`, alone.
    pub fn held_by<'a>(&self, tags: impl IntoIterator<Item = &'a Tag>, until: Option<DateTime<Utc>>) -> Held {
        Held { stamp: self.stamp, slots: slots(tags), until }
    }

    /// All that was noted.
    pub fn held(&self) -> Held {
        let mut state = self.lock();
        state.settle();
        Held { stamp: self.stamp, slots: slots(&state.tags), until: state.until }
    }

    /// The tags noted, in order.
    pub fn tags(&self) -> Vec<Tag> {
        let mut state = self.lock();
        state.settle();
        state.tags.clone()
    }

    fn lock(&self) -> MutexGuard<'_, Noted> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What something kept depends on.
#[derive(Clone, Debug)]
pub struct Held {
    stamp: u64,
    slots: Box<[u32]>,
    until: Option<DateTime<Utc>>,
}

impl Held {
    /// Bytes it takes.
    pub fn weight(&self) -> usize {
        size_of::<Self>() + size_of_val(&*self.slots)
    }

    /// The instant from which it holds no more, whatever is published.
    pub fn until(&self) -> Option<DateTime<Utc>> {
        self.until
    }
}

fn slots<'a>(tags: impl IntoIterator<Item = &'a Tag>) -> Box<[u32]> {
    let mut slots: Vec<u32> = tags.into_iter().map(Tag::slot).collect();
    slots.sort_unstable();
    slots.dedup();
    slots.into()
}

/// Tags share slots by their hash: two tags in one slot cost an answer that could have been kept, never a wrong one.
const SLOTS: usize = 1 << 16;

/// When each tag was touched last, in touches since the start.
#[derive(Debug)]
pub struct Freshness {
    /// Rises when all of a touch can be seen: whoever begins to read meanwhile may still find what it ends.
    now: AtomicU64,
    touching: Mutex<()>,
    /// Nothing from before this touch holds.
    floor: AtomicU64,
    slots: Box<[AtomicU64]>,
    is_blind: AtomicBool,
    /// Number of the last change that ended what it made wrong.
    reached: AtomicI64,
}

impl Default for Freshness {
    fn default() -> Self {
        Self {
            now: AtomicU64::new(0),
            touching: Mutex::default(),
            floor: AtomicU64::new(0),
            slots: std::iter::repeat_with(AtomicU64::default).take(SLOTS).collect(),
            is_blind: AtomicBool::new(false),
            reached: AtomicI64::new(0),
        }
    }
}

impl Freshness {
    /// What a request notes its reads in; to be made before the first of them.
    pub fn reads(&self) -> Reads {
        Reads { stamp: self.now.load(Ordering::SeqCst), state: Mutex::default() }
    }

    /// Ends everything that depends on one of `tags`. To be called once the change can be read.
    pub fn touch<'a>(&self, tags: impl IntoIterator<Item = &'a Tag>) {
        let _turn = self.touching.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.now.load(Ordering::SeqCst) + 1;
        for tag in tags {
            self.slots[tag.slot() as usize].store(at, Ordering::SeqCst);
        }
        self.now.store(at, Ordering::SeqCst);
    }

    /// Ends everything.
    pub fn touch_all(&self) {
        let _turn = self.touching.lock().unwrap_or_else(PoisonError::into_inner);
        let at = self.now.load(Ordering::SeqCst) + 1;
        self.floor.store(at, Ordering::SeqCst);
        self.now.store(at, Ordering::SeqCst);
    }

    /// Says whether changes are being heard of. While they are not, nothing kept may be trusted.
    pub fn set_blind(&self, is_blind: bool) {
        self.is_blind.store(is_blind, Ordering::SeqCst);
    }

    /// Says that all changes up to this number have ended what they made wrong. To be called after that.
    pub fn reach(&self, number: i64) {
        self.reached.store(number, Ordering::SeqCst);
    }

    /// Number of the last change that nothing kept is older than.
    pub fn reached(&self) -> i64 {
        self.reached.load(Ordering::SeqCst)
    }

    /// How often something was ended since the start.
    pub fn touches(&self) -> u64 {
        self.now.load(Ordering::Relaxed)
    }

    /// Whether changes are not heard of.
    pub fn is_blind(&self) -> bool {
        self.is_blind.load(Ordering::SeqCst)
    }

    /// Whether nothing that `held` depends on was touched since, as far as is known.
    pub fn holds(&self, held: &Held, now: &dyn Fn() -> DateTime<Utc>) -> bool {
        self.floor.load(Ordering::SeqCst) <= held.stamp
            && held.until.is_none_or(|until| now() < until)
            && held.slots.iter().all(|slot| self.slots[*slot as usize].load(Ordering::SeqCst) <= held.stamp)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn tag(name: &'static str) -> Tag {
        Tag::named("t", name)
    }

    #[test]
    fn what_was_read_holds_until_one_of_its_tags_is_touched() {
        let (fresh, now) = (Freshness::default(), DateTime::UNIX_EPOCH);
        let reads = fresh.reads();
        reads.note([tag("a"), tag("b")]);
        let held = reads.held();
        fresh.touch([&tag("c")]);
        assert!(fresh.holds(&held, &|| now));
        fresh.touch([&tag("c"), &tag("b")]);
        assert!(!fresh.holds(&held, &|| now));
    }

    #[test]
    fn what_was_read_while_its_tag_was_touched_does_not_hold() {
        let fresh = Freshness::default();
        let reads = fresh.reads();
        fresh.touch([&tag("a")]);
        reads.note([tag("a")]);
        assert!(!fresh.holds(&reads.held(), &|| DateTime::UNIX_EPOCH));
        let later = fresh.reads();
        later.note([tag("a")]);
        assert!(fresh.holds(&later.held(), &|| DateTime::UNIX_EPOCH));
    }

    #[test]
    fn what_is_read_in_the_middle_of_a_touch_does_not_hold() {
        let fresh = Freshness::default();
        let mut begun = None;
        let touched = [tag("a"), tag("b")];
        // Begun when the first of them is touched and the second one is not.
        fresh.touch(touched.iter().inspect(|tag| {
            if **tag == touched[1] {
                begun = Some(fresh.reads());
            }
        }));
        let reads = begun.unwrap();
        reads.note([tag("b")]);
        assert!(!fresh.holds(&reads.held(), &|| DateTime::UNIX_EPOCH));
    }

    #[test]
    fn time_ends_what_depends_on_it_and_everything_can_be_ended() {
        let (fresh, now) = (Freshness::default(), DateTime::UNIX_EPOCH);
        let reads = fresh.reads();
        reads.note_until(now + TimeDelta::seconds(9));
        reads.note_until(now + TimeDelta::seconds(5));
        assert!(fresh.holds(&reads.held(), &|| now + TimeDelta::seconds(4)));
        assert!(!fresh.holds(&reads.held(), &|| now + TimeDelta::seconds(5)));
        let untagged = fresh.reads().held();
        fresh.touch([&tag("a")]);
        fresh.touch_all();
        assert!(!fresh.holds(&untagged, &|| now));
    }

    #[test]
    fn a_tag_is_a_surrogate_key_whatever_it_is_made_of() {
        assert_eq!(Tag::alone("operations").to_string(), "operations");
        assert_eq!(Tag::named("k", "article").to_string(), "k-article");
        assert_eq!(Tag::numbered("e", 0xfeed).to_string(), "e-000000000000feed");
        assert_eq!(Tag::digest("s", "é, ü").to_string().len(), 18);
    }

    #[test]
    fn what_is_noted_again_and_again_takes_no_more_room() {
        let reads = Freshness::default().reads();
        for number in 0..100_000 {
            reads.note([Tag::numbered("e", number % 300)]);
        }
        assert!(reads.lock().tags.len() <= 2 * 300 + UNSETTLED);
        assert_eq!(reads.tags().len(), 300);
    }
}
