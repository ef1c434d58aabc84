//! The gateway: the schemas over the stores, who sees which, and the routes that serve them.

mod audience;
mod auth;
mod client;
mod graphql;
mod health;
mod media;
mod preview;

use std::path::PathBuf;
use std::sync::Arc;

use axum::{Router, middleware};
use griot_access::Authenticator;
use griot_domain::{Clock, Locale, Site};
use griot_front::graphiql::{GraphiqlOptions, graphiql_routes};
use griot_front::{Front, FrontError, FrontOptions, Limits, shell};
use griot_persistence::{Location, PublishedStore};
use url::Url;

pub use crate::client::TrustedProxies;
pub use crate::graphql::editorial::{
    Editor, EditorialSchema, editorial_act, editorial_scalars, editorial_schema, editorial_sdl, editorial_table,
};
pub use crate::health::Readiness;

use crate::audience::{Audiences, Showing, by_audience, with_loads};
use crate::auth::Gate;
use crate::graphql::delivery::{delivery_schema, scalar_checks, sdl};
use crate::preview::{Previews, by_token};

/// Where the delivery schema is served.
pub const GRAPHQL_PATH: &str = "/graphql";
/// Where the delivery schema is served over drafts, to holders of preview tokens.
pub const PREVIEW_PATH: &str = "/preview/graphql";

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
    /// The editors' side; without it delivery works all the same, for the public alone.
    pub editorial: Option<EditorialSide>,
}

/// What a gateway has beyond delivery to the public.
pub struct EditorialSide {
    /// Where the record lives, for previews.
    pub location: Location,
    /// The record as those see it who may read embargoed items.
    pub early: PublishedStore,
    /// Knows whose keys and tokens are whose.
    pub authenticator: Authenticator,
    /// Origins of sites whose pages may ask the editorial side, such as `https://desk.example.org`.
    pub allowed_origins: Vec<String>,
}

/// Serves a record.
pub struct Gateway {
    router: Router,
}

impl Gateway {
    /// A gateway over `store`. It fails only if a schema itself is at fault.
    pub fn new(store: PublishedStore, settings: GatewaySettings) -> Result<Self, FrontError> {
        let GatewaySettings { site, fallback_locales, public_url, limits, front, clock, .. } = settings;
        let public_url = public_url.as_str().trim_end_matches('/').to_owned();
        let showing = Showing { site, fallback_locales, public_url, clock: Arc::clone(&clock) };
        let delivery = FrontOptions { prepare: Some(Arc::new(with_loads)), scalars: scalar_checks(), ..front.clone() };
        let delivery = Arc::new(Front::new(delivery_schema(), &sdl(), limits.clone(), delivery)?);

        let authenticator = match &settings.editorial {
            Some(side) => side.authenticator.clone(),
            None => Authenticator::new(None, None, clock),
        };
        let gate = Gate { authenticator, proxies: settings.proxies };
        let early = settings.editorial.as_ref().map(|side| showing.of(side.early.clone()));
        let audiences = Audiences { gate: gate.clone(), public: showing.of(store.clone()), early };
        let layer = middleware::from_fn_with_state(Arc::new(audiences), by_audience);
        let mut router = Arc::clone(&delivery).routes(GRAPHQL_PATH).layer(layer);

        if let Some(side) = settings.editorial {
            let previews = Arc::new(Previews::new(gate.clone(), side.location, showing));
            let layer = middleware::from_fn_with_state(previews, by_token);
            router = router.merge(delivery.routes(PREVIEW_PATH).layer(layer));
        }
        if let Some(options) = settings.graphiql {
            router = router.merge(graphiql_routes(options));
        }
        if let Some(folder) = settings.media_dir {
            router = router.merge(media::media_routes(folder, store.clone()));
        }
        router = router.merge(health::health_routes(settings.readiness, store));
        Ok(Self { router: shell(router, &limits) })
    }

    /// Every route, with the outermost guards around them.
    pub fn router(self) -> Router {
        self.router
    }
}
