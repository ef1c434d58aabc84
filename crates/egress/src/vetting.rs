//! Which addresses may be asked.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use tokio::sync::Semaphore;
use url::{Host, Url};

use crate::address::is_public;
use crate::client::{Reach, Rules};

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
    /// `HOST:PORT`, and the ports there may be.
    #[error("`{named}` is not on port {} or {}", usual[0], usual[1])]
    Port {
        #[allow(missing_docs)]
        named: String,
        #[allow(missing_docs)]
        usual: [u16; 2],
    },
    /// `HOST:PORT`.
    #[error("`{0}` is asked by plain http, which anybody on the way can read")]
    Plain(String),
    /// `HOST:PORT`.
    #[error("`{0}` is named by its address, and not by a name")]
    Unnamed(String),
    /// Nothing can be asked.
    #[error("{0}")]
    NoClient(String),
}

impl Forbidden {
    /// What is to be [allowed](Rules::allowed) if it is meant.
    pub fn meant(&self) -> Option<&str> {
        match self {
            Self::Private(named) | Self::Port { named, .. } | Self::Plain(named) | Self::Unnamed(named) => Some(named),
            Self::Scheme(_) | Self::Credentials(_) | Self::NoClient(_) => None,
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
    let is_named = matches!(host, Host::Domain(_));
    if rules.reach == Reach::Endpoints && url.scheme() != "https" {
        return Err(Forbidden::Plain(named));
    }
    if rules.reach == Reach::Endpoints && !is_named {
        return Err(Forbidden::Unnamed(named));
    }
    let is_private = match host {
        Host::Ipv4(address) => !is_public(IpAddr::V4(address)),
        Host::Ipv6(address) => !is_public(IpAddr::V6(address)),
        Host::Domain(_) => false,
    };
    if is_private {
        return Err(Forbidden::Private(named));
    }
    let usual = match rules.reach {
        Reach::Web => [80, 443],
        Reach::AnyPort => return Ok(Way::Public),
        Reach::Endpoints => [443, 8443],
    };
    if usual.contains(&port) { Ok(Way::Public) } else { Err(Forbidden::Port { named, usual }) }
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

/// Names a client looks up at a time: each keeps a thread until the system answers, however long that takes, and a stranger may
/// have us ask for names that nobody answers for.
const LOOKUPS: usize = 32;

/// The resolver of the system.
pub(crate) struct SystemResolver {
    places: Arc<Semaphore>,
}

impl Default for SystemResolver {
    fn default() -> Self {
        Self { places: Arc::new(Semaphore::new(LOOKUPS)) }
    }
}

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let places = Arc::clone(&self.places);
        Box::pin(async move {
            let place = places.acquire_owned().await?;
            // By itself: whoever stops waiting does not free the thread.
            let lookup = tokio::spawn(async move {
                let answers = tokio::net::lookup_host((name.as_str(), 0)).await.map(Vec::from_iter);
                drop(place);
                answers
            });
            Ok(Box::new(lookup.await??.into_iter()) as Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn only_the_usual_ports_are_asked() {
        let rules = Rules { allowed: BTreeSet::from(["intranet:8080".to_owned()]), reach: Reach::Web };
        let way = |url: &str| way(&rules, &Url::parse(url).unwrap());
        assert_eq!(way("https://example.org/a.png"), Ok(Way::Public));
        assert_eq!(way("http://intranet:8080/a.png"), Ok(Way::Allowed));
        assert!(matches!(way("http://intranet:8081/a.png"), Err(Forbidden::Port { .. })));
        assert!(matches!(way("http://example.org:22/"), Err(Forbidden::Port { .. })));
    }
    #[test]
    fn endpoints_are_named_and_asked_by_https() {
        let rules = Rules { allowed: BTreeSet::from(["127.0.0.1:8080".to_owned()]), reach: Reach::Endpoints };
        let way = |url: &str| way(&rules, &Url::parse(url).unwrap());
        assert_eq!(way("https://example.org/hook"), Ok(Way::Public));
        assert_eq!(way("https://example.org:8443/hook"), Ok(Way::Public));
        assert_eq!(way("http://127.0.0.1:8080/hook"), Ok(Way::Allowed));
        assert!(matches!(way("http://example.org/hook"), Err(Forbidden::Plain(_))));
        assert!(matches!(way("https://1.1.1.1/hook"), Err(Forbidden::Unnamed(_))));
        assert!(matches!(way("https://example.org:80/hook"), Err(Forbidden::Port { usual: [443, 8443], .. })));
    }
}
