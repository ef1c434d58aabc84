use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Validated documents by their text, within a budget of bytes of text.
///
/// Two generations: what is asked for moves to the young one; when that holds half of the budget it becomes the old one
/// and the former old one is dropped. So a flood of new documents cannot grow it, and documents in use survive longest.
pub(crate) struct DocumentCache<T> {
    half_budget: usize,
    generations: Mutex<Generations<T>>,
}

struct Generations<T> {
    young: HashMap<Arc<str>, Arc<T>>,
    young_bytes: usize,
    old: HashMap<Arc<str>, Arc<T>>,
}

impl<T> DocumentCache<T> {
    pub(crate) fn new(budget_bytes: usize) -> Self {
        let generations = Generations { young: HashMap::new(), young_bytes: 0, old: HashMap::new() };
        Self { half_budget: budget_bytes / 2, generations: Mutex::new(generations) }
    }

    pub(crate) fn get(&self, text: &str) -> Option<Arc<T>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(found) = generations.young.get(text) {
            return Some(Arc::clone(found));
        }
        let (text, found) = generations.old.remove_entry(text)?;
        self.put(&mut generations, text, Arc::clone(&found));
        Some(found)
    }

    pub(crate) fn insert(&self, text: &str, value: Arc<T>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        self.put(&mut generations, Arc::from(text), value);
    }

    fn put(&self, generations: &mut Generations<T>, text: Arc<str>, value: Arc<T>) {
        let bytes = text.len();
        if bytes > self.half_budget {
            return;
        }
        if generations.young_bytes + bytes > self.half_budget {
            generations.old = std::mem::take(&mut generations.young);
            generations.young_bytes = 0;
        }
        if generations.young.insert(text, value).is_none() {
            generations.young_bytes += bytes;
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
