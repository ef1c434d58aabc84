//! Requests that go out: to where an import finds files, to shared caches that are told of publications, and to endpoints of
//! partners.
//!
//! Whoever may name an address could name one of this machine or of the network behind it. So names are resolved here, all
//! answers are looked at, and the connection goes to one of these very answers. Proxies of the environment are not used, and
//! no redirect is followed by itself.

mod address;
mod answer;
mod client;
mod vetting;

pub use answer::{beginning_of, retry_after};
pub use client::{Egress, EgressError, Failure, Reach, Rules, Timeouts};
pub use reqwest::dns::{Addrs, Name, Resolve, Resolving};
pub use reqwest::header;
pub use reqwest::{Method, RequestBuilder, Response, StatusCode};
pub use vetting::Forbidden;
