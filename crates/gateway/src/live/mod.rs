//! Subscriptions: what is published is told as it happens, by WebSocket and as event streams.
//!
//! The tail of the journal [feeds](Feed) the process. All who listen to the same thing share a [`Channel`], which makes
//! what they are told of a publication once; each [`Subscriber`] has a place in it. Nothing waits for a subscriber: one
//! that does not take what it is told is cut off, and goes on later from the cursor it has.

mod channel;
mod close;
mod entrance;
mod feed;
mod figures;
mod message;
mod options;
mod socket;
mod stream;
mod subscriber;

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use bytes::Bytes;
use griot_front::fresh::Freshness;
use griot_front::{Front, Listen, Now, OperationMode, Peers, Unanswered, code};
use griot_persistence::{Change, PublishedStore};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use serde_json::json;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::sync::{Notify, Semaphore};
use tokio::time::timeout;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

pub(crate) use self::entrance::{Entered, entrance};
pub(crate) use self::feed::Feed;
pub(crate) use self::figures::Figures;
pub use self::options::LiveOptions;

use self::channel::{Channel, Channels, Told};
use self::feed::Heard;
use self::subscriber::Subscriber;
use crate::audience::Audiences;
use crate::graphql::delivery::{Begun, DeliverySchema, Loads, Occasion};
use crate::tail::Tail;

/// The argument that says where a subscriber begins.
const BEGINS_BY: &str = "after";
/// Times something is tried to be made before all who wait for it are sent away.
const TRIES: u32 = 3;
/// How long a store that failed is left alone.
const PAUSE: Duration = Duration::from_secs(1);
/// Bytes of what was made for subscribers that came back, so that what many missed is made once.
const MISSED_BYTES: u64 = 8 << 20;

/// What a channel told of a publication.
type Place = (Arc<str>, i64);

#[derive(Clone)]
struct Weight;

impl Weighter<Place, Arc<Told>> for Weight {
    fn weight(&self, _: &Place, told: &Arc<Told>) -> u64 {
        (256 + told.held.weight() + told.body.as_ref().map_or(0, Bytes::len)) as u64
    }
}

/// What subscriptions are served from.
pub(crate) struct Sources {
    pub front: Arc<Front<DeliverySchema>>,
    pub audiences: Arc<Audiences>,
    /// What is public, and nothing else.
    pub store: PublishedStore,
    pub feed: Arc<Feed>,
    pub tail: Arc<Tail>,
    pub freshness: Arc<Freshness>,
    pub now: Now,
}

/// Serves subscriptions.
pub struct Live {
    options: LiveOptions,
    sources: Sources,
    channels: Arc<Channels>,
    missed: Cache<Place, Arc<Told>, Weight>,
    /// What is made at once; readers have the machine too.
    making: Semaphore,
    connections: Arc<Semaphore>,
    addresses: Peers,
    figures: Figures,
    stop: CancellationToken,
    sockets: TaskTracker,
}

impl Live {
    pub(crate) fn new(options: LiveOptions, sources: Sources) -> Arc<Self> {
        let at_once = std::thread::available_parallelism().map_or(1, usize::from);
        let channels = Arc::<Channels>::default();
        Arc::new(Self {
            missed: Cache::with_weighter(1_024, MISSED_BYTES, Weight),
            making: Semaphore::new(at_once),
            connections: Arc::new(Semaphore::new(options.connections.min(Semaphore::MAX_PERMITS))),
            addresses: Peers::new(options.connections_per_address),
            figures: Figures::new(Arc::clone(&channels)),
            channels,
            stop: CancellationToken::new(),
            sockets: TaskTracker::new(),
            options,
            sources,
        })
    }

    /// Counts of what is served.
    pub(crate) fn figures(&self) -> &Figures {
        &self.figures
    }

    /// Sends all who listen away, and lets nobody in any more.
    pub fn stop(&self) {
        self.stop.cancel();
        self.sockets.close();
    }

    /// Waits until all are gone, once they were sent away; not for long for those who do not read.
    pub async fn stopped(&self) {
        let _ = timeout(socket::GRACE + PAUSE, self.sockets.wait()).await;
    }

    /// A subscriber to what a message asks for. `waiting` is notified when there is something for it. An error is the
    /// JSON of the list `errors`.
    async fn subscribe(
        self: &Arc<Self>,
        given: serde_json::Map<String, serde_json::Value>,
        mode: OperationMode,
        waiting: &Arc<Notify>,
    ) -> Result<Subscriber, Bytes> {
        let listen = self.sources.front.listen(given, mode, BEGINS_BY);
        let listen = listen.map_err(|refusal| serde_json::to_vec(refusal.problems()).unwrap_or_default())?;
        self.begin(listen, None, waiting).await
    }

    /// A subscriber to what was checked; `resume` is a cursor that goes before the one asked for.
    async fn begin(
        self: &Arc<Self>,
        listen: Listen,
        resume: Option<String>,
        waiting: &Arc<Notify>,
    ) -> Result<Subscriber, Bytes> {
        let Sources { front, audiences, feed, tail, store, .. } = &self.sources;
        if feed.listen().is_none() {
            tail.catch_up().await;
        }
        let begun = Arc::<OnceLock<Begun>>::default();
        let occasion = Occasion::Begin { resume, begun: Arc::clone(&begun) };
        let loads = Loads::new(Arc::clone(&audiences.public), None);
        front.begin(&listen, |request| request.data(loads).data(occasion)).await?;
        let away = || errors(code::INTERNAL, "publications are not heard of at present: try again later");
        let Some(Begun { after, kinds }) = begun.get() else { return Err(away()) };
        let Some((heard, seq)) = feed.listen() else { return Err(away()) };
        let LiveOptions { queue, operations, replay, .. } = self.options;
        let Some((channel, is_new)) = self.channels.open(listen, kinds.clone(), seq, queue, operations) else {
            let message = format!("{operations} different subscriptions are served already: try again later");
            return Err(errors(code::THROTTLED, &message));
        };
        if is_new {
            let follower = tokio::spawn(follow(Arc::clone(self), Arc::downgrade(&channel), heard));
            channel.is_fed_by(follower.abort_handle());
        }
        let mut subscriber = Subscriber::new(channel, Arc::clone(waiting), &self.figures);
        let Some(after) = *after else { return Ok(subscriber) };
        if !subscriber.starts_after(after) {
            let found = store.changes_after(after, kinds, replay as u64 + 1).await.map_err(|error| {
                tracing::error!(error = &error as &dyn std::error::Error, "what a subscriber missed cannot be read");
                away()
            })?;
            if found.len() > replay {
                let message = format!(
                    "`after`: more than {replay} entries changed since: catch up with `changes`, and begin with its \
                     `nextCursor`"
                );
                return Err(errors(code::BAD_USER_INPUT, &message));
            }
            subscriber.missed(found);
        }
        Ok(subscriber)
    }

    /// Makes what a channel tells of a change. It is read after the change is seen by all readers.
    async fn make(&self, channel: &Channel, change: Change) -> Result<Arc<Told>, Unanswered> {
        let Sources { front, audiences, freshness, .. } = &self.sources;
        let _turn = self.making.acquire().await.map_err(|_| Unanswered)?;
        let reads = Arc::new(freshness.reads());
        let loads = Loads::new(Arc::clone(&audiences.public), Some(Arc::clone(&reads)));
        let occasion = Occasion::Event(change);
        let body =
            front.tell(&channel.listen, self.options.event_bytes, |request| request.data(loads).data(occasion)).await?;
        self.figures.made.inc();
        Ok(Arc::new(Told { change, body, held: reads.held() }))
    }

    /// What a channel tells now of a change that lies behind.
    async fn make_again(&self, channel: &Channel, change: Change) -> Result<Arc<Told>, Unanswered> {
        let Sources { freshness, now, .. } = &self.sources;
        let place = (Arc::clone(channel.listen.name()), change.seq);
        let known = || self.missed.get(&place).filter(|told| freshness.holds(&told.held, &**now));
        if let Some(told) = known() {
            return Ok(told);
        }
        let _turn = channel.making.lock().await;
        if let Some(told) = known() {
            return Ok(told);
        }
        let told = self.make(channel, change).await?;
        self.missed.insert(place, Arc::clone(&told));
        Ok(told)
    }
}

/// Feeds a channel for as long as somebody listens.
async fn follow(live: Arc<Live>, channel: std::sync::Weak<Channel>, mut heard: Receiver<Heard>) {
    loop {
        let step = heard.recv().await;
        let Some(channel) = channel.upgrade() else { return };
        let changes = match step {
            Ok(Heard::Changes(changes)) => changes,
            Err(RecvError::Closed) => return,
            Ok(Heard::Leap) | Err(RecvError::Lagged(_)) => return channel.lose(),
        };
        for change in changes.iter() {
            let told = if channel.is_meant(change) { tell(&live, &channel, *change).await } else { Ok(None) };
            match told {
                Ok(told) => channel.go_on(change.seq, told),
                Err(Unanswered) => return channel.lose(),
            }
        }
    }
}

/// What a channel tells of a change, `None` when it is none of theirs. A store that fails is asked again.
async fn tell(live: &Live, channel: &Channel, change: Change) -> Result<Option<Arc<Told>>, Unanswered> {
    let mut tries = 1;
    loop {
        match live.make(channel, change).await {
            Ok(told) => return Ok(told.body.is_some().then_some(told)),
            Err(Unanswered) if tries < TRIES => tries += 1,
            Err(Unanswered) => return Err(Unanswered),
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// A list `errors` of one, in JSON.
fn errors(code: &'static str, message: &str) -> Bytes {
    json!([{ "message": message, "extensions": { "code": code } }]).to_string().into()
}
