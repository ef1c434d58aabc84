//! One who listens.

use std::collections::VecDeque;
use std::sync::Arc;

use griot_persistence::Change;
use prometheus_client::metrics::gauge::Gauge;
use tokio::sync::Notify;

use super::Live;
use super::channel::{Channel, Next, Told};
use super::close::Close;
use super::figures::Figures;

/// A place in a channel.
pub(crate) struct Subscriber {
    channel: Arc<Channel>,
    /// All up to here was told.
    after: i64,
    /// What happened before the channel was entered, and is told first.
    missed: VecDeque<Change>,
    number: u64,
    count: Gauge,
}

impl Subscriber {
    /// One that is told what comes from now on.
    pub fn new(channel: Arc<Channel>, waiting: Arc<Notify>, figures: &Figures) -> Self {
        let number = channel.wake(waiting);
        let count = figures.subscriptions.clone();
        count.inc();
        Self { after: channel.upto(), channel, missed: VecDeque::new(), number, count }
    }

    /// Goes back, or forward, to a place if the channel has all that came after it.
    pub fn starts_after(&mut self, after: i64) -> bool {
        let is_kept = after >= self.after || self.channel.backlog(after).is_some();
        if is_kept {
            self.after = after;
        }
        is_kept
    }

    /// Has to be told of these first. What came after the channel was entered is told by the channel; an entry whose last
    /// change is among that is not told of before.
    pub fn missed(&mut self, changes: Vec<Change>) {
        self.missed = changes.into_iter().filter(|change| change.seq <= self.after).collect();
    }

    /// Whether it has fallen so far behind that it cannot be told what comes next.
    pub fn is_left_behind(&self) -> bool {
        self.missed.is_empty() && self.channel.backlog(self.after).is_none()
    }

    /// How many events wait for it.
    pub fn backlog(&self) -> usize {
        self.missed.len() + self.channel.backlog(self.after).unwrap_or_default()
    }

    /// What it is to be told next, if there is anything. What something was published over since is made anew: nobody is told
    /// what is not public any more.
    pub async fn next(&mut self, live: &Live) -> Result<Option<Arc<Told>>, Close> {
        while let Some(change) = self.missed.front().copied() {
            let told = Box::pin(live.make_again(&self.channel, change)).await.map_err(|_| Close::LOST)?;
            self.missed.pop_front();
            if told.body.is_some() {
                return Ok(Some(told));
            }
        }
        loop {
            let told = match self.channel.next(self.after) {
                Next::Told(told) => told,
                Next::Nothing(upto) => {
                    self.after = self.after.max(upto);
                    return Ok(None);
                }
                Next::TooFar => return Err(Close::SLOW),
                Next::Lost => return Err(Close::LOST),
            };
            self.after = told.change.seq;
            if live.sources.freshness.holds(&told.held, &*live.sources.now) {
                return Ok(Some(told));
            }
            let told = Box::pin(live.make_again(&self.channel, told.change)).await.map_err(|_| Close::LOST)?;
            if told.body.is_some() {
                return Ok(Some(told));
            }
        }
    }
}

impl Drop for Subscriber {
    fn drop(&mut self) {
        self.channel.let_sleep(self.number);
        self.count.dec();
    }
}
