use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Documents by their text or its hash, within a budget of bytes.
///
/// Two generations: what is asked for moves to the young one; when that holds half of the budget it becomes the old one
/// and the former old one is dropped. So a flood of new documents cannot grow it, and documents in use survive longest.
pub(crate) struct DocumentCache<T: ?Sized> {
    half_budget: usize,
    generations: Mutex<Generations<T>>,
}

struct Generations<T: ?Sized> {
    young: HashMap<Arc<str>, Weighed<T>>,
    young_bytes: usize,
    old: HashMap<Arc<str>, Weighed<T>>,
}

struct Weighed<T: ?Sized> {
    value: Arc<T>,
    bytes: usize,
}

impl<T: ?Sized> DocumentCache<T> {
    pub(crate) fn new(budget_bytes: usize) -> Self {
        let generations = Generations { young: HashMap::new(), young_bytes: 0, old: HashMap::new() };
        Self { half_budget: budget_bytes / 2, generations: Mutex::new(generations) }
    }

    pub(crate) fn get(&self, text: &str) -> Option<Arc<T>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.get(text) {
            return Some(Arc::clone(&found.value));
        }
        let (text, found) = generations.old.remove_entry(text)?;
        let value = Arc::clone(&found.value);
        self.put(&mut generations, text, found);
        Some(value)
    }

    pub(crate) fn insert(&self, text: &str, value: Arc<T>) {
        self.insert_weighing(text, value, text.len());
    }

    /// Counts `bytes` against the budget.
    pub(crate) fn insert_weighing(&self, key: &str, value: Arc<T>, bytes: usize) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(&mut generations, Arc::from(key), Weighed { value, bytes });
    }

    fn put(&self, generations: &mut Generations<T>, text: Arc<str>, found: Weighed<T>) {
        let bytes = found.bytes;
        if bytes > self.half_budget {
            return;
        }
        if generations.young_bytes + bytes > self.half_budget {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        generations.young_bytes += bytes;
        if let Some(last) = generations.young.insert(text, found) {
            generations.young_bytes -= last.bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_cache_stays_within_its_budget_and_keeps_what_is_used() {
        let cache = DocumentCache::new(100);
        cache.insert("in use", Arc::new(0));
        for number in 1..1_000 {
            cache.insert(&format!("flood {number:04}"), Arc::new(number));
            assert_eq!(cache.get("in use").as_deref(), Some(&0), "after {number}");
        }
        assert_eq!(cache.get("flood 0001"), None);
        let generations = cache.generations.lock().unwrap();
        let bytes: usize = generations.young.keys().chain(generations.old.keys()).map(|text| text.len()).sum();
        assert!(bytes <= 100, "{bytes} bytes");
    }

    #[test]
    fn a_document_larger_than_half_the_budget_is_not_kept() {
        let cache = DocumentCache::new(10);
        cache.insert("longer than five", Arc::new(()));
        assert_eq!(cache.get("longer than five"), None);
    }
}
