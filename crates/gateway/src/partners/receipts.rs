//! Partners say what they did with what was taken back.

use std::sync::Arc;

use axum::body::Body;
use axum::extract::{Path, State};
use axum::http::{Response, StatusCode};
use griot_domain::EntryId;
use griot_persistence::{Receipt, ReceiptState};
use serde::Deserialize;
use serde_json::json;

use super::Partners;
use super::account::{Key, partner_of, told};
use super::problem::Problem;
use crate::body::whole;

/// Bytes of a body.
const BODY: usize = 8 * 1024;
/// Characters of a note.
const NOTE: usize = 1_000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Said {
    state: String,
    note: Option<String>,
}

/// Keeps the partner's word on an entry that it was told of, or on a drill.
pub(super) async fn put_receipt(
    State(partners): State<Arc<Partners>>,
    key: Key,
    Path(id): Path<String>,
    body: Body,
) -> Response<Body> {
    let kept = async {
        let (partner, asking) = partner_of(key)?;
        let states = ReceiptState::ALL.map(ReceiptState::as_str).join(", ");
        let body = whole(body, BODY).await?;
        let Said { state, note } = serde_json::from_slice(&body).map_err(|err| {
            Problem::bad(format!("the body is not {{\"state\": \"removed\", \"note\": \"…\"}}: {err}"))
        })?;
        let found = ReceiptState::ALL.into_iter().find(|known| known.as_str() == state);
        let state = found.ok_or_else(|| Problem::bad(format!("`state` is `{state}`: write one of {states}")))?;
        if note.as_ref().is_some_and(|note| note.chars().count() > NOTE) {
            return Err(Problem::bad(format!("`note` has more than {NOTE} characters")));
        }
        let entry: Option<EntryId> = id.parse().ok();
        let is_told = match entry {
            Some(entry) => partners.store.told_of(entry).await?.contains(&partner.id),
            None => false,
        };
        let Some(entry) = entry.filter(|_| is_told) else {
            let detail = format!("this partner was told of nothing with the id {id}; it is the `id` of a change");
            return Err(Problem::new(StatusCode::NOT_FOUND, "not-found", detail));
        };
        let receipt = Receipt { partner: partner.id, entry, state, note, at: partners.clock.now() };
        partners.store_by(&asking).save_receipt(&receipt).await?;
        Ok(json!({ "id": entry.to_string(), "state": state.as_str(), "note": receipt.note, "at": receipt.at }))
    };
    told(kept.await)
}
