//! What one request reads, level by level.

use std::sync::Arc;

use chrono::{NaiveDate, NaiveTime};
use griot_domain::{Clock, Entry, EntryId, ExternalId, LinkRole, Locale, PartialDate, Site, Text, Title};
use griot_front::fresh::Reads;
use griot_front::parts::Parts;
use griot_persistence::{ListQuery, Page, PublishedStore, Record, Version};
use griot_search::Search;
use rustc_hash::FxHashMap as HashMap;

use super::batch::Batch;
use super::error::{Answer, ApiError};
use super::memory::{Memory, Read};
use super::parts::KeptParts;
use super::reading::{Keeping, Reading};
use super::renditions::Renditions;
use super::shared_view::{SharedView, Views};
use super::weight;
use crate::audience::Showing;

/// An entry in a view; the view is part of the key because one request may read several.
type InView<K> = (SharedView, K);

/// An appointment with its title, and the record it comes from.
pub(crate) type Post = Title<Arc<Record>>;

/// What every request reads from and is answered with.
pub(crate) struct Delivery {
    record: PublishedStore,
    /// What was read of it before, where that is kept.
    memory: Option<Arc<Memory>>,
    search: Option<Arc<Search>>,
    pub views: Views,
    pub site: Site,
    /// Languages to try after the one wanted, where a request names none.
    pub fallback_locales: Vec<Locale>,
    /// Address below which whoever reads this finds the media files kept here, without a slash at the end.
    pub media_url: String,
    /// Address this server is reached at from outside, without a slash at the end.
    pub public_url: String,
    pub clock: Arc<dyn Clock>,
}

impl Delivery {
    /// What is in `record`, told as `showing` says.
    pub fn new(record: PublishedStore, media_path: &str, memory: Option<Arc<Memory>>, showing: &Showing) -> Self {
        let Showing { site, fallback_locales, public_url, clock, search } = showing.clone();
        let media_url = format!("{public_url}{media_path}");
        let views = Views::default();
        Self { record, memory, search, views, site, fallback_locales, media_url, public_url, clock }
    }

    /// The store, for who asks for files; resolvers read through [`Loads`], which notes it.
    pub fn for_files(&self) -> &PublishedStore {
        &self.record
    }
}

/// The loaders of one request.
pub(crate) struct Loads {
    delivery: Arc<Delivery>,
    pub store: Reading,
    records: Batch<InView<EntryId>, Arc<Option<Arc<Record>>>>,
    bodies: Batch<i64, Arc<Renditions>>,
    pages: Batch<InView<ListQuery>, Arc<Page>>,
    posts: Batch<InView<EntryId>, Arc<Vec<Post>>>,
    external_ids: Batch<EntryId, Arc<Vec<ExternalId>>>,
    versions: Batch<InView<(EntryId, Locale)>, Arc<Vec<Version>>>,
}

impl Loads {
    /// Loaders over `delivery` that note what they read.
    pub fn new(delivery: Arc<Delivery>, reads: Option<Arc<Reads>>) -> Self {
        let kept = reads.map(|reads| Keeping { reads, memory: delivery.memory.clone() });
        Self {
            store: Reading::new(delivery.record.clone(), delivery.search.clone(), kept),
            delivery,
            records: Batch::default(),
            bodies: Batch::default(),
            pages: Batch::default(),
            posts: Batch::default(),
            external_ids: Batch::default(),
            versions: Batch::default(),
        }
    }

    /// What keeps parts of the answer to the request, where anything is kept.
    pub fn parts(&self) -> Option<Arc<dyn Parts>> {
        let (memory, reads) = (self.memory.clone()?, self.store.reads()?);
        Some(Arc::new(KeptParts { memory, reads }))
    }

    /// Loaders of the same that have read nothing yet, and note what they read in the same place.
    pub fn anew(&self) -> Self {
        Self::new(Arc::clone(&self.delivery), self.store.reads())
    }

    /// The day of the present instant, in UTC.
    pub fn today(&self) -> NaiveDate {
        let today = self.clock.now().date_naive();
        if let Some(tomorrow) = today.succ_opt() {
            self.store.note_until(tomorrow.and_time(NaiveTime::MIN).and_utc());
        }
        today
    }

    /// The live ones of `ids`, in the order given.
    pub async fn records(&self, view: &SharedView, ids: &[EntryId]) -> Answer<Vec<Arc<Record>>> {
        let keys: Vec<_> = ids.iter().map(|id| (view.clone(), *id)).collect();
        let recall = |(view, id): &InView<EntryId>| self.store.recall(&Read::Record(view.clone(), *id));
        let found = self
            .records
            .load(&self.store.levels, &keys, recall, |keys| async move {
                let mut all = HashMap::default();
                for (view, ids) in by_view(keys) {
                    let records = self.store.records(&view, &ids).await?;
                    all.extend(records.into_iter().map(|(id, record)| ((view.clone(), id), record)));
                }
                Ok(all)
            })
            .await?;
        Ok(found.into_iter().filter_map(|record| Option::clone(&*record?)).collect())
    }

    /// The live entry, if there is one.
    pub async fn record(&self, view: &SharedView, id: EntryId) -> Answer<Option<Arc<Record>>> {
        Ok(self.records(view, &[id]).await?.pop())
    }

    /// The body of an edition; empty when it has none.
    pub async fn body(&self, edition: i64) -> Answer<Arc<Renditions>> {
        let recall = |edition: &i64| self.store.recall(&Read::Body(*edition));
        let found =
            self.bodies
                .load(&self.store.levels, &[edition], recall, |editions| async move {
                    Ok(self.store.bodies(&editions).await?)
                })
                .await?;
        Ok(only(found).unwrap_or_default())
    }

    /// One page of a list.
    pub async fn page(&self, view: &SharedView, query: &ListQuery) -> Answer<Arc<Page>> {
        let key = (view.clone(), query.clone());
        let recall = |(view, query): &InView<ListQuery>| self.store.recall(&Read::Page(view.clone(), query.clone()));
        let found = self
            .pages
            .load(&self.store.levels, std::slice::from_ref(&key), recall, |keys| async move {
                let mut all = HashMap::default();
                for (view, queries) in by_view(keys) {
                    let pages = self.store.pages(&view, &queries).await?;
                    let keyed = queries.into_iter().zip(pages);
                    all.extend(keyed.map(|(query, page)| ((view.clone(), query), page)));
                }
                Ok(all)
            })
            .await?;
        Ok(only(found).unwrap_or_default())
    }

    /// The appointments of a person, oldest first.
    pub async fn posts(&self, view: &SharedView, person: EntryId) -> Answer<Arc<Vec<Post>>> {
        let key = (view.clone(), person);
        let recall = |(view, person): &InView<EntryId>| self.store.recall(&Read::Posts(view.clone(), *person));
        let found = self
            .posts
            .load(&self.store.levels, std::slice::from_ref(&key), recall, |keys| async move {
                let mut all = HashMap::default();
                for (view, people) in by_view(keys) {
                    let mut linking = self.store.linking_to(&view, LinkRole::Holder, &people).await?;
                    for person in people {
                        let records = linking.remove(&person).unwrap_or_default();
                        let bytes = records.iter().map(|record| weight::of_record(Some(record))).sum();
                        let posts: Arc<Vec<Post>> = Arc::new(records.into_iter().filter_map(post).collect());
                        self.store.keep_posts(&view, person, &posts, bytes);
                        all.insert((view.clone(), person), posts);
                    }
                }
                Ok(all)
            })
            .await?;
        Ok(only(found).unwrap_or_default())
    }

    /// The versions of an entry in a language, oldest first.
    pub async fn versions(&self, view: &SharedView, id: EntryId, locale: &Locale) -> Answer<Arc<Vec<Version>>> {
        let key = (view.clone(), (id, locale.clone()));
        let recall = |(view, (id, locale)): &InView<(EntryId, Locale)>| {
            self.store.recall(&Read::Versions(view.clone(), *id, locale.clone()))
        };
        let found = self
            .versions
            .load(&self.store.levels, std::slice::from_ref(&key), recall, |keys| async move {
                let mut all = HashMap::default();
                for (view, keys) in by_view(keys) {
                    let versions = self.store.versions(&view, &keys).await?;
                    all.extend(versions.into_iter().map(|(key, known)| ((view.clone(), key), known)));
                }
                Ok(all)
            })
            .await?;
        Ok(only(found).unwrap_or_default())
    }

    /// The identifiers of an entry in other systems, by scheme and value.
    pub async fn external_ids(&self, id: EntryId) -> Answer<Arc<Vec<ExternalId>>> {
        let recall = |id: &EntryId| self.store.recall(&Read::ExternalIds(*id));
        let found = self
            .external_ids
            .load(&self.store.levels, &[id], recall, |ids| async move { Ok(self.store.external_ids(&ids).await?) })
            .await?;
        Ok(only(found).unwrap_or_default())
    }
}

impl std::ops::Deref for Loads {
    type Target = Delivery;

    fn deref(&self) -> &Delivery {
        &self.delivery
    }
}

/// What was found of the one thing asked for.
fn only<V>(found: Vec<Option<V>>) -> Option<V> {
    found.into_iter().next().flatten()
}

fn by_view<K>(keys: Vec<InView<K>>) -> HashMap<SharedView, Vec<K>> {
    let mut grouped: HashMap<SharedView, Vec<K>> = HashMap::default();
    for (view, key) in keys {
        grouped.entry(view).or_default().push(key);
    }
    grouped
}

fn post(record: Record) -> Option<Post> {
    let (Entry::Appointment(appointment), Text::Appointment(text)) = (&record.entry, &record.text) else { return None };
    let mut appointment = appointment.clone();
    // A post of unknown beginning is held from the day it was first told: it must not rename people in older articles.
    appointment.from = appointment.from.or(Some(PartialDate::Day(record.since.date_naive())));
    Some(Post { appointment, title: text.title.clone(), tag: Arc::new(record) })
}

/// The loads of the request a resolver runs for.
pub(crate) fn loads<'a>(ctx: &async_graphql::Context<'a>) -> Answer<&'a Loads> {
    ctx.data::<Loads>().map_err(|_| ApiError::internal("a request came without its loaders"))
}
