//! Who gets in where, and sees what: over HTTP, on the real stores.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails there")]

mod agency;
mod archives;
mod audience;
mod editorial;
mod feeds;
mod merging;
mod oembed;
mod operations;
mod partners;
mod pictures;
mod posts;
mod preview;
mod products;
mod received;
mod scope;
mod support;
mod terms;
mod uploads;
