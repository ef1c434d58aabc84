//! Requests that go out: to where an import finds files, and to shared caches that are told of publications.
//!
//! Whoever may name an address could name one of this machine or of the network behind it. So names are resolved here, all
//! answers are looked at, and the connection goes to one of these very answers. Proxies of the environment are not used, and
//! no redirect is followed by itself.

mod address;
mod client;
mod vetting;

pub use client::{Egress, EgressError, Failure, Rules, Timeouts};
pub use reqwest::dns::{Addrs, Name, Resolve, Resolving};
pub use reqwest::header;
pub use reqwest::{Method, RequestBuilder, Response, StatusCode};
pub use vetting::Forbidden;
