//! Finds who and what an article names: people, institutions and events of the record.
//!
//! Names are compared folded (no case, accents, apostrophe forms) and as whole words; the longest wins. What
//! the words around do not decide stays a suggestion, so that a mention can be trusted unseen.

mod context;
mod gazetteer;
mod passage;
mod resolve;
#[cfg(test)]
mod tests;
mod title;

use std::borrow::Cow;

use chrono::NaiveDate;
use griot_domain::body::Block;
use griot_domain::{ArticleText, Body, EntryId, EntryKind, Locale, Mention, Passage};

use griot_persistence::{LiveEntry, Suggestion};

use gazetteer::{Gazetteer, Shape};
use passage::Words;
use resolve::Reading;

/// Names of the record, ready to be looked for. Built once for many articles.
pub struct Finder {
    gazetteer: Gazetteer,
}

/// What an article names.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Found {
    /// What is sure, in order of appearance.
    pub mentions: Vec<Mention>,
    /// What an editor has to decide, in order of appearance.
    pub suggestions: Vec<Suggestion>,
}

/// The record holds more names than one automaton takes (some 2 GB of them).
#[derive(Debug, thiserror::Error)]
#[error("the names of the record cannot be searched for: {0}; import without mentions")]
pub struct TooManyNames(#[from] aho_corasick::BuildError);

impl Finder {
    /// Takes in people, institutions, events, and the appointments that tell who bore which title when;
    /// entries of other kinds are passed over. Linear in the length of all names.
    pub fn build(entries: &[LiveEntry]) -> Result<Self, TooManyNames> {
        Ok(Self { gazetteer: Gazetteer::build(entries)? })
    }

    /// Looks through headline, summary and the text blocks of the body, in linear time. `issued_on` decides
    /// which titles somebody bore. Offsets count code points of the passage.
    pub fn find(&self, text: &ArticleText, body: &Body, locale: &Locale, issued_on: NaiveDate) -> Found {
        let mut passages: Vec<(Passage, Cow<str>)> = vec![(Passage::Headline, text.headline.as_str().into())];
        passages.extend(text.summary.iter().map(|summary| (Passage::Summary, summary.as_str().into())));
        passages.extend(body.blocks.iter().filter_map(|block| match block {
            Block::Text(block) => Some((Passage::Block(block.key.clone()), block.plain_text().into())),
            _ => None,
        }));
        let words: Vec<(Passage, Words)> = passages.iter().map(|(at, text)| (at.clone(), Words::of(text))).collect();
        Reading::of(&self.gazetteer, &words, locale, issued_on).resolve()
    }

    /// The one entry that `name` as a whole names, for bylines and the like; `None` when there is none or
    /// several.
    pub fn named(&self, name: &str) -> Option<(EntryId, EntryKind)> {
        let mut bearers = self.gazetteer.forms_of(name).iter().filter(|form| form.shape != Shape::Family);
        let first = bearers.next()?;
        bearers.all(|form| form.target == first.target).then_some((first.target, first.kind))
    }
}
