//! Loading in levels: what all fields of one level of a query need is read in one statement.

use std::hash::Hash;
use std::sync::{Mutex, PoisonError};

use rustc_hash::FxHashMap as HashMap;
use tokio::sync::Notify;

use super::error::{Answer, ApiError};
use super::levels::Levels;

/// Loads values by key for one request. One of the fields of a level reads what all of them need; the others wait for
/// it. No timer is involved.
pub(crate) struct Batch<K, V> {
    state: Mutex<State<K, V>>,
    done: Notify,
}

struct State<K, V> {
    /// Loaded; `None` when there is no such value.
    ready: HashMap<K, Option<V>>,
    /// Asked for and not yet being read.
    queue: Vec<K>,
    failure: Option<ApiError>,
}

/// Keys that one field reads for all. A field is dropped where it stands when another one's failure makes what is above
/// both null; its keys then go back to those who wait for them.
struct Taken<'a, K: Clone + Eq + Hash, V: Clone> {
    batch: &'a Batch<K, V>,
    keys: Vec<K>,
}

impl<K: Clone + Eq + Hash, V: Clone> Default for Batch<K, V> {
    fn default() -> Self {
        let state = State { ready: HashMap::default(), queue: Vec::new(), failure: None };
        Self { state: Mutex::new(state), done: Notify::new() }
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Batch<K, V> {
    /// The values of `keys`, in their order; `None` where there is none. `recall` may know some without reading; `fetch`
    /// reads any number of keys at once.
    pub async fn load<F, Fut>(
        &self,
        levels: &Levels,
        keys: &[K],
        recall: impl Fn(&K) -> Option<V>,
        fetch: F,
    ) -> Answer<Vec<Option<V>>>
    where
        F: Fn(Vec<K>) -> Fut,
        Fut: Future<Output = Answer<HashMap<K, V>>>,
    {
        let recalled: Vec<Option<V>> = keys.iter().map(recall).collect();
        if recalled.iter().all(Option::is_some) {
            return Ok(recalled);
        }
        // On the heap, for what is awaited here is large and seldom is.
        Box::pin(self.load_missing(levels, keys, recalled, fetch)).await
    }

    async fn load_missing<F, Fut>(
        &self,
        levels: &Levels,
        keys: &[K],
        recalled: Vec<Option<V>>,
        fetch: F,
    ) -> Answer<Vec<Option<V>>>
    where
        F: Fn(Vec<K>) -> Fut,
        Fut: Future<Output = Answer<HashMap<K, V>>>,
    {
        self.ask(keys, recalled);
        loop {
            let done = self.done.notified();
            tokio::pin!(done);
            done.as_mut().enable();
            if let Some(answer) = self.take_ready(keys) {
                return answer;
            }
            if self.lock(|state| state.queue.is_empty()) {
                done.await;
                continue;
            }
            let turn = levels.enter().await;
            let queue = self.lock(|state| std::mem::take(&mut state.queue));
            if queue.is_empty() {
                turn.waive();
                continue;
            }
            let taken = Taken { batch: self, keys: queue };
            let loaded = fetch(taken.keys.clone()).await;
            taken.settle(loaded);
            drop(turn);
            self.done.notify_waiters();
        }
    }

    fn lock<T>(&self, act: impl FnOnce(&mut State<K, V>) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Puts what is known with what was read, and the rest on the queue.
    fn ask(&self, keys: &[K], recalled: Vec<Option<V>>) {
        self.lock(|state| {
            for (key, known) in keys.iter().zip(recalled) {
                if state.ready.contains_key(key) || state.queue.contains(key) {
                    continue;
                }
                match known {
                    Some(known) => drop(state.ready.insert(key.clone(), Some(known))),
                    None => state.queue.push(key.clone()),
                }
            }
        });
    }

    fn take_ready(&self, keys: &[K]) -> Option<Answer<Vec<Option<V>>>> {
        self.lock(|state| {
            if let Some(failure) = &state.failure {
                return Some(Err(failure.clone()));
            }
            keys.iter().map(|key| state.ready.get(key).cloned()).collect::<Option<Vec<_>>>().map(Ok)
        })
    }

    fn settle(&self, keys: Vec<K>, loaded: Answer<HashMap<K, V>>) {
        self.lock(|state| match loaded {
            Ok(mut loaded) => {
                for key in keys {
                    let value = loaded.remove(&key);
                    state.ready.insert(key, value);
                }
            }
            Err(failure) => state.failure = Some(failure),
        });
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Taken<'_, K, V> {
    fn settle(mut self, loaded: Answer<HashMap<K, V>>) {
        let keys = std::mem::take(&mut self.keys);
        self.batch.settle(keys, loaded);
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Drop for Taken<'_, K, V> {
    fn drop(&mut self) {
        if !self.keys.is_empty() {
            self.batch.ask(&self.keys, vec![None; self.keys.len()]);
            self.batch.done.notify_waiters();
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    #[tokio::test]
    async fn one_level_is_one_read() {
        let (levels, batch) = (Levels::default(), Batch::<u32, u32>::default());
        let reads = AtomicUsize::new(0);
        let one = |key: u32| {
            let (levels, batch, reads) = (&levels, &batch, &reads);
            async move {
                let fetch = |keys: Vec<u32>| async move {
                    reads.fetch_add(1, Ordering::Relaxed);
                    tokio::task::yield_now().await;
                    Ok(keys.into_iter().filter(|key| key % 2 == 0).map(|key| (key, key * 10)).collect())
                };
                let first = batch.load(levels, &[key], |_| None, fetch).await.unwrap();
                let second = batch.load(levels, &[key + 1_000, key], |_| None, fetch).await.unwrap();
                (first[0], second[0])
            }
        };
        let answers = tokio::join!(one(1), one(2), one(3), one(4), one(5));
        assert_eq!(answers.0, (None, None));
        assert_eq!(answers.3, (Some(40), Some(10_040)));
        assert_eq!(reads.load(Ordering::Relaxed), 2, "one read for each level");
    }

    #[tokio::test]
    async fn slow_and_fast_reads_of_one_level_end_it_together() {
        let levels = Levels::default();
        let (slow, fast) = (Batch::<u32, u32>::default(), Batch::<u32, u32>::default());
        let reads = AtomicUsize::new(0);
        let read = |rounds: usize| {
            let reads = &reads;
            move |keys: Vec<u32>| async move {
                reads.fetch_add(1, Ordering::Relaxed);
                for _ in 0..rounds {
                    tokio::task::yield_now().await;
                }
                Ok(keys.into_iter().map(|key| (key, key)).collect())
            }
        };
        // Both go on to a key of the same batch: one read, though one of them is ready long before the other.
        let first = async {
            slow.load(&levels, &[1], |_| None, read(20)).await.unwrap();
            fast.load(&levels, &[2], |_| None, read(1)).await.unwrap();
        };
        let second = async {
            fast.load(&levels, &[1], |_| None, read(1)).await.unwrap();
            fast.load(&levels, &[3], |_| None, read(1)).await.unwrap();
        };
        tokio::join!(first, second);
        assert_eq!(reads.load(Ordering::Relaxed), 3);
    }

    #[tokio::test]
    async fn a_failed_read_fails_all_that_waited_for_it() {
        let (levels, batch) = (Levels::default(), Batch::<u32, u32>::default());
        let failure = ApiError::internal("the disk is gone");
        let fetch = |_: Vec<u32>| async { Err(failure.clone()) };
        let (a, b) =
            tokio::join!(batch.load(&levels, &[1], |_| None, fetch), batch.load(&levels, &[2], |_| None, fetch));
        assert_eq!((a, b), (Err(failure.clone()), Err(failure.clone())));
    }
    #[tokio::test]
    async fn a_field_that_is_dropped_while_it_reads_leaves_its_keys_to_the_others() {
        let (levels, batch) = (Levels::default(), Batch::<u32, u32>::default());
        let reads = AtomicUsize::new(0);
        let fetch = |keys: Vec<u32>| {
            let is_first = reads.fetch_add(1, Ordering::Relaxed) == 0;
            async move {
                if is_first {
                    std::future::pending::<()>().await;
                }
                Ok(keys.into_iter().map(|key| (key, key)).collect())
            }
        };
        let has_begun = async {
            while reads.load(Ordering::Relaxed) == 0 {
                tokio::task::yield_now().await;
            }
        };
        let dropped = async {
            tokio::select! {
                _ = batch.load(&levels, &[1], |_| None, fetch) => panic!("the first read never ends"),
                () = has_begun => {}
            }
        };
        let patience = async {
            for _ in 0..1_000 {
                tokio::task::yield_now().await;
            }
        };
        let waiting = async {
            tokio::select! {
                answer = batch.load(&levels, &[2], |_| None, fetch) => answer,
                () = patience => panic!("it waits for a read nobody makes"),
            }
        };
        let ((), answer) = tokio::join!(dropped, waiting);
        assert_eq!(answer, Ok(vec![Some(2)]));
    }
}
