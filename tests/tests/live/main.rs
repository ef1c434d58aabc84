//! Subscriptions over the built binary: sockets with raw frames, event streams, and many of them at once.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod desk;
mod doors;
mod exactly_once;
mod lasting;
mod many;
mod protocol;
mod secrets;
mod slow;
mod streams;
mod wire;
