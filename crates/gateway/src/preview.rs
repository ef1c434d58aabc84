//! The record as it would be if the working state of some entries were published, for whoever holds a token for it.

use std::sync::{Arc, Mutex, PoisonError};

use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use griot_access::AuthFailure;
use griot_domain::EntryId;
use griot_front::{Front, OperationMode};
use griot_persistence::{Location, PreviewScope, PublishedStore, StoreError};

use crate::audience::{Showing, Shown};
use crate::auth::{Gate, for_one_reader, turn_away};
use crate::graphql::delivery::{Delivery, DeliverySchema};
use crate::{PREVIEW_MEDIA_PATH, PREVIEW_PATH};

/// Sets of entries whose preview is kept open. A handle has no connection after a minute without a question, so this bounds
/// connections while many are previewed at once.
const MOST_OPEN: usize = 8;

const ROBOTS: HeaderName = HeaderName::from_static("x-robots-tag");

/// The previews of a record.
pub(crate) struct Previews {
    pub gate: Gate,
    location: Location,
    showing: Showing,
    /// The one used last stands last.
    open: Mutex<Vec<(Vec<EntryId>, Arc<Delivery>)>>,
}

impl Previews {
    pub fn new(gate: Gate, location: Location, showing: Showing) -> Self {
        Self { gate, location, showing, open: Mutex::default() }
    }

    async fn of(&self, entries: &[EntryId]) -> Result<Arc<Delivery>, StoreError> {
        if let Some(known) = self.used(entries, None) {
            return Ok(known);
        }
        let store = PublishedStore::open_preview(&self.location, PreviewScope { entries: entries.to_vec() }).await?;
        let opened = self.showing.of(store, PREVIEW_MEDIA_PATH, None);
        Ok(self.used(entries, Some(Arc::clone(&opened))).unwrap_or(opened))
    }

    /// The open preview of `entries`, or `opened` when there is none; what is given goes last. The one that was not used
    /// for longest makes room, and is closed when the last request that reads it ends.
    fn used(&self, entries: &[EntryId], opened: Option<Arc<Delivery>>) -> Option<Arc<Delivery>> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let known = open.iter().position(|(known, _)| known == entries).map(|at| open.remove(at).1);
        let used = known.or(opened)?;
        if open.len() >= MOST_OPEN {
            open.remove(0);
        }
        open.push((entries.to_vec(), Arc::clone(&used)));
        Some(used)
    }
}

/// `/preview/graphql`, and the media files of previews.
pub(crate) fn preview_routes(front: Arc<Front<DeliverySchema>>, media: Router, previews: Previews) -> Router {
    front.routes(PREVIEW_PATH).merge(media).layer(from_fn_with_state(Arc::new(previews), by_token))
}

/// Shows the entries that the token in hand opens. The token is looked up each time, so a revoked one is refused at once.
async fn by_token(State(previews): State<Arc<Previews>>, mut request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return next.run(request).await;
    }
    let credentials = previews.gate.credentials(&request);
    let shown = match previews.gate.preview(&credentials).await {
        Ok(grant) => previews.of(&grant.entries).await.map_err(AuthFailure::Unavailable),
        Err(failure) => Err(failure),
    };
    let response = match shown {
        Ok(delivery) => {
            request.extensions_mut().insert(Shown(delivery));
            request.extensions_mut().insert(OperationMode::Open);
            next.run(request).await
        }
        Err(failure) => turn_away(&failure, request.method(), request.version()),
    };
    let mut response = for_one_reader(response);
    response.headers_mut().insert(ROBOTS, HeaderValue::from_static("noindex, nofollow, noarchive"));
    response
}
