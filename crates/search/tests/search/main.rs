//! Searches over a record of its own for each test, on both databases.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod corpus;
mod damage;
mod following;
mod quality;
mod robust;
mod support;
