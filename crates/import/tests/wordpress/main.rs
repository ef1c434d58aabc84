//! WordPress exports into real stores.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod again;
mod attacks;
mod damage;
mod drafts;
mod exchange;
mod kinds;
mod media;
mod names;
mod support;
