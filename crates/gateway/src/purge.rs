//! Tells shared caches what a publication makes wrong.
//!
//! Each hook is told the tags that answers carry, in the order of the journal and until it confirms them. It goes by a place
//! in the journal, kept on disk, and no queue: what was published while a cache was out of reach, or this process down, is
//! read from the journal when its turn comes.

mod call;
mod figures;
mod place;
mod work;

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use griot_egress::header::{HeaderName, HeaderValue};
use griot_egress::{EgressError, Method};
use griot_persistence::PublishedStore;
use serde_json::Value;
use tokio::sync::watch;
use url::Url;

use self::call::Caller;
pub(crate) use self::figures::PurgeFigures;
pub use self::place::{Place as PurgePlace, place_of as purge_place};
use self::work::Worker;

/// A shared cache, and how it is told what to drop.
#[derive(Clone, Debug)]
pub struct PurgeHook {
    /// What it is called in figures, logs and its file: `a-z`, `0-9` and `-`.
    pub name: String,
    /// Where it listens.
    pub url: Url,
    #[allow(missing_docs)]
    pub method: Method,
    /// Beside the tags; values that are secret are marked so.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    #[allow(missing_docs)]
    pub form: TagForm,
    /// Tags in one call.
    pub batch: usize,
    /// How long one call may take.
    pub timeout: Duration,
    /// How long after a confirmation the same is told again, for answers that were under way; zero for never.
    pub repeat_after: Duration,
    /// `HOST:PORT` that may lie in a private network, or have another port than 80 and 443.
    pub allowed_hosts: BTreeSet<String>,
}

/// How tags are written.
#[derive(Clone, Debug)]
pub enum TagForm {
    /// In one header.
    Header {
        #[allow(missing_docs)]
        name: HeaderName,
        /// What stands between two.
        separator: String,
    },
    /// In a JSON body: a list of them stands for the text [`TAGS`] there.
    Json(Value),
}

/// What stands in a JSON body for the list of tags.
pub const TAGS: &str = "$tags";

/// The hooks of a gateway at work.
pub struct Purges {
    workers: Vec<Worker>,
}

impl Purges {
    /// `heard` and `operations` tell what this gateway has dealt with itself; places are kept in `folder`.
    pub(crate) fn new(
        hooks: Vec<PurgeHook>,
        folder: PathBuf,
        store: &PublishedStore,
        heard: &watch::Receiver<Option<i64>>,
        operations: &watch::Receiver<Option<i64>>,
    ) -> Result<Self, EgressError> {
        let workers = hooks.into_iter().map(|hook| {
            let figures = Arc::new(PurgeFigures::new(&hook.name));
            Ok(Worker {
                repeat_after: hook.repeat_after,
                batch: hook.batch,
                caller: Caller::new(hook, Arc::clone(&figures))?,
                figures,
                folder: folder.clone(),
                store: store.clone(),
                heard: heard.clone(),
                operations: operations.clone(),
            })
        });
        Ok(Self { workers: workers.collect::<Result<_, EgressError>>()? })
    }

    pub(crate) fn figures(&self) -> Vec<Arc<PurgeFigures>> {
        self.workers.iter().map(|worker| Arc::clone(&worker.figures)).collect()
    }

    /// Tells all of them for as long as it is polled; none waits for another.
    pub async fn follow(self) {
        join_all(self.workers.into_iter().map(Worker::run)).await;
    }
}
