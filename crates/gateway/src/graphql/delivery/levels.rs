//! The levels of one request: reads that can start together do, and the next level waits until all of them are back.

use std::sync::{Mutex, PoisonError};
use std::task::Poll;

use futures_util::future::BoxFuture;
use tokio::sync::Notify;

/// Lets reads start level by level. What fields of one level need has then been asked for before the first read of the
/// level starts, so a page runs the same number of statements however long its lists are and however fast the
/// database answers.
#[derive(Default)]
pub(crate) struct Levels {
    state: Mutex<Level>,
    changed: Notify,
}

#[derive(Default)]
struct Level {
    /// Reads under way.
    running: usize,
    /// One of them is back: later ones belong to the next level.
    is_closed: bool,
}

/// The right to read; given back on drop.
pub(crate) struct Turn<'a> {
    levels: &'a Levels,
    has_read: bool,
}

impl Levels {
    /// Waits for a level that is open.
    pub async fn enter(&self) -> Turn<'_> {
        loop {
            // Twice: fields woken by the end of the last level say what they need in the round after it.
            next_round().await;
            next_round().await;
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let may_start = self.lock(|level| {
                level.running += usize::from(!level.is_closed);
                !level.is_closed
            });
            if may_start {
                return Turn { levels: self, has_read: true };
            }
            changed.await;
        }
    }

    /// Runs one read in its turn. It stands on the heap: a read of the database takes kilobytes, and whatever awaits it would
    /// take as much, in every field of an answer, whether it comes to a read or not.
    pub fn read<'a, F>(&'a self, read: impl FnOnce() -> F + Send + 'a) -> BoxFuture<'a, F::Output>
    where
        F: Future + Send + 'a,
    {
        Box::pin(async move {
            let _turn = self.enter().await;
            read().await
        })
    }

    fn lock<T>(&self, act: impl FnOnce(&mut Level) -> T) -> T {
        act(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Lets the other fields of the request have their turn. The task runs on as soon as it may: the runtime's own yielding asks
/// the system for news first, which takes longer than a read.
async fn next_round() {
    let mut is_later = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut is_later, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}

impl Turn<'_> {
    /// Gives the right back unused: somebody else reads for us.
    pub fn waive(mut self) {
        self.has_read = false;
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let has_read = self.has_read;
        self.levels.lock(|level| {
            level.running -= 1;
            level.is_closed = level.running > 0 && (level.is_closed || has_read);
        });
        self.levels.changed.notify_waiters();
    }
}
