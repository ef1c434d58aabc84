//! The search of one process: its index, kept in step with the journal.

use std::path::PathBuf;
use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, Instant};

use griot_domain::{EntryId, EntryKind, micros};
use griot_persistence::{Change, PublishedStore};
use tokio::sync::{Mutex, Notify, Semaphore};
use tokio::task::spawn_blocking;
use tokio::time::{sleep, timeout};

use crate::ask::{Ask, Found};
use crate::error::SearchError;
use crate::feed::Fed;
use crate::figures::Figures;
use crate::find::find;
use crate::index::{Index, Reach};
use crate::slot::Slot;

/// Entries taken in at a time.
const PAGE: u64 = 200;
/// Publications after which an index under way is made visible.
const SHOWN_EVERY: i64 = 5_000;
/// How long a search waits for publications that the index has not taken in.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long an index that cannot be kept is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// Searches at a time: who asks and goes leaves no more of them behind.
static TURNS: Semaphore = Semaphore::const_new(4);

/// Finds what is public. It opens its index with the first use, and makes it anew where there is none that can be trusted.
pub struct Search {
    store: PublishedStore,
    dir: PathBuf,
    kept: Mutex<Kept>,
    /// What is searched, with how far it goes.
    shown: RwLock<Option<(Arc<Index>, Reach)>>,
    nudged: Notify,
    figures: Figures,
}

#[derive(Default)]
struct Kept {
    slot: Option<Arc<Slot>>,
    open: Option<Open>,
    /// The files are not to be trusted.
    is_spoilt: bool,
    /// An index that may still be writing.
    given_up: Option<Arc<Index>>,
}

struct Open {
    index: Arc<Index>,
    reach: Reach,
    /// Publications taken in since they were last made visible.
    unseen: i64,
    /// When it was begun, while it is being made.
    begun: Instant,
}

/// How far an index under way is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The last publication taken in.
    pub seq: i64,
    /// The last one there is.
    pub last: i64,
}

impl Search {
    /// A search over `store` that keeps its index in a folder below `dir`, shared with no other process.
    pub fn new(store: PublishedStore, dir: PathBuf) -> Arc<Self> {
        let (kept, shown, nudged, figures) = Default::default();
        Arc::new(Self { store, dir, kept, shown, nudged, figures })
    }

    #[allow(missing_docs)]
    pub fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Says that something was published.
    pub fn nudge(&self) {
        self.nudged.notify_one();
    }

    /// Keeps the index in step for as long as it is polled: after each [nudge](Self::nudge), and twice a second.
    pub async fn run(&self) {
        loop {
            self.heed().await;
            match self.follow(&mut |_| {}).await {
                Ok(()) => {
                    if let Err(error) = self.purge().await {
                        tracing::warn!(error = &error as &dyn std::error::Error, "killed words are still in the index");
                    }
                    timeout(PAUSE / 2, self.nudged.notified()).await.ok();
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the search index is not kept in step");
                    sleep(PAUSE).await;
                }
            }
        }
    }

    /// Begins anew where somebody asked for it.
    async fn heed(&self) {
        let mut kept = self.kept.lock().await;
        if kept.slot.as_ref().is_some_and(|slot| slot.is_asked()) {
            tracing::info!("the search index is made anew, as asked");
            self.spoil(&mut kept);
        }
    }

    /// Takes in what was published before the call, unless that takes longer than a reader waits.
    pub async fn catch_up(self: &Arc<Self>) {
        let patience = self.patience();
        if patience.is_zero() {
            return;
        }
        let this = Arc::clone(self);
        // Whoever stops waiting does not stop the work, which others wait for.
        let followed = tokio::spawn(async move { this.follow(&mut |_| {}).await });
        match timeout(patience, followed).await {
            Ok(Ok(Ok(()))) => {}
            Ok(Ok(Err(error))) => tracing::warn!(error = &error as &dyn std::error::Error, "the search index lags"),
            Ok(Err(error)) => tracing::error!(error = &error as &dyn std::error::Error, "the search index lags"),
            Err(_) => tracing::debug!("the search index takes longer"),
        }
    }

    /// Takes in all that was published, and tells how far it is.
    pub async fn follow(&self, told: &mut (dyn FnMut(Progress) + Send)) -> Result<(), SearchError> {
        let mut kept = self.kept.lock().await;
        let followed = self.advance(&mut kept, told).await;
        if let Err(error) = &followed
            && !matches!(error, SearchError::Store(_) | SearchError::NoPlace(_))
        {
            // The next one begins with an empty index: the record has everything.
            self.spoil(&mut kept);
        }
        followed
    }

    /// Makes the index anew, and tells how far it is. Where other processes keep an index in the same folder, they are
    /// asked to do so instead; returns how many were.
    pub async fn rebuild(&self, told: &mut (dyn FnMut(Progress) + Send)) -> Result<usize, SearchError> {
        let dir = self.dir.clone();
        let asked = spawn_blocking(move || Slot::ask_for_new(&dir)).await??;
        if asked == 0 {
            self.follow(told).await?;
        }
        Ok(asked)
    }

    /// What is found. Everything published before the call is taken into account, or the answer says that it is not
    /// complete.
    pub async fn find(self: &Arc<Self>, ask: Ask) -> Result<Found, SearchError> {
        let begun = Instant::now();
        let last = self.store.last_seq().await?;
        self.figures.note_published(last);
        if !self.shown().is_some_and(|(_, reach)| reach.is_whole && reach.seq >= last) {
            self.catch_up().await;
        }
        let Some((index, reach)) = self.shown() else {
            return Ok(Found::default());
        };
        let turn = TURNS.acquire().await;
        let find = move || {
            let _turn = turn;
            find(&ask, index.searcher(), &index.fields, &index.unpacked)
        };
        let found = spawn_blocking(find).await;
        self.figures.note_query(begun.elapsed());
        match found {
            Ok(Ok(found)) => Ok(Found { is_complete: reach.is_whole && reach.seq >= last, ..found }),
            Ok(Err(error)) => self.give_up(error.into()).await,
            Err(error) => self.give_up(error.into()).await,
        }
    }

    /// An index that cannot be read is made anew, and the reader gets what there is.
    async fn give_up(&self, error: SearchError) -> Result<Found, SearchError> {
        tracing::error!(error = &error as &dyn std::error::Error, "the search index is made anew");
        self.spoil(&mut *self.kept.lock().await);
        self.nudge();
        Ok(Found::default())
    }

    fn spoil(&self, kept: &mut Kept) {
        if let Some(open) = kept.open.take() {
            kept.given_up = Some(open.index);
        }
        kept.is_spoilt = true;
        self.show(None);
    }

    fn shown(&self) -> Option<(Arc<Index>, Reach)> {
        self.shown.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn show(&self, shown: Option<(Arc<Index>, Reach)>) {
        if let Some((index, reach)) = &shown {
            self.figures.note_index(reach.seq, index.searcher().num_docs());
        }
        *self.shown.write().unwrap_or_else(PoisonError::into_inner) = shown;
    }

    /// How long to wait for the index: what is being made for longer than that will take its time.
    fn patience(&self) -> Duration {
        match self.kept.try_lock() {
            Ok(kept) => match &kept.open {
                Some(open) if !open.reach.is_whole => PATIENCE.saturating_sub(open.begun.elapsed()),
                _ => PATIENCE,
            },
            Err(_) => match self.shown() {
                Some((_, reach)) if !reach.is_whole => Duration::ZERO,
                _ => PATIENCE,
            },
        }
    }

    async fn advance(&self, kept: &mut Kept, told: &mut (dyn FnMut(Progress) + Send)) -> Result<(), SearchError> {
        let last = self.store.last_seq().await?;
        self.figures.note_published(last);
        if kept.open.is_none() {
            let open = self.open(kept).await?;
            self.show(Some((Arc::clone(&open.index), open.reach)));
            kept.open = Some(open);
        }
        let Some(open) = &mut kept.open else { return Ok(()) };
        if open.reach.is_whole && open.reach.seq == last {
            return Ok(());
        }
        if open.reach.seq > last {
            // A journal that got shorter is another one: the record was replaced under us.
            self.spoil(kept);
            return Box::pin(self.advance(kept, told)).await;
        }
        loop {
            let changes = self.store.changes_after(open.reach.seq, &[], PAGE).await?;
            let Some(end) = changes.last() else { break };
            let holders = self.holders(open, &changes).await?;
            let fed = Fed::read(&self.store, &changes, holders).await?;
            open.reach.holds_killed |= fed.is_killed && open.reach.is_whole;
            open.unseen += end.seq - open.reach.seq;
            let index = Arc::clone(&open.index);
            spawn_blocking(move || index.take_in(fed.batch(&index))).await??;
            (open.reach.seq, open.reach.at) = (end.seq, micros(end.at));
            told(Progress { seq: end.seq, last: last.max(end.seq) });
            if open.unseen >= SHOWN_EVERY {
                self.commit(open).await?;
            }
            if changes.len() < PAGE as usize {
                break;
            }
        }
        if !open.reach.is_whole || open.unseen > 0 {
            let was_whole = std::mem::replace(&mut open.reach.is_whole, true);
            self.commit(open).await?;
            if !was_whole {
                open.index.rest();
            }
        }
        Ok(())
    }

    /// Those who, as far as the index knows, held a post that is among the changes.
    async fn holders(&self, open: &mut Open, changes: &[Change]) -> Result<Vec<EntryId>, SearchError> {
        let posts: Vec<EntryId> =
            changes.iter().filter(|change| change.kind == EntryKind::Appointment).map(|change| change.id).collect();
        if posts.is_empty() {
            return Ok(Vec::new());
        }
        if open.unseen > 0 {
            // It knows only what it shows.
            self.commit(open).await?;
        }
        let index = Arc::clone(&open.index);
        let found = spawn_blocking(move || {
            posts.into_iter().map(|post| index.made_from(post)).collect::<Result<Vec<_>, SearchError>>()
        });
        Ok(found.await??.concat())
    }

    async fn commit(&self, open: &mut Open) -> Result<(), SearchError> {
        let (index, reach) = (Arc::clone(&open.index), open.reach);
        spawn_blocking(move || index.commit(reach)).await??;
        open.unseen = 0;
        self.show(Some((Arc::clone(&open.index), reach)));
        Ok(())
    }

    /// Opens the index that is there, or begins one.
    async fn open(&self, kept: &mut Kept) -> Result<Open, SearchError> {
        let slot = match &kept.slot {
            Some(slot) => Arc::clone(slot),
            None => {
                let dir = self.dir.clone();
                Arc::clone(kept.slot.insert(Arc::new(spawn_blocking(move || Slot::take(&dir)).await??)))
            }
        };
        if !kept.is_spoilt && slot.index().exists() {
            let of = Arc::clone(&slot);
            match spawn_blocking(move || Index::open(&of)).await {
                Ok(Ok((index, reach))) if self.is_of_record(reach).await? => {
                    return Ok(Open { index: Arc::new(index), reach, unseen: 0, begun: Instant::now() });
                }
                Ok(Ok(_)) => tracing::warn!("the search index is of another record: it is made anew"),
                Ok(Err(error)) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the search index is made anew");
                }
                Err(error) => {
                    tracing::warn!(error = &error as &dyn std::error::Error, "the search index is made anew");
                }
            }
        }
        let given_up = kept.given_up.take();
        let create = move || {
            if let Some(old) = given_up {
                old.retire();
            }
            Index::create(&slot)
        };
        let index = spawn_blocking(create).await??;
        kept.is_spoilt = false;
        self.figures.note_rebuild();
        Ok(Open { index: Arc::new(index), reach: Reach::NOTHING, unseen: 0, begun: Instant::now() })
    }

    /// Whether the last publication an index has is one of this record.
    async fn is_of_record(&self, reach: Reach) -> Result<bool, SearchError> {
        Ok(match reach.seq {
            0 => true,
            seq => self.store.published_at(seq).await?.map(micros) == Some(reach.at),
        })
    }

    /// Takes the words of killed texts out of the files.
    async fn purge(&self) -> Result<(), SearchError> {
        let Some((index, reach)) = self.shown() else { return Ok(()) };
        if !reach.holds_killed || !reach.is_whole {
            return Ok(());
        }
        spawn_blocking(move || index.purge()).await??;
        let mut kept = self.kept.lock().await;
        let Some(open) = &mut kept.open else { return Ok(()) };
        // What was killed meanwhile is still there.
        if open.reach == reach {
            open.reach.holds_killed = false;
            self.commit(open).await?;
        }
        Ok(())
    }
}
