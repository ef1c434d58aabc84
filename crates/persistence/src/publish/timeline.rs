//! The versions of one entry in time, and what follows from them: links and namings.

use std::collections::BTreeMap;

use griot_domain::{Entry, EntryId, EntryKind, LinkRole, Locale, Text, micros};

use super::plan::Step;

/// An interval that does not end.
const FOREVER: i64 = i64::MAX;

/// A version and the interval it is live in.
#[derive(Debug)]
pub(super) struct Span<T> {
    pub source: Source,
    pub live_from: i64,
    pub live_to: Option<i64>,
    pub value: T,
}

/// Where a version comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Source {
    /// The store holds it under this row id; whether its end has moved.
    Row { id: i64, was_moved: bool },
    /// This `seq` brings it.
    Fresh { seq: i64 },
}

/// The editions of one language.
#[derive(Debug)]
pub(super) struct Language {
    /// Which of the entry's languages it is.
    pub position: i64,
    pub spans: Vec<Span<Words>>,
}

/// An edition as far as others need it.
#[derive(Debug)]
pub(super) struct Words {
    pub text: Text,
    pub slug: Option<String>,
}

/// The slugs one language gives up and takes.
#[derive(Debug)]
pub(super) struct SlugChange {
    pub locale: Locale,
    pub at: i64,
    pub ends_live: bool,
    pub begins: Option<String>,
}

/// One entry in time, as far back as a publication reaches.
#[derive(Debug)]
pub(super) struct Timeline {
    pub id: EntryId,
    pub kind: EntryKind,
    /// When it first became public; of a new entry its first version tells.
    pub since: Option<i64>,
    /// Oldest first. The last version ever is always here.
    pub versions: Vec<Span<Entry>>,
    pub languages: BTreeMap<Locale, Language>,
    pub slugs: Vec<SlugChange>,
    /// The first instant at which something changed.
    pub changed_from: Option<i64>,
}

impl<T> Span<T> {
    fn is_live(&self) -> bool {
        self.live_to.is_none()
    }

    fn end(&mut self, at: i64) {
        self.live_to = Some(at);
        if let Source::Row { was_moved, .. } = &mut self.source {
            *was_moved = true;
        }
    }

    fn interval(&self) -> (i64, i64) {
        (self.live_from, self.live_to.unwrap_or(FOREVER))
    }
}

impl Timeline {
    /// An entry without any version.
    pub fn new(id: EntryId, kind: EntryKind) -> Self {
        Self {
            id,
            kind,
            since: None,
            versions: Vec::new(),
            languages: BTreeMap::new(),
            slugs: Vec::new(),
            changed_from: None,
        }
    }

    /// Makes `step` happen under `seq` and returns the instant it does: that of the step, or a later one if the
    /// entry would be without text or without neutral part otherwise.
    pub fn apply(&mut self, step: &Step<'_>, seq: i64) -> i64 {
        let at = self.earliest_for(step);
        self.changed_from = Some(self.changed_from.map_or(at, |from| from.min(at)));
        if let Some(entry) = step.entry {
            self.begin_version(entry.clone(), at, seq);
        } else if !step.editions.is_empty() && !self.versions.last().is_some_and(Span::is_live) {
            // Every language had been withdrawn: the neutral part comes back with the first edition.
            if let Some(last) = self.versions.last() {
                self.begin_version(last.value.clone(), at, seq);
            }
        }
        for (locale, edition) in &step.editions {
            let position = self.languages.len() as i64;
            let language =
                self.languages.entry((*locale).clone()).or_insert_with(|| Language { position, spans: Vec::new() });
            let live = language.spans.iter_mut().find(|span| span.is_live());
            let slug = edition.slug.as_ref().map(|slug| slug.as_str().to_owned());
            let keeps_slug = live.as_ref().is_some_and(|live| live.value.slug == slug);
            if !keeps_slug {
                self.slugs.push(SlugChange {
                    locale: (*locale).clone(),
                    at,
                    ends_live: live.is_some(),
                    begins: slug.clone(),
                });
            }
            if let Some(live) = live {
                live.end(at);
            }
            language.spans.push(Span {
                source: Source::Fresh { seq },
                live_from: at,
                live_to: None,
                value: Words { text: edition.text.clone(), slug },
            });
        }
        for locale in &step.withdrawn {
            let Some(language) = self.languages.get_mut(locale) else { continue };
            if let Some(live) = language.spans.iter_mut().find(|span| span.is_live()) {
                live.end(at);
                self.slugs.push(SlugChange { locale: (*locale).clone(), at, ends_live: true, begins: None });
            }
        }
        if !self.has_live_edition()
            && let Some(live) = self.versions.iter_mut().find(|span| span.is_live())
        {
            live.end(at);
        }
        at
    }

    fn begin_version(&mut self, entry: Entry, at: i64, seq: i64) {
        if let Some(live) = self.versions.iter_mut().find(|span| span.is_live()) {
            live.end(at);
        }
        self.since.get_or_insert(at);
        self.versions.push(Span { source: Source::Fresh { seq }, live_from: at, live_to: None, value: entry });
    }

    fn has_live_edition(&self) -> bool {
        self.languages.values().flat_map(|language| &language.spans).any(Span::is_live)
    }

    fn earliest_for(&self, step: &Step<'_>) -> i64 {
        let mut at = step.at;
        if !step.editions.is_empty() || step.entry.is_some() {
            at = at.max(self.live_without_break_since());
        }
        if !step.withdrawn.is_empty() && step.editions.is_empty() {
            at = at.max(self.without_gap_after(step));
        }
        at
    }

    /// The earliest instant the languages of `step` can end at, so that the entry has some text as long as it is live.
    fn without_gap_after(&self, step: &Step<'_>) -> i64 {
        let stay = self.languages.iter().filter(|(locale, _)| !step.withdrawn.contains(locale));
        let mut spans: Vec<(i64, i64)> =
            stay.flat_map(|(_, language)| &language.spans).map(Span::interval).filter(|(from, to)| from < to).collect();
        if spans.iter().all(|(_, to)| *to != FOREVER) {
            // The last one: the entry ends with it, so not before anything else of it did.
            let ends = self.languages.values().flat_map(|language| &language.spans).filter_map(|span| span.live_to);
            let begin = self.versions.last().map(|live| live.live_from);
            return ends.chain(begin).max().unwrap_or(i64::MIN);
        }
        spans.sort_by_key(|(_, to)| std::cmp::Reverse(*to));
        spans.iter().fold(FOREVER, |since, (from, to)| if *to >= since { since.min(*from) } else { since })
    }

    /// Where the unbroken row of neutral parts that reaches to now begins; where the last one ended if none is live.
    fn live_without_break_since(&self) -> i64 {
        let Some(last) = self.versions.last() else { return i64::MIN };
        if let Some(ended) = last.live_to {
            return ended;
        }
        let mut since = last.live_from;
        for earlier in self.versions.iter().rev().skip(1) {
            if earlier.live_to != Some(since) {
                break;
            }
            since = earlier.live_from;
        }
        since
    }

    /// The links that hold, each with the interval it does.
    pub fn links(&self) -> Vec<Lasting<LinkFact>> {
        let mut links = Vec::new();
        for version in &self.versions {
            let source = SourceFacts::of(&version.value);
            let mut add = |links_in: Vec<griot_domain::Link>, (from, to): (i64, i64)| {
                links.extend(links_in.into_iter().filter(|_| from < to).map(|link| Lasting {
                    from,
                    to,
                    value: LinkFact { role: link.role, target: link.target, source: source.clone() },
                }));
            };
            add(version.value.links(), version.interval());
            for span in self.languages.values().flat_map(|language| &language.spans) {
                add(span.value.text.links(), overlap(version.interval(), span.interval()));
            }
        }
        merged(links)
    }

    /// The names that hold, each with the interval it does.
    pub fn namings(&self) -> Vec<Lasting<Naming>> {
        let mut namings = Vec::new();
        for version in &self.versions {
            for (locale, language) in &self.languages {
                for span in &language.spans {
                    let (from, to) = overlap(version.interval(), span.interval());
                    if from < to {
                        let value = Naming {
                            locale: locale.clone(),
                            position: language.position,
                            sort_form: span.value.text.sort_form(&version.value),
                            filter_form: span.value.text.filter_form(&version.value),
                        };
                        namings.push(Lasting { from, to, value });
                    }
                }
            }
        }
        merged(namings)
    }
}

/// Something that holds in a half-open interval; [`i64::MAX`] stands for no end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lasting<T> {
    pub from: i64,
    pub to: i64,
    pub value: T,
}

impl<T> Lasting<T> {
    /// The end as the store keeps it.
    pub fn live_to(&self) -> Option<i64> {
        (self.to != FOREVER).then_some(self.to)
    }

    /// The end from the store.
    pub fn stored(from: i64, live_to: Option<i64>, value: T) -> Self {
        Self { from, to: live_to.unwrap_or(FOREVER), value }
    }
}

/// A link with what lists need to know of its source.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinkFact {
    pub role: LinkRole,
    pub target: EntryId,
    pub source: SourceFacts,
}

/// The facts of a neutral part that lists go by.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct SourceFacts {
    pub facet: String,
    pub ordered_at: i64,
    pub ends_at: Option<i64>,
}

impl SourceFacts {
    pub fn of(entry: &Entry) -> Self {
        Self {
            facet: entry.facet().unwrap_or_default().to_owned(),
            // Without a date an entry is older than all that have one.
            ordered_at: entry.ordered_at().map_or(i64::MIN, micros),
            ends_at: entry.ends_at().map(micros),
        }
    }
}

/// What an entry is called and ordered by in one language.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Naming {
    pub locale: Locale,
    pub position: i64,
    pub sort_form: String,
    pub filter_form: String,
}

fn overlap(a: (i64, i64), b: (i64, i64)) -> (i64, i64) {
    (a.0.max(b.0), a.1.min(b.1))
}

/// Equal values whose intervals touch or overlap become one: two languages naming a person make one link. The
/// order of first appearance is kept.
fn merged<T: Clone + PartialEq>(all: Vec<Lasting<T>>) -> Vec<Lasting<T>> {
    let mut merged: Vec<Lasting<T>> = Vec::with_capacity(all.len());
    for mut one in all {
        while let Some(position) =
            merged.iter().position(|known| known.value == one.value && known.from <= one.to && one.from <= known.to)
        {
            let known = merged.remove(position);
            one = Lasting { from: known.from.min(one.from), to: known.to.max(one.to), value: one.value };
        }
        merged.push(one);
    }
    merged
}

/// How the rows a store holds become those that should be there, from an instant on.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Mending<T> {
    /// The row ends then, or does not end.
    End { row: i64, live_to: Option<i64> },
    /// The row goes.
    Delete { row: i64 },
    /// A row is missing.
    Add(Lasting<T>),
}

/// Compares `held` with `wanted` after `from`; what ended before is left alone.
pub(super) fn mend<T: Clone + PartialEq>(
    held: &[(i64, Lasting<T>)],
    wanted: Vec<Lasting<T>>,
    from: i64,
) -> Vec<Mending<T>> {
    let mut held: Vec<&(i64, Lasting<T>)> = held.iter().filter(|(_, one)| one.to > from).collect();
    let mut mendings = Vec::new();
    for one in wanted.into_iter().filter(|one| one.to > from) {
        let begin = one.from.max(from);
        let same = |(_, known): &&(i64, Lasting<T>)| known.value == one.value && known.from.max(from) == begin;
        match held.iter().position(same) {
            Some(position) => {
                let (row, known) = held.swap_remove(position);
                if known.to != one.to {
                    mendings.push(Mending::End { row: *row, live_to: one.live_to() });
                }
            }
            None => mendings.push(Mending::Add(Lasting { from: begin, ..one })),
        }
    }
    mendings.extend(held.into_iter().map(|(row, known)| match known.from < from {
        true => Mending::End { row: *row, live_to: Some(from) },
        false => Mending::Delete { row: *row },
    }));
    mendings
}
