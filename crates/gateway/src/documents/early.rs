//! What is under embargo, for partners who may have it before its time.

use std::collections::BTreeMap;
use std::sync::Arc;

use griot_domain::{EntryId, Locale};
use griot_persistence::{Embargo, PartnerStore};
use griot_syndication::item::Item;

use super::heading::{Heading, ItemKey, embargo, headings};
use super::item::{Asked, Found, view_in};
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::{Delivery, Loads};

/// The record as entitled keys see it.
#[derive(Clone)]
pub(crate) struct Early {
    pub delivery: Arc<Delivery>,
    /// Knows until when.
    pub partners: PartnerStore,
}

impl Early {
    /// The entries under embargo.
    pub async fn embargoes(&self) -> Answer<BTreeMap<EntryId, Embargo>> {
        Ok(self.partners.embargoes().await?)
    }

    pub fn loads(&self) -> Loads {
        Loads::new(Arc::clone(&self.delivery), None)
    }

    /// Whether what is asked for is under embargo. A version has an address once it is public.
    pub(super) async fn holds(&self, asked: &Asked) -> Answer<bool> {
        Ok(asked.version.is_none() && self.embargoes().await?.contains_key(&asked.id))
    }

    /// The item asked for, when that is under embargo.
    pub(super) async fn find(&self, asked: &Asked, public: &Loads) -> Answer<Option<Item>> {
        let Some(Embargo { until, .. }) = self.embargoes().await?.get(&asked.id).copied() else { return Ok(None) };
        let Found::Item(mut item, _) = asked.find(&self.loads()).await? else { return Ok(None) };
        let version = public_version(item.id, &item.locale, public).await?;
        embargo(&mut item, until, version);
        Ok(Some(*item))
    }

    /// What is told of items under embargo.
    pub async fn headings(
        &self,
        keys: &[ItemKey],
        embargoes: &BTreeMap<EntryId, Embargo>,
        public: &Loads,
    ) -> Answer<Vec<Heading>> {
        let early = self.loads();
        let mut found = Vec::new();
        for ((id, locale), heading) in keys.iter().zip(headings(keys, &early).await?) {
            let (Some(mut heading), Some(under)) = (heading.filter(Heading::is_live), embargoes.get(id)) else {
                continue;
            };
            heading.embargo(under.until, public_version(*id, locale, public).await?);
            found.push(heading);
        }
        Ok(found)
    }
}

/// How many versions of an item are public.
async fn public_version(id: EntryId, locale: &Locale, public: &Loads) -> Answer<u32> {
    let view = view_in(Some(locale), public);
    let versions = public.versions(&view, id, locale).await?;
    Ok(versions.last().map_or(0, |version| version.number))
}
