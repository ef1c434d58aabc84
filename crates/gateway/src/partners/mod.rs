//! What partner outlets ask for with their keys: changes in their products, and their own account.

mod account;
mod changes;
mod idle;
mod journal;
mod line;
mod meter;
mod problem;
mod products;
mod receipts;
mod receiving;

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, put};
use chrono::{DateTime, Utc};
use griot_access::{EditorialAct, Origin, Reader};
use griot_domain::Clock;
use griot_partners::{Cursors, Ledger, Quotas, Sorter};
use griot_persistence::{Actor, Partner, PartnerStore, StoreError, Webhooks};
use tokio::sync::{OnceCell, Semaphore, watch};
use tokio::time::{MissedTickBehavior, interval};

pub(crate) use self::account::partner_of;
pub(crate) use self::idle::is_idle;
pub(crate) use self::line::{Arrival, ENTERED_SCOPE, Gone, Line, Told};
use self::meter::metered;
pub(crate) use self::problem::Problem;
pub(crate) use self::products::{NoPlace, Wanted};
pub(crate) use self::receiving::{Receiving, Source};
use crate::auth::Gate;
use crate::documents::Shelf;

/// How often counts are written down, and partners looked for who have not asked for long.
const WRITE_EVERY: Duration = Duration::from_secs(10);
/// Requests that wait for changes at a time, of partners and of everybody else each; more are answered at once.
const MOST_WAITING: usize = 1_000;

/// Who asks, where a key was brought.
#[derive(Clone)]
pub(crate) struct Asking {
    pub partner: Option<Arc<Partner>>,
    pub sees_embargoed: bool,
    /// `key:<id>`.
    key: Arc<str>,
    address: IpAddr,
    /// Changes that the answer tells.
    told: Arc<AtomicUsize>,
}

impl Asking {
    fn new(reader: Reader, address: IpAddr) -> Self {
        let Reader { id, partner, sees_embargoed, origin, .. } = reader;
        // All keys of a partner stand for the same holder: which one it was tells more.
        let key = match origin {
            Origin::Key { id } => format!("key:{id}"),
            Origin::Oidc { .. } => id,
        };
        Self { partner, sees_embargoed, key: key.into(), address, told: Arc::default() }
    }

    /// Who acts in its own affairs, for the audit log.
    pub fn actor(&self, at: DateTime<Utc>) -> Actor {
        let (author, origin) = (self.key.to_string(), self.address.to_string());
        Actor { at, author, origin, verb: EditorialAct::ManagePartners.as_str().to_owned() }
    }

    /// Counts changes that the answer tells.
    pub fn told(&self, count: usize) {
        self.told.fetch_add(count, Ordering::Relaxed);
    }

    fn told_count(&self) -> usize {
        self.told.load(Ordering::Relaxed)
    }
}

/// Whether whoever asks may have what is under embargo.
pub(crate) fn is_entitled(request: &Request) -> bool {
    request.extensions().get::<Asking>().is_some_and(|asking| asking.sees_embargoed)
}

/// Serves partners.
pub struct Partners {
    pub(crate) gate: Gate,
    pub(crate) store: PartnerStore,
    sorter: Sorter,
    quotas: Quotas,
    ledger: Ledger,
    cursors: OnceCell<Cursors>,
    /// Where partners are warned.
    endpoints: Option<Webhooks>,
    clock: Arc<dyn Clock>,
}

impl Partners {
    pub(crate) fn new(
        gate: Gate,
        store: PartnerStore,
        sorter: Sorter,
        endpoints: Option<Webhooks>,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let (quotas, ledger) = (Quotas::default(), Ledger::default());
        Self { gate, store, sorter, quotas, ledger, cursors: OnceCell::new(), endpoints, clock }
    }

    /// Sorts items into products, writes down what was asked for and warns of partners who do not ask, for as long as it is
    /// polled. `heard` tells of publications.
    pub(crate) async fn follow(&self, heard: watch::Receiver<Option<i64>>) {
        let write = async {
            let mut ticks = interval(WRITE_EVERY);
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            let mut idle = idle::Idle::default();
            loop {
                ticks.tick().await;
                self.write_down().await;
                idle.look(&self.store, self.endpoints.as_ref(), self.clock.now()).await;
            }
        };
        tokio::join!(self.sorter.run(heard), write);
    }

    /// Writes down what was asked for up to now.
    pub async fn write_down(&self) {
        if let Err(error) = self.ledger.write_down(&self.store).await {
            let error = &error as &dyn std::error::Error;
            tracing::warn!(error, "what partners asked for was not written down; this is tried again");
        }
    }

    /// Number of the last change of any product, for whoever waits for one.
    pub(crate) fn numbers(&self) -> watch::Receiver<i64> {
        self.sorter.numbers()
    }

    /// Sorts all that was published up to now into products.
    pub async fn catch_up(&self) -> Result<(), StoreError> {
        self.sorter.catch_up().await
    }

    /// The store in the hand of whoever asks.
    fn store_by(&self, asking: &Asking) -> PartnerStore {
        self.store.by(asking.actor(self.clock.now()))
    }

    async fn cursors(&self) -> Result<&Cursors, StoreError> {
        let drawn = async {
            let mut fresh = [0; 32];
            getrandom::fill(&mut fresh)
                .map_err(|err| StoreError::Corrupt { what: format!("the machine gives no random bits: {err}") })?;
            Ok(Cursors::new(&self.store.cursor_key(fresh).await?))
        };
        self.cursors.get_or_try_init(|| drawn).await
    }
}

/// Routes of changes, for everybody, and of the accounts of partners where there are any.
pub(crate) fn partner_routes(
    shelf: Shelf,
    heard: watch::Receiver<Option<i64>>,
    partners: Option<Arc<Partners>>,
) -> Router {
    let places = || Arc::new(Semaphore::new(MOST_WAITING));
    let waiting = changes::Waiting { of_partners: places(), of_public: places() };
    let desk = changes::Desk { shelf, heard, partners: partners.clone(), waiting };
    let routes = Router::new().route("/v1/changes", get(changes::changes)).with_state(desk);
    let Some(partners) = partners else { return routes };
    let accounts = Router::new()
        .route("/v1/partner", get(account::account))
        .route("/v1/partner/usage", get(account::usage))
        .route("/v1/partner/idle-warning", put(account::set_idle_warning))
        .route("/v1/partner/receipts/{id}", put(receipts::put_receipt))
        .with_state(Arc::clone(&partners));
    routes.merge(accounts)
}

/// Routes with a count of what partners ask for through them, each within its quota.
pub(crate) fn with_meter(routes: Router, partners: Option<&Arc<Partners>>) -> Router {
    match partners {
        Some(partners) => routes.layer(from_fn_with_state(Arc::clone(partners), metered)),
        None => routes,
    }
}
