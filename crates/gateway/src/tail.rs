//! Hears of publications and ends what they make wrong.

use std::sync::Arc;
use std::time::Duration;

use griot_domain::Clock;
use griot_front::fresh::{Freshness, Tag};
use griot_persistence::{Bell, Change, PublishedStore, StoreError, Touched};
use griot_search::Search;
use prometheus_client::metrics::histogram::Histogram;
use tokio::sync::{Mutex, Notify, watch};
use tokio::time::{Instant, MissedTickBehavior, interval, timeout};

use crate::live::Feed;
use crate::metrics::lags;
use crate::tags;

/// How often the journal is looked at when nothing else tells of a publication.
const LOOK_EVERY: Duration = Duration::from_millis(100);
/// How long the journal may be out of reach before nothing kept is trusted.
const BLIND_AFTER: Duration = Duration::from_secs(5);
/// How long one look may take at least, however long the journal has been out of reach.
const LOOK_FOR: Duration = Duration::from_secs(1);
/// Publications read at a time.
const PAGE: u64 = 500;
/// Publications after which it is cheaper to end everything than to ask what each of them changed.
const MOST: i64 = 5_000;

/// Follows the journal of the published store. Until it has looked for the first time, nothing kept is trusted.
pub struct Tail {
    store: PublishedStore,
    freshness: Arc<Freshness>,
    /// Takes in what is published.
    search: Option<Arc<Search>>,
    /// Who is told of publications, after the caches.
    feed: Arc<Feed>,
    followed: Mutex<Followed>,
    /// The last publication dealt with, for whoever watches; `None` before the first look.
    heard: watch::Sender<Option<i64>>,
    /// Seconds from publications to their being dealt with.
    lags: Histogram,
    clock: Arc<dyn Clock>,
}

/// Who hears of publications from the tail.
pub(crate) struct Listeners {
    pub freshness: Arc<Freshness>,
    pub search: Option<Arc<Search>>,
    pub feed: Arc<Feed>,
}

struct Followed {
    /// The last publication dealt with.
    seq: Option<i64>,
    /// When the journal was reached last.
    reached: Instant,
}

impl Tail {
    pub(crate) fn new(store: PublishedStore, listeners: Listeners, clock: Arc<dyn Clock>) -> Self {
        let Listeners { freshness, search, feed } = listeners;
        freshness.set_blind(true);
        Self {
            store,
            freshness,
            search,
            feed,
            followed: Mutex::new(Followed { seq: None, reached: Instant::now() }),
            heard: watch::Sender::new(None),
            lags: lags(),
            clock,
        }
    }

    /// Number of the last publication dealt with; 0 before the first look.
    pub fn heard(&self) -> i64 {
        self.heard.borrow().unwrap_or_default()
    }

    /// The same for whoever goes by it: nothing kept here depends on a publication up to that number any more.
    pub(crate) fn hear(&self) -> watch::Receiver<Option<i64>> {
        self.heard.subscribe()
    }

    /// How late publications were heard of, for whoever watches.
    pub(crate) fn lags(&self) -> Histogram {
        self.lags.clone()
    }

    /// Looks at the journal for as long as it is polled: every tenth of a second, and when the bell rings.
    pub async fn follow(&self, mut bell: Bell) {
        let rung = Notify::new();
        let listen = async {
            loop {
                bell.rings().await;
                rung.notify_one();
            }
        };
        let look = async {
            let mut ticks = interval(LOOK_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            loop {
                tokio::select! {
                    _ = ticks.tick() => {}
                    () = rung.notified() => {}
                }
                self.look(BLIND_AFTER).await;
            }
        };
        tokio::join!(listen, look);
    }

    /// Ends what the publications up to now have made wrong. When it returns, what was published before the call is dealt
    /// with, or nothing kept is trusted any more.
    pub async fn catch_up(&self) {
        let indexed = async {
            if let Some(search) = &self.search {
                search.catch_up().await;
            }
        };
        tokio::join!(self.look(Duration::ZERO), indexed);
    }

    /// Looks at the journal. Where it is out of reach for longer than `patience`, nothing kept is trusted until it is
    /// back.
    async fn look(&self, patience: Duration) {
        let mut followed = self.followed.lock().await;
        // A database that neither answers nor fails is out of reach too.
        let patience_left = BLIND_AFTER.saturating_sub(followed.reached.elapsed()).max(LOOK_FOR);
        let advanced = timeout(patience_left, self.advance(&mut followed)).await;
        let is_news = self.heard.send_if_modified(|heard| std::mem::replace(heard, followed.seq) != followed.seq);
        if let Some(search) = self.search.as_ref().filter(|_| is_news) {
            search.nudge();
        }
        match advanced {
            Ok(Ok(())) => {
                followed.reached = Instant::now();
                if self.freshness.is_blind() {
                    tracing::info!("the journal is followed: answers are kept");
                    self.freshness.set_blind(false);
                }
            }
            Ok(Err(error)) => self.lose(followed.reached, patience, &error),
            Err(elapsed) => self.lose(followed.reached, patience, &elapsed),
        }
    }

    fn lose(&self, reached: Instant, patience: Duration, error: &(dyn std::error::Error + 'static)) {
        if !self.freshness.is_blind() && reached.elapsed() >= patience {
            tracing::error!(error, "the journal is out of reach: answers are made anew");
            self.freshness.set_blind(true);
        }
    }

    async fn advance(&self, followed: &mut Followed) -> Result<(), StoreError> {
        let last = self.store.last_seq().await?;
        let Some(mut seq) = followed.seq else {
            self.freshness.touch_all();
            self.freshness.reach(last);
            self.feed.leap(last);
            followed.seq = Some(last);
            return Ok(());
        };
        if last == seq {
            return Ok(());
        }
        // A journal that got shorter is another one: the record was replaced under us.
        if last < seq || last - seq > MOST {
            self.freshness.touch_all();
            self.freshness.reach(last);
            self.feed.leap(last);
            followed.seq = Some(last);
            return Ok(());
        }
        while seq < last {
            let page = self.store.touched_after(seq, PAGE).await?;
            let Some(end) = page.last() else { break };
            seq = end.seq;
            if page.iter().any(|touched| touched.is_killed) {
                self.freshness.touch_all();
            } else {
                let tags: Vec<Tag> = page.iter().flat_map(tags::touched_by).collect();
                self.freshness.touch(&tags);
            }
            self.freshness.reach(seq);
            let change = |touched: &Touched| {
                let Touched { seq, at, id, kind, .. } = *touched;
                Change { seq, at, id, kind }
            };
            self.feed.tell(page.iter().map(change).collect());
            followed.seq = Some(seq);
            let lag = (self.clock.now() - end.at).to_std().unwrap_or_default();
            self.lags.observe(lag.as_secs_f64());
        }
        Ok(())
    }
}
