//! The names the record knows, kept up with what comes in.

use std::collections::HashMap;

use griot_domain::{EntryId, EntryKind, Publication};
use griot_persistence::{LiveEntry, Publisher, StoreError};

use crate::mention::{Finder, TooManyNames};

const NAMED: [EntryKind; 4] = [EntryKind::Person, EntryKind::Institution, EntryKind::Event, EntryKind::Appointment];

/// Gives a [`Finder`] that knows the record and all that was imported since.
#[derive(Default)]
pub(super) struct Names {
    live: Option<HashMap<EntryId, LiveEntry>>,
    finder: Option<Finder>,
}

/// Why there is no finder.
#[derive(Debug, thiserror::Error)]
pub(super) enum NamesError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    TooMany(#[from] TooManyNames),
}

impl Names {
    /// Reads the names of the record, once.
    pub async fn load(&mut self, published: &Publisher) -> Result<(), StoreError> {
        if self.live.is_none() {
            let mut live = HashMap::new();
            for kind in NAMED {
                live.extend(published.live_entries(kind).await?.into_iter().map(|entry| (entry.id, entry)));
            }
            self.live = Some(live);
        }
        Ok(())
    }

    /// Takes in what was published. Nothing to do before [`Names::load`], which will read it.
    pub fn apply(&mut self, publication: &Publication) {
        let Some(live) = self.live.as_mut().filter(|_| NAMED.contains(&publication.kind)) else { return };
        self.finder = None;
        if let Some(entry) = &publication.entry {
            let known = live.entry(publication.id).or_insert_with(|| LiveEntry {
                id: publication.id,
                entry: entry.clone(),
                texts: Default::default(),
            });
            known.entry = entry.clone();
        }
        let Some(known) = live.get_mut(&publication.id) else { return };
        known.texts.retain(|locale, _| publication.retraction.is_none() && !publication.withdrawn.contains(locale));
        known.texts.extend(publication.editions.iter().map(|(locale, edition)| (locale.clone(), edition.text.clone())));
        if known.texts.is_empty() {
            live.remove(&publication.id);
        }
    }

    /// A finder over all names known now.
    pub async fn finder(&mut self, published: &Publisher) -> Result<&Finder, NamesError> {
        self.load(published).await?;
        if self.finder.is_none() {
            let entries: Vec<LiveEntry> = self.live.iter().flat_map(HashMap::values).cloned().collect();
            self.finder = Some(Finder::build(&entries)?);
        }
        Ok(self.finder.as_ref().expect("built above"))
    }
}
