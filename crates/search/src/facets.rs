//! Counting what was found, by what it has in common. Only what is asked for is counted.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::hash::Hash;
use std::sync::Arc;

use griot_domain::{ArticleKind, EntryId, EntryKind};
use tantivy::Searcher;

use crate::error::SearchError;
use crate::labels::Labels;
use crate::mask::Mask;
use crate::schema::Fields;
use crate::segment::Segment;
use crate::unpacked::Unpacked;

/// All that a search found.
#[derive(Clone)]
pub struct Matches {
    pub(crate) searcher: Searcher,
    pub(crate) fields: Fields,
    pub(crate) unpacked: Arc<Unpacked>,
    /// What was found in each segment.
    pub(crate) masks: Arc<Vec<Mask>>,
}

impl fmt::Debug for Matches {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Matches").finish_non_exhaustive()
    }
}

/// Something in common, and how many of what was found have it.
pub type Counted<T> = Vec<(T, u64)>;

impl Matches {
    /// By kind of entry, in the order of [`EntryKind::ALL`].
    pub fn kinds(&self) -> Result<Counted<EntryKind>, SearchError> {
        let counts = self.counts(|segment| segment.numbers("kind"))?;
        Ok(named(&EntryKind::ALL, |at| counts.get(&(at as i64)).copied()))
    }

    /// Articles by form, in the order of [`ArticleKind::ALL`].
    pub fn forms(&self) -> Result<Counted<ArticleKind>, SearchError> {
        let counts = self.counts(|segment| segment.numbers("form"))?;
        Ok(named(&ArticleKind::ALL, |at| counts.get(&(at as i64 + 1)).copied()))
    }

    /// By year of the date in UTC, the latest first.
    pub fn years(&self) -> Result<Counted<i32>, SearchError> {
        let counts: BTreeMap<i64, u64> = self.counts(|segment| segment.years())?.into_iter().collect();
        Ok(counts.into_iter().rev().map(|(year, count)| (year as i32, count)).collect())
    }

    /// By topic an article is filed under, the most frequent first.
    pub fn topics(&self) -> Result<Counted<EntryId>, SearchError> {
        self.entries("topics")
    }

    /// By person named.
    pub fn people(&self) -> Result<Counted<EntryId>, SearchError> {
        self.entries("people")
    }

    /// By institution named.
    pub fn institutions(&self) -> Result<Counted<EntryId>, SearchError> {
        self.entries("institutions")
    }

    fn entries(&self, field: &'static str) -> Result<Counted<EntryId>, SearchError> {
        let mut counts: Vec<_> = self.counts(|segment| segment.entries(field))?.into_iter().collect();
        counts.sort_unstable_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
        Ok(counts)
    }

    fn counts<T: Copy + Eq + Hash>(
        &self,
        labels: impl Fn(Segment<'_>) -> tantivy::Result<Arc<Labels<T>>>,
    ) -> Result<HashMap<T, u64>, SearchError> {
        let mut counts = HashMap::new();
        for (reader, mask) in self.searcher.segment_readers().iter().zip(self.masks.iter()) {
            let segment = Segment { reader, fields: &self.fields, unpacked: &self.unpacked };
            labels(segment)?.count(mask, &mut counts);
        }
        Ok(counts)
    }
}

fn named<T: Copy>(all: &[T], count: impl Fn(usize) -> Option<u64>) -> Counted<T> {
    all.iter().enumerate().filter_map(|(at, one)| Some((*one, count(at)?))).collect()
}
