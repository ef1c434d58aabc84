//! Every name of the record, as one automaton.

use std::collections::{BTreeMap, HashMap, HashSet};

use aho_corasick::{AhoCorasick, AhoCorasickKind, BuildError, MatchKind};
use griot_domain::{
    Entry, EntryId, EntryKind, Institution, InstitutionText, Locale, Localized, Period, Person, PersonName, PersonText,
    Text,
};
use griot_persistence::LiveEntry;

use super::passage::Words;
use super::title::{Titles, is_article, phrase_of};

/// All names, and who bears them.
pub(super) struct Gazetteer {
    automaton: AhoCorasick,
    /// By pattern of the automaton.
    forms: Vec<Vec<Form>>,
    pub titles: Titles,
    /// The given names of people, folded, word by word.
    given: HashMap<EntryId, Vec<String>>,
}

/// One form of a name of one entry.
#[derive(Clone, Debug)]
pub(super) struct Form {
    pub target: EntryId,
    pub kind: EntryKind,
    pub shape: Shape,
    pub word_count: usize,
    /// Bit n is set where word n has to begin with a capital.
    pub capitals: u64,
    /// When the entry bore the name; several if it came back.
    pub periods: Vec<Period>,
    /// Whether a longer name of the record begins so and goes on with `de`, `du`, `of` and a name.
    pub goes_on: bool,
}

/// What sort of name a form is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    Name,
    /// Capitals only; the language it is of, when it is of one.
    Acronym(Option<Locale>),
    /// A person's family name without given name.
    Family,
}

/// A place where a name of the record stands in a passage: words `first` to before `end`.
pub(super) struct Hit<'g> {
    pub first: usize,
    pub end: usize,
    pub forms: &'g [Form],
}

/// Longer names are no names; the bits of [`Form::capitals`] set the limit.
const MAX_WORDS: usize = 64;

impl Gazetteer {
    /// Collects the names of people, institutions and events; posts give the titles. Linear in their length.
    pub fn build(entries: &[LiveEntry]) -> Result<Self, BuildError> {
        let mut collector = Collector::default();
        collector.collect_titles(entries);
        for live in entries {
            match &live.entry {
                Entry::Person(person) => collector.person(live.id, person, &live.texts),
                Entry::Institution(institution) => collector.institution(live.id, institution, &live.texts),
                Entry::Event(_) => collector.event(live.id, &live.texts),
                _ => {}
            }
        }
        collector.finish()
    }

    /// Every name in the passage, overlapping ones too, in no order that matters.
    pub fn hits(&self, words: &Words) -> Vec<Hit<'_>> {
        let mut hits = Vec::new();
        for found in self.automaton.find_overlapping_iter(&words.haystack) {
            let Some(first) = words.starting_at(found.start()) else { continue };
            let forms = &self.forms[found.pattern().as_usize()];
            hits.push(Hit { first, end: first + forms[0].word_count, forms });
        }
        hits
    }

    /// Whether all of `forenames`, initials included, are among the person's given names.
    pub fn may_be_given(&self, person: EntryId, forenames: &[&str]) -> bool {
        let given = self.given.get(&person).map_or(&[][..], Vec::as_slice);
        let fits = |word: &str, given: &String| given == word || (word.chars().count() == 1 && given.starts_with(word));
        forenames.iter().all(|word| given.iter().any(|given| fits(word, given)))
    }

    /// The forms that are exactly `name`.
    pub fn forms_of(&self, name: &str) -> &[Form] {
        let words = Words::of(name);
        let whole = self
            .automaton
            .find_overlapping_iter(&words.haystack)
            .find(|found| found.range().eq(0..words.haystack.len()));
        whole.map_or(&[], |found| &self.forms[found.pattern().as_usize()])
    }
}

#[derive(Default)]
struct Collector {
    titles: Titles,
    by_pattern: HashMap<Vec<u8>, Vec<Form>>,
    /// Beginnings of names before a `de`, `du`, `of` in them.
    beginnings: HashSet<Vec<u8>>,
    given: HashMap<EntryId, Vec<String>>,
}

impl Collector {
    fn collect_titles(&mut self, entries: &[LiveEntry]) {
        for live in entries {
            match &live.entry {
                Entry::Person(person) => self.titles.add_person(live.id, person, person_texts(&live.texts)),
                Entry::Appointment(appointment) => {
                    let texts = live.texts.values().filter_map(|text| match text {
                        Text::Appointment(text) => Some(text),
                        _ => None,
                    });
                    self.titles.add_appointment(appointment, texts);
                }
                _ => {}
            }
        }
    }

    fn person(&mut self, id: EntryId, person: &Person, texts: &BTreeMap<Locale, Text>) {
        let name = &person.name;
        let mut names = vec![name.display.clone()];
        names.extend(person_texts(texts).filter_map(|text| text.name.clone()));
        names.extend(person.variants.iter().cloned());
        let mut families = families(name);
        if let Some(given) = &name.given {
            // `Vladimir Putin` tells that he is `POUTINE` and `Putin`.
            families.extend(names.iter().filter_map(|name| after_given(name, given)));
            names.extend(families.iter().flat_map(|family| [format!("{given} {family}"), format!("{family} {given}")]));
            self.given.insert(id, phrase_of(given).split(' ').map(str::to_owned).collect());
        }
        let form = Form::of(id, EntryKind::Person);
        let family_words: Vec<String> = families.iter().map(|family| phrase_of(family)).collect();
        for name in &names {
            let words = Words::of(name);
            let folded: Vec<&str> = (0..words.words.len()).map(|index| words.folded(index)).collect();
            // A variant such as `le Président GOÏTA` holds for the time of the post, which the titles know.
            let is_titled_family = (0..=folded.len()).any(|cut| {
                family_words.contains(&folded[cut..].join(" ")) && (cut == 0 || self.titles.is_title(&folded[..cut]))
            });
            if !is_titled_family {
                let is_short = is_acronym(&words) && *name != person.name.display;
                let shape = if is_short { Shape::Acronym(None) } else { Shape::Name };
                self.add(&words, Form { shape, ..form.clone() });
            }
        }
        for family in &families {
            self.add(&Words::of(family), Form { shape: Shape::Family, ..form.clone() });
        }
    }

    fn institution(&mut self, id: EntryId, institution: &Institution, texts: &BTreeMap<Locale, Text>) {
        let form = Form { periods: institution.existence.clone(), ..Form::of(id, EntryKind::Institution) };
        for text in texts.values() {
            let Text::Institution(InstitutionText { name, past_names, variants, .. }) = text else { continue };
            for name in std::iter::once(name).chain(variants) {
                let words = Words::of(name);
                let shape = if is_acronym(&words) { Shape::Acronym(None) } else { Shape::Name };
                self.add(&words, Form { shape, ..form.clone() });
            }
            for past in past_names {
                self.add(&Words::of(&past.name), Form { periods: vec![past.period()], ..form.clone() });
            }
        }
        let acronyms: Vec<(Option<Locale>, &str)> = match &institution.acronym {
            Some(Localized::Everywhere(acronym)) => vec![(None, acronym)],
            Some(Localized::ByLocale(acronyms)) => {
                acronyms.iter().map(|(locale, acronym)| (Some(locale.clone()), acronym.as_str())).collect()
            }
            None => Vec::new(),
        };
        for (locale, acronym) in acronyms {
            self.add(&Words::of(acronym), Form { shape: Shape::Acronym(locale), ..form.clone() });
        }
    }

    fn event(&mut self, id: EntryId, texts: &BTreeMap<Locale, Text>) {
        for text in texts.values() {
            let Text::Event(text) = text else { continue };
            for name in std::iter::once(&text.name).chain(&text.variants) {
                self.add(&Words::of(name), Form::of(id, EntryKind::Event));
            }
        }
    }

    fn add(&mut self, words: &Words, mut form: Form) {
        form.word_count = words.words.len();
        let letters: u32 = words.words.iter().map(|word| word.end - word.start).sum();
        if letters < 2 || form.word_count > MAX_WORDS {
            return;
        }
        form.capitals = capitals(words, &form);
        for index in 1..form.word_count {
            if matches!(words.folded(index), "de" | "du" | "des" | "d" | "of") {
                let from = usize::from(is_article(words.folded(0)) && index > 1);
                self.beginnings.insert(stretch(words, from, index).to_vec());
            }
        }
        let forms = self.by_pattern.entry(words.haystack.clone()).or_default();
        let is_known = forms.iter().any(|known| {
            known.target == form.target
                && known.shape == form.shape
                && known.capitals == form.capitals
                && known.periods == form.periods
        });
        if !is_known {
            forms.push(form);
        }
    }

    fn finish(self) -> Result<Gazetteer, BuildError> {
        let mut by_pattern: Vec<_> = self.by_pattern.into_iter().collect();
        by_pattern.sort_by(|a, b| a.0.cmp(&b.0));
        for (pattern, forms) in &mut by_pattern {
            let bare = ARTICLES.iter().find_map(|article| pattern.strip_prefix(*article)).unwrap_or(pattern);
            let goes_on = self.beginnings.contains(bare);
            forms.iter_mut().for_each(|form| form.goes_on = goes_on && form.kind != EntryKind::Person);
        }
        let automaton = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .build(by_pattern.iter().map(|(pattern, _)| pattern))?;
        let forms = by_pattern.into_iter().map(|(_, forms)| forms).collect();
        Ok(Gazetteer { automaton, forms, titles: self.titles, given: self.given })
    }
}

/// The family name, without and with its particle.
fn families(name: &PersonName) -> Vec<String> {
    let Some(family) = &name.family else { return Vec::new() };
    let with_particle = name.particle.iter().map(|particle| format!("{particle} {family}"));
    std::iter::once(family.clone()).chain(with_particle).collect()
}

/// What follows the given names in `name`, as it is written.
fn after_given(name: &str, given: &str) -> Option<String> {
    let (words, given) = (Words::of(name), Words::of(given));
    let count = given.words.len();
    let begins_so = count < words.words.len() && (0..count).all(|index| words.folded(index) == given.folded(index));
    begins_so.then(|| words.original(count, words.words.len()).to_owned())
}

const ARTICLES: [&[u8]; 5] = [b"\x02le\x01", b"\x02la\x01", b"\x02l\x01", b"\x02les\x01", b"\x02the\x01"];

impl Form {
    fn of(target: EntryId, kind: EntryKind) -> Self {
        Self { target, kind, shape: Shape::Name, word_count: 0, capitals: 0, periods: Vec::new(), goes_on: false }
    }
}

/// Which words need the capital they have in the name. The first may lose it in running text (`les
/// obsèques nationales du …`, `le ministère de la Jeunesse`) where the rest tells enough: another capital,
/// or four words and more.
fn capitals(words: &Words, form: &Form) -> u64 {
    let has_capital = |index: usize| words.words[index].is_capitalised;
    let mask = (0..words.words.len()).filter(|index| has_capital(*index)).fold(0, |mask, index| mask | 1 << index);
    let may_lose_first = form.kind != EntryKind::Person && (mask & !1 != 0 || words.words.len() >= 4);
    if may_lose_first { mask & !1 } else { mask }
}

/// A single word of two to eight letters, all capitals.
fn is_acronym(words: &Words) -> bool {
    matches!(&words.words[..], [word] if word.is_capitals() && (2..=8).contains(&(word.end - word.start)))
}

/// The haystack of words `first` to before `end`.
fn stretch<'w>(words: &'w Words, first: usize, end: usize) -> &'w [u8] {
    &words.haystack[words.words[first].hay.0 as usize..words.words[end - 1].hay.1 as usize]
}

fn person_texts(texts: &BTreeMap<Locale, Text>) -> impl Iterator<Item = &PersonText> {
    texts.values().filter_map(|text| match text {
        Text::Person(text) => Some(text),
        _ => None,
    })
}
