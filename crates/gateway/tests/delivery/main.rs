//! What the delivery schema answers, over the real stores.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod changes;
mod faults;
mod lists;
mod pages;
mod retractions;
mod search;
mod support;
mod times;
