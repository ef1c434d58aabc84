//! Which entry a line is about, and which ones it refers to.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use griot_domain::fold::fold;
use griot_domain::{Appointment, Edition, Entry, EntryId, EntryKind, ExternalId, Locale, PartialDate, Slug, Text};
use griot_persistence::{Holder, Publisher, StoreError};

use super::line::{Fault, Line, Parts};
use super::reference::{Named, Reference};
use crate::Target;

/// Something an entry is known by, content ids aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) enum Name {
    Slug(EntryKind, Slug),
    External(ExternalId),
    /// Of the original of an asset.
    Address(String),
    /// Appointments without external id: holder, seat, first day, title.
    Post(EntryId, Option<EntryId>, Option<PartialDate>, String),
}

/// Names of the record and of the file so far.
#[derive(Default)]
pub(super) struct Known {
    ids: HashMap<Name, Holder>,
    has_assets: bool,
    has_appointments: bool,
}

impl Known {
    /// The entry of that name.
    pub fn get(&self, name: &Name) -> Option<Holder> {
        self.ids.get(name).copied()
    }

    /// Notes that `name` is `id`'s from now on; answers whose it was.
    pub fn insert(&mut self, name: Name, id: EntryId) -> Option<Holder> {
        let is_merged = self.get(&name).is_some_and(|known| known.id == id && known.is_merged);
        self.ids.insert(name, Holder { id, is_merged })
    }

    /// Notes that `name`, unless it is another's, was that of an entry that was made one with `id`.
    pub fn insert_merged(&mut self, name: Name, id: EntryId) {
        self.ids.entry(name).or_insert(Holder { id, is_merged: true });
    }

    /// Takes a note back: the entry did not go in.
    pub fn restore(&mut self, name: Name, before: Option<Holder>) {
        match before {
            Some(holder) => self.ids.insert(name, holder),
            None => self.ids.remove(&name),
        };
    }

    /// Asks the record for every name in `lines`, in few statements.
    pub async fn learn(&mut self, target: &Target<'_>, lines: &mut [Line]) -> Result<(), StoreError> {
        let published = target.published;
        let mut slugs: HashMap<EntryKind, BTreeSet<Slug>> = HashMap::new();
        let mut values: HashMap<String, BTreeSet<String>> = HashMap::new();
        let (mut wants_assets, mut wants_appointments) = (false, false);
        for line in lines {
            let by_nature = line.id.is_none();
            wants_assets |= by_nature && line.kind == EntryKind::Asset;
            wants_appointments |= by_nature && line.kind == EntryKind::Appointment;
            slugs.entry(line.kind).or_default().extend(line.slugs().filter(|_| by_nature));
            for external in line.external_ids.iter().filter(|_| by_nature) {
                values.entry(external.scheme.clone()).or_default().insert(external.value.clone());
            }
            // What is wrong with a reference is told when the line is worked on.
            let _ = line.references(|reference| {
                match reference {
                    Reference::Slug(kind, slug) => drop(slugs.entry(*kind).or_default().insert(slug.clone())),
                    Reference::Address(_) => wants_assets = true,
                    Reference::Id(_) => {}
                }
                Named::Kept
            });
        }
        for (kind, slugs) in slugs {
            let asked: Vec<Slug> =
                slugs.into_iter().filter(|slug| !self.ids.contains_key(&Name::Slug(kind, slug.clone()))).collect();
            let live = published.ids_by_slug(kind, &asked).await?;
            let gone: Vec<Slug> = asked.into_iter().filter(|slug| !live.contains_key(slug)).collect();
            for (slug, id) in live {
                self.insert(Name::Slug(kind, slug), id);
            }
            for (slug, id) in published.successors_by_slug(kind, &gone).await? {
                self.insert_merged(Name::Slug(kind, slug), id);
            }
        }
        for (scheme, values) in values {
            let name = |value: String| Name::External(ExternalId { scheme: scheme.clone(), value });
            let asked: Vec<String> =
                values.into_iter().filter(|value| !self.ids.contains_key(&name(value.clone()))).collect();
            for (value, holder) in target.holders(&scheme, &asked, false).await? {
                self.ids.insert(name(value), holder);
            }
        }
        if wants_assets && !std::mem::replace(&mut self.has_assets, true) {
            self.learn_all(published, EntryKind::Asset).await?;
        }
        if wants_appointments && !std::mem::replace(&mut self.has_appointments, true) {
            self.learn_all(published, EntryKind::Appointment).await?;
        }
        Ok(())
    }

    async fn learn_all(&mut self, published: &Publisher, kind: EntryKind) -> Result<(), StoreError> {
        for live in published.live_entries(kind).await? {
            for name in natural_names(&live.entry, live.texts.values()) {
                self.ids.entry(name).or_insert(Holder { id: live.id, is_merged: false });
            }
        }
        Ok(())
    }

    /// The entry a line is about, when it is known: by its id, else by an external id, else by a slug, an asset by
    /// its address, an appointment by holder, seat, first day and title. It is about a merged one when all names it
    /// is known by came by the merge.
    pub fn identify(&self, line: &Line, parts: &Parts) -> Result<Option<Holder>, Fault> {
        if line.id.is_some() {
            return Ok(line.id.map(|id| Holder { id, is_merged: false }));
        }
        let external = line.external_ids.iter().cloned().map(Name::External).collect();
        if let Some(holder) = self.only_one("externalIds", external)? {
            return Ok(Some(holder));
        }
        let slugs = parts.editions.values().filter_map(|edition| Some(Name::Slug(line.kind, edition.slug.clone()?)));
        if let Some(holder) = self.only_one("texts", slugs.collect())? {
            return Ok(Some(holder));
        }
        // An external id that is not known says that this is another entry than those at hand.
        if !line.external_ids.is_empty() {
            return Ok(None);
        }
        let natural = parts.entry.as_ref().map(|entry| natural_names(entry, texts(&parts.editions)));
        Ok(natural.unwrap_or_default().iter().find_map(|name| self.get(name)))
    }

    fn only_one(&self, path: &str, names: Vec<Name>) -> Result<Option<Holder>, Fault> {
        let holders: Vec<Holder> = names.iter().filter_map(|name| self.get(name)).collect();
        let ids: BTreeSet<EntryId> = holders.iter().map(|holder| holder.id).collect();
        if ids.len() > 1 {
            let ids: Vec<String> = ids.iter().map(EntryId::to_string).collect();
            let message =
                format!("they name several entries ({}); give the `id` of the one that is meant", ids.join(", "));
            return Err(Fault::at(path, message));
        }
        let is_merged = holders.iter().all(|holder| holder.is_merged);
        Ok(ids.first().map(|id| Holder { id: *id, is_merged }))
    }
}

impl Name {
    /// The name a reference uses.
    pub fn of(reference: &Reference) -> Option<Self> {
        match reference {
            Reference::Id(_) => None,
            Reference::Slug(kind, slug) => Some(Self::Slug(*kind, slug.clone())),
            Reference::Address(url) => Some(Self::Address(url.clone())),
        }
    }

    /// Every name a line gives its entry.
    pub fn given(line: &Line, parts: &Parts) -> Vec<Self> {
        let mut names: Vec<Self> = line.external_ids.iter().cloned().map(Self::External).collect();
        names.extend(parts.editions.values().filter_map(|edition| Some(Self::Slug(line.kind, edition.slug.clone()?))));
        if let Some(entry) = &parts.entry {
            names.extend(natural_names(entry, texts(&parts.editions)));
        }
        names
    }
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Slug(kind, slug) => write!(f, "{kind} `{slug}`"),
            Self::External(one) => write!(f, "{} `{}`", one.scheme, one.value),
            Self::Address(url) => write!(f, "asset `{url}`"),
            Self::Post(person, ..) => write!(f, "appointment of {person}"),
        }
    }
}

fn texts(editions: &std::collections::BTreeMap<Locale, Edition>) -> impl Iterator<Item = &Text> {
    editions.values().map(|edition| &edition.text)
}

/// What tells assets and appointments, which have no slug, from others of their kind.
fn natural_names<'a>(entry: &Entry, texts: impl Iterator<Item = &'a Text>) -> Vec<Name> {
    match entry {
        Entry::Asset(asset) => vec![Name::Address(asset.url.clone())],
        Entry::Appointment(Appointment { person, institution, from, .. }) => texts
            .filter_map(|text| match text {
                Text::Appointment(text) => Some(fold(&text.title)),
                _ => None,
            })
            .map(|title| Name::Post((*person).into(), institution.map(Into::into), *from, title))
            .collect(),
        _ => Vec::new(),
    }
}
