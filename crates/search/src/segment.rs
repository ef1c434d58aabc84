//! One segment of an index, as searches see it.

use std::sync::Arc;

use griot_domain::EntryId;
use tantivy::SegmentReader;

use crate::expand::Postings;
use crate::labels::Labels;
use crate::mask::Mask;
use crate::matching::{Points, points};
use crate::query::Wanted;
use crate::schema::{Fields, Mark};
use crate::score::Worth;
use crate::unpacked::{Part, Unpacked};

/// A segment, with what was unpacked of it before.
#[derive(Clone, Copy)]
pub(crate) struct Segment<'a> {
    pub reader: &'a SegmentReader,
    pub fields: &'a Fields,
    pub unpacked: &'a Unpacked,
}

impl Segment<'_> {
    /// Its documents, the deleted ones included.
    pub fn count(&self) -> u32 {
        self.reader.max_doc()
    }

    /// The documents that were not deleted.
    pub fn alive(&self) -> tantivy::Result<Arc<Mask>> {
        let (Some(alive), Some(deleted)) = (self.reader.alive_bitset(), self.reader.delete_opstamp()) else {
            return Ok(Arc::new(Mask::all(self.count())));
        };
        self.unpacked.get(self.reader, Part::Alive(deleted), || {
            let mut mask = Mask::none(self.count());
            alive.iter_alive().for_each(|doc| mask.set(doc));
            Ok(mask)
        })
    }

    /// The documents with a mark.
    pub fn marked(&self, mark: Mark<'_>) -> tantivy::Result<Arc<Mask>> {
        let text = mark.text();
        self.unpacked.get(self.reader, Part::Marked(text.clone()), || {
            let mut mask = Mask::none(self.count());
            let set = |docs: &[u32]| docs.iter().for_each(|doc| mask.set(*doc));
            Postings { segment: self.reader, field: self.fields.marks }.of_word(&text, set)?;
            Ok(mask)
        })
    }

    /// Points for one thing wanted, slips left aside.
    pub fn points(&self, wanted: &Wanted) -> tantivy::Result<Arc<Points>> {
        let part = match wanted {
            Wanted::Word { word, is_prefix } => {
                Part::Word { folded: word.folded.clone(), written: word.written.clone(), is_prefix: *is_prefix }
            }
            Wanted::Phrase(words) => Part::Phrase(words.iter().map(|word| word.folded.clone()).collect()),
        };
        self.unpacked.get(self.reader, part, || points(wanted, self.reader, self.fields))
    }

    /// What each document is worth by itself.
    pub fn worth(&self) -> tantivy::Result<Arc<Worth>> {
        self.unpacked.get(self.reader, Part::Worth, || {
            let mut weights = vec![0; self.count() as usize];
            self.reader.fast_fields().u64("weight")?.values.get_range(0, &mut weights);
            Ok(Worth::of(&weights))
        })
    }

    /// Their numbers in a column.
    pub fn numbers(&self, field: &'static str) -> tantivy::Result<Arc<Labels<i64>>> {
        self.unpacked.get(self.reader, Part::Labels(field), || Labels::numbers(self.reader, field))
    }

    /// The years of their dates.
    pub fn years(&self) -> tantivy::Result<Arc<Labels<i64>>> {
        self.unpacked.get(self.reader, Part::Labels("years"), || Labels::years(self.reader))
    }

    /// The entries they have in a column.
    pub fn entries(&self, field: &'static str) -> tantivy::Result<Arc<Labels<EntryId>>> {
        self.unpacked.get(self.reader, Part::Labels(field), || Labels::entries(self.reader, field))
    }
}
