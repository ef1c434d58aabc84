//! The gateway: the schemas over the stores, who sees which, and the routes that serve them.

mod audience;
mod auth;
mod client;
mod cors;
mod editorial;
mod graphql;
mod health;
mod media;
mod preview;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use griot_access::{Authenticator, KeyRing, OidcValidator};
use griot_domain::{Clock, Locale, Site};
use griot_editorial::Desk;
use griot_front::graphiql::{GraphiqlOptions, graphiql_routes};
use griot_front::{Front, FrontError, FrontOptions, Limits, Prepare, shell};
use griot_persistence::{Location, PublishedStore};
use url::Url;

pub use crate::client::TrustedProxies;
pub use crate::graphql::editorial::{
    Editor, EditorialSchema, PreviewDesk, editorial_act, editorial_scalars, editorial_schema, editorial_sdl,
    editorial_table,
};
pub use crate::health::Readiness;

use crate::audience::{Audiences, Showing, delivery_routes, with_loads};
use crate::auth::Gate;
use crate::cors::AllowedOrigins;
use crate::editorial::{Editors, editorial_routes};
use crate::graphql::delivery::{delivery_schema, scalar_checks, sdl};
use crate::preview::{Previews, preview_routes};

/// Where the delivery schema is served.
pub const GRAPHQL_PATH: &str = "/graphql";
/// Where the delivery schema is served over drafts, to holders of preview tokens.
pub const PREVIEW_PATH: &str = "/preview/graphql";

/// Where editors work.
pub const EDITORIAL_PATH: &str = "/editorial/graphql";

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
        let prepare = Some(Arc::new(with_loads) as Prepare);
        let options = FrontOptions { prepare, scalars: scalar_checks(), ..front.clone() };
        let delivery = Arc::new(Front::new(delivery_schema(), &sdl(), limits.clone(), options)?);
        let public = showing.of(store.clone());

        let mut router = match settings.editorial {
            None => {
                let gate = Gate { authenticator: Authenticator::new(None, None, clock), proxies: settings.proxies };
                delivery_routes(delivery, Audiences { gate, public, early: None })
            }
            Some(side) => {
                let keys = Some(side.keys.clone());
                let authenticator = Authenticator::new(keys, side.oidc, Arc::clone(&clock));
                let gate = Gate { authenticator, proxies: settings.proxies };
                let early = Some(showing.of(side.early));
                let previews = Previews::new(gate.clone(), side.location, showing.clone());
                let schema = editorial_schema(side.desk, &showing.site);
                let editors = Editors {
                    gate: gate.clone(),
                    previews: PreviewDesk { keys: side.keys, clock },
                    origins: AllowedOrigins(side.allowed_origins.into()),
                };
                delivery_routes(Arc::clone(&delivery), Audiences { gate, public, early })
                    .merge(preview_routes(delivery, previews))
                    .merge(editorial_routes(schema, editors, &limits, front)?)
            }
        };
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
