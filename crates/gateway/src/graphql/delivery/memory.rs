//! What was read of the record, kept for the requests after.

use std::any::Any;
use std::ops::RangeInclusive;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use bytes::Bytes;
use chrono::{DateTime, NaiveDate, Utc};
use griot_domain::{EntryId, EntryKind, LinkRole, Locale, Moment, Slug};
use griot_front::fresh::{Freshness, Held, Reads, Tag};
use griot_front::parts::{self, PartReads};
use griot_front::{Now, Selected};
use griot_persistence::ListQuery;
use quick_cache::Weighter;
use quick_cache::sync::Cache;

use super::shared_view::SharedView;
use super::weight;
use crate::tags;

/// One read of the record, or what was made of several.
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
    /// What an entry answers to a selection.
    Part(PartKey),
}

/// A part of answers.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct PartKey {
    pub view: SharedView,
    pub entry: EntryId,
    /// When the state seen became public.
    pub updated_at: DateTime<Utc>,
    /// When people are named, where that is not told by the entry.
    pub day: Option<NaiveDate>,
    pub selected: Selected,
}

impl Read {
    /// What its result depends on, beside the entries found.
    pub fn tags(&self) -> Vec<Tag> {
        match self {
            Self::Record(_, id)
            | Self::Versions(_, id, _)
            | Self::ExternalIds(id)
            | Self::Notice(_, id)
            | Self::Part(PartKey { entry: id, .. }) => vec![tags::entry(*id)],
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
            | Self::NoticeOfSlug(..)
            | Self::Part(..) => 0,
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
            | Self::NoticeOfSlug(view, _, _)
            | Self::Part(PartKey { view, .. }) => view.moment == Moment::Now,
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
    reads: Counted,
    parts: Counted,
}

/// How often something was looked for since the start.
#[derive(Debug, Default)]
pub(crate) struct Counted {
    hits: AtomicU64,
    misses: AtomicU64,
}

impl Counted {
    fn count(&self, is_hit: bool) {
        let counter = if is_hit { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
    }

    /// Found.
    pub fn hits(&self) -> u64 {
        self.hits.load(Ordering::Relaxed)
    }

    /// Not there, or not to be trusted any more.
    pub fn misses(&self) -> u64 {
        self.misses.load(Ordering::Relaxed)
    }
}

/// How long parts are that are kept: shorter ones are made as fast as found, and longer ones would drive out all others.
const PART_BYTES: RangeInclusive<usize> = 64..=1 << 20;
/// Bytes a result takes beside its own, those of a long key and its tags: the key itself and what the memory needs.
const OVERHEAD: usize = 512;

impl Memory {
    pub fn new(budget_bytes: u64, freshness: Arc<Freshness>, now: Now) -> Self {
        let items = (budget_bytes / 2_048).clamp(64, 1 << 20) as usize;
        let (reads, parts) = Default::default();
        Self { cache: Cache::with_weighter(items, budget_bytes, Weight), freshness, now, reads, parts }
    }

    /// Number of the last publication that nothing recalled is older than; `None` while nothing is recalled.
    pub fn reached(&self) -> Option<i64> {
        (!self.freshness.is_blind()).then(|| self.freshness.reached())
    }

    /// Reads of the record looked for.
    pub fn reads(&self) -> &Counted {
        &self.reads
    }

    /// Parts of answers looked for.
    pub fn parts(&self) -> &Counted {
        &self.parts
    }

    /// Bytes that the results kept take.
    pub fn bytes(&self) -> u64 {
        self.cache.weight()
    }

    /// The result kept for a read, if it holds; what it depends on is noted.
    pub fn recall<T: Any + Send + Sync>(&self, read: &Read, reads: &Reads) -> Option<Arc<T>> {
        let kept = self.cache.get(read).filter(|kept| self.freshness.holds(&kept.held, &*self.now));
        let kept = kept.filter(|_| !self.freshness.is_blind());
        let counted = if matches!(read, Read::Part(..)) { &self.parts } else { &self.reads };
        counted.count(kept.is_some());
        let Some(kept) = kept else {
            parts::leave_alone();
            return None;
        };
        reads.note(kept.tags.iter().copied());
        if let Some(until) = kept.held.until() {
            reads.note_until(until);
        }
        kept.value.downcast().ok()
    }

    /// Keeps the result of a read made for a request that notes in `reads`. It depends on `tags`, and takes about `bytes`.
    pub fn keep<T: Any + Send + Sync>(&self, read: Read, value: &Arc<T>, tags: Vec<Tag>, bytes: usize, reads: &Reads) {
        let held = reads.held_by(&tags, None);
        self.put(read, Arc::<T>::clone(value), bytes, (tags, held));
    }

    /// Keeps what was made of kept results alone, unless it is hardly worth its key or of no common length.
    pub fn keep_part(&self, part: PartKey, json: &Bytes, noted: PartReads, reads: &Reads) {
        if !PART_BYTES.contains(&json.len()) {
            return;
        }
        let read = Read::Part(part);
        let PartReads { mut tags, until, .. } = noted;
        tags.extend(read.tags());
        tags.sort_unstable();
        tags.dedup();
        let held = reads.held_by(&tags, until);
        // Without the room it was written in.
        self.put(read, Arc::new(Bytes::copy_from_slice(json)), json.len(), (tags, held));
    }

    /// Nothing takes the place of what is newer than it.
    fn put(&self, read: Read, value: Value, bytes: usize, (tags, held): (Vec<Tag>, Held)) {
        if !read.is_now() || !self.freshness.holds(&held, &*self.now) {
            return;
        }
        let own = OVERHEAD + read.bytes() + size_of_val(&*tags) + held.weight();
        let weight = u32::try_from(own + bytes).unwrap_or(u32::MAX);
        self.cache.insert(read, Kept { value, tags: tags.into(), held: Arc::new(held), weight });
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use chrono::TimeDelta;
    use griot_domain::{LocaleChain, View};

    use super::*;

    const TEXT: &str =
        "\"long enough to be worth its key, as a list of names or an object of a page is: about a hundred bytes\"";

    fn key() -> PartKey {
        let view = View { moment: Moment::Now, locales: LocaleChain { locales: Vec::new(), or_any: true } };
        let entry = "00000000-0000-4000-8000-000000000001".parse().unwrap();
        let (updated_at, selected) = (DateTime::UNIX_EPOCH, Selected::default());
        PartKey { view: view.into(), entry, updated_at, day: None, selected }
    }

    #[test]
    fn a_part_ends_with_its_entry_with_what_was_noted_and_at_its_time() {
        let (start, freshness) = (DateTime::UNIX_EPOCH, Arc::<Freshness>::default());
        let clock = Arc::new(Mutex::new(start));
        let now: Now = {
            let clock = Arc::clone(&clock);
            Arc::new(move || *clock.lock().unwrap())
        };
        let memory = Memory::new(1 << 20, Arc::clone(&freshness), now);
        let (part, end) = (Read::Part(key()), start + TimeDelta::seconds(9));
        let keep = |reads: &Reads| {
            let mut noted = PartReads::default();
            (noted.tags, noted.until) = (vec![Tag::named("t", "named")], Some(end));
            memory.keep_part(key(), &Bytes::from_static(TEXT.as_bytes()), noted, reads);
        };
        let is_kept = || memory.recall::<Bytes>(&part, &freshness.reads()).is_some();
        for tag in [Tag::named("t", "named"), tags::entry(key().entry)] {
            let late = freshness.reads();
            keep(&freshness.reads());
            let reads = freshness.reads();
            assert_eq!(memory.recall::<Bytes>(&part, &reads).unwrap().as_ref(), TEXT.as_bytes());
            assert_eq!(
                (reads.tags().len(), reads.held().until()),
                (2, Some(end)),
                "whoever recalls it depends on as much"
            );
            freshness.touch([&tag]);
            assert!(!is_kept(), "{tag}");
            // What was begun before is not kept after.
            keep(&late);
            assert!(!is_kept(), "{tag}");
        }
        keep(&freshness.reads());
        assert!(is_kept());
        *clock.lock().unwrap() = end;
        assert!(!is_kept());
    }
}
