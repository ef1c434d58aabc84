//! Deciding what a publication changes.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use griot_domain::{Edition, Entry, Locale, Publication, from_micros, micros};
use sea_orm::ActiveValue::Set;

use super::rows::{At, Closing, Refresh, Rows, digest, edition_content};
use super::state::{EntryState, State, Version};
use super::{Act, Outcome, Refusal};
use crate::entity::{entry, external_id, journal, old_path};

/// What one publication changes of one entry.
struct Changes<'a> {
    /// The new neutral part and when it becomes live.
    version: Option<(&'a Entry, String, i64)>,
    editions: BTreeMap<&'a Locale, (&'a Edition, i64)>,
    withdrawn: Vec<(&'a Locale, i64)>,
}

/// Plans `publication` against `state` and adds its rows to `rows`; refused and unchanged ones add none.
/// `last_entry` is the latest neutral part of an entry that has one, needed when only editions change.
pub(super) fn plan(
    publication: &Publication,
    act: &Act,
    state: &mut State,
    last_entry: Option<&Entry>,
    seq: i64,
    rows: &mut Rows,
) -> Outcome {
    match check(publication, act, state) {
        Err(refusal) => Outcome::Refused(refusal),
        Ok(changes) => write(publication, act, state, changes, last_entry, seq, rows),
    }
}

fn check<'a>(publication: &'a Publication, act: &Act, state: &State) -> Result<Changes<'a>, Refusal> {
    let id = publication.id;
    let empty = EntryState::default();
    let known = state.entries.get(&id.0).unwrap_or(&empty);
    check_shape(publication, known)?;
    for (locale, edition) in &publication.editions {
        let Some(slug) = &edition.slug else { continue };
        let name = (publication.kind, locale.to_string(), slug.as_str().to_owned());
        match state.slugs.get(&name) {
            Some(holder) if *holder != id.0 => {
                let holder = griot_domain::EntryId(*holder);
                return Err(Refusal::SlugTaken { locale: locale.clone(), slug: slug.clone(), holder });
            }
            _ => {}
        }
    }
    for old in &publication.old_paths {
        if let Some(holder) = state.old_paths.get(&old.path).filter(|holder| **holder != id.0) {
            return Err(Refusal::PathTaken { path: old.path.clone(), holder: griot_domain::EntryId(*holder) });
        }
    }
    for external in &publication.external_ids {
        let key = (external.scheme.clone(), external.value.clone());
        if let Some(holder) = state.external_ids.get(&key).filter(|holder| **holder != id.0) {
            let (scheme, value) = key;
            return Err(Refusal::ExternalIdTaken { scheme, value, holder: griot_domain::EntryId(*holder) });
        }
    }

    let when = When { given: publication.live_from, revised: publication.revised_at, now: act.at };
    let mut changes = Changes { version: None, editions: BTreeMap::new(), withdrawn: Vec::new() };
    if let Some(entry) = &publication.entry {
        let content = entry.to_json();
        if let Some(live_from) = when.part_live_from(&known.versions, &digest(&[&content]))? {
            changes.version = Some((entry, content, live_from));
        }
    }
    for (locale, edition) in &publication.editions {
        let (_, _, digest) = edition_content(edition);
        let versions = known.editions.get(locale.as_str()).map_or(&[][..], Vec::as_slice);
        if let Some(live_from) = when.part_live_from(versions, &digest)? {
            changes.editions.insert(locale, (edition, live_from));
        }
    }
    for locale in &publication.withdrawn {
        let versions = known.editions.get(locale.as_str()).map_or(&[][..], Vec::as_slice);
        if let Some(live) = versions.iter().find(|version| version.live_to.is_none()) {
            let at = micros(publication.live_from);
            // A withdrawal that lies before the live version was made by a line already known.
            if at > live.live_from {
                changes.withdrawn.push((locale, at));
            }
        }
    }
    Ok(changes)
}

fn check_shape(publication: &Publication, known: &EntryState) -> Result<(), Refusal> {
    let (id, kind) = (publication.id, publication.kind);
    if let Some(known) = known.kind.filter(|known| *known != kind) {
        return Err(Refusal::KindDiffers { id, known, given: kind });
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
    }
    Ok(())
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
        let is_known = versions.iter().any(|version| version.live_from == given && version.digest == digest);
        if is_known || (is_live && last.digest == digest) {
            return Ok(None);
        }
        let last_change = last.live_to.unwrap_or(last.live_from);
        if given > last_change || (given == last_change && !is_live) {
            return Ok(Some(given));
        }
        if given < last.live_from && self.revised.is_none() {
            return Err(self.older_than(last.live_from));
        }
        let later = self.revised.map(micros).filter(|revised| *revised > last_change && *revised <= micros(self.now));
        match later.unwrap_or(micros(self.now)) {
            at if at > last_change => Ok(Some(at)),
            _ => Err(self.older_than(last_change)),
        }
    }

    fn older_than(&self, live_from: i64) -> Refusal {
        Refusal::OlderThanLive { given: self.given, live_from: from_micros(live_from).unwrap_or(self.now) }
    }
}

fn write(
    publication: &Publication,
    act: &Act,
    state: &mut State,
    changes: Changes<'_>,
    last_entry: Option<&Entry>,
    seq: i64,
    rows: &mut Rows,
) -> Outcome {
    let id = publication.id;
    let known = state.entries.entry(id.0).or_default();
    let is_new = known.kind.is_none();
    let before = (rows.external_ids.len(), rows.old_paths.len());
    add_names(publication, &state.external_ids, &state.old_paths, seq, rows);
    let adds_names = before != (rows.external_ids.len(), rows.old_paths.len());
    if changes.version.is_none() && changes.editions.is_empty() && changes.withdrawn.is_empty() && !adds_names {
        return Outcome::Unchanged;
    }

    if is_new {
        rows.entries.push(entry::ActiveModel { id: Set(id.0), kind: Set(publication.kind.as_str().to_owned()) });
    }
    write_parts(publication, known, &changes, last_entry, seq, rows);
    let withdrawn: Vec<&str> = changes.withdrawn.iter().map(|(locale, _)| locale.as_str()).collect();
    rows.journal.push(journal::ActiveModel {
        seq: Set(seq),
        at: Set(micros(act.at)),
        origin: Set(act.origin.clone()),
        entry_id: Set(id.0),
        kind: Set(publication.kind.as_str().to_owned()),
        withdrawn: Set(serde_json::to_string(&withdrawn).expect("a list of strings")),
    });
    for (locale, (edition, _)) in &changes.editions {
        if let Some(slug) = &edition.slug {
            state.slugs.insert((publication.kind, locale.to_string(), slug.as_str().to_owned()), id.0);
        }
    }
    for external in &publication.external_ids {
        state.external_ids.insert((external.scheme.clone(), external.value.clone()), id.0);
    }
    for old in &publication.old_paths {
        state.old_paths.insert(old.path.clone(), id.0);
    }
    if is_new { Outcome::Created { seq } } else { Outcome::Updated { seq } }
}

fn add_names(
    publication: &Publication,
    external_ids: &std::collections::HashMap<(String, String), uuid::Uuid>,
    old_paths: &std::collections::HashMap<String, uuid::Uuid>,
    seq: i64,
    rows: &mut Rows,
) {
    let id = publication.id.0;
    let mut fresh: Vec<_> = publication
        .external_ids
        .iter()
        .filter(|one| !external_ids.contains_key(&(one.scheme.clone(), one.value.clone())))
        .collect();
    fresh.sort();
    fresh.dedup();
    rows.external_ids.extend(fresh.into_iter().map(|one| external_id::ActiveModel {
        scheme: Set(one.scheme.clone()),
        value: Set(one.value.clone()),
        entry_id: Set(id),
        seq: Set(seq),
    }));
    let mut fresh: Vec<_> = publication.old_paths.iter().filter(|old| !old_paths.contains_key(&old.path)).collect();
    fresh.sort();
    fresh.dedup_by(|a, b| a.path == b.path);
    rows.old_paths.extend(fresh.into_iter().map(|old| old_path::ActiveModel {
        path: Set(old.path.clone()),
        entry_id: Set(id),
        locale: Set(old.locale.as_ref().map(Locale::to_string)),
        seq: Set(seq),
    }));
}

fn write_parts(
    publication: &Publication,
    known: &EntryState,
    changes: &Changes<'_>,
    last_entry: Option<&Entry>,
    seq: i64,
    rows: &mut Rows,
) {
    let id = publication.id;
    let entry = changes.version.as_ref().map(|(entry, ..)| *entry).or(publication.entry.as_ref()).or(last_entry);
    let Some(entry) = entry else { return };
    let live_version = known.versions.iter().find(|version| version.live_to.is_none());
    let since = known.versions.first().map(|version| version.since);

    if let Some((entry, content, live_from)) = &changes.version {
        if live_version.is_some() {
            rows.closings.push(Closing { id, locale: None, at: *live_from, frees_slug: false });
        }
        let digest = digest(&[content]);
        let since = since.unwrap_or(*live_from);
        rows.add_version(id, entry, (content.clone(), digest), At { seq, live_from: *live_from }, since);
        refresh_editions(known, changes, entry, id, *live_from, rows);
    } else if live_version.is_none() && !changes.editions.is_empty() {
        // Every language had been withdrawn: the neutral part comes back with the first edition.
        let live_from = changes.editions.values().map(|(_, at)| *at).min().unwrap_or_default();
        let content = entry.to_json();
        let digest = digest(&[&content]);
        rows.add_version(id, entry, (content, digest), At { seq, live_from }, since.unwrap_or(live_from));
    }
    for (locale, (edition, live_from)) in &changes.editions {
        let versions = known.editions.get(locale.as_str()).map_or(&[][..], Vec::as_slice);
        let live = versions.iter().find(|version| version.live_to.is_none());
        let slug = edition.slug.as_ref().map(|slug| slug.as_str());
        let keeps_slug = live.is_some_and(|live| live.slug.as_deref() == slug);
        if live.is_some() {
            let locale = Some(locale.to_string());
            rows.closings.push(Closing { id, locale, at: *live_from, frees_slug: !keeps_slug });
        }
        rows.add_edition(id, locale, edition, entry, At { seq, live_from: *live_from });
        if let Some(slug) = slug.filter(|_| !keeps_slug) {
            rows.add_slug(id, publication.kind, locale, slug, *live_from);
        }
    }
    close_withdrawn(publication, known, changes, rows);
}

/// Editions that stay live copied facts of the neutral part: they follow it.
fn refresh_editions(
    known: &EntryState,
    changes: &Changes<'_>,
    entry: &Entry,
    id: griot_domain::EntryId,
    live_from: i64,
    rows: &mut Rows,
) {
    let stays = |locale: &String| !changes.editions.keys().any(|changed| changed.as_str() == locale);
    for locale in known.editions.keys().filter(|locale| stays(locale)) {
        rows.refreshes.push(Refresh { id, locale: locale.clone(), entry: entry.clone(), at: live_from });
    }
}

fn close_withdrawn(publication: &Publication, known: &EntryState, changes: &Changes<'_>, rows: &mut Rows) {
    let id = publication.id;
    for (locale, at) in &changes.withdrawn {
        rows.closings.push(Closing { id, locale: Some(locale.to_string()), at: *at, frees_slug: true });
    }
    let stays_live = known
        .editions
        .iter()
        .filter(|(_, versions)| versions.iter().any(|version| version.live_to.is_none()))
        .any(|(locale, _)| !changes.withdrawn.iter().any(|(withdrawn, _)| withdrawn.as_str() == locale));
    if let (false, true, Some(at)) =
        (stays_live, changes.editions.is_empty(), changes.withdrawn.iter().map(|(_, at)| *at).max())
    {
        rows.closings.push(Closing { id, locale: None, at, frees_slug: false });
    }
}
