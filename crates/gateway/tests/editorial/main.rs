//! What the editorial schema answers and does, over the real stores.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod acts;
mod documentation;
mod errors;
mod history;
mod mentions;
mod partners;
mod patches;
mod publishing;
mod roles;
mod suggestions;
mod support;
mod together;
