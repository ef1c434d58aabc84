//! How many attempts there are at once, and which wait for which.

use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Attempts at endpoints that work, in their first half second.
const FIRST: usize = 128;
/// Kills, in their first half second.
const KILLS: usize = 64;
/// Attempts that take longer, and all at endpoints that fail.
const SLOW: usize = 512;
/// After that an attempt is slow.
const PROMPT: Duration = Duration::from_millis(500);

/// Room for attempts. Who is slow or fails has a room of its own, so that whoever is neither finds a place.
#[derive(Clone, Debug)]
pub(crate) struct Slots {
    first: Arc<Semaphore>,
    kills: Arc<Semaphore>,
    slow: Arc<Semaphore>,
}

/// Which room an attempt begins in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Room {
    First,
    Kills,
    Slow,
}

impl Default for Slots {
    fn default() -> Self {
        let room = |places| Arc::new(Semaphore::new(places));
        Self { first: room(FIRST), kills: room(KILLS), slow: room(SLOW) }
    }
}

impl Slots {
    /// Runs an attempt when there is a place for it.
    pub async fn run<T>(&self, room: Room, attempt: impl Future<Output = T>) -> T {
        let semaphore = match room {
            Room::First => &self.first,
            Room::Kills => &self.kills,
            Room::Slow => &self.slow,
        };
        let mut place: Option<OwnedSemaphorePermit> = Arc::clone(semaphore).acquire_owned().await.ok();
        tokio::pin!(attempt);
        if room != Room::Slow {
            match tokio::time::timeout(PROMPT, &mut attempt).await {
                Ok(done) => return done,
                // It goes on where it keeps nobody waiting; where that is full, it stays.
                Err(_) => place = Arc::clone(&self.slow).try_acquire_owned().ok().or(place),
            }
        }
        let done = attempt.await;
        drop(place);
        done
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn attempts_that_hang_make_room_for_others() {
        let slots = Slots::default();
        for _ in 0..3 * FIRST {
            let slots = slots.clone();
            tokio::spawn(async move { slots.run(Room::First, std::future::pending::<()>()).await });
        }
        while slots.first.available_permits() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(slots.run(Room::Kills, async { 7 }).await, 7);
        assert_eq!(slots.run(Room::First, async { 8 }).await, 8);
        while slots.first.available_permits() < FIRST {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        assert_eq!(slots.slow.available_permits(), SLOW - 3 * FIRST);
    }
}
