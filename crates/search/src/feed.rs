//! From the record to what is taken into an index.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::PoisonError;

use griot_domain::{Entry, EntryId, EntryKind, LinkRole, Locale, LocaleChain, Moment, RetractionAct, Text, View};
use griot_persistence::{Change, LiveText, PublishedStore, Record, StoreError};

use crate::document::{Around, Post, document};
use crate::index::{Batch, Index};

/// The live texts of entries that changed, with what their documents need beside.
pub(crate) struct Fed {
    ids: HashSet<EntryId>,
    texts: Vec<LiveText>,
    posts: HashMap<EntryId, Vec<Post>>,
    /// One of them was killed.
    pub is_killed: bool,
}

impl Fed {
    /// Reads what is public now of the entries in `changes`, and of the people whose posts are among them. `holders`
    /// are those who held such a post as far as the index knows.
    pub async fn read(store: &PublishedStore, changes: &[Change], holders: Vec<EntryId>) -> Result<Self, StoreError> {
        let mut ids: HashSet<EntryId> = changes.iter().map(|change| change.id).collect();
        let asked: Vec<EntryId> = ids.iter().copied().collect();
        let mut texts = store.live_texts(&asked).await?;
        let live: HashSet<EntryId> = texts.iter().map(|text| text.id).collect();
        let gone: Vec<EntryId> = asked.into_iter().filter(|id| !live.contains(id)).collect();
        let notices = store.notices(Moment::Now, &gone).await?;
        let is_killed = notices.values().any(|notice| notice.act == RetractionAct::Killed);

        let named = texts.iter().filter_map(|text| match &text.entry {
            Entry::Appointment(appointment) => Some(EntryId::from(appointment.person)),
            _ => None,
        });
        let beside: HashSet<EntryId> = named.chain(holders).filter(|id| !ids.contains(id)).collect();
        let beside: Vec<EntryId> = beside.into_iter().collect();
        texts.extend(store.live_texts(&beside).await?);
        ids.extend(beside);
        let people: HashSet<EntryId> =
            texts.iter().filter(|text| text.kind == EntryKind::Person).map(|text| text.id).collect();
        let posts = posts(store, people.into_iter().collect()).await?;
        Ok(Self { ids, texts, posts, is_killed })
    }

    /// The documents.
    pub fn batch(self, index: &Index) -> Batch {
        let mut stems = index.stems.lock().unwrap_or_else(PoisonError::into_inner);
        let mut by_entry: BTreeMap<EntryId, Vec<&LiveText>> = BTreeMap::new();
        for text in &self.texts {
            by_entry.entry(text.id).or_default().push(text);
        }
        let mut documents = Vec::with_capacity(self.texts.len());
        for (id, texts) in by_entry {
            let locales: Vec<Locale> = texts.iter().map(|text| text.locale.clone()).collect();
            let first = texts.iter().map(|text| text.position).min();
            let posts = self.posts.get(&id).map(Vec::as_slice).unwrap_or_default();
            for text in texts {
                let is_original = Some(text.position) == first;
                let around = Around { locales: &locales, is_original, posts };
                documents.push(document(text, &around, &index.fields, &mut stems));
            }
        }
        Batch { replaced: self.ids.into_iter().collect(), documents }
    }
}

/// The posts of people, in whatever language they are told.
async fn posts(store: &PublishedStore, people: Vec<EntryId>) -> Result<HashMap<EntryId, Vec<Post>>, StoreError> {
    let locales = LocaleChain::with_any(Locale::parse("fr").expect("it is a tag"));
    let view = View { moment: Moment::Now, locales };
    let linking = store.linking_to(&view, LinkRole::Holder, &people).await?;
    let post = |record: Record| {
        let Text::Appointment(text) = record.text else { return None };
        let others = record.alternates.into_iter().map(|other| other.title);
        Some(Post { appointment: record.id, titles: std::iter::once(text.title).chain(others).collect() })
    };
    Ok(linking.into_iter().map(|(id, records)| (id, records.into_iter().filter_map(post).collect())).collect())
}
