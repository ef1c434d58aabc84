//! The store as one request reads it: everything an answer depends on is noted where it is read.

use std::any::Any;
use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use griot_domain::{EntryId, EntryKind, ExternalId, LinkRole, Locale, Moment, Slug, micros};
use griot_front::fresh::{Reads, Tag};
use griot_persistence::{
    Change, Found as Redirect, HashRun, ListQuery, Notice, Page, PublishedStore, Record, Related, Stated, StatedDigest,
    StatementHead, StoreError, Trace, Version,
};
use griot_search::{Ask, Found, Search};
use rustc_hash::FxHashMap as HashMap;

use super::error::{Answer, ApiError};
use super::levels::Levels;
use super::memory::{Memory, Read};
use super::renditions::Renditions;
use super::shared_view::SharedView;
use super::weight;
use crate::tags;

/// A store that notes what is read from it, and keeps it. There is no other way from a resolver to the store, so nothing
/// can be read without a note.
pub(crate) struct Reading {
    store: PublishedStore,
    search: Option<Arc<Search>>,
    /// Every read of the request takes its turn here.
    pub levels: Levels,
    kept: Option<Keeping>,
}

/// Where a request that everybody may share notes its reads, and what was kept of those before it.
pub(crate) struct Keeping {
    pub reads: Arc<Reads>,
    pub memory: Option<Arc<Memory>>,
}

/// What is read at once, by key.
type ByKey<K, V> = Result<HashMap<K, V>, StoreError>;

impl Reading {
    /// Without `kept`, the answer is for one reader and nothing of it is kept.
    pub fn new(store: PublishedStore, search: Option<Arc<Search>>, kept: Option<Keeping>) -> Self {
        Self { store, search, levels: Levels::default(), kept }
    }

    /// Where it notes what it reads.
    pub fn reads(&self) -> Option<Arc<Reads>> {
        self.kept.as_ref().map(|kept| Arc::clone(&kept.reads))
    }

    /// Notes that the answer is another one from `instant` on.
    pub fn note_until(&self, instant: DateTime<Utc>) {
        if let Some(kept) = &self.kept {
            kept.reads.note_until(instant);
        }
    }

    /// Notes what a read that is not kept depends on: to be called before it.
    fn note_tags(&self, tags: impl IntoIterator<Item = Tag>) {
        if let Some(kept) = &self.kept {
            kept.reads.note(tags);
        }
    }

    /// What is known of a read already.
    pub fn recall<T: Any + Send + Sync>(&self, read: &Read) -> Option<Arc<T>> {
        let kept = self.kept.as_ref()?;
        kept.memory.as_ref()?.recall(read, &kept.reads)
    }

    /// Notes what a read depends on: to be called before it.
    fn note(&self, reads: &[Read]) {
        self.note_tags(reads.iter().flat_map(Read::tags));
    }

    /// Keeps the result of a read, which took about `bytes` and told of the entries `found`.
    fn keep<T: Any + Send + Sync>(&self, read: Read, value: &Arc<T>, bytes: usize, found: Option<EntryId>) {
        let Some(kept) = &self.kept else { return };
        let found = found.map(tags::entry);
        kept.reads.note(found);
        if let Some(memory) = &kept.memory {
            let tags: Vec<Tag> = read.tags().into_iter().chain(found).collect();
            memory.keep(read, value, tags, bytes, &kept.reads);
        }
    }

    /// Entries, `None` for what is not there.
    pub async fn records(&self, view: &SharedView, ids: &[EntryId]) -> ByKey<EntryId, Arc<Option<Arc<Record>>>> {
        let reads: Vec<Read> = ids.iter().map(|id| Read::Record(view.clone(), *id)).collect();
        self.note(&reads);
        let mut records = self.store.records(view, ids).await?;
        let found = ids.iter().zip(reads).map(|(id, read)| {
            let record = Arc::new(records.remove(id).map(Arc::new));
            self.keep(read, &record, weight::of_record(Option::as_deref(&record)), None);
            (*id, record)
        });
        Ok(found.collect())
    }

    /// Bodies of editions.
    pub async fn bodies(&self, editions: &[i64]) -> ByKey<i64, Arc<Renditions>> {
        let bodies = self.store.bodies(editions).await?;
        let found = bodies.into_iter().map(|(edition, body)| {
            // The renditions come later, and together take about as much again.
            let bytes = 2 * weight::of_json(&body);
            let text = Arc::new(Renditions::from(body));
            self.keep(Read::Body(edition), &text, bytes, None);
            (edition, text)
        });
        Ok(found.collect())
    }

    pub async fn pages(&self, view: &SharedView, queries: &[ListQuery]) -> Result<Vec<Arc<Page>>, StoreError> {
        let reads: Vec<Read> = queries.iter().map(|query| Read::Page(view.clone(), query.clone())).collect();
        self.note(&reads);
        let pages = self.store.pages(view, queries).await?;
        let found = pages.into_iter().zip(reads).map(|(page, read)| {
            let page = Arc::new(page);
            self.keep(read, &page, weight::of_page(&page), None);
            page
        });
        Ok(found.collect())
    }

    pub async fn count(&self, view: &SharedView, query: &ListQuery) -> Result<u64, StoreError> {
        let read = Read::Count(view.clone(), query.clone());
        self.once(read, |_: &u64| (0, None), || self.store.count(view, query)).await.map(|count| *count)
    }

    /// What links to each of `targets`.
    pub async fn linking_to(
        &self,
        view: &SharedView,
        role: LinkRole,
        targets: &[EntryId],
    ) -> ByKey<EntryId, Vec<Record>> {
        let noted: Vec<Read> = targets.iter().map(|target| Read::Posts(view.clone(), *target)).collect();
        self.note(&noted);
        Ok(self.store.linking_to(view, role, targets).await?.into_iter().collect())
    }

    /// Keeps what was made of the appointments of a person.
    pub fn keep_posts<T: Any + Send + Sync>(&self, view: &SharedView, person: EntryId, posts: &Arc<T>, bytes: usize) {
        self.keep(Read::Posts(view.clone(), person), posts, bytes, None);
    }

    pub async fn related_to(
        &self,
        moment: Moment,
        article: EntryId,
        issued_at: DateTime<Utc>,
        targets: &[(LinkRole, EntryId)],
    ) -> Result<Arc<Vec<Related>>, StoreError> {
        let read = Read::Related(moment, article, micros(issued_at), targets.to_vec());
        let size = |found: &Vec<Related>| (size_of_val(&**found), None);
        self.once(read, size, || self.store.related_to(moment, article, issued_at, targets)).await
    }

    pub async fn versions(
        &self,
        view: &SharedView,
        keys: &[(EntryId, Locale)],
    ) -> ByKey<(EntryId, Locale), Arc<Vec<Version>>> {
        let read = |(id, locale): &(EntryId, Locale)| Read::Versions(view.clone(), *id, locale.clone());
        self.note(&keys.iter().map(read).collect::<Vec<_>>());
        let found = self.store.versions(view.moment, keys).await?.into_iter().map(|(key, versions)| {
            let versions = Arc::new(versions);
            self.keep(read(&key), &versions, 256 * versions.len(), None);
            (key, versions)
        });
        Ok(found.collect())
    }

    pub async fn external_ids(&self, ids: &[EntryId]) -> ByKey<EntryId, Arc<Vec<ExternalId>>> {
        self.note(&ids.iter().copied().map(Read::ExternalIds).collect::<Vec<_>>());
        let mut known = self.store.external_ids(ids).await?;
        let found = ids.iter().map(|id| {
            let ids = Arc::new(known.remove(id).unwrap_or_default());
            self.keep(Read::ExternalIds(*id), &ids, weight::of_json(&ids), None);
            (*id, ids)
        });
        Ok(found.collect())
    }

    pub async fn find_by_slug(
        &self,
        view: &SharedView,
        kind: EntryKind,
        slug: &Slug,
    ) -> Result<Option<Arc<Record>>, StoreError> {
        let read = Read::Slug(view.clone(), kind, slug.clone());
        let reading = || async { Ok(self.store.find_by_slug(view, kind, slug).await?.map(Arc::new)) };
        let size =
            |found: &Option<Arc<Record>>| (weight::of_record(found.as_deref()), found.as_ref().map(|record| record.id));
        Ok(Option::clone(&*self.once(read, size, reading).await?))
    }

    pub async fn ids_by_slug(&self, kind: EntryKind, slugs: &[Slug]) -> ByKey<Slug, EntryId> {
        self.note(&slugs.iter().map(|slug| Read::SlugId(kind, slug.clone())).collect::<Vec<_>>());
        Ok(self.levels.read(|| self.store.ids_by_slug(kind, slugs)).await?.into_iter().collect())
    }

    pub async fn find_by_old_path(&self, forms: &[String]) -> Result<Option<Redirect>, StoreError> {
        let read = Read::OldPath(forms.to_vec());
        let found = self.once(read, |_| (64, None), || self.store.find_by_old_path(forms)).await?;
        Ok(Option::clone(&found))
    }

    pub async fn notice(&self, moment: Moment, id: EntryId) -> Result<Option<Notice>, StoreError> {
        let reading = || async { Ok(self.store.notices(moment, &[id]).await?.remove(&id)) };
        let notice = self.once(Read::Notice(moment, id), |_| (256, None), reading).await?;
        Ok(Option::clone(&notice))
    }

    pub async fn notice_by_slug(
        &self,
        view: &SharedView,
        kind: EntryKind,
        slug: &Slug,
    ) -> Result<Option<Notice>, StoreError> {
        let read = Read::NoticeOfSlug(view.clone(), kind, slug.clone());
        let size = |found: &Option<Notice>| (256, found.as_ref().map(|notice| notice.id));
        let notice = self.once(read, size, || self.store.notice_by_slug(view, kind, slug)).await?;
        Ok(Option::clone(&notice))
    }

    /// What stays known of entries whatever became of them.
    pub async fn traces(&self, ids: &[EntryId]) -> ByKey<EntryId, Trace> {
        self.note_tags(ids.iter().copied().map(tags::entry));
        Ok(self.levels.read(|| self.store.traces(ids)).await?.into_iter().collect())
    }

    /// The notices that stand now for those of `ids` that have one.
    pub async fn notices(&self, ids: &[EntryId]) -> ByKey<EntryId, Notice> {
        self.note_tags(ids.iter().copied().map(tags::entry));
        Ok(self.levels.read(|| self.store.notices(Moment::Now, ids)).await?.into_iter().collect())
    }

    /// Those of `ids` that were taken back at any time; see [`PublishedStore::ever_taken_back`].
    pub async fn ever_taken_back(&self, ids: &[EntryId]) -> Result<BTreeSet<EntryId>, StoreError> {
        self.note_tags(ids.iter().copied().map(tags::entry));
        self.levels.read(|| self.store.ever_taken_back(ids)).await
    }

    /// The notices that stand of entries of `kind` taken back from `since` on; see [`PublishedStore::retracted`].
    pub async fn retracted(
        &self,
        kind: EntryKind,
        since: DateTime<Utc>,
        limit: u64,
    ) -> Result<Vec<Notice>, StoreError> {
        self.note_tags([tags::kind(kind)]);
        self.levels.read(|| self.store.retracted(kind, since, limit)).await
    }

    /// What changed after a place in the journal; see [`PublishedStore::changes_after`]. What is kept may not know the newest
    /// publications yet: whoever is told of them would be told what was before, and never again, so that they wait for the
    /// next time.
    pub async fn changes_after(&self, seq: i64, kinds: &[EntryKind], limit: u64) -> Result<Vec<Change>, StoreError> {
        let noted = if kinds.is_empty() { &EntryKind::ALL } else { kinds };
        self.note_tags(noted.iter().copied().map(tags::kind));
        let mut found = self.levels.read(|| self.store.changes_after(seq, kinds, limit)).await?;
        let memory = self.kept.as_ref().and_then(|kept| kept.memory.as_ref());
        if let Some(reached) = memory.and_then(|memory| memory.reached()) {
            found.retain(|change| change.seq <= reached);
        }
        Ok(found)
    }

    /// The last statement of a version. It may be stated anew although nothing of it is published.
    pub async fn statement(&self, id: EntryId, locale: &Locale, version: u32) -> Result<Option<Stated>, StoreError> {
        self.note_tags([tags::entry(id)]);
        self.levels.read(|| self.store.statement(id, locale, version)).await
    }

    /// The last statement that holds a hash. That of an item that is published anew may hold it too.
    pub async fn stated_with(&self, sha256: &str) -> Result<Option<(Stated, StatedDigest)>, StoreError> {
        let found = self.levels.read(|| self.store.stated_with(sha256)).await?;
        self.note_tags(found.iter().map(|(stated, _)| tags::entry(stated.id)));
        Ok(found)
    }

    /// How far the log of statements is.
    pub async fn statement_head(&self) -> Result<StatementHead, StoreError> {
        self.levels.read(|| self.store.statement_head()).await
    }

    /// What the log of statements holds, which nothing changes.
    pub async fn log_entries(&self, first: u64, count: u64) -> Result<Vec<String>, StoreError> {
        self.levels.read(|| self.store.log_entries(first, count)).await
    }

    /// Hashes of the tree over it, which nothing changes.
    pub async fn log_hashes(&self, runs: &[HashRun]) -> Result<Vec<Vec<[u8; 32]>>, StoreError> {
        self.levels.read(|| self.store.log_hashes(runs)).await
    }

    /// When a publication was made. What is in the journal stays as it is; one that is not may come.
    pub async fn published_at(&self, seq: i64) -> Result<Option<DateTime<Utc>>, StoreError> {
        self.note_tags(EntryKind::ALL.into_iter().map(tags::kind));
        self.levels.read(|| self.store.published_at(seq)).await
    }

    /// What is found now among what is public. Whatever is published may be found, or push something off the page. An
    /// answer that is not complete is kept by nobody: `now` is its end.
    pub async fn search(&self, ask: Ask, now: DateTime<Utc>) -> Answer<Found> {
        self.note_tags(EntryKind::ALL.into_iter().map(tags::kind));
        let found = match &self.search {
            Some(search) => search.find(ask).await.map_err(ApiError::internal)?,
            None => Found::default(),
        };
        if !found.is_complete {
            self.note_until(now);
        }
        Ok(found)
    }

    /// What is known of a read, or else what it gives now. `size` tells the bytes it takes and the entry it told of.
    async fn once<T, F>(
        &self,
        read: Read,
        size: impl Fn(&T) -> (usize, Option<EntryId>),
        reading: impl FnOnce() -> F + Send,
    ) -> Result<Arc<T>, StoreError>
    where
        T: Any + Send + Sync,
        F: Future<Output = Result<T, StoreError>> + Send,
    {
        if let Some(known) = self.recall(&read) {
            return Ok(known);
        }
        self.note(std::slice::from_ref(&read));
        let value = Arc::new(self.levels.read(reading).await?);
        let (bytes, found) = size(&value);
        self.keep(read, &value, bytes, found);
        Ok(value)
    }
}
