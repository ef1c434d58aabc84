//! Words of the index that stand for one that was typed: those that begin with it, and those it may be a slip for.

use tantivy::postings::TermInfo;
use tantivy::query::FuzzyTermQuery;
use tantivy::schema::{Field, IndexRecordOption};
use tantivy::{SegmentReader, Term};

/// Where documents have a word, block by block.
pub(crate) struct Postings<'a> {
    pub segment: &'a SegmentReader,
    pub field: Field,
}

impl Postings<'_> {
    /// Hands the documents that hold `word` to `take`.
    pub fn of_word(&self, word: &str, take: impl FnMut(&[u32])) -> tantivy::Result<()> {
        let inverted = self.segment.inverted_index(self.field)?;
        match inverted.get_term_info(&Term::from_field_text(self.field, word))? {
            Some(info) => self.of_info(&info, take),
            None => Ok(()),
        }
    }

    /// Hands the documents that hold a word beginning with `prefix` to `take`.
    pub fn of_prefix(&self, prefix: &str, mut take: impl FnMut(&[u32])) -> tantivy::Result<()> {
        let inverted = self.segment.inverted_index(self.field)?;
        let mut found = Vec::new();
        let mut terms = inverted.terms().range().ge(prefix).into_stream()?;
        while let Some((term, info)) = terms.next() {
            if !term.starts_with(prefix.as_bytes()) {
                break;
            }
            found.push(info.clone());
        }
        found.iter().try_for_each(|info| self.of_info(info, &mut take))
    }

    /// Hands the documents that hold a word at most `distance` slips away from `word` to `take`: a letter too many, too
    /// few, another one, or two that changed places.
    pub fn of_slips(&self, word: &str, distance: u8, mut take: impl FnMut(&[u32])) -> tantivy::Result<()> {
        let inverted = self.segment.inverted_index(self.field)?;
        let automaton = FuzzyTermQuery::new(Term::from_field_text(self.field, word), distance, true).automaton()?;
        let mut found = Vec::new();
        let mut terms = inverted.terms().search(automaton).into_stream()?;
        while let Some((_, info)) = terms.next() {
            found.push(info.clone());
        }
        found.iter().try_for_each(|info| self.of_info(info, &mut take))
    }

    fn of_info(&self, info: &TermInfo, mut take: impl FnMut(&[u32])) -> tantivy::Result<()> {
        let inverted = self.segment.inverted_index(self.field)?;
        let mut blocks = inverted.read_block_postings_from_terminfo(info, IndexRecordOption::Basic)?;
        while !blocks.docs().is_empty() {
            take(blocks.docs());
            blocks.advance();
        }
        Ok(())
    }
}
