//! Addresses that lead where nobody should be led. Nothing may connect to the listener they point at.

use std::collections::{BTreeSet, HashMap};
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use griot_domain::SystemClock;
use griot_egress::{Addrs, Name, Resolve, Resolving};
use griot_persistence::SigningSecrets;
use griot_testbed::Backend;
use griot_webhooks::{
    Asking, Caller, CallerSettings, Content, Endpoints, Hub, HubSettings, Making, NewEndpoint, Secret, Topics,
};
use url::Url;
use uuid::Uuid;

use crate::receiver::{Mode, Receiver};
use crate::support::{House, event, until};

/// Written as they are, `PORT` being that of the listener.
const WRITTEN: [&str; 52] = [
    "https://127.0.0.1:PORT/",
    "https://127.1:PORT/",
    "https://127.0.1:PORT/",
    "https://2130706433:PORT/",
    "https://0x7f000001:PORT/",
    "https://0X7F.1:PORT/",
    "https://0x7f.0x0.0x0.0x1:PORT/",
    "https://0177.0.0.1:PORT/",
    "https://017700000001:PORT/",
    "https://0177.0.0.01:PORT/",
    "https://127.0.0.1.:PORT/",
    "https://%31%32%37.0.0.1:PORT/",
    "https://127。0。0。1:PORT/",
    "https://１２７.0.0.1:PORT/",
    "https://①②⑦.⓪.⓪.①:PORT/",
    "https://0:PORT/",
    "https://0.0.0.0:PORT/",
    "https://0x0:PORT/",
    "https://10.0.0.1:PORT/",
    "https://10.1:PORT/",
    "https://100.64.0.1:PORT/",
    "https://169.254.169.254/latest/meta-data/",
    "https://0xa9fea9fe/latest/meta-data/",
    "https://2852039166/latest/meta-data/",
    "https://172.16.0.1:PORT/",
    "https://192.168.0.1:PORT/",
    "https://192.0.0.8:PORT/",
    "https://198.18.0.1:PORT/",
    "https://224.0.0.1:PORT/",
    "https://255.255.255.255:PORT/",
    "https://[::1]:PORT/",
    "https://[0:0:0:0:0:0:0:1]:PORT/",
    "https://[::]:PORT/",
    "https://[::ffff:127.0.0.1]:PORT/",
    "https://[::ffff:7f00:1]:PORT/",
    "https://[::ffff:169.254.169.254]/",
    "https://[::127.0.0.1]:PORT/",
    "https://[64:ff9b::127.0.0.1]:PORT/",
    "https://[2002:7f00:1::]:PORT/",
    "https://[fe80::1]:PORT/",
    "https://[fc00::1]:PORT/",
    "https://[fd00:ec2::254]/",
    "https://[ff02::1]:PORT/",
    "https://[2001:db8::1]:PORT/",
    "https://[100::1]:PORT/",
    "https://8.8.8.8:PORT/",
    "https://[2606:4700::1111]:PORT/",
    "http://127.0.0.1:PORT/",
    "https://user@127.0.0.1:PORT/",
    "https://partner.example@127.0.0.1:PORT/",
    "gopher://127.0.0.1:PORT/",
    "file:///etc/passwd",
];

/// Names, and what they lead to; the resolver adds the port of the listener.
const NAMED: [(&str, &[&str]); 24] = [
    ("localhost", &["127.0.0.1"]),
    ("localhost.", &["127.0.0.1"]),
    ("LOCALHOST", &["127.0.0.1"]),
    ("sub.localhost", &["::1"]),
    ("loopback.example", &["127.0.0.1"]),
    ("loopback.example.", &["127.0.0.1"]),
    ("other-loopback.example", &["127.8.9.10"]),
    ("unspecified.example", &["0.0.0.0"]),
    ("six.example", &["::1"]),
    ("mapped.example", &["::ffff:127.0.0.1"]),
    ("nat64.example", &["64:ff9b::7f00:1"]),
    ("sixtofour.example", &["2002:7f00:1::"]),
    ("metadata.example", &["169.254.169.254"]),
    ("metadata.google.internal", &["169.254.169.254"]),
    ("ten.example", &["10.0.0.1"]),
    ("carrier.example", &["100.64.0.1"]),
    ("home.example", &["192.168.1.1"]),
    ("office.example", &["172.20.0.1"]),
    ("unique-local.example", &["fd12::1"]),
    ("link-local.example", &["fe80::1"]),
    ("multicast.example", &["224.0.0.1"]),
    ("one-of-two.example", &["2001:200::1", "127.0.0.1"]),
    ("two-of-two.example", &["127.0.0.1", "2001:200::1"]),
    ("nowhere.example", &[]),
];

/// Answers from a table; the answers of `rebinding.example` change with each question.
struct Table {
    port: u16,
    names: HashMap<String, Vec<IpAddr>>,
    asked: Mutex<Vec<String>>,
    rebinding: AtomicUsize,
}

impl Resolve for Table {
    fn resolve(&self, name: Name) -> Resolving {
        let host = name.as_str().to_owned();
        let found = match host.as_str() {
            // Public, and no route leads there; then what it is about.
            "rebinding.example" => match self.rebinding.fetch_add(1, Ordering::SeqCst) % 2 {
                0 => vec!["2001:200::1".parse().unwrap()],
                _ => vec!["127.0.0.1".parse().unwrap()],
            },
            host => self.names.get(host.trim_end_matches('.')).cloned().unwrap_or_default(),
        };
        self.asked.lock().unwrap().push(host);
        let found: Vec<SocketAddr> = found.into_iter().map(|ip| SocketAddr::new(ip, self.port)).collect();
        Box::pin(async move { Ok(Box::new(found.into_iter()) as Addrs) })
    }
}

fn table(port: u16) -> Arc<Table> {
    let names = NAMED.iter().map(|(name, ips)| {
        let name = name.trim_end_matches('.').to_ascii_lowercase();
        (name, ips.iter().map(|ip| ip.parse().unwrap()).collect())
    });
    Arc::new(Table { port, names: names.collect(), asked: Mutex::default(), rebinding: AtomicUsize::new(0) })
}

/// One feed.
struct OneFeed;

impl Topics for OneFeed {
    fn has<'a>(&'a self, topic: &'a str) -> Asking<'a> {
        Box::pin(async move { Ok(topic == "all.atom") })
    }

    fn content<'a>(&'a self, topic: &'a str) -> Making<'a> {
        let content = Content { content_type: "application/atom+xml", body: "<feed/>".into() };
        Box::pin(async move { Ok((topic == "all.atom").then_some(content)) })
    }
}

fn hub(endpoints: &Endpoints, caller: &Caller) -> Hub {
    Hub::new(HubSettings {
        endpoints: endpoints.clone(),
        caller: caller.clone(),
        topics: Arc::new(OneFeed),
        address: "https://presse.example/v1/websub/hub".to_owned(),
        feeds: "https://presse.example/v1/feeds/".to_owned(),
        is_confidential: true,
    })
}

/// What asks for a subscription to the feed.
fn form(callback: &str) -> Vec<u8> {
    let mut url = Url::parse("https://presse.example/").unwrap();
    let topic = "https://presse.example/v1/feeds/all.atom";
    let pairs = [("hub.mode", "subscribe"), ("hub.topic", topic), ("hub.callback", callback)];
    url.query_pairs_mut().extend_pairs(pairs);
    url.query().unwrap().as_bytes().to_vec()
}

fn secrets() -> SigningSecrets {
    SigningSecrets { current: Secret::draw().unwrap().expose(), previous: None }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_address_leads_into_a_private_network() {
    let listener = Receiver::start(Mode::Status(200)).await;
    let port = listener.address().port();
    let table = table(port);
    let settings = CallerSettings { allowed_hosts: BTreeSet::new(), timeout: Duration::from_secs(2) };
    let caller = Caller::with_resolver(settings, Arc::<Table>::clone(&table)).unwrap();
    let house = House::new(Backend::Sqlite, &[]).await;
    let ids = Arc::new(griot_domain::RandomIds);
    let endpoints = Endpoints::new(house.store.clone(), caller.clone(), Arc::new(SystemClock), ids);
    let create = async |url: &str| {
        let partner = Uuid::from_u128(1);
        endpoints.create(NewEndpoint { partner, url: url.to_owned(), products: None, types: None, place: 0 }).await
    };
    let hub = hub(&endpoints, &caller);
    let call = async |url: &str| caller.call(url, &secrets(), "evt_1", "{}", &SystemClock).await;

    for written in WRITTEN {
        let url = written.replace("PORT", &port.to_string());
        let refused = create(&url).await.expect_err(&url).to_string();
        assert!(!refused.contains("is not on port"), "{refused}: the port is not what is wrong with it");
        assert!(refused.contains("; "), "{refused}: what to do?");
        // Were it in the store all the same, it would not be asked.
        let reply = call(&url).await;
        assert!(reply.status.is_none() && reply.failure.is_some(), "{url}: {reply:?}");
        let refused = hub.accept(&form(&url)).await.expect_err(&url).to_string();
        assert!(refused.starts_with("`hub.callback`: "), "{refused}");
    }
    assert_eq!(*table.asked.lock().unwrap(), [""; 0], "none of these is even resolved");

    for (name, _) in NAMED {
        let url = format!("https://{name}/hook");
        let reply = call(&url).await;
        let failure = reply.failure.unwrap();
        assert!(failure.contains("is in a private or special network"), "{url}: {failure}");
    }
    for _ in 0..6 {
        let before = table.asked.lock().unwrap().len();
        let reply = call("https://rebinding.example/hook").await;
        assert!(reply.status.is_none() && reply.failure.is_some(), "{reply:?}");
        assert_eq!(
            table.asked.lock().unwrap().len(),
            before + 1,
            "an answer is vetted and used, with no second question"
        );
    }
    for name in NAMED.map(|(name, _)| name).into_iter().chain(["rebinding.example"]) {
        let before = table.asked.lock().unwrap().len();
        hub.accept(&form(&format!("https://{name}/callback"))).await.unwrap();
        until("the name is looked at", || table.asked.lock().unwrap().len() > before).await;
    }
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(house.store.subscriptions().await.unwrap(), []);
    assert_eq!(listener.connections(), 0);
    println!("{} addresses, and not one connection", WRITTEN.len() + NAMED.len() + 1);

    // The listener would have been reached.
    let settings = CallerSettings {
        allowed_hosts: BTreeSet::from(["loopback.example:80".to_owned()]),
        timeout: Duration::from_secs(2),
    };
    let allowed = Caller::with_resolver(settings, table).unwrap();
    let reply = allowed.call("http://loopback.example/hook", &secrets(), "evt_1", "{}", &SystemClock).await;
    assert_eq!((reply.status, listener.connections()), (Some(200), 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_redirect_is_followed() {
    let hidden = Receiver::start(Mode::Status(200)).await;
    for location in [hidden.url(), format!("//{}/", hidden.place()), "https://localhost/".to_owned()] {
        let receiver = Receiver::start(Mode::Redirect(location)).await;
        // Even where both may be asked.
        let house = House::new(Backend::Sqlite, &[&receiver, &hidden]).await;
        let id = house.active(&receiver).await;
        house.dispatch(id, event("a", 1)).await;
        let attempt = house.logged(id, 1).await.remove(0).attempt;
        assert_eq!(attempt.status, Some(302));
        assert!(attempt.failure.unwrap().contains("redirects are not followed"));
    }
    assert_eq!(hidden.connections(), 0);
}
