//! What was read of the record, kept for the requests after.

use std::any::Any;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use griot_domain::{EntryId, EntryKind, LinkRole, Locale, Moment, Slug};
use griot_front::Now;
use griot_front::fresh::{Freshness, Held, Reads, Tag};
use griot_persistence::ListQuery;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::shared_view::SharedView;
use super::weight;
use crate::tags;

/// One read of the record.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Read {
    /// An entry.
    Record(SharedView, EntryId),
    /// The body of an edition.
    Body(i64),
    /// A page of a list.
    Page(SharedView, ListQuery),
    /// The length of a list.
    Count(SharedView, ListQuery),
    /// The appointments of a person.
    Posts(SharedView, EntryId),
    /// The versions of an entry in a language.
    Versions(SharedView, EntryId, Locale),
    /// Identifiers in other systems.
    ExternalIds(EntryId),
    /// The entry with a slug.
    Slug(SharedView, EntryKind, Slug),
    /// The id of the entry with a slug, in whatever language.
    SlugId(EntryKind, Slug),
    /// What an address of the site before leads to, in any of its forms.
    OldPath(Vec<String>),
    /// The notice of an entry.
    Notice(Moment, EntryId),
    /// The notice of the entry that had a slug.
    NoticeOfSlug(SharedView, EntryKind, Slug),
    /// Articles that share one of these with the article.
    Related(Moment, EntryId, i64, Vec<(LinkRole, EntryId)>),
}

impl Read {
    /// What its result depends on, beside the entries found.
    pub fn tags(&self) -> Vec<Tag> {
        match self {
            Self::Record(_, id) | Self::Versions(_, id, _) | Self::ExternalIds(id) | Self::Notice(_, id) => {
                vec![tags::entry(*id)]
            }
            // Bodies never change, and go with their entry, which whoever knows the edition has read.
            Self::Body(_) => Vec::new(),
            Self::Page(_, query) | Self::Count(_, query) => tags::list(query),
            Self::Posts(_, person) => vec![tags::linking_to(*person)],
            Self::Slug(_, kind, slug) | Self::SlugId(kind, slug) | Self::NoticeOfSlug(_, kind, slug) => {
                vec![tags::slug(*kind, slug.as_str())]
            }
            Self::OldPath(forms) => forms.iter().map(|form| tags::old_path(form)).collect(),
            Self::Related(_, _, _, targets) => targets.iter().map(|(_, target)| tags::linking_to(*target)).collect(),
        }
    }

    /// Bytes it takes beside its own size.
    fn bytes(&self) -> usize {
        match self {
            Self::Page(_, query) | Self::Count(_, query) => weight::of_query(query),
            Self::OldPath(forms) => forms.iter().map(|form| size_of::<String>() + form.len()).sum(),
            Self::Related(_, _, _, targets) => size_of_val(&**targets),
            Self::Record(..)
            | Self::Body(_)
            | Self::Posts(..)
            | Self::Versions(..)
            | Self::ExternalIds(_)
            | Self::Slug(..)
            | Self::SlugId(..)
            | Self::Notice(..)
            | Self::NoticeOfSlug(..) => 0,
        }
    }

    /// Whether it looks at the present: the past is asked for too seldom to be kept.
    fn is_now(&self) -> bool {
        match self {
            Self::Record(view, _)
            | Self::Page(view, _)
            | Self::Count(view, _)
            | Self::Posts(view, _)
            | Self::Versions(view, _, _)
            | Self::Slug(view, _, _)
            | Self::NoticeOfSlug(view, _, _) => view.moment == Moment::Now,
            Self::Notice(moment, _) | Self::Related(moment, ..) => *moment == Moment::Now,
            Self::Body(_) | Self::ExternalIds(_) | Self::SlugId(..) | Self::OldPath(_) => true,
        }
    }
}

type Value = Arc<dyn Any + Send + Sync>;

#[derive(Clone)]
struct Kept {
    value: Value,
    tags: Arc<[Tag]>,
    held: Arc<Held>,
    weight: u32,
}

#[derive(Clone)]
struct Weight;

impl Weighter<Read, Kept> for Weight {
    fn weight(&self, _: &Read, kept: &Kept) -> u64 {
        kept.weight.into()
    }
}

/// Results of reads of the public record, each kept while nothing it depends on is published anew.
pub(crate) struct Memory {
    cache: Cache<Read, Kept, Weight>,
    freshness: Arc<Freshness>,
    now: Now,
    hits: AtomicU64,
    misses: AtomicU64,
}

/// Bytes a result takes beside its own, those of a long key and its tags: the key itself and what the memory needs.
const OVERHEAD: usize = 512;

impl Memory {
    pub fn new(budget_bytes: u64, freshness: Arc<Freshness>, now: Now) -> Self {
        let items = (budget_bytes / 2_048).clamp(64, 1 << 20) as usize;
        let (hits, misses) = Default::default();
        Self { cache: Cache::with_weighter(items, budget_bytes, Weight), freshness, now, hits, misses }
    }

    /// Number of the last publication that nothing recalled is older than; `None` while nothing is recalled.
    pub fn reached(&self) -> Option<i64> {
        (!self.freshness.is_blind()).then(|| self.freshness.reached())
    }

    /// Results found since the start.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Results that were not there, or did not hold any more.
    pub fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }

    /// Bytes that the results kept take.
    pub fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    /// The result kept for a read, if it holds; what it depends on is noted.
    pub fn recall<T: Any + Send + Sync>(&self, read: &Read, reads: &Reads) -> Option<Arc<T>> {
        let kept = self.cache.get(read).filter(|kept| self.freshness.holds(&kept.held, &*self.now));
        let Some(kept) = kept.filter(|_| !self.freshness.is_blind()) else {
            self.misses.fetch_add(1, Ordering::Relaxed);
            return None;
        };
        self.hits.fetch_add(1, Ordering::Relaxed);
        reads.note(kept.tags.iter().copied());
        kept.value.downcast().ok()
    }

    /// Keeps the result of a read made for a request that notes in `reads`. It depends on `tags`, and takes about `bytes`.
    pub fn keep<T: Any + Send + Sync>(&self, read: Read, value: &Arc<T>, tags: Vec<Tag>, bytes: usize, reads: &Reads) {
        if !read.is_now() {
            return;
        }
        let held = Arc::new(reads.held_by(&tags));
        let own = OVERHEAD + read.bytes() + size_of_val(&*tags) + held.weight();
        let weight = u32::try_from(own + bytes).unwrap_or(u32::MAX);
        let value: Value = Arc::<T>::clone(value);
        self.cache.insert(read, Kept { value, tags: tags.into(), held, weight });
    }
}
