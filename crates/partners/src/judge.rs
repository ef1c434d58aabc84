//! Which items belong to which products.

use std::collections::BTreeSet;

use griot_domain::{Entry, EntryId, Facts, LinkRole, Locale, LocaleChain, Moment, View};
use griot_persistence::{Parents, Product, PublishedStore, StoreError};
use uuid::Uuid;

/// Judges items as a store shows them.
#[derive(Clone, Debug)]
pub struct Judge {
    store: PublishedStore,
}

/// An item, judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Judged {
    #[allow(missing_docs)]
    pub entry: EntryId,
    #[allow(missing_docs)]
    pub locale: Locale,
    /// The products it belongs to.
    pub products: Vec<Uuid>,
}

impl Judge {
    /// Of what this store shows.
    pub fn new(store: PublishedStore) -> Self {
        Self { store }
    }

    /// What can be read of these entries, in every language, and which of `products` it belongs to.
    pub async fn judge(&self, ids: &[EntryId], products: &[Product]) -> Result<Vec<Judged>, StoreError> {
        self.judge_facts(self.store.live_facts(ids).await?, products).await
    }

    /// The same, with those of which something in the store is broken: others are not to wait for them.
    pub(crate) async fn judge_whole(
        &self,
        ids: &[EntryId],
        products: &[Product],
    ) -> Result<(Vec<Judged>, BTreeSet<EntryId>), StoreError> {
        match self.judge(ids, products).await {
            Err(StoreError::Corrupt { .. }) => {}
            judged => return Ok((judged?, BTreeSet::new())),
        }
        let (mut all, mut broken) = (Vec::new(), BTreeSet::new());
        for id in ids {
            match self.judge(&[*id], products).await {
                Ok(judged) => all.extend(judged),
                Err(error @ StoreError::Corrupt { .. }) => {
                    tracing::error!(%id, %error, "an entry is sorted into no product until it is published again");
                    broken.insert(*id);
                }
                Err(error) => return Err(error),
            }
        }
        Ok((all, broken))
    }

    async fn judge_facts(&self, facts: Vec<(EntryId, Facts)>, products: &[Product]) -> Result<Vec<Judged>, StoreError> {
        let parents = self.parents(facts.iter().flat_map(|(_, facts)| facts.about.iter().copied())).await?;
        let judged = facts.into_iter().map(|(entry, mut facts)| {
            facts.widen(|one| parents.get(&one).copied().flatten());
            let taken = products.iter().filter(|product| product.filter.takes(&facts)).map(|product| product.id);
            Judged { entry, products: taken.collect(), locale: facts.locale }
        });
        Ok(judged.collect())
    }

    /// What these entries belong to, and what that belongs to, to the top.
    async fn parents(&self, ids: impl Iterator<Item = EntryId>) -> Result<Parents, StoreError> {
        let mut known = Parents::new();
        let mut wanted: BTreeSet<EntryId> = ids.collect();
        while !wanted.is_empty() {
            let ids: Vec<EntryId> = wanted.into_iter().collect();
            let found = self.parents_of(&ids).await?;
            wanted = found.values().copied().flatten().collect();
            known.extend(ids.into_iter().map(|id| (id, found.get(&id).copied().flatten())));
            wanted.retain(|parent| !known.contains_key(parent));
        }
        Ok(known)
    }

    /// What those of the entries that can be read belong to.
    pub(crate) async fn parents_of(&self, ids: &[EntryId]) -> Result<Parents, StoreError> {
        let view = View { moment: Moment::Now, locales: LocaleChain { locales: Vec::new(), or_any: true } };
        let records = self.store.records(&view, ids).await?;
        Ok(records.into_iter().map(|(id, record)| (id, parent_of(&record.entry))).collect())
    }
}

fn parent_of(entry: &Entry) -> Option<EntryId> {
    if !matches!(entry, Entry::Institution(_) | Entry::Topic(_)) {
        return None;
    }
    entry.links().into_iter().find(|link| link.role == LinkRole::Parent).map(|link| link.target)
}
