//! Addresses that partners may name.

use griot_egress::{Egress, Forbidden};
use url::Url;

/// The longest address, in bytes.
const LONGEST: usize = 2_000;

/// Why an address cannot be an endpoint. Texts name the address and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    #[allow(missing_docs)]
    #[error("`{0}` is no address; write one such as https://hooks.example.org/griot")]
    NoUrl(String),
    #[allow(missing_docs)]
    #[error("the address has {0} bytes; use one of at most {LONGEST}")]
    Long(usize),
    #[allow(missing_docs)]
    #[error("`{0}` has a `#` part, which no server is told of; leave it out")]
    Fragment(String),
    #[allow(missing_docs)]
    #[error("{source}; {}", remedy(source))]
    Forbidden {
        #[from]
        #[allow(missing_docs)]
        source: Forbidden,
    },
}

/// What to do about it.
fn remedy(forbidden: &Forbidden) -> &'static str {
    match forbidden {
        Forbidden::Scheme(_) | Forbidden::Plain(_) => "write an address that begins with https://",
        Forbidden::Credentials(_) => "leave them out: deliveries are signed",
        Forbidden::Private(_) => "use a host that the public internet reaches",
        Forbidden::Port { .. } => "have the endpoint listen on one of these",
        Forbidden::Unnamed(_) => "use a host name with a certificate",
        Forbidden::NoClient(_) => "have the office look after its server",
    }
}

/// An address as an endpoint may have it. Its name is resolved, and what it leads to vetted, at each attempt.
pub fn address(raw: &str, egress: &Egress) -> Result<Url, AddressError> {
    if raw.len() > LONGEST {
        return Err(AddressError::Long(raw.len()));
    }
    let url = Url::parse(raw.trim()).map_err(|_| AddressError::NoUrl(raw.to_owned()))?;
    egress.vet(&url)?;
    if url.fragment().is_some() {
        return Err(AddressError::Fragment(raw.to_owned()));
    }
    Ok(url)
}
