//! What was unpacked of the segments of an index, kept for the searches after. A segment never changes; which of its
//! documents are deleted is written beside it.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use griot_domain::EntryId;
use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use tantivy::index::SegmentId;
use tantivy::{Opstamp, Searcher, SegmentReader};

use crate::labels::Labels;
use crate::mask::Mask;
use crate::matching::Points;
use crate::score::Worth;

/// Bytes kept of an index.
pub(crate) const ROOM: u64 = 32 << 20;
/// Bytes of a key, and of what the cache itself needs for it.
const AROUND: u64 = 160;
/// What takes more bytes for each item that was unpacked is of a rare word: it is had as fast without being kept.
const MOST_BYTES: u64 = 16;

/// What was unpacked of segments, up to a number of bytes. It goes with its segment.
pub(crate) struct Unpacked {
    kept: Cache<(SegmentId, Part), Kept, Weight>,
    /// The segments searched now, with when documents of theirs were last deleted.
    current: RwLock<HashMap<SegmentId, Option<Opstamp>>>,
}

/// Something of a segment.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Part {
    /// The documents that were not deleted then.
    Alive(Opstamp),
    /// The documents with a mark.
    Marked(String),
    /// Points for a word, by all that they depend on.
    Word { folded: String, written: String, is_prefix: bool },
    /// Points for a phrase.
    Phrase(Vec<String>),
    /// What each document is worth by itself.
    Worth,
    /// What documents are counted by.
    Labels(&'static str),
}

/// What can be kept.
#[derive(Clone)]
pub(crate) enum Kept {
    Mask(Arc<Mask>),
    Points(Arc<Points>),
    Worth(Arc<Worth>),
    Numbers(Arc<Labels<i64>>),
    Entries(Arc<Labels<EntryId>>),
}

/// The form something is unpacked to.
pub(crate) trait Unpack {
    fn kept(this: Arc<Self>) -> Kept;
    /// `None` for something of another form.
    fn found(kept: Kept) -> Option<Arc<Self>>;
}

macro_rules! unpack {
    ($($form:ty: $kept:ident),*) => {$(
        impl Unpack for $form {
            fn kept(this: Arc<Self>) -> Kept {
                Kept::$kept(this)
            }

            fn found(kept: Kept) -> Option<Arc<Self>> {
                if let Kept::$kept(found) = kept { Some(found) } else { None }
            }
        }
    )*};
}
unpack!(Mask: Mask, Points: Points, Worth: Worth, Labels<i64>: Numbers, Labels<EntryId>: Entries);

impl Kept {
    fn bytes(&self) -> u64 {
        match self {
            Self::Mask(mask) => mask.bytes(),
            Self::Points(points) => points.len() as u64,
            Self::Worth(worth) => worth.bytes(),
            Self::Numbers(labels) => labels.bytes(),
            Self::Entries(labels) => labels.bytes(),
        }
    }

    /// How much was unpacked.
    fn items(&self) -> u64 {
        match self {
            Self::Mask(mask) => mask.count(),
            Self::Points(points) => points.iter().map(|points| u64::from(*points > 0)).sum(),
            Self::Worth(worth) => worth.items(),
            Self::Numbers(labels) => labels.items(),
            Self::Entries(labels) => labels.items(),
        }
    }
}

#[derive(Clone)]
struct Weight;

impl Weighter<(SegmentId, Part), Kept> for Weight {
    fn weight(&self, _: &(SegmentId, Part), kept: &Kept) -> u64 {
        kept.bytes() + AROUND
    }
}

impl Unpacked {
    /// Keeps at most `room` bytes.
    pub fn new(room: u64) -> Self {
        // One part, since what is kept of a large segment would not fit into a share of the room.
        let options = OptionsBuilder::new()
            .shards(1)
            .estimated_items_capacity(1_000)
            .weight_capacity(room)
            .build()
            .expect("both capacities are given");
        let kept = Cache::with_options(options, Weight, DefaultHashBuilder::default(), DefaultLifecycle::default());
        Self { kept, current: RwLock::default() }
    }

    /// Drops what is not of the segments of `searcher`, and keeps nothing more of others. It is made while nobody else
    /// follows, so that an older one never comes behind a younger one.
    pub fn follow(&self, searcher: impl FnOnce() -> Searcher) {
        let mut current = self.current.write().unwrap_or_else(PoisonError::into_inner);
        let searcher = searcher();
        let segments = searcher.segment_readers().iter();
        *current = segments.map(|segment| (segment.segment_id(), segment.delete_opstamp())).collect();
        self.kept.retain(|key, _| is_of(&current, key));
    }

    /// Something of `segment`: as it is kept, or from `unpack`.
    pub fn get<T: Unpack>(
        &self,
        segment: &SegmentReader,
        part: Part,
        unpack: impl FnOnce() -> tantivy::Result<T>,
    ) -> tantivy::Result<Arc<T>> {
        let key = (segment.segment_id(), part);
        if let Some(known) = self.kept.get(&key).and_then(T::found) {
            return Ok(known);
        }
        let unpacked = Arc::new(unpack()?);
        self.keep(key, T::kept(Arc::clone(&unpacked)));
        Ok(unpacked)
    }

    fn keep(&self, key: (SegmentId, Part), kept: Kept) {
        // To find a phrase takes long, however few documents have it.
        let is_dear = matches!(key.1, Part::Phrase(_)) || kept.bytes() <= MOST_BYTES * kept.items();
        // Held while it is put in, so that nothing comes in behind whoever drops what is gone.
        let current = self.current.read().unwrap_or_else(PoisonError::into_inner);
        if is_dear && is_of(&current, &key) {
            self.kept.insert(key, kept);
        }
    }
}

fn is_of(current: &HashMap<SegmentId, Option<Opstamp>>, (segment, part): &(SegmentId, Part)) -> bool {
    current.get(segment).is_some_and(|deleted| match part {
        Part::Alive(then) => *deleted == Some(*then),
        _ => true,
    })
}

#[cfg(test)]
mod tests;
