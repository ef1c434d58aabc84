//! Where a request comes from, behind proxies too.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use axum::http::{Extensions, HeaderMap, HeaderName};
use griot_front::PeerAddress;
use ipnet::IpNet;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// Proxies whose word on where a request comes from is taken.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<IpNet>);

impl TrustedProxies {
    /// Proxies at an address of one of these networks.
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks)
    }

    /// Address of the client: the other end of the connection, or what the proxies there say. Each proxy adds the
    /// address it was asked from at the end of `X-Forwarded-For`; whatever stands before the last one that is no
    /// proxy of ours may be made up.
    pub(crate) fn client(&self, extensions: &Extensions, headers: &HeaderMap) -> IpAddr {
        let peer = extensions.get::<PeerAddress>().map_or(Ipv4Addr::UNSPECIFIED.into(), |peer| peer.0.to_canonical());
        let lines: Vec<&str> = headers.get_all(FORWARDED_FOR).iter().filter_map(|line| line.to_str().ok()).collect();
        let mut client = peer;
        for hop in lines.iter().rev().flat_map(|line| line.rsplit(',')) {
            if !self.holds(client) {
                break;
            }
            match address(hop.trim()) {
                Some(address) => client = address,
                None => break,
            }
        }
        client
    }

    fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.contains(&address))
    }
}

/// Some proxies write the port as well.
fn address(hop: &str) -> Option<IpAddr> {
    let bare = hop.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(hop);
    let address = bare.parse().ok().or_else(|| hop.parse::<SocketAddr>().ok().map(|socket| socket.ip()));
    address.map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use rstest::rstest;

    use super::*;

    #[rstest]
    #[case::a_stranger_is_not_believed("192.0.2.9", &["203.0.113.1"], "192.0.2.9")]
    #[case::a_proxy_is("10.0.0.1", &["203.0.113.1"], "203.0.113.1")]
    #[case::as_ipv4_in_ipv6("::ffff:10.0.0.1", &["203.0.113.1"], "203.0.113.1")]
    #[case::what_the_client_made_up_is_not("10.0.0.1", &["198.51.100.7, 203.0.113.1"], "203.0.113.1")]
    #[case::proxies_stand_in_a_row("10.0.0.1", &["198.51.100.7, 203.0.113.1", "10.0.0.2"], "203.0.113.1")]
    #[case::ports_are_left_out("10.0.0.1", &["203.0.113.1:4711"], "203.0.113.1")]
    #[case::ipv6_in_brackets("10.0.0.1", &["[2001:db8::1]:4711"], "2001:db8::1")]
    #[case::nonsense_names_nobody("10.0.0.1", &["203.0.113.1, unknown"], "10.0.0.1")]
    #[case::proxies_alone("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3")]
    #[case::nothing_said("10.0.0.1", &[], "10.0.0.1")]
    fn the_client_is_the_last_one_that_is_no_proxy(#[case] peer: &str, #[case] lines: &[&str], #[case] client: &str) {
        let proxies = TrustedProxies::new(vec!["10.0.0.0/8".parse().unwrap()]);
        let mut extensions = Extensions::new();
        extensions.insert(PeerAddress(peer.parse().unwrap()));
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(FORWARDED_FOR, line.parse().unwrap());
        }
        assert_eq!(proxies.client(&extensions, &headers), client.parse::<IpAddr>().unwrap());
    }

    #[test]
    fn nobody_is_believed_unless_it_is_set() {
        let mut extensions = Extensions::new();
        extensions.insert(PeerAddress("127.0.0.1".parse().unwrap()));
        let headers = HeaderMap::from_iter([(FORWARDED_FOR, "203.0.113.1".parse().unwrap())]);
        let client = TrustedProxies::default().client(&extensions, &headers);
        assert_eq!(client, "127.0.0.1".parse::<IpAddr>().unwrap());
    }
}
