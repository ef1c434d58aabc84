//! Publications as acts and schedules keep them.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use griot_domain::{
    Body, Edition, Entry, EntryId, EntryKind, ExternalId, Locale, OldPath, Publication, Retraction, Slug, Text,
    UnfitContent,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// One part of an act.
#[derive(Clone, Debug, PartialEq)]
pub enum Publishing {
    /// Makes versions live, or ends them.
    Publish(Box<Publication>),
    /// Forgets an entry, as when it moves from the embargoed store to the published one.
    Erase(EntryId),
}

impl From<Publication> for Publishing {
    fn from(publication: Publication) -> Self {
        Self::Publish(Box::new(publication))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) enum Stored {
    Publish(Box<StoredPublication>),
    Erase(EntryId),
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct StoredPublication {
    id: EntryId,
    kind: EntryKind,
    live_from: DateTime<Utc>,
    revised_at: Option<DateTime<Utc>>,
    entry: Option<Value>,
    editions: BTreeMap<Locale, StoredEdition>,
    withdrawn: BTreeSet<Locale>,
    retraction: Option<Retraction>,
    external_ids: Vec<ExternalId>,
    old_paths: Vec<OldPath>,
}

#[derive(Serialize, Deserialize)]
struct StoredEdition {
    slug: Option<Slug>,
    text: Value,
    body: Body,
}

impl From<&Publishing> for Stored {
    fn from(publishing: &Publishing) -> Self {
        match publishing {
            Publishing::Publish(publication) => Self::Publish(Box::new(StoredPublication::from(&**publication))),
            Publishing::Erase(id) => Self::Erase(*id),
        }
    }
}

impl TryFrom<Stored> for Publishing {
    type Error = UnfitContent;

    fn try_from(stored: Stored) -> Result<Self, UnfitContent> {
        Ok(match stored {
            Stored::Publish(publication) => Self::Publish(Box::new(publication.read()?)),
            Stored::Erase(id) => Self::Erase(id),
        })
    }
}

impl From<&Publication> for StoredPublication {
    fn from(publication: &Publication) -> Self {
        let editions = publication.editions.iter().map(|(locale, edition)| {
            let Edition { slug, text, body } = edition;
            (locale.clone(), StoredEdition { slug: slug.clone(), text: text.to_value(), body: body.clone() })
        });
        Self {
            id: publication.id,
            kind: publication.kind,
            live_from: publication.live_from,
            revised_at: publication.revised_at,
            entry: publication.entry.as_ref().map(Entry::to_value),
            editions: editions.collect(),
            withdrawn: publication.withdrawn.clone(),
            retraction: publication.retraction.clone(),
            external_ids: publication.external_ids.clone(),
            old_paths: publication.old_paths.clone(),
        }
    }
}

impl StoredPublication {
    fn read(self) -> Result<Publication, UnfitContent> {
        let kind = self.kind;
        let editions = self.editions.into_iter().map(|(locale, StoredEdition { slug, text, body })| {
            Ok((locale, Edition { slug, text: Text::from_value(kind, text)?, body }))
        });
        Ok(Publication {
            id: self.id,
            kind,
            live_from: self.live_from,
            revised_at: self.revised_at,
            entry: self.entry.map(|entry| Entry::from_value(kind, entry)).transpose()?,
            editions: editions.collect::<Result<_, UnfitContent>>()?,
            withdrawn: self.withdrawn,
            retraction: self.retraction,
            external_ids: self.external_ids,
            old_paths: self.old_paths,
        })
    }
}

pub(super) fn to_json(publishings: &[Publishing]) -> String {
    let stored: Vec<Stored> = publishings.iter().map(Stored::from).collect();
    serde_json::to_string(&stored).expect("content has string keys only")
}

pub(super) fn from_json(json: &str) -> Result<Vec<Publishing>, String> {
    let stored: Vec<Stored> = serde_json::from_str(json).map_err(|err| err.to_string())?;
    stored.into_iter().map(|one| one.try_into().map_err(|err: UnfitContent| err.to_string())).collect()
}
