//! The hub for our own feeds, and what feeds are to it.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{Request, State};
use axum::http::header::RETRY_AFTER;
use axum::http::{HeaderValue, Response, StatusCode};
use axum::routing::post;
use griot_webhooks::{Asking, Content, Hub, HubError, Making, Topics, Unmade};

use crate::body::whole;
use crate::documents::{has_topic, topic};
use crate::graphql::delivery::{Delivery, Loads};
use crate::partners::Problem;

/// Where subscriptions are asked for.
pub const HUB_PATH: &str = "/v1/websub/hub";

/// Bytes of a request: a callback and a topic are addresses.
const BODY: usize = 8 * 1024;
/// Seconds after which who was turned away may come again.
const AGAIN_IN: u64 = 60;

/// The public feeds.
pub(crate) struct PublicFeeds {
    pub public: Arc<Delivery>,
    /// The hub they name.
    pub hub: String,
}

impl Topics for PublicFeeds {
    fn has<'a>(&'a self, name: &'a str) -> Asking<'a> {
        Box::pin(async move {
            let loads = Loads::new(Arc::clone(&self.public), None);
            has_topic(name, &loads).await.map_err(|cause| {
                tracing::error!(?cause, topic = name, "whether there is such a feed cannot be told");
                Unmade
            })
        })
    }

    fn content<'a>(&'a self, name: &'a str) -> Making<'a> {
        Box::pin(async move {
            let loads = Loads::new(Arc::clone(&self.public), None);
            match topic(name, &self.hub, &loads).await {
                Ok(made) => Ok(made.map(|(content_type, body)| Content { content_type, body: body.into() })),
                Err(cause) => {
                    tracing::error!(?cause, topic = name, "a feed could not be made for its subscribers");
                    Err(Unmade)
                }
            }
        })
    }
}

/// The hub's address.
pub(crate) fn hub_routes(hub: Hub) -> Router {
    Router::new().route(HUB_PATH, post(ask)).with_state(hub)
}

async fn ask(State(hub): State<Hub>, request: Request) -> Response<Body> {
    let body = match whole(request.into_body(), BODY).await {
        Ok(body) => body,
        Err(problem) => return problem.response(),
    };
    match hub.accept(&body).await {
        Ok(()) => {
            let mut taken = Response::new(Body::empty());
            *taken.status_mut() = StatusCode::ACCEPTED;
            taken
        }
        Err(refused) => problem(refused),
    }
}

fn problem(refused: HubError) -> Response<Body> {
    let text = refused.to_string();
    match refused {
        HubError::Busy(_) | HubError::Full | HubError::FullOfTopics => {
            let mut response = Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-subscriptions", text).response();
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(AGAIN_IN));
            response
        }
        HubError::Topic { .. } => Problem::new(StatusCode::NOT_FOUND, "no-feed", text).response(),
        HubError::Store(error) => Problem::from(error).response(),
        HubError::Unmade(_) => Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal-error", text).response(),
        _ => Problem::bad(text).response(),
    }
}
