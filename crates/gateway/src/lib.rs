//! The gateway: the schemas over the stores, who sees which, and the routes that serve them.

mod audience;
mod auth;
mod body;
mod client;
mod cors;
mod documents;
mod doors;
mod editorial;
mod graphql;
mod health;
mod live;
mod media;
mod metrics;
mod operations;
mod partners;
mod preview;
mod proof;
mod purge;
mod tags;
mod tail;
mod uploads;
mod webhooks;
mod websub;
mod well_known;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use axum::Router;
use griot_access::{Authenticator, KeyRing, OidcValidator};
use griot_domain::{Clock, Locale, Site};
use griot_editorial::Desk;
use griot_egress::EgressError;
use griot_front::fresh::Freshness;
use griot_front::graphiql::{GraphiqlOptions, graphiql_routes};
use griot_front::{Caching, Connections, Front, FrontError, FrontOptions, Limits, Now, Observe, Prepare, shell};
use griot_partners::Sorter;
use griot_persistence::{Location, PublishedStore, StatementLog};
use griot_proof::Keyring;
use griot_search::Search;
use griot_webhooks::{Caller, Endpoints, Hub, HubSettings, SenderHandle};
use url::{Host, Url};

pub use crate::client::TrustedProxies;
pub use crate::doors::Doors;
pub use crate::graphql::editorial::{
    Editor, EditorialSchema, PreviewDesk, editorial_act, editorial_scalars, editorial_schema, editorial_sdl,
    editorial_table,
};
pub use crate::health::Readiness;
pub use crate::live::{Live, LiveOptions};
pub use crate::operations::{OperationJudge, StoredOperations};
pub use crate::partners::Partners;
pub use crate::proof::Notary;
pub use crate::purge::{PurgeHook, PurgePlace, Purges, TAGS, TagForm, purge_place};
pub use crate::tail::Tail;
pub use crate::webhooks::Dispatcher;
pub use crate::websub::HUB_PATH;
pub use crate::well_known::{SecurityContact, WellKnown};

use crate::audience::{Audiences, Showing, delivery_routes, shared_by_public, with_loads};
use crate::auth::Gate;
use crate::cors::AllowedOrigins;
use crate::documents::{Early, Shelf, document_routes};
use crate::editorial::{Editors, editorial_routes};
use crate::graphql::delivery::memory::Memory;
use crate::graphql::delivery::{Delivery, PERSONAL, delivery_schema, scalar_checks, sdl};
use crate::live::{Feed, Sources};
use crate::media::{Media, media_routes, preview_media_routes};
use crate::metrics::{KeptFigures, Metrics};
use crate::partners::{Source, partner_routes, with_meter};
use crate::preview::{Previews, preview_routes};
use crate::proof::Drills;
use crate::tail::Listeners;
use crate::uploads::upload_routes;
use crate::webhooks::{SendingFigures, endpoint_routes};
use crate::websub::{PublicFeeds, hub_routes};
use crate::well_known::well_known_routes;

/// Where the delivery schema is served.
pub const GRAPHQL_PATH: &str = "/graphql";
/// Where the delivery schema is served over drafts, to holders of preview tokens.
pub const PREVIEW_PATH: &str = "/preview/graphql";

/// Where the media files kept here are served.
pub const MEDIA_PATH: &str = "/media";
/// Where those of a preview are, to holders of its token.
pub const PREVIEW_MEDIA_PATH: &str = "/preview/media";

/// Where figures of the process are served, by a listener of its own.
pub const METRICS_PATH: &str = "/metrics";
/// Where editors work.
pub const EDITORIAL_PATH: &str = "/editorial/graphql";
/// Where editors bring files in.
pub const UPLOADS_PATH: &str = "/editorial/uploads";

/// The delivery schema in GraphQL's own language: the contents of `schema.graphql`.
pub fn delivery_sdl() -> String {
    sdl()
}

/// What a gateway is made of beside the store.
pub struct GatewaySettings {
    /// The public site that addresses lead to.
    pub site: Site,
    /// Languages to try after the one wanted, where a request names none; in the end any.
    pub fallback_locales: Vec<Locale>,
    /// Address at which this gateway is reached from outside.
    pub public_url: Url,
    /// What a request may ask for.
    pub limits: Limits,
    /// How GraphQL is spoken over HTTP; its `prepare` and `scalars` are set by the gateway.
    pub front: FrontOptions,
    /// The page for trying queries at `/`, when it is wanted.
    pub graphiql: Option<GraphiqlOptions>,
    /// Folder of the media files kept here, when there is one.
    pub media_dir: Option<PathBuf>,
    /// Tells the time.
    pub clock: Arc<dyn Clock>,
    /// Proxies that say where a request comes from.
    pub proxies: TrustedProxies,
    /// Whether what runs beside the requests does its work.
    pub readiness: Readiness,
    /// How much is kept in memory.
    pub caches: CacheSizes,
    /// How subscriptions are served. There is nothing to tell unless somebody [follows](Gateway::tail) the journal.
    pub live: LiveOptions,
    /// Finds what is public. Without it nothing is found, and answers say that they are not complete.
    pub search: Option<Arc<Search>>,
    /// What is told at addresses that everybody knows.
    pub well_known: WellKnown,
    /// Whether what is issued is stated, by this process or another.
    pub is_stated: bool,
    /// Address of the hub that feeds name. Where it is this process that has [subscribers](EditorialSide::subscribers),
    /// it is that hub too.
    pub hub: Option<String>,
    /// The editors' side; without it delivery works all the same, for the public alone.
    pub editorial: Option<EditorialSide>,
}

/// What is kept of the public record so that it need not be read or made again. It is used only while somebody
/// [follows](Gateway::tail) the journal.
#[derive(Clone, Copy, Debug, Default)]
pub struct CacheSizes {
    /// Bytes of finished answers, kept for whoever asks the same; 0 keeps none.
    pub response_bytes: u64,
    /// Bytes of what was read of the record; 0 keeps nothing.
    pub record_bytes: u64,
}

/// What a gateway has beyond delivery to the public.
pub struct EditorialSide {
    /// Where the record lives, for previews.
    pub location: Location,
    /// Where commands of editors are decided on.
    pub desk: Arc<Desk>,
    /// The record as those see it who may read embargoed items.
    pub early: PublishedStore,
    /// The keys of the record.
    pub keys: KeyRing,
    /// Accounts at a provider, where there is one.
    pub oidc: Option<OidcValidator>,
    /// Origins of sites whose pages may ask the editorial side, such as `https://desk.example.org`.
    pub allowed_origins: Vec<String>,
    /// Bytes of the largest file that may be brought in.
    pub upload_bytes: u64,
    /// Where partners are told of changes; without it they manage no endpoints here.
    pub endpoints: Option<Endpoints>,
    /// Asks those who subscribe to feeds; without it nobody does here.
    pub subscribers: Option<Caller>,
}

/// Serves a record.
pub struct Gateway {
    doors: Doors,
    tail: Arc<Tail>,
    kept: KeptFigures,
    operations: Arc<StoredOperations>,
    store: PublishedStore,
    live: Arc<Live>,
    partners: Option<Arc<Partners>>,
    hub: Option<Hub>,
    /// What is public, read anew each time.
    fresh: Arc<Delivery>,
    clock: Arc<dyn Clock>,
    is_stated: bool,
    documents: Arc<Delivery>,
}

impl Gateway {
    /// A gateway over `store`. It fails only if a schema itself is at fault.
    pub fn new(store: PublishedStore, settings: GatewaySettings) -> Result<Self, FrontError> {
        let GatewaySettings { site, fallback_locales, limits, front, clock, search, .. } = settings;
        let public_url = settings.public_url.as_str().trim_end_matches('/').to_owned();
        let well_known = well_known_routes(&settings.well_known, &public_url);
        let showing = Showing { site, fallback_locales, public_url, clock: Arc::clone(&clock), search: search.clone() };
        let prepare = Some(Arc::new(with_loads) as Prepare);
        let freshness = Arc::<Freshness>::default();
        let feed = Arc::<Feed>::default();
        let listeners =
            Listeners { freshness: Arc::clone(&freshness), search: search.clone(), feed: Arc::clone(&feed) };
        let tail = Arc::new(Tail::new(store.clone(), listeners, Arc::clone(&clock)));
        let now: Now = {
            let clock = Arc::clone(&clock);
            Arc::new(move || clock.now())
        };
        let CacheSizes { response_bytes, record_bytes } = settings.caches;
        let memory =
            (record_bytes > 0).then(|| Arc::new(Memory::new(record_bytes, Arc::clone(&freshness), Arc::clone(&now))));
        let caching =
            Some(Caching { budget_bytes: response_bytes, freshness: Arc::clone(&freshness), now: Arc::clone(&now) });
        let costs = metrics::costs();
        let observe = {
            let costs = costs.clone();
            Some(Arc::new(move |cost: u64| costs.observe(cost as f64)) as Observe)
        };
        let options =
            FrontOptions { prepare, observe, scalars: scalar_checks(), caching, personal: PERSONAL, ..front.clone() };
        let delivery = Arc::new(Front::new(delivery_schema(), &sdl(), limits.clone(), options)?);
        let public = showing.of(store.clone(), MEDIA_PATH, memory.clone());
        let documents = Arc::clone(&public);
        let fresh = showing.of(store.clone(), MEDIA_PATH, None);
        let media = settings.media_dir.map(|folder| Media { folder: Arc::new(folder), public: store.clone() });
        let kept = {
            let front = Arc::clone(&delivery);
            let kept_bytes = Arc::new(move || front.kept_bytes());
            let named = delivery.operation_counts();
            let (counts, tail, freshness) = (delivery.counts(), Arc::clone(&tail), Arc::clone(&freshness));
            let purges = Vec::new();
            KeptFigures { counts, named, kept_bytes, memory, freshness, tail, costs, purges, search, sending: None }
        };
        let operations = Arc::new(StoredOperations::new(store.clone(), Arc::clone(&delivery)));
        let mode = front.operations;
        let live = |audiences: &Arc<Audiences>| {
            let sources = Sources {
                front: Arc::clone(&delivery),
                audiences: Arc::clone(audiences),
                store: store.clone(),
                feed: Arc::clone(&feed),
                tail: Arc::clone(&tail),
                freshness: Arc::clone(&freshness),
                now: Arc::clone(&now),
            };
            Live::new(settings.live.clone(), sources)
        };

        let of_gateway = Arc::clone(&clock);
        let hub_of = |endpoints: &Endpoints, caller: Caller| {
            let feeds = PublicFeeds { public: Arc::clone(&documents), hub: settings.hub.clone()? };
            Some(Hub::new(HubSettings {
                endpoints: endpoints.clone(),
                caller,
                address: feeds.hub.clone(),
                topics: Arc::new(feeds),
                feeds: format!("{}/v1/feeds/", showing.public_url),
                is_confidential: is_confidential(&settings.public_url),
            }))
        };
        let (mut router, live, partners, hub, shown_early) = match settings.editorial {
            None => {
                let gate = Gate { authenticator: Authenticator::new(None, None, clock), proxies: settings.proxies };
                let audiences = Arc::new(Audiences { gate, public, early: None, partners: None, mode });
                let media = media.map(|media| media_routes(media, None, Arc::clone(&audiences)));
                let live = live(&audiences);
                let routes = delivery_routes(Arc::clone(&delivery), Arc::clone(&live), audiences);
                (routes.merge(media.unwrap_or_default()), live, None, None, None)
            }
            Some(side) => {
                let keys = Some(side.keys.clone());
                let authenticator = Authenticator::new(keys, side.oidc, Arc::clone(&clock));
                let gate = Gate { authenticator, proxies: settings.proxies };
                let store_of_partners = side.keys.partners();
                let hub = side
                    .endpoints
                    .as_ref()
                    .zip(side.subscribers)
                    .and_then(|(endpoints, caller)| hub_of(endpoints, caller));
                let warned_at = side.endpoints.as_ref().map(|endpoints| endpoints.store().clone());
                let endpoints = side
                    .endpoints
                    .map(|endpoints| endpoint_routes(endpoints, store_of_partners.clone(), Arc::clone(&clock)));
                let sorter = Sorter::new(store.clone(), store_of_partners.clone(), showing.site.default_locale.clone());
                let of_partners = store_of_partners.clone();
                let partners = Partners::new(gate.clone(), of_partners, sorter, warned_at, Arc::clone(&clock));
                let partners = Arc::new(partners);
                let early = showing.of(side.early, MEDIA_PATH, None);
                let shown_early = Early { delivery: Arc::clone(&early), partners: store_of_partners };
                let source =
                    Source { partners: Arc::clone(&partners), public: Arc::clone(&public), early: shown_early.clone() };
                let audiences =
                    Audiences { gate: gate.clone(), public, early: Some(early), partners: Some(source), mode };
                let audiences = Arc::new(audiences);
                let previews = Previews::new(gate.clone(), side.location, showing.clone());
                let private: Option<Arc<Path>> = side.desk.folders().map(|folders| folders.uploads().into());
                let of_previews = media.clone().map(|media| preview_media_routes(media, private.clone()));
                let media = media.map(|media| media_routes(media, private, Arc::clone(&audiences)));
                let schema = editorial_schema(Arc::clone(&side.desk), &showing.site, Some(Arc::clone(&tail)));
                let uploads = upload_routes(side.desk, side.upload_bytes);
                let editors = Editors {
                    gate,
                    previews: PreviewDesk { keys: side.keys, clock },
                    origins: AllowedOrigins(side.allowed_origins.into()),
                };
                let live = live(&audiences);
                let delivery_routes = delivery_routes(Arc::clone(&delivery), Arc::clone(&live), audiences);
                let routes = with_meter(delivery_routes.merge(endpoints.unwrap_or_default()), Some(&partners))
                    .merge(media.unwrap_or_default())
                    .merge(preview_routes(Arc::clone(&delivery), of_previews.unwrap_or_default(), previews))
                    .merge(editorial_routes(schema, uploads, editors, &limits, front)?);
                let routes = routes.merge(hub.clone().map(hub_routes).unwrap_or_default());
                (routes, live, Some(partners), hub, Some(shown_early))
            }
        };
        if let Some(options) = settings.graphiql {
            router = router.merge(graphiql_routes(options));
        }
        let seen_by = shared_by_public(mode);
        let shelf = Shelf {
            front: Arc::clone(&delivery),
            public: Arc::clone(&documents),
            seen_by,
            early: shown_early,
            is_stated: settings.is_stated,
            hub: settings.hub,
        };
        let routes = document_routes(shelf.clone()).merge(partner_routes(shelf, tail.hear(), partners.clone()));
        router = router.merge(with_meter(routes, partners.as_ref()));
        router = router.merge(well_known);
        router = router.merge(health::health_routes(settings.readiness, store.clone()));
        let doors = Doors { routes: shell(router, &limits), delivery, public: seen_by, metrics: None };
        let (is_stated, clock) = (settings.is_stated, of_gateway);
        Ok(Self { doors, tail, kept, operations, store, live, partners, hub, fresh, clock, is_stated, documents })
    }

    /// What keeps the answers kept in step with the record.
    pub fn tail(&self) -> Arc<Tail> {
        Arc::clone(&self.tail)
    }

    /// What tells shared caches of publications, once this gateway has [dealt](Self::tail) with them itself. How far each of
    /// them is stands in `folder`. To be called before the [figures](Self::metered) are asked for.
    pub fn purges(&mut self, hooks: Vec<PurgeHook>, folder: PathBuf) -> Result<Purges, EgressError> {
        let purges = Purges::new(hooks, folder, &self.store, &self.tail.hear(), &self.operations.hear())?;
        self.kept.purges = purges.figures();
        Ok(purges)
    }

    /// What states everything that is issued, once this gateway has [heard](Self::tail) of it.
    pub fn notary(&self, log: StatementLog, keys: Keyring) -> Notary {
        let public = Arc::clone(&self.documents);
        let drills = self.partners.as_ref().map(|partners| Drills::new(partners.store.clone(), partners.numbers()));
        Notary::new(public, self.store.clone(), log, keys, self.tail.hear(), drills)
    }

    /// Counts from now on what goes through the [doors](Self::doors). The routes that tell it, and what is kept: for a
    /// listener of their own, since readers have no business with them. And what is to count the connections of the router.
    pub fn metered(&mut self) -> (Router, Connections) {
        let metrics = Metrics::default();
        self.doors.routes = metrics.around(std::mem::take(&mut self.doors.routes));
        self.doors.metrics = Some(metrics.clone());
        (metrics.routes(self.kept.clone(), self.live.figures()), metrics.connections())
    }

    /// What serves partners, where there is an editorial side.
    pub fn partners(&self) -> Option<Arc<Partners>> {
        self.partners.clone()
    }

    /// Keeps what partners receive in step with the record, for as long as it is polled.
    pub fn follow_partners(&self) -> impl Future<Output = ()> + Send + 'static {
        let (partners, heard) = (self.partners.clone(), self.tail.hear());
        async move {
            if let Some(partners) = partners {
                partners.follow(heard).await;
            }
        }
    }

    /// What makes events for endpoints of partners and has `sender` send them, where there is an editorial side. To be called
    /// before the [figures](Self::metered) are asked for.
    pub fn dispatcher(&mut self, endpoints: &Endpoints, sender: SenderHandle) -> Option<Dispatcher> {
        let partners = self.partners.as_ref()?;
        self.kept.sending = Some(SendingFigures { figures: sender.figures(), clock: Arc::clone(&self.clock) });
        Some(Dispatcher {
            store: endpoints.store().clone(),
            partners: partners.store.clone(),
            sender,
            numbers: partners.numbers(),
            public: Arc::clone(&self.fresh),
            clock: Arc::clone(&self.clock),
            is_stated: self.is_stated,
        })
    }

    /// Sends feeds to those who subscribed to them, wherever `sender` is the one that sends, for as long as it is polled.
    pub fn distribute(&self, sender: &SenderHandle) -> impl Future<Output = ()> + Send + 'static {
        let (hub, leading, heard) = (self.hub.clone(), sender.leading(), self.tail.hear());
        async move {
            if let Some(hub) = hub {
                hub.distribute(leading, heard).await;
            }
        }
    }

    /// What serves subscriptions: to be stopped before the listener is, or it waits for those who listen.
    pub fn live(&self) -> Arc<Live> {
        Arc::clone(&self.live)
    }

    /// What keeps the documents that clients may name in step with the store. Until it has
    /// [caught up](StoredOperations::catch_up) there are none.
    pub fn operations(&self) -> Arc<StoredOperations> {
        Arc::clone(&self.operations)
    }

    /// Every route, with the outermost guards around them.
    pub fn doors(self) -> Doors {
        self.doors
    }
}

/// Whether nobody on the way reads what is sent to this address.
fn is_confidential(url: &Url) -> bool {
    let is_loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    url.scheme() == "https" || is_loopback
}
