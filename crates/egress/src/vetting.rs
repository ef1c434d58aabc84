//! Which addresses may be asked.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use url::{Host, Url};

use crate::address::is_public;
use crate::client::Rules;

/// Why an address is not asked.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Forbidden {
    #[allow(missing_docs)]
    #[error("`{0}` is no http or https address")]
    Scheme(String),
    #[allow(missing_docs)]
    #[error("`{0}` has a user name or password in it")]
    Credentials(String),
    /// `HOST:PORT`, or the name alone where it was its addresses that are not public.
    #[error("`{0}` is in a private or special network")]
    Private(String),
    /// `HOST:PORT`.
    #[error("`{0}` is not on port 80 or 443")]
    Port(String),
}

impl Forbidden {
    /// What is to be [allowed](Rules::allowed) if it is meant.
    pub fn meant(&self) -> Option<&str> {
        match self {
            Self::Private(named) | Self::Port(named) => Some(named),
            Self::Scheme(_) | Self::Credentials(_) => None,
        }
    }
}

/// How an address may be asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Way {
    /// Wherever its name leads in the public internet.
    Public,
    /// Wherever its name leads.
    Allowed,
}

/// Looks at an address before it is asked, and at each it redirects to. Names are looked at once more when
/// they have been resolved.
pub(crate) fn way(rules: &Rules, url: &Url) -> Result<Way, Forbidden> {
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
    if rules.allowed.contains(&named) {
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
    if !rules.any_port && !matches!(port, 80 | 443) {
        return Err(Forbidden::Port(named));
    }
    Ok(Way::Public)
}

/// Resolves names to public addresses. All answers for a name must be public, and the connection goes to one of
/// these very answers, so that nothing can change in between.
pub(crate) struct VettedResolver {
    pub(crate) inner: Arc<dyn Resolve>,
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
pub(crate) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let answers: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            Ok(Box::new(answers.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn only_the_usual_ports_are_asked() {
        let rules = Rules { allowed: BTreeSet::from(["intranet:8080".to_owned()]), any_port: false };
        let way = |url: &str| way(&rules, &Url::parse(url).unwrap());
        assert_eq!(way("https://example.org/a.png"), Ok(Way::Public));
        assert_eq!(way("http://intranet:8080/a.png"), Ok(Way::Allowed));
        assert!(matches!(way("http://intranet:8081/a.png"), Err(Forbidden::Port(_))));
        assert!(matches!(way("http://example.org:22/"), Err(Forbidden::Port(_))));
    }
}
