//! The editorial schema over HTTP, for those who work there.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use griot_front::{Front, FrontError, FrontOptions, Limits, OperationMode};

use crate::EDITORIAL_PATH;
use crate::auth::{Gate, for_one_reader, turn_away};
use crate::cors::{AllowedOrigins, listed_sites_only};
use crate::graphql::editorial::{Editor, EditorialSchema, PreviewDesk, editorial_scalars, editorial_sdl};

/// Who gets in, and what they are given.
pub(crate) struct Editors {
    pub gate: Gate,
    pub previews: PreviewDesk,
    pub origins: AllowedOrigins,
}

/// `/editorial/graphql`, and where files are brought in.
pub(crate) fn editorial_routes(
    schema: EditorialSchema,
    uploads: Router,
    editors: Editors,
    limits: &Limits,
    options: FrontOptions,
) -> Result<Router, FrontError> {
    let Editors { gate, previews, origins } = editors;
    let options = FrontOptions {
        scalars: editorial_scalars(),
        prepare: Some(Arc::new(move |request, parts: &Parts| with_editor(request, parts, &previews))),
        // Editors' programs send what they mean; what clients of delivery may name is nothing to them.
        operations: OperationMode::Open,
        registered_bytes: 0,
        ..options
    };
    let front = Arc::new(Front::new(schema, &editorial_sdl(), roomy(limits), options)?);
    let routes = front.routes(EDITORIAL_PATH).merge(uploads).layer(from_fn_with_state(Arc::new(gate), editors_only));
    Ok(routes.layer(from_fn_with_state(origins, listed_sites_only)))
}

/// Whole articles are sent at once, and whoever sends them is known.
fn roomy(limits: &Limits) -> Limits {
    Limits {
        body_bytes: 1024 * 1024,
        document_bytes: 64 * 1024,
        tokens: 4_000,
        variables_depth: 32,
        deadline_ms: 30_000,
        ..limits.clone()
    }
}

/// Lets in those who work on the editorial side, and nobody else.
async fn editors_only(State(gate): State<Arc<Gate>>, mut request: Request, next: Next) -> Response {
    let credentials = gate.credentials(&request);
    let response = match gate.principal(&credentials).await {
        Ok(principal) => {
            request.extensions_mut().insert(Editor { principal, origin: credentials.address.to_string() });
            next.run(request).await
        }
        Err(failure) => turn_away(&failure, request.method(), request.version()),
    };
    for_one_reader(response)
}

/// Gives a request what the editorial schema reads.
fn with_editor(request: async_graphql::Request, parts: &Parts, previews: &PreviewDesk) -> async_graphql::Request {
    let editor: &Editor = parts.extensions.get().expect("a layer around the endpoint lets editors in alone");
    request.data(editor.clone()).data(previews.clone())
}
