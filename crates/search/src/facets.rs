//! Counting what was found, by what it has in common. Only what is asked for is counted.

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use chrono::{DateTime, Datelike};
use griot_domain::{ArticleKind, EntryId, EntryKind};
use tantivy::{Searcher, SegmentReader};
use uuid::Uuid;

use crate::error::SearchError;
use crate::mask::Mask;
use crate::schema::UNDATED;

/// All that a search found.
#[derive(Clone)]
pub struct Matches {
    pub(crate) searcher: Searcher,
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
        let counts = self.numbers("kind")?;
        Ok(named(&EntryKind::ALL, |at| counts.get(&(at as u64)).copied()))
    }

    /// Articles by form, in the order of [`ArticleKind::ALL`].
    pub fn forms(&self) -> Result<Counted<ArticleKind>, SearchError> {
        let counts = self.numbers("form")?;
        Ok(named(&ArticleKind::ALL, |at| counts.get(&(at as u64 + 1)).copied()))
    }

    /// By year of the date in UTC, the latest first.
    pub fn years(&self) -> Result<Counted<i32>, SearchError> {
        let mut counts: BTreeMap<i32, u64> = BTreeMap::new();
        let mut known: Option<(std::ops::Range<i64>, i32)> = None;
        for (segment, mask) in self.segments() {
            let column = segment.fast_fields().i64("dated_at")?;
            let mut all = vec![0; segment.max_doc() as usize];
            column.values.get_range(0, &mut all);
            for doc in mask.iter() {
                let at = all[doc as usize];
                let year = match &known {
                    _ if at == UNDATED => continue,
                    Some((days, year)) if days.contains(&at) => *year,
                    _ => {
                        let Some(instant) = DateTime::from_timestamp_micros(at) else { continue };
                        let day = at.div_euclid(DAY) * DAY;
                        known = Some((day..day + DAY, instant.year()));
                        instant.year()
                    }
                };
                *counts.entry(year).or_default() += 1;
            }
        }
        Ok(counts.into_iter().rev().collect())
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

    fn segments(&self) -> impl Iterator<Item = (&SegmentReader, &Mask)> {
        self.searcher.segment_readers().iter().zip(self.masks.iter())
    }

    fn numbers(&self, field: &str) -> Result<HashMap<u64, u64>, SearchError> {
        let mut counts = [0; 256];
        for (segment, mask) in self.segments() {
            let column = segment.fast_fields().u64(field)?;
            let mut all = vec![0; segment.max_doc() as usize];
            column.values.get_range(0, &mut all);
            mask.iter().for_each(|doc| counts[(all[doc as usize] & 255) as usize] += 1);
        }
        Ok(counts
            .into_iter()
            .enumerate()
            .filter(|(_, count)| *count > 0)
            .map(|(at, count)| (at as u64, count))
            .collect())
    }

    fn entries(&self, field: &str) -> Result<Counted<EntryId>, SearchError> {
        let mut counts: HashMap<EntryId, u64> = HashMap::new();
        for (segment, mask) in self.segments() {
            let Some(column) = segment.fast_fields().str(field)? else { continue };
            let mut by_ordinal = vec![0_u64; column.num_terms()];
            let ordinals = column.ords();
            for doc in mask.iter() {
                ordinals.values_for_doc(doc).for_each(|ordinal| by_ordinal[ordinal as usize] += 1);
            }
            let mut text = String::new();
            for (ordinal, count) in by_ordinal.into_iter().enumerate().filter(|(_, count)| *count > 0) {
                text.clear();
                column.ord_to_str(ordinal as u64, &mut text)?;
                if let Ok(id) = Uuid::parse_str(&text) {
                    *counts.entry(EntryId(id)).or_default() += count;
                }
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_unstable_by(|(a, many), (b, more)| more.cmp(many).then(a.cmp(b)));
        Ok(counts)
    }
}

const DAY: i64 = 86_400_000_000;

fn named<T: Copy>(all: &[T], count: impl Fn(usize) -> Option<u64>) -> Counted<T> {
    all.iter().enumerate().filter_map(|(at, one)| Some((*one, count(at)?))).collect()
}
