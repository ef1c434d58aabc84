//! Puts what is new into the lines of endpoints.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use griot_domain::{Clock, EntryId};
use griot_persistence::{Dispatch, Endpoint, Former, NewDelivery, Partner, PartnerStore, Product, Received, Webhooks};
use griot_webhooks::{SenderHandle, is_wanted};
use tokio::sync::watch;
use uuid::Uuid;

use super::event::Told;
use crate::documents::{ItemKey, Reason, headings};
use crate::graphql::delivery::error::Answer;
use crate::graphql::delivery::{Delivery, Loads};

/// Changes read at a time.
const PAGE: u64 = 100;
/// Endpoints written to in one transaction.
const AT_ONCE: usize = 50;
/// How often it is looked where nobody tells of changes.
const LOOK_EVERY: Duration = Duration::from_secs(1);
/// How long a store that fails is left alone.
const PAUSE: Duration = Duration::from_secs(1);

/// Makes events of the changes of partners' products, in the process that sends them. What an endpoint gets and how far it
/// is are written in one transaction.
pub struct Dispatcher {
    pub(crate) store: Webhooks,
    pub(crate) partners: PartnerStore,
    pub(crate) sender: SenderHandle,
    /// The last change of any product.
    pub(crate) numbers: watch::Receiver<i64>,
    pub(crate) public: Arc<Delivery>,
    pub(crate) clock: Arc<dyn Clock>,
    /// Whether what is issued is stated.
    pub(crate) is_stated: bool,
}

/// What endpoints have in common in one round.
struct Round {
    /// The last change when it began.
    head: i64,
    partners: HashMap<Uuid, Partner>,
    /// What each of them received before.
    former: HashMap<Uuid, Vec<Former>>,
    products: Vec<Product>,
    /// Those that were removed: of what they held kills are told.
    removed: Vec<Product>,
    at: DateTime<Utc>,
    loads: Loads,
    /// By what is received and place.
    read: BTreeMap<(Received, i64), Arc<Read>>,
}

/// What is told of changes.
struct Read {
    told: Vec<Event>,
    to: i64,
}

struct Event {
    told: Told,
    /// Codes of the products that the item is in.
    products: Vec<String>,
}

impl Dispatcher {
    /// Dispatches for as long as it is polled, whenever this is the process that sends.
    pub async fn follow(mut self) {
        let mut leading = self.sender.leading();
        let mut is_failing = false;
        loop {
            if *leading.borrow_and_update() {
                self.numbers.mark_unchanged();
                match self.catch_up().await {
                    Ok(()) => is_failing = false,
                    Err(error) => {
                        if !std::mem::replace(&mut is_failing, true) {
                            tracing::error!(?error, "no webhooks are made of changes; this is tried again");
                        }
                        tokio::time::sleep(PAUSE).await;
                    }
                }
            }
            let news = async {
                tokio::select! {
                    Ok(()) = self.numbers.changed() => {}
                    Ok(()) = leading.changed() => {}
                    else => std::future::pending::<()>().await,
                }
            };
            let _ = tokio::time::timeout(LOOK_EVERY, news).await;
        }
    }

    /// Makes events of all that changed up to now.
    async fn catch_up(&self) -> Answer<()> {
        loop {
            // Before the changes: what is sorted later is told the next time.
            let (_, head) = self.partners.sorted_to().await?;
            let endpoints = self.store.endpoints(None).await?;
            let partners = self.partners.partners().await?;
            let partners: HashMap<Uuid, Partner> = partners.into_iter().map(|partner| (partner.id, partner)).collect();
            let is_suspended = |one: &Endpoint| partners.get(&one.partner).is_none_or(|one| one.suspended_at.is_some());
            let is_behind = |one: &Endpoint| one.is_active() && (one.place < head || is_suspended(one));
            let behind: Vec<Endpoint> = endpoints.into_iter().filter(is_behind).collect();
            if behind.is_empty() {
                return Ok(());
            }
            let mut round = Round {
                head,
                partners,
                former: self.partners.former_products(None).await?,
                products: self.partners.products().await?,
                removed: self.partners.removed_products().await?,
                at: self.clock.now(),
                loads: Loads::new(Arc::clone(&self.public), None),
                read: BTreeMap::new(),
            };
            for some in behind.chunks(AT_ONCE) {
                let mut dispatches = Vec::new();
                for endpoint in some {
                    dispatches.extend(self.dispatch(endpoint, &mut round).await?);
                }
                for id in self.store.dispatch(&dispatches, round.at).await? {
                    self.sender.wake(id);
                }
            }
        }
    }

    /// What an endpoint is to get; `None` when it is to get nothing any more.
    async fn dispatch(&self, endpoint: &Endpoint, round: &mut Round) -> Answer<Option<Dispatch>> {
        let reason = match round.partners.get(&endpoint.partner) {
            Some(partner) if partner.suspended_at.is_none() => None,
            Some(_) => Some("its partner is suspended"),
            None => Some("its partner is no more"),
        };
        if let Some(reason) = reason {
            self.store.disable(endpoint.id, reason, round.at).await?;
            return Ok(None);
        }
        let received = round.received(endpoint);
        let read = self.read(received, endpoint.place, round).await?;
        let (wanted, unwanted): (Vec<&Event>, Vec<&Event>) =
            read.told.iter().partition(|event| is_wanted(endpoint.types.as_ref(), &event.told.event_type));
        let delivery = |event: &Event| event.told.delivery(&event.products, round.at);
        let deliveries: Vec<NewDelivery> = wanted.into_iter().map(delivery).collect();
        let outdated = unwanted.into_iter().map(|event| event.told.item.clone()).collect();
        Ok(Some(Dispatch { endpoint: endpoint.id, from: endpoint.place, to: read.to, deliveries, outdated }))
    }

    /// The next changes of what is received after a place.
    async fn read(&self, received: Received, place: i64, round: &mut Round) -> Answer<Arc<Read>> {
        let key = (received, place);
        if let Some(read) = round.read.get(&key) {
            return Ok(Arc::clone(read));
        }
        let received = &key.0;
        let changes = self.partners.item_changes(received, place, PAGE).await?;
        let last = changes.last().map_or(place, |change| change.number);
        let is_all = (changes.len() as u64) < PAGE;
        let keys: Vec<ItemKey> = changes.iter().map(|change| (change.entry, change.locale.clone())).collect();
        let headings = headings(&keys, &round.loads).await?;
        let unknown = keys.iter().zip(&headings).filter(|(_, heading)| heading.is_none());
        let unknown: Vec<EntryId> = unknown.map(|((id, _), _)| *id).collect();
        let drills = self.partners.drills_among(&unknown).await?;
        let entries: Vec<EntryId> = keys.iter().map(|(entry, _)| *entry).collect();
        let inside = self.partners.products_with(&received.products, &entries).await?;
        let told = changes.into_iter().zip(headings).zip(&keys).filter_map(|((change, heading), key)| {
            let told = match heading {
                // What happened since is told by itself, as the change of then.
                Some(heading) if change.is_in && heading.reason().is_some() => return None,
                Some(heading) if change.is_former && heading.reason() != Some(Reason::Killed) => return None,
                Some(heading) => Told::of(&change, &heading, self.is_stated),
                None => Told::of_drill(&change, drills.get(&change.entry)?, &round.loads, self.is_stated)?,
            };
            let inside = inside.get(key).filter(|_| change.is_in).map(Vec::as_slice).unwrap_or_default();
            let codes = round.products.iter().filter(|product| inside.contains(&product.id));
            Some(Event { told, products: codes.map(|product| product.code.as_str().to_owned()).collect() })
        });
        let read = Arc::new(Read { told: told.collect(), to: if is_all { last.max(round.head) } else { last } });
        round.read.insert(key, Arc::clone(&read));
        Ok(read)
    }
}

impl Round {
    /// What the partner of an endpoint receives there, or did. An endpoint for some products alone hears of these alone: under
    /// the code of one that was removed, of kills of what that held.
    fn received(&self, endpoint: &Endpoint) -> Received {
        let of_partner = self.partners.get(&endpoint.partner).map(|partner| partner.products.as_slice());
        let wanted = self
            .products
            .iter()
            .chain(&self.removed)
            .filter(|product| endpoint.products.as_ref().is_none_or(|codes| codes.contains(product.code.as_str())))
            .map(|product| product.id);
        let wanted: BTreeSet<Uuid> = wanted.collect();
        let former = self.former.get(&endpoint.partner).into_iter().flatten();
        Received {
            products: of_partner.unwrap_or_default().iter().copied().filter(|id| wanted.contains(id)).collect(),
            former: former.filter(|former| wanted.contains(&former.product)).copied().collect(),
        }
    }
}
