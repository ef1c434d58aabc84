//! Deciding what a publication changes.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use griot_domain::{Edition, Entry, EntryId, ExternalId, Locale, OldPath, Publication, from_micros, micros};

use super::rows::{StoredEdition, digest};
use super::state::{EntryState, State, Version};
use super::{Act, Refusal};

/// What one publication changes of one entry.
#[derive(Debug)]
pub(super) struct Plan<'a> {
    pub publication: &'a Publication,
    pub is_new: bool,
    /// The notice that says the entry is withdrawn.
    pub open_notice: Option<i64>,
    /// In the order they become live, each with a `seq` of its own.
    pub steps: Vec<Step<'a>>,
    /// The editions of the steps.
    pub stored: BTreeMap<&'a Locale, StoredEdition>,
    pub external_ids: Vec<&'a ExternalId>,
    pub old_paths: Vec<&'a OldPath>,
}

/// What changes at one instant.
#[derive(Debug, Default)]
pub(super) struct Step<'a> {
    pub at: i64,
    pub entry: Option<&'a Entry>,
    pub editions: BTreeMap<&'a Locale, &'a Edition>,
    pub withdrawn: BTreeSet<Locale>,
}

/// Plans `publication` against `state` and notes there whose the names are from now on; `None` when it changes
/// nothing.
pub(super) fn plan<'a>(
    publication: &'a Publication,
    act: &Act,
    state: &mut State,
) -> Result<Option<Plan<'a>>, Refusal> {
    let empty = EntryState::default();
    let known = state.entries.get(&publication.id.0).unwrap_or(&empty);
    check_shape(publication, known)?;
    check_names(publication, state)?;
    let mut parts = changed_parts(publication, act, known)?;
    check_slugs(publication, &parts, state)?;
    let plan = Plan {
        publication,
        is_new: known.kind.is_none(),
        open_notice: known.open_notice(),
        stored: std::mem::take(&mut parts.stored),
        steps: steps_of(parts),
        external_ids: fresh(&publication.external_ids, |one| {
            !state.external_ids.contains_key(&(one.scheme.clone(), one.value.clone()))
        }),
        old_paths: fresh_paths(publication, state),
    };
    if plan.steps.is_empty() && plan.external_ids.is_empty() && plan.old_paths.is_empty() {
        return Ok(None);
    }
    note_names(&plan, state);
    Ok(Some(plan))
}

fn check_shape(publication: &Publication, known: &EntryState) -> Result<(), Refusal> {
    let (id, kind) = (publication.id, publication.kind);
    check_kind(publication, known)?;
    if let Some(at) = known.killed_at() {
        return Err(Refusal::Killed { id, at: from_micros(at).unwrap_or(DateTime::UNIX_EPOCH) });
    }
    if known.kind.is_none() && publication.entry.is_none() {
        return Err(Refusal::MissingEntry { id });
    }
    if known.kind.is_none() && publication.editions.is_empty() {
        return Err(Refusal::NoEdition { id });
    }
    if publication.entry.as_ref().is_some_and(|entry| entry.kind() != kind) {
        return Err(Refusal::PartDiffers { id, kind, part: "every language".to_owned() });
    }
    for (locale, edition) in &publication.editions {
        if edition.text.kind() != kind {
            return Err(Refusal::PartDiffers { id, kind, part: locale.to_string() });
        }
        if edition.slug.is_some() != kind.has_slug() {
            return Err(Refusal::SlugRule { id, locale: locale.clone(), needed: kind.has_slug() });
        }
        if publication.withdrawn.contains(locale) {
            return Err(Refusal::GivenAndWithdrawn { id, locale: locale.clone() });
        }
    }
    Ok(())
}

/// What holds for kills too.
pub(super) fn check_kind(publication: &Publication, known: &EntryState) -> Result<(), Refusal> {
    let (id, kind) = (publication.id, publication.kind);
    if let Some(known) = known.kind.filter(|known| *known != kind) {
        return Err(Refusal::KindDiffers { id, known, given: kind });
    }
    let has_text = publication.entry.is_some() || !publication.editions.is_empty();
    if publication.retraction.is_some() && has_text {
        return Err(Refusal::RetractionWithText { id });
    }
    match publication.successor().filter(|successor| *successor == id || publication.kill().is_some()) {
        Some(successor) => Err(Refusal::Successor { id, successor }),
        None => Ok(()),
    }
}

pub(super) fn check_names(publication: &Publication, state: &State) -> Result<(), Refusal> {
    let id = publication.id.0;
    for old in &publication.old_paths {
        if let Some(holder) = state.old_paths.get(&old.path).filter(|holder| **holder != id) {
            return Err(Refusal::PathTaken { path: old.path.clone(), holder: EntryId(*holder) });
        }
    }
    for external in &publication.external_ids {
        let key = (external.scheme.clone(), external.value.clone());
        // A merge told a second time finds them where it took them.
        let successor = publication.successor().map(|successor| successor.0);
        let is_anothers = |holder: &&uuid::Uuid| **holder != id && Some(**holder) != successor;
        if let Some(holder) = state.external_ids.get(&key).filter(is_anothers) {
            let (scheme, value) = key;
            return Err(Refusal::ExternalIdTaken { scheme, value, holder: EntryId(*holder) });
        }
    }
    Ok(())
}

/// Only editions that change need their slug: one the record holds already may have lost it to another entry since.
fn check_slugs(publication: &Publication, parts: &Parts<'_>, state: &State) -> Result<(), Refusal> {
    for (locale, (edition, _)) in &parts.editions {
        let Some(slug) = &edition.slug else { continue };
        let name = (publication.kind, locale.to_string(), slug.as_str().to_owned());
        if let Some(holder) = state.slugs.get(&name).filter(|holder| **holder != publication.id.0) {
            let holder = EntryId(*holder);
            return Err(Refusal::SlugTaken { locale: (*locale).clone(), slug: slug.clone(), holder });
        }
    }
    Ok(())
}

/// The parts that change, each with the instant it does.
#[derive(Debug, Default)]
struct Parts<'a> {
    entry: Option<(&'a Entry, i64)>,
    editions: BTreeMap<&'a Locale, (&'a Edition, i64)>,
    stored: BTreeMap<&'a Locale, StoredEdition>,
    withdrawn: BTreeMap<Locale, i64>,
}

fn changed_parts<'a>(publication: &'a Publication, act: &Act, known: &EntryState) -> Result<Parts<'a>, Refusal> {
    let when = When { given: publication.live_from, revised: publication.revised_at, now: act.at };
    let mut parts = Parts::default();
    let mut is_last_entry = false;
    if let Some(entry) = &publication.entry {
        let digest = digest(&[&entry.to_json()]);
        is_last_entry = known.versions.last().is_some_and(|last| last.digest == digest);
        parts.entry = when.part_live_from(&known.versions, &digest)?.map(|at| (entry, at));
    }
    for (locale, edition) in &publication.editions {
        let stored = StoredEdition::of(edition);
        if let Some(at) = when.part_live_from(known.editions_in(locale), &stored.digest)? {
            parts.editions.insert(locale, (edition, at));
            parts.stored.insert(locale, stored);
        }
    }
    parts.withdrawn = ending(publication, known)?;
    let is_live = known.versions.iter().any(|version| version.live_to.is_none());
    if !is_live && parts.editions.is_empty() && parts.entry.is_some() {
        // Without a text nobody would see it.
        if !is_last_entry {
            return Err(Refusal::NoEdition { id: publication.id });
        }
        parts.entry = None;
    }
    let stays_live = known
        .editions
        .iter()
        .filter(|(_, versions)| versions.iter().any(|version| version.live_to.is_none()))
        .any(|(locale, _)| !parts.withdrawn.keys().any(|withdrawn| withdrawn.as_str() == locale));
    if !stays_live && !parts.editions.is_empty() {
        come_together(&mut parts);
    }
    Ok(parts)
}

/// The languages that end, each with the instant it does.
fn ending(publication: &Publication, known: &EntryState) -> Result<BTreeMap<Locale, i64>, Refusal> {
    let at = micros(publication.live_from);
    if publication.retraction.is_none() {
        let live = |locale: &&Locale| {
            let mut versions = known.editions_in(locale).iter();
            // A withdrawal that lies before the live version was made by a line already known.
            versions.any(|version| version.live_to.is_none() && at > version.live_from)
        };
        return Ok(publication.withdrawn.iter().filter(live).map(|locale| (locale.clone(), at)).collect());
    }
    if known.notices.iter().any(|notice| notice.at == at) {
        return Ok(BTreeMap::new());
    }
    let newest = known.live_editions().map(|(_, version)| version.live_from).max();
    if let Some(newest) = newest.filter(|newest| at <= *newest) {
        let live_from = from_micros(newest).unwrap_or(publication.live_from);
        return Err(Refusal::OlderThanLive { given: publication.live_from, live_from });
    }
    // A language that cannot be read is found corrupt where its rows are.
    let live = known.live_editions().filter_map(|(locale, _)| Locale::parse(locale).ok());
    Ok(live.map(|locale| (locale, at)).collect())
}

/// Where nothing else of the entry is live all changes at one instant, so that no part is ever without the other.
fn come_together(parts: &mut Parts<'_>) {
    let instants = parts.editions.values().map(|(_, at)| *at).chain(parts.entry.map(|(_, at)| at));
    let Some(last) = instants.chain(parts.withdrawn.values().copied()).max() else { return };
    parts.editions.values_mut().for_each(|(_, at)| *at = last);
    parts.entry.iter_mut().for_each(|(_, at)| *at = last);
    parts.withdrawn.values_mut().for_each(|at| *at = last);
}

/// The instants a publication may become live at.
struct When {
    given: DateTime<Utc>,
    revised: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
}

impl When {
    /// When a part with this digest becomes live, beside the versions known of it; `None` when the record holds
    /// it already.
    fn part_live_from(&self, versions: &[Version], digest: &str) -> Result<Option<i64>, Refusal> {
        let given = micros(self.given);
        let Some(last) = versions.last() else { return Ok(Some(given)) };
        let is_live = last.live_to.is_none();
        if is_live && last.digest == digest {
            return Ok(None);
        }
        let last_change = last.live_to.unwrap_or(last.live_from);
        let revised = self.revised.map(micros);
        let is_revised_since = revised.is_some_and(|revised| revised > last_change);
        let is_known = versions.iter().any(|version| {
            version.digest == digest && (version.live_from == given || Some(version.live_from) == revised)
        });
        if is_known && !is_revised_since {
            return Ok(None);
        }
        let begun = begun(versions).unwrap_or(last.live_from);
        // With the post that made the last version, and in its place.
        let is_with_post = is_live && begun < last.live_from;
        if given > last_change || (given == last_change && (!is_live || is_with_post)) {
            return Ok(Some(given));
        }
        if given < begun && revised.is_none() {
            return Err(self.older_than(begun));
        }
        let now = micros(self.now);
        match revised.filter(|revised| *revised > last_change && *revised <= now).unwrap_or(now) {
            at if at > last_change => Ok(Some(at)),
            _ => Err(self.older_than(last_change)),
        }
    }

    fn older_than(&self, live_from: i64) -> Refusal {
        Refusal::OlderThanLive { given: self.given, live_from: from_micros(live_from).unwrap_or(self.now) }
    }
}

/// Since when without a break it has said what the last version says: those that posts made of their holder say nothing else.
fn begun(versions: &[Version]) -> Option<i64> {
    let mut begun = versions.last()?;
    for earlier in versions.iter().rev().skip(1) {
        if earlier.digest != begun.digest || earlier.live_to != Some(begun.live_from) {
            break;
        }
        begun = earlier;
    }
    Some(begun.live_from)
}

fn steps_of(parts: Parts<'_>) -> Vec<Step<'_>> {
    let mut steps: BTreeMap<i64, Step<'_>> = BTreeMap::new();
    if let Some((entry, at)) = parts.entry {
        steps.entry(at).or_default().entry = Some(entry);
    }
    for (locale, (edition, at)) in parts.editions {
        steps.entry(at).or_default().editions.insert(locale, edition);
    }
    for (locale, at) in parts.withdrawn {
        steps.entry(at).or_default().withdrawn.insert(locale);
    }
    steps.into_iter().map(|(at, step)| Step { at, ..step }).collect()
}

fn fresh<T: Ord>(given: &[T], is_fresh: impl Fn(&T) -> bool) -> Vec<&T> {
    let mut fresh: Vec<&T> = given.iter().filter(|one| is_fresh(one)).collect();
    fresh.sort();
    fresh.dedup();
    fresh
}

fn fresh_paths<'a>(publication: &'a Publication, state: &State) -> Vec<&'a OldPath> {
    let mut paths = fresh(&publication.old_paths, |old| !state.old_paths.contains_key(&old.path));
    paths.dedup_by(|a, b| a.path == b.path);
    paths
}

/// The publications after this one find its names taken, and those it gives up free.
fn note_names(plan: &Plan<'_>, state: &mut State) {
    let Plan { publication, steps, .. } = plan;
    let id = publication.id.0;
    for step in steps {
        for locale in step.editions.keys().copied().chain(&step.withdrawn) {
            let known = state.entries.get(&id).map_or(&[][..], |known| known.editions_in(locale));
            let live = known.iter().find(|version| version.live_to.is_none());
            if let Some(slug) = live.and_then(|live| live.slug.clone()) {
                state.slugs.remove(&(publication.kind, locale.to_string(), slug));
            }
        }
        for (locale, edition) in &step.editions {
            if let Some(slug) = &edition.slug {
                state.slugs.insert((publication.kind, locale.to_string(), slug.as_str().to_owned()), id);
            }
        }
    }
    let holder = publication.successor().map_or(id, |successor| successor.0);
    for known in state.external_ids.values_mut().filter(|known| **known == id) {
        *known = holder;
    }
    for external in &plan.external_ids {
        state.external_ids.insert((external.scheme.clone(), external.value.clone()), holder);
    }
    for old in &plan.old_paths {
        state.old_paths.insert(old.path.clone(), id);
    }
}
