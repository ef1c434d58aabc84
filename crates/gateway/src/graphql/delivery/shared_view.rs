//! A view as one request passes it on.

use std::hash::{BuildHasher, Hash, Hasher};
use std::ops::Deref;
use std::sync::Arc;

use griot_domain::{Moment, View};
use quick_cache::sync::Cache;
use rustc_hash::FxBuildHasher;

/// A view that knows its hash: every read of a page is looked up by it, and it holds a chain of languages.
#[derive(Clone, Debug)]
pub(crate) struct SharedView(Arc<Hashed>);

#[derive(Debug)]
struct Hashed {
    hash: u64,
    view: View,
}

impl From<View> for SharedView {
    fn from(view: View) -> Self {
        Self(Arc::new(Hashed { hash: FxBuildHasher.hash_one(&view), view }))
    }
}

/// Views that were asked for lately. Two of one are the same allocation then, which is quicker told than that they are equal.
#[derive(Debug)]
pub(crate) struct Views(Cache<View, SharedView>);

impl Default for Views {
    fn default() -> Self {
        Self(Cache::new(256))
    }
}

impl Views {
    /// The view as it was passed on before. Past moments are many, and seldom asked for twice.
    pub fn share(&self, view: View) -> SharedView {
        if view.moment != Moment::Now {
            return view.into();
        }
        if let Some(known) = self.0.get(&view) {
            return known;
        }
        let shared = SharedView::from(view.clone());
        self.0.insert(view, shared.clone());
        shared
    }
}

impl Deref for SharedView {
    type Target = View;

    fn deref(&self) -> &View {
        &self.0.view
    }
}

impl PartialEq for SharedView {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || (self.0.hash == other.0.hash && self.0.view == other.0.view)
    }
}

impl Eq for SharedView {}

impl Hash for SharedView {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash);
    }
}
