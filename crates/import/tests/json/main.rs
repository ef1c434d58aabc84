//! JSON lines in and out of real records, on both databases.

mod documentation;
mod errors;
mod identity;
mod mentions;
mod refusals;
mod round_trip;
mod support;
