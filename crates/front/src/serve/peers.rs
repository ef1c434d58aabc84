use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Open connections by address of the client; with IPv6 by network (/64), since a client has a whole one.
#[derive(Clone)]
pub struct Peers {
    /// No bound when 0.
    most: usize,
    open: Arc<Mutex<HashMap<IpAddr, usize>>>,
}

/// One connection; counts until it is dropped.
pub struct Peer {
    peers: Peers,
    address: IpAddr,
}

impl Peers {
    /// At most this many connections of an address; no bound when 0.
    pub fn new(most: usize) -> Self {
        Self { most, open: Arc::default() }
    }

    /// `None` when the address holds as many connections as it may.
    pub fn admit(&self, address: IpAddr) -> Option<Peer> {
        let address = network(address);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let count = open.entry(address).or_default();
        if self.most != 0 && *count >= self.most {
            return None;
        }
        *count += 1;
        Some(Peer { peers: self.clone(), address })
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        let mut open = self.peers.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = open.get_mut(&self.address) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.address);
            }
        }
    }
}

fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into(),
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_bounded_and_forgotten_when_its_last_connection_ends() {
        let peers = Peers::new(1);
        let address = |raw: &str| raw.parse::<IpAddr>().unwrap();
        let first = peers.admit(address("2001:db8::1")).unwrap();
        assert!(peers.admit(address("2001:db8::2")).is_none(), "one network");
        let _other = peers.admit(address("2001:db8:0:1::1")).unwrap();
        let fourth = peers.admit(address("192.0.2.1")).unwrap();
        assert!(peers.admit(address("::ffff:192.0.2.1")).is_none(), "one address in two spellings");
        drop((first, fourth));
        assert_eq!(peers.open.lock().unwrap().len(), 1);
        assert!(peers.admit(address("2001:db8::2")).is_some());
    }
}
