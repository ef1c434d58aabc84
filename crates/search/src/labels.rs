//! What the documents of a segment are counted by, such as their topics or their years.

use std::collections::HashMap;
use std::hash::Hash;

use chrono::{DateTime, Datelike};
use griot_domain::EntryId;
use tantivy::SegmentReader;
use uuid::Uuid;

use crate::mask::Mask;
use crate::schema::UNDATED;

const DAY: i64 = 86_400_000_000;

/// The labels of each document: none, one or several.
pub(crate) struct Labels<T> {
    /// All that there are in the segment.
    names: Vec<T>,
    /// Which of them the documents have, one document behind the other.
    of: Vec<u32>,
    /// Where those of each document end.
    ends: Vec<u32>,
}

impl<T: Copy + Eq + Hash> Labels<T> {
    /// What it takes of memory.
    pub fn bytes(&self) -> u64 {
        (size_of_val(&*self.names) + size_of_val(&*self.of) + size_of_val(&*self.ends)) as u64
    }

    /// Documents of the segment, and labels of all of them.
    pub fn items(&self) -> u64 {
        (self.ends.len() + self.of.len()) as u64
    }

    /// Adds how many of the documents of `mask` have each label.
    pub fn count(&self, mask: &Mask, counts: &mut HashMap<T, u64>) {
        let mut own = vec![0_u64; self.names.len()];
        for doc in mask.iter().map(|doc| doc as usize) {
            let start = if doc == 0 { 0 } else { self.ends[doc - 1] };
            self.of[start as usize..self.ends[doc] as usize].iter().for_each(|label| own[*label as usize] += 1);
        }
        for (name, count) in self.names.iter().zip(own).filter(|(_, count)| *count > 0) {
            *counts.entry(*name).or_default() += count;
        }
    }

    /// One label for each document, or none.
    fn single(each: impl Iterator<Item = Option<T>>) -> Self {
        let mut known: HashMap<T, u32> = HashMap::new();
        let mut labels = Self { names: Vec::new(), of: Vec::new(), ends: Vec::new() };
        for name in each {
            if let Some(name) = name {
                labels.of.push(*known.entry(name).or_insert_with(|| {
                    labels.names.push(name);
                    labels.names.len() as u32 - 1
                }));
            }
            labels.ends.push(labels.of.len() as u32);
        }
        labels
    }
}

impl Labels<i64> {
    /// The numbers of a column.
    pub fn numbers(segment: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        let column = segment.fast_fields().u64(field)?;
        let mut all = vec![0; segment.max_doc() as usize];
        column.values.get_range(0, &mut all);
        Ok(Self::single(all.into_iter().map(|number| Some(number as i64))))
    }

    /// The years of the dates, in UTC.
    pub fn years(segment: &SegmentReader) -> tantivy::Result<Self> {
        let column = segment.fast_fields().i64("dated_at")?;
        let mut all = vec![0; segment.max_doc() as usize];
        column.values.get_range(0, &mut all);
        let mut known: Option<(i64, Option<i64>)> = None;
        Ok(Self::single(all.into_iter().map(|at| match known {
            _ if at == UNDATED => None,
            Some((day, year)) if day == at.div_euclid(DAY) => year,
            _ => {
                let year = DateTime::from_timestamp_micros(at).map(|instant| i64::from(instant.year()));
                known = Some((at.div_euclid(DAY), year));
                year
            }
        })))
    }
}

impl Labels<EntryId> {
    /// The entries of a column.
    pub fn entries(segment: &SegmentReader, field: &str) -> tantivy::Result<Self> {
        let mut labels = Self { names: Vec::new(), of: Vec::new(), ends: Vec::new() };
        let Some(column) = segment.fast_fields().str(field)? else {
            labels.ends = vec![0; segment.max_doc() as usize];
            return Ok(labels);
        };
        let mut names = column.dictionary().stream()?;
        while names.advance() {
            labels.names.push(EntryId(Uuid::try_parse_ascii(names.key()).unwrap_or_default()));
        }
        for doc in 0..segment.max_doc() {
            labels.of.extend(column.ords().values_for_doc(doc).map(|ordinal| ordinal as u32));
            labels.ends.push(labels.of.len() as u32);
        }
        Ok(labels)
    }
}
