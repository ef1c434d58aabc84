//! What a listener serves: the routes, and a way around them for what is asked for most.

use std::convert::Infallible;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Instant;

use axum::body::{Body, HttpBody};
use axum::http::header::AUTHORIZATION;
use axum::http::{Request, Response};
use axum::{BoxError, Router};
use bytes::Bytes;
use griot_front::{Front, Shared};
use tower::Service;

use crate::GRAPHQL_PATH;
use crate::auth::depending_on_reader;
use crate::graphql::delivery::DeliverySchema;
use crate::metrics::Metrics;

/// Every route. An answer to the public that is kept is sent without a look at them: the routes and what is around each
/// cost about as much as the rest of it.
#[derive(Clone)]
pub struct Doors {
    pub(crate) routes: Router,
    pub(crate) delivery: Arc<Front<DeliverySchema>>,
    /// Whose answers are those of who brings no key.
    pub(crate) public: Shared,
    pub(crate) metrics: Option<Metrics>,
}

impl<B> Service<Request<B>> for Doors
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Response, Infallible>> + Send>>;

    fn poll_ready(&mut self, _: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Poll::Ready(Ok(()))
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let mut doors = self.clone();
        Box::pin(async move {
            let request = request.map(Body::new);
            let is_public = request.uri().path() == GRAPHQL_PATH && !request.headers().contains_key(AUTHORIZATION);
            if !is_public {
                return doors.routes.call(request).await;
            }
            let start = Instant::now();
            match doors.delivery.recall(request, doors.public).await {
                Ok(response) => {
                    if let Some(metrics) = &doors.metrics {
                        metrics.count(GRAPHQL_PATH, response.status(), start);
                    }
                    Ok(depending_on_reader(response))
                }
                Err(request) => doors.routes.call(request).await,
            }
        })
    }
}
