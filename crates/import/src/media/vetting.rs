//! Which addresses may be asked for a file.

use std::collections::BTreeSet;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use super::address::is_public;

/// Why an address is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Forbidden {
    #[error("`{0}` is no http or https address")]
    Scheme(String),
    #[error("`{0}` has a user name or password in it")]
    Credentials(String),
    #[error("`{0}` is in a private or special network; allow it with --allow-host {0} if it is meant")]
    Private(String),
    #[error("`{0}` is not on port 80 or 443; allow it with --allow-host {0} if it is meant")]
    Port(String),
}

/// Decides about addresses.
#[derive(Clone, Debug)]
pub(super) struct Vetting {
    /// `HOST:PORT` that may be asked whatever they are.
    pub(super) allowed: BTreeSet<String>,
    /// Whether ports other than the usual may be asked.
    pub(super) any_port: bool,
}

/// How an address may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// Wherever its name leads in the public internet.
    Public,
    /// Wherever its name leads.
    Allowed,
}

impl Vetting {
    /// Looks at an address before it is asked, and at each it redirects to. Names are looked at once more when
    /// they have been resolved.
    pub(super) fn way(&self, url: &Url) -> Result<Way, Forbidden> {
        if !matches!(url.scheme(), "http" | "https") {
            return Err(Forbidden::Scheme(url.to_string()));
        }
        if !url.username().is_empty() || url.password().is_some() {
            let mut shown = url.clone();
            let _ = shown.set_password(None);
            return Err(Forbidden::Credentials(shown.to_string()));
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return Err(Forbidden::Scheme(url.to_string()));
        };
        let named = format!("{host}:{port}");
        if self.allowed.contains(&named) {
            return Ok(Way::Allowed);
        }
        let is_private = match host {
            Host::Ipv4(address) => !is_public(IpAddr::V4(address)),
            Host::Ipv6(address) => !is_public(IpAddr::V6(address)),
            Host::Domain(_) => false,
        };
        if is_private {
            return Err(Forbidden::Private(named));
        }
        if !self.any_port && !matches!(port, 80 | 443) {
            return Err(Forbidden::Port(named));
        }
        Ok(Way::Public)
    }
}

/// Resolves names to public addresses. All answers for a name must be public, and the connection goes to one of
/// these very answers, so that nothing can change in between.
pub(super) struct VettedResolver {
    pub(super) inner: Arc<dyn Resolve>,
}

impl Resolve for VettedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let answers = self.inner.resolve(name);
        Box::pin(async move {
            let answers: Vec<SocketAddr> = answers.await?.collect();
            if answers.is_empty() || !answers.iter().all(|answer| is_public(answer.ip())) {
                return Err(Forbidden::Private(host).into());
            }
            Ok(Box::new(answers.into_iter()) as Addrs)
        })
    }
}

/// The resolver of the system.
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let answers: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(answers.into_iter()) as Addrs)
        })
    }
}
