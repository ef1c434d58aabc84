//! A sender, real stores and real receivers over HTTP, well-behaved and otherwise.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod dead;
mod delivery;
mod hostile;
mod limits;
mod order;
mod receiver;
mod retries;
mod support;
