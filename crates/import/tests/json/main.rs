//! JSON lines in and out of real records, on both databases.

#![expect(clippy::unwrap_used, reason = "what cannot be set up fails the test")]

mod documentation;
mod errors;
mod identity;
mod mentions;
mod refusals;
mod round_trip;
mod support;
