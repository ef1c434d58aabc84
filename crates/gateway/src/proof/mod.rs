//! Proof of what was issued: statements, the log of them, and answers to whoever holds a copy.

mod drill;
mod log;
mod making;
mod notary;
mod page;
mod sidecar;
mod verification;

use axum::Router;
use chrono::TimeDelta;

pub(crate) use self::notary::Drills;
pub use self::notary::Notary;
pub(crate) use self::sidecar::Sidecar;
pub(crate) use self::verification::{Standing, verification};
use crate::documents::Shelf;
use crate::graphql::delivery::Loads;

/// `/.well-known/jwks.json`, `/log/…`, `/v1/verify` and the page `/verify`.
pub(crate) fn proof_routes() -> Router<Shelf> {
    log::log_routes().merge(verification::verify_routes()).merge(page::page_routes())
}

/// What is told where nothing is stated.
const UNSIGNED: &str = "nothing is stated here: whoever runs this server makes a signing key with `griot key init`, and \
                        starts it again";

/// Statements are added although nothing is published: what was read of them is kept for a short time only.
fn keep_for(seconds: i64, loads: &Loads) {
    loads.store.note_until(loads.clock.now() + TimeDelta::seconds(seconds));
}
