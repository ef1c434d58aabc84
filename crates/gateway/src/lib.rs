//! The delivery gateway: the schema over the published store, and the routes that serve it.

mod graphql;
mod media;

use std::path::PathBuf;
use std::sync::Arc;

use axum::Router;
use griot_domain::{Clock, Locale, Site};
use griot_front::graphiql::{GraphiqlOptions, graphiql_routes};
use griot_front::{Front, FrontError, FrontOptions, Limits, shell};
use griot_persistence::PublishedStore;
use url::Url;

use crate::graphql::delivery::{Delivery, Loads, delivery_schema, scalar_checks, sdl};

/// Where the delivery schema is served.
pub const GRAPHQL_PATH: &str = "/graphql";

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
}

/// Serves the delivery side of a record.
pub struct Gateway {
    router: Router,
}

impl Gateway {
    /// A gateway over `store`. It fails only if the schema itself is at fault.
    pub fn new(store: PublishedStore, settings: GatewaySettings) -> Result<Self, FrontError> {
        let GatewaySettings { site, fallback_locales, public_url, limits, mut front, graphiql, media_dir, clock } =
            settings;
        let public_url = public_url.as_str().trim_end_matches('/').to_owned();
        let media = media_dir.map(|folder| media::media_routes(folder, store.clone()));
        let delivery = Arc::new(Delivery { store, site, fallback_locales, public_url, clock });
        front.prepare = Some(Arc::new(move |request, _parts| request.data(Loads::new(delivery.clone()))));
        front.scalars = scalar_checks();
        let front = Arc::new(Front::new(delivery_schema(), &sdl(), limits.clone(), front)?);
        let mut router = front.routes(GRAPHQL_PATH);
        if let Some(options) = graphiql {
            router = router.merge(graphiql_routes(options));
        }
        if let Some(media) = media {
            router = router.merge(media);
        }
        Ok(Self { router: shell(router, &limits) })
    }

    /// Every route, with the outermost guards around them.
    pub fn router(self) -> Router {
        self.router
    }
}
