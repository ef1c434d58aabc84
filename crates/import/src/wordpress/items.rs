//! What is remembered of items: some fifty bytes each, for an export may hold hundreds of thousands.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, from_micros, micros};
use uuid::Uuid;

use super::standing::{Matter, Standing};

/// What is remembered of an item.
#[derive(Clone, Debug)]
pub(crate) struct ItemFact {
    /// Microseconds since 1970.
    live_from: i64,
    /// The entry it becomes; nil until one is given.
    pub(crate) entry: EntryId,
    pub(crate) line: u32,
    /// Position of its language in the survey's list.
    pub(crate) locale: u16,
    pub(crate) matter: Matter,
    pub(crate) standing: Standing,
    /// The record has the entry already.
    pub(crate) is_known: bool,
}

/// What is remembered of an upload besides.
#[derive(Clone, Debug)]
pub(crate) struct UploadFact {
    /// The item it was uploaded to; 0 for none.
    pub(crate) parent: u64,
    pub(crate) url: Box<str>,
}

/// The items of an export by number, once [`Items::settle`] has put them in order.
#[derive(Debug, Default)]
pub(crate) struct Items {
    facts: Vec<(u64, ItemFact)>,
    pub(crate) uploads: HashMap<u64, UploadFact>,
    /// Translations, each with the item that gives their entry its language-neutral part.
    leaders: HashMap<u64, u64>,
}

impl ItemFact {
    pub(crate) fn new(line: u64, matter: Matter, standing: Standing, live_from: DateTime<Utc>, locale: u16) -> Self {
        Self {
            live_from: micros(live_from),
            entry: EntryId(Uuid::nil()),
            line: short(line),
            locale,
            matter,
            standing,
            is_known: false,
        }
    }

    pub(crate) fn live_from(&self) -> DateTime<Utc> {
        from_micros(self.live_from).unwrap_or_default()
    }

    /// Whether the item begins on this line of the file.
    pub(crate) fn is_at(&self, line: u64) -> bool {
        self.line == short(line)
    }
}

/// Lines beyond four thousand million are one.
pub(crate) fn short(line: u64) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

impl Items {
    /// Adds an item; the number is a new one.
    pub(crate) fn push(&mut self, number: u64, fact: ItemFact) {
        self.facts.push((number, fact));
    }

    /// Makes the items ready to be looked up.
    pub(crate) fn settle(&mut self) {
        self.facts.sort_unstable_by_key(|(number, _)| *number);
        self.facts.shrink_to_fit();
    }

    pub(crate) fn get(&self, number: u64) -> Option<&ItemFact> {
        let position = self.facts.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&self.facts[position].1)
    }

    pub(crate) fn get_mut(&mut self, number: u64) -> Option<&mut ItemFact> {
        let position = self.facts.binary_search_by_key(&number, |(number, _)| *number).ok()?;
        Some(&mut self.facts[position].1)
    }

    /// The items in the order of their numbers.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (u64, &ItemFact)> {
        self.facts.iter().map(|(number, fact)| (*number, fact))
    }

    pub(crate) fn iter_mut(&mut self) -> impl Iterator<Item = (u64, &mut ItemFact)> {
        self.facts.iter_mut().map(|(number, fact)| (*number, fact))
    }

    pub(crate) fn retain(&mut self, keeps: impl Fn(&ItemFact) -> bool) {
        self.facts.retain(|(_, fact)| keeps(fact));
        self.facts.shrink_to_fit();
        let facts = &self.facts;
        let is_kept = |number: &u64| facts.binary_search_by_key(number, |(number, _)| *number).is_ok();
        self.uploads.retain(|number, _| is_kept(number));
    }

    /// The item that gives the entry its language-neutral part: itself, or the one it translates.
    pub(crate) fn leader(&self, number: u64) -> u64 {
        self.leaders.get(&number).copied().unwrap_or(number)
    }

    pub(crate) fn follow(&mut self, number: u64, leader: u64) {
        self.leaders.insert(number, leader);
    }

    /// Makes an item its own leader.
    pub(crate) fn part(&mut self, number: u64) {
        self.leaders.remove(&number);
    }

    pub(crate) fn has_translations(&self) -> bool {
        !self.leaders.is_empty()
    }
}
