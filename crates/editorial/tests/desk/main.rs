//! Commands at the desk, over real stores on both databases.

#![expect(clippy::unwrap_used, reason = "helpers of tests unwrap like the tests themselves")]

mod clocks;
mod merging;
mod publishing;
mod reimporting;
mod scheduling;
mod starts;
mod support;
mod writing;
