//! What a reader of delivery gets to see. It is decided here and nowhere else, by the key that came with the request.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{Method, header};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use griot_access::{AuthFailure, Caller, Reader};
use griot_domain::{Clock, Locale, Site};
use griot_front::fresh::Reads;
use griot_front::{Front, OperationMode, Personal, Shared};
use griot_persistence::PublishedStore;
use griot_search::Search;

use crate::GRAPHQL_PATH;
use crate::auth::{Credentials, Gate, depending_on_reader, for_one_reader, turn_away};
use crate::graphql::delivery::memory::Memory;
use crate::graphql::delivery::{Delivery, DeliverySchema, Loads};
use crate::live::{Entered, Live, entrance};
use crate::operations::mode_of;
use crate::partners::{Receiving, Source};

/// How much of the record somebody sees.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Audience {
    /// What is published.
    Public,
    /// That, and what is under embargo.
    Early,
}

impl Audience {
    /// Whoever writes the record sees here what the public does: drafts are for the editorial side and previews.
    fn of(caller: Option<&Caller>) -> Self {
        match caller {
            Some(Caller::Reader(Reader { sees_embargoed: true, .. })) => Self::Early,
            Some(Caller::Reader(_) | Caller::Principal(_)) | None => Self::Public,
        }
    }
}

/// The record as each audience sees it.
pub(crate) struct Audiences {
    pub gate: Gate,
    pub public: Arc<Delivery>,
    /// `None` where nothing but published content is held.
    pub early: Option<Arc<Delivery>>,
    /// What partners receive, where there are any.
    pub partners: Option<Source>,
    /// Which documents are run for those whose key does not say.
    pub mode: OperationMode,
}

/// The record as whoever sent a request sees it, among the request's extensions.
#[derive(Clone)]
pub(crate) struct Shown(pub Arc<Delivery>);

/// What delivery says alike to everybody, whatever store it reads.
#[derive(Clone)]
pub(crate) struct Showing {
    pub site: Site,
    pub fallback_locales: Vec<Locale>,
    pub public_url: String,
    pub clock: Arc<dyn Clock>,
    /// Finds what is public, for whoever asks.
    pub search: Option<Arc<Search>>,
}

impl Showing {
    /// The record in `store`, with media files below `media_path`; `memory` keeps what was read of it.
    pub fn of(&self, store: PublishedStore, media_path: &str, memory: Option<Arc<Memory>>) -> Arc<Delivery> {
        Arc::new(Delivery::new(store, media_path, memory, self))
    }
}

impl Audiences {
    /// The record as whoever sent a request sees it, whether that is more than the public does, and who it is.
    pub async fn of(&self, credentials: &Credentials) -> Result<(Shown, bool, Entered), AuthFailure> {
        let caller = self.gate.caller(credentials).await?;
        let audience = Audience::of(caller.as_ref());
        let entered = Entered {
            mode: mode_of(caller.as_ref(), self.mode),
            origin: caller.map(|caller| caller.origin().clone()),
            address: credentials.address,
        };
        Ok((self.shown(audience), audience == Audience::Early, entered))
    }

    fn shown(&self, audience: Audience) -> Shown {
        let delivery = match (audience, &self.early) {
            (Audience::Early, Some(early)) => early,
            (Audience::Early, None) | (Audience::Public, _) => &self.public,
        };
        Shown(Arc::clone(delivery))
    }
}

/// `/graphql`, where `live` takes those who want to listen.
pub(crate) fn delivery_routes(front: Arc<Front<DeliverySchema>>, live: Arc<Live>, audiences: Arc<Audiences>) -> Router {
    let routes = front.routes(GRAPHQL_PATH).layer(from_fn_with_state(live, entrance));
    routes.layer(from_fn_with_state(audiences, by_audience))
}

/// Shows each reader what the key in hand opens; without one, what is published.
async fn by_audience(State(audiences): State<Arc<Audiences>>, mut request: Request, next: Next) -> Response {
    // Browsers ask whether they may ask, and bring no credentials for that.
    if request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    let is_keyed = request.headers().contains_key(header::AUTHORIZATION);
    let credentials = audiences.gate.credentials(&request);
    let response = match audiences.of(&credentials).await {
        Ok((shown, is_early, entered)) => {
            let mode = entered.mode;
            request.extensions_mut().insert(shown);
            request.extensions_mut().insert(mode);
            request.extensions_mut().insert(entered);
            if let Some(receiving) = audiences.partners.as_ref().and_then(|source| source.of(request.extensions())) {
                request.extensions_mut().insert(receiving);
                request.extensions_mut().insert(Personal);
            }
            // What is refused to some is run for others, so each mode has answers of its own.
            // What is under embargo changes without a publication, and few see it: their answers are made anew.
            if !is_early {
                request.extensions_mut().insert(shared_by(mode));
            }
            next.run(request).await
        }
        Err(failure) => turn_away(&failure, request.method(), request.version()),
    };
    if is_keyed { for_one_reader(response) } else { depending_on_reader(response) }
}

/// Those who have the public's answers in a mode.
fn shared_by(mode: OperationMode) -> Shared {
    Shared(mode as u8)
}

/// Those who bring no key.
pub(crate) fn shared_by_public(mode: OperationMode) -> Shared {
    shared_by(mode_of(None, mode))
}

/// Gives a request what its resolvers read.
pub(crate) fn with_loads(request: async_graphql::Request, parts: &Parts) -> async_graphql::Request {
    let Shown(delivery) = parts.extensions.get().expect("a layer around the endpoint decides what is shown");
    let reads = parts.extensions.get::<Arc<Reads>>();
    let loads = Loads::new(Arc::clone(delivery), reads.cloned());
    let request = match loads.parts() {
        Some(kept) => request.data(kept).data(loads),
        None => request.data(loads),
    };
    // What may be kept is nobody's own, whatever the front thought of the document.
    match parts.extensions.get::<Receiving>().filter(|_| reads.is_none()) {
        Some(receiving) => request.data(receiving.clone()),
        None => request,
    }
}

#[cfg(test)]
mod tests {
    use griot_access::{Origin, Principal, Role};

    use super::*;

    #[test]
    fn only_an_entitled_delivery_key_sees_what_is_under_embargo() {
        let origin = || Origin::Key { id: "abc234def567".to_owned() };
        let reader = |sees_embargoed| {
            Caller::Reader(Reader {
                id: "key:a".to_owned(),
                partner: None,
                sees_embargoed,
                operations: None,
                origin: origin(),
            })
        };
        assert_eq!(Audience::of(Some(&reader(true))), Audience::Early);
        assert_eq!(Audience::of(Some(&reader(false))), Audience::Public);
        assert_eq!(Audience::of(None), Audience::Public);
        for role in Role::ALL {
            let principal = Principal { id: "key:a".to_owned(), name: "A".to_owned(), role, origin: origin() };
            assert_eq!(Audience::of(Some(&Caller::Principal(principal))), Audience::Public, "{role}");
        }
    }
}
