//! Decides who is meant, from the whole article.

use std::collections::BTreeSet;

use chrono::NaiveDate;
use griot_domain::{EntryId, EntryKind, Locale, Mention, MentionRole, Passage};
use griot_persistence::Suggestion;

use super::Found;
use super::context::{Bearing, Naming, namings};
use super::gazetteer::{Form, Gazetteer};
use super::passage::Words;
use super::title::{Found as Title, Verdict};

/// An article with all names in it.
pub(super) struct Reading<'a> {
    gazetteer: &'a Gazetteer,
    issued_on: NaiveDate,
    passages: Vec<(&'a Passage, &'a Words<'a>, Vec<Naming<'a>>)>,
    /// Those the article names by a whole name that nobody else bears.
    in_full: BTreeSet<EntryId>,
    /// Those whose family name the article gives to somebody the record does not know.
    with_namesake: BTreeSet<EntryId>,
}

/// Who is meant.
enum Meant {
    One(EntryId, EntryKind),
    OneOf(BTreeSet<EntryId>),
    /// Somebody the record does not know.
    Nobody,
}

impl<'a> Reading<'a> {
    /// Collects the names and what the whole article tells about them.
    pub fn of(
        gazetteer: &'a Gazetteer,
        passages: &'a [(Passage, Words<'a>)],
        locale: &Locale,
        issued_on: NaiveDate,
    ) -> Self {
        let passages: Vec<_> =
            passages.iter().map(|(at, words)| (at, words, namings(gazetteer, words, locale))).collect();
        let mut reading =
            Self { gazetteer, issued_on, passages, in_full: BTreeSet::new(), with_namesake: BTreeSet::new() };
        let mut in_full = BTreeSet::new();
        let mut with_namesake = BTreeSet::new();
        for (_, words, namings) in &reading.passages {
            for naming in namings {
                match &naming.bearing {
                    Bearing::Whole => in_full.extend(only(&reading.bearers(naming))),
                    Bearing::FamilyAfter(forenames) if reading.known_by(words, naming, forenames).is_empty() => {
                        with_namesake.extend(targets(&naming.forms));
                    }
                    _ => {}
                }
            }
        }
        reading.in_full = in_full;
        reading.with_namesake = with_namesake;
        reading
    }

    /// Sorts the names into mentions and suggestions.
    pub fn resolve(&self) -> Found {
        let mut found = Found::default();
        for (passage, words, namings) in &self.passages {
            for naming in namings {
                let first = naming.title.as_ref().map_or(naming.first, |title| title.first);
                let original = words.original(first, naming.end).to_owned();
                let offset = words.words[first].start;
                let length = words.words[naming.end - 1].end - offset;
                let passage = (*passage).clone();
                match self.meant(words, naming) {
                    Meant::One(target, kind) => {
                        let is_subject = passage == Passage::Headline;
                        let role = if is_subject { MentionRole::Subject } else { MentionRole::Mentioned };
                        found.mentions.push(Mention { target, kind, role, words: original, passage, offset, length });
                    }
                    Meant::OneOf(candidates) => {
                        let candidates = candidates.into_iter().collect();
                        found.suggestions.push(Suggestion { words: original, passage, offset, length, candidates });
                    }
                    Meant::Nobody => {}
                }
            }
        }
        found
    }

    fn meant(&self, words: &Words, naming: &Naming) -> Meant {
        let forms = targets(&naming.forms);
        match (&naming.bearing, &naming.title) {
            (Bearing::Whole, _) => one_or_several(self.bearers(naming), naming),
            (Bearing::Family, Some(title)) => self.titled(&forms, title, naming),
            (Bearing::Family, None) => Meant::OneOf(self.preferring_full(forms)),
            (Bearing::FamilyAfter(forenames), _) => match self.known_by(words, naming, forenames) {
                known if known.is_empty() => Meant::Nobody,
                known => Meant::OneOf(known),
            },
            (Bearing::Doubtful, _) => Meant::OneOf(forms),
        }
    }

    /// Those who bear a whole name, narrowed by the time the name was in use, by the title before it, and by
    /// who is named more fully elsewhere.
    fn bearers(&self, naming: &Naming) -> BTreeSet<EntryId> {
        let is_in_use = |form: &&&Form| {
            form.periods.is_empty() || form.periods.iter().any(|period| period.holds_on(self.issued_on))
        };
        let in_use: Vec<&Form> = naming.forms.iter().filter(is_in_use).copied().collect();
        let mut candidates = targets(if in_use.is_empty() { &naming.forms } else { &in_use });
        if let (Some(title), true) = (&naming.title, candidates.len() > 1) {
            let (held, neutral) = self.verdicts(&candidates, title);
            candidates = [held, neutral].into_iter().find(|some| !some.is_empty()).unwrap_or(candidates);
        }
        self.preferring_full(candidates)
    }

    /// Whom a title and a family name mean. A title that one candidate bore decides; one that anybody may
    /// bear leaves it to who is named in full, or to there being no other of that name.
    fn titled(&self, candidates: &BTreeSet<EntryId>, title: &Title, naming: &Naming) -> Meant {
        let (held, neutral) = self.verdicts(candidates, title);
        let in_full: BTreeSet<EntryId> = candidates.intersection(&self.in_full).copied().collect();
        if !held.is_empty() {
            // Whoever is named in full comes first to a reader's mind, even where the title is another's.
            let contradicts = !in_full.is_empty() && in_full.is_disjoint(&held);
            let likely = if contradicts { &held | &in_full } else { self.preferring_full(held) };
            return one_or_several(likely, naming);
        }
        let likely = self.preferring_full(neutral);
        let is_namesakes = |id: EntryId| self.with_namesake.contains(&id) && !in_full.contains(&id);
        match only(&likely) {
            Some(one) if !is_namesakes(one) => one_or_several(likely, naming),
            None if !likely.is_empty() => Meant::OneOf(likely),
            _ => Meant::OneOf(candidates.clone()),
        }
    }

    /// Candidates who bore the title, and those it leaves open.
    fn verdicts(&self, candidates: &BTreeSet<EntryId>, title: &Title) -> (BTreeSet<EntryId>, BTreeSet<EntryId>) {
        let with = |wanted: Verdict| {
            let fits = |id: &&EntryId| self.gazetteer.titles.verdict(**id, title, self.issued_on) == wanted;
            candidates.iter().filter(fits).copied().collect()
        };
        (with(Verdict::Held), with(Verdict::Neutral))
    }

    /// Those of the candidates whom the article names in full, else all.
    fn preferring_full(&self, candidates: BTreeSet<EntryId>) -> BTreeSet<EntryId> {
        let named: BTreeSet<EntryId> = candidates.intersection(&self.in_full).copied().collect();
        if named.is_empty() { candidates } else { named }
    }

    /// Those who have all of the forenames.
    fn known_by(&self, words: &Words, naming: &Naming, forenames: &[usize]) -> BTreeSet<EntryId> {
        let forenames: Vec<&str> = forenames.iter().map(|index| words.folded(*index)).collect();
        let mut known = targets(&naming.forms);
        known.retain(|id| self.gazetteer.may_be_given(*id, &forenames));
        known
    }
}

fn targets(forms: &[&Form]) -> BTreeSet<EntryId> {
    forms.iter().map(|form| form.target).collect()
}

fn one_or_several(candidates: BTreeSet<EntryId>, naming: &Naming) -> Meant {
    let single = only(&candidates).and_then(|id| naming.forms.iter().find(|form| form.target == id));
    single.map_or(Meant::OneOf(candidates), |form| Meant::One(form.target, form.kind))
}

fn only(candidates: &BTreeSet<EntryId>) -> Option<EntryId> {
    candidates.first().copied().filter(|_| candidates.len() == 1)
}
