//! What is told to all who listen to the same thing, made once for all of them.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError, Weak};

use bytes::Bytes;
use griot_domain::EntryKind;
use griot_front::Listen;
use griot_front::fresh::Held;
use griot_persistence::Change;
use tokio::sync::Notify;
use tokio::task::AbortHandle;

/// Bytes of events kept for those who are behind; less than the queue's length of them where they are large.
const KEPT_BYTES: usize = 4 << 20;

/// What subscribers are told of a change.
pub(crate) struct Told {
    pub change: Change,
    /// JSON of the answer; `None` when it is none of theirs.
    pub body: Option<Bytes>,
    /// What it was made of.
    pub held: Held,
}

/// All who listen to one thing.
pub(crate) struct Channel {
    pub listen: Listen,
    /// Changes of these kinds alone can be theirs; of any when there is none.
    pub kinds: Vec<EntryKind>,
    /// Events a subscriber may be behind.
    queue: usize,
    state: Mutex<State>,
    /// One at a time makes what is not at hand.
    pub making: tokio::sync::Mutex<()>,
    follower: OnceLock<AbortHandle>,
    home: Weak<Channels>,
}

struct State {
    /// What is theirs of all that came after this is among `told`.
    since: i64,
    /// The last publication dealt with.
    upto: i64,
    told: VecDeque<Arc<Told>>,
    bytes: usize,
    is_lost: bool,
    waiting: HashMap<u64, Arc<Notify>>,
    next_number: u64,
}

/// What comes after a place.
pub(crate) enum Next {
    Told(Arc<Told>),
    /// Nothing up to this place.
    Nothing(i64),
    /// More than is kept.
    TooFar,
    /// Nobody knows: the channel has lost touch with the journal.
    Lost,
}

/// The channels in use, by what is listened to.
#[derive(Default)]
pub(crate) struct Channels(Mutex<HashMap<Arc<str>, Weak<Channel>>>);

impl Channels {
    fn lock(&self) -> MutexGuard<'_, HashMap<Arc<str>, Weak<Channel>>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn count(&self) -> usize {
        self.lock().len()
    }

    /// The channel for `listen`, which begins after `seq` where there is none yet; `is_new` says so. `None` when there
    /// are `most` others.
    pub fn open(
        self: &Arc<Self>,
        listen: Listen,
        kinds: Vec<EntryKind>,
        seq: i64,
        queue: usize,
        most: usize,
    ) -> Option<(Arc<Channel>, bool)> {
        // Whoever lets the last hold of a channel go takes the lock, so this one goes after it.
        let known;
        let mut channels = self.lock();
        known = channels.get(listen.name()).and_then(Weak::upgrade);
        if let Some(channel) = &known
            && !channel.lock().is_lost
        {
            return Some((Arc::clone(channel), false));
        }
        if channels.len() >= most && !channels.contains_key(listen.name()) {
            return None;
        }
        let name = Arc::clone(listen.name());
        let state = State {
            since: seq,
            upto: seq,
            told: VecDeque::new(),
            bytes: 0,
            is_lost: false,
            waiting: HashMap::new(),
            next_number: 0,
        };
        let channel = Arc::new(Channel {
            listen,
            kinds,
            queue,
            state: Mutex::new(state),
            making: tokio::sync::Mutex::default(),
            follower: OnceLock::new(),
            home: Arc::downgrade(self),
        });
        channels.insert(name, Arc::downgrade(&channel));
        Some((channel, true))
    }
}

impl Channel {
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Leaves the task that feeds the channel to it: it ends with the last subscriber.
    pub fn is_fed_by(&self, follower: AbortHandle) {
        let _ = self.follower.set(follower);
    }

    /// The place of the last publication dealt with.
    pub fn upto(&self) -> i64 {
        self.lock().upto
    }

    /// Whether a change can be theirs.
    pub fn is_meant(&self, change: &Change) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&change.kind)
    }

    /// Goes on to `seq`, with what is to be told there.
    pub fn go_on(&self, seq: i64, told: Option<Arc<Told>>) {
        let mut state = self.lock();
        state.upto = seq;
        let Some(told) = told else { return };
        let bytes = |told: &Told| told.body.as_ref().map_or(0, Bytes::len);
        state.bytes += bytes(&told);
        state.told.push_back(told);
        while state.told.len() > self.queue || (state.bytes > KEPT_BYTES && state.told.len() > 1) {
            let Some(first) = state.told.pop_front() else { break };
            state.since = first.change.seq;
            state.bytes -= bytes(&first);
        }
        state.waiting.values().for_each(|waiting| waiting.notify_one());
    }

    /// Says that nobody knows what comes next. Whoever listens has to begin anew.
    pub fn lose(&self) {
        let mut state = self.lock();
        state.is_lost = true;
        state.waiting.values().for_each(|waiting| waiting.notify_one());
    }

    /// What comes first after a place.
    pub fn next(&self, after: i64) -> Next {
        let state = self.lock();
        if state.is_lost {
            return Next::Lost;
        }
        if after < state.since {
            return Next::TooFar;
        }
        let at = state.told.partition_point(|told| told.change.seq <= after);
        match state.told.get(at) {
            Some(told) => Next::Told(Arc::clone(told)),
            None => Next::Nothing(state.upto),
        }
    }

    /// How many events there are after a place; `None` when there are more than are kept, or nobody knows.
    pub fn backlog(&self, after: i64) -> Option<usize> {
        let state = self.lock();
        let is_known = !state.is_lost && after >= state.since;
        is_known.then(|| state.told.len() - state.told.partition_point(|told| told.change.seq <= after))
    }

    /// Wakes `waiting` when there is something new, until the number is given back.
    pub fn wake(&self, waiting: Arc<Notify>) -> u64 {
        let mut state = self.lock();
        state.next_number += 1;
        let number = state.next_number;
        state.waiting.insert(number, waiting);
        number
    }

    pub fn let_sleep(&self, number: u64) {
        self.lock().waiting.remove(&number);
    }
}

impl Drop for Channel {
    fn drop(&mut self) {
        if let Some(follower) = self.follower.get() {
            follower.abort();
        }
        let Some(home) = self.home.upgrade() else { return };
        let mut channels = home.lock();
        // Another one may have taken its place.
        if channels.get(self.listen.name()).is_some_and(|channel| channel.strong_count() == 0) {
            channels.remove(self.listen.name());
        }
    }
}
