//! How much strangers can have a hub do.

use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{IdSource as _, RandomIds, SystemClock};
use griot_persistence::{EndpointId, Subscription};
use griot_testbed::Backend;
use griot_webhooks::{Asking, Caller, CallerSettings, Content, Endpoints, Hub, HubError, HubSettings, Making, Topics};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

use crate::support::{House, until};

const FEEDS: &str = "https://presse.example/v1/feeds/";

/// Any feed.
struct AnyFeed;

impl Topics for AnyFeed {
    fn has<'a>(&'a self, _: &'a str) -> Asking<'a> {
        Box::pin(async { Ok(true) })
    }

    fn content<'a>(&'a self, _: &'a str) -> Making<'a> {
        Box::pin(async { Ok(Some(Content { content_type: "application/atom+xml", body: "<feed/>".into() })) })
    }
}

/// A callback that takes calls, and never answers.
struct Silent {
    address: SocketAddr,
    held: Arc<Mutex<Vec<TcpStream>>>,
}

impl Silent {
    async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let held: Arc<Mutex<Vec<TcpStream>>> = Arc::default();
        let calls = Arc::clone(&held);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                calls.lock().unwrap().push(stream);
            }
        });
        Self { address, held }
    }

    fn callback(&self, number: usize) -> String {
        format!("http://{}/{number}", self.address)
    }

    fn calls(&self) -> usize {
        self.held.lock().unwrap().len()
    }
}

fn hub(house: &House, silent: &[Silent]) -> Hub {
    let allowed_hosts: BTreeSet<String> = silent.iter().map(|one| one.address.to_string()).collect();
    let caller = Caller::new(CallerSettings { allowed_hosts, timeout: Duration::from_secs(60) });
    let (clock, ids) = (Arc::new(SystemClock), Arc::new(RandomIds));
    Hub::new(HubSettings {
        endpoints: Endpoints::new(house.store.clone(), caller.clone(), clock, ids),
        caller,
        topics: Arc::new(AnyFeed),
        address: "https://presse.example/v1/websub/hub".to_owned(),
        feeds: FEEDS.to_owned(),
        is_confidential: true,
    })
}

async fn ask(hub: &Hub, topic: &str, callback: &str) -> Result<(), HubError> {
    let mut url = Url::parse("https://presse.example/").unwrap();
    let topic = format!("{FEEDS}{topic}");
    let pairs = [("hub.mode", "subscribe"), ("hub.topic", topic.as_str()), ("hub.callback", callback)];
    url.query_pairs_mut().extend_pairs(pairs);
    hub.accept(url.query().unwrap().as_bytes()).await
}

/// Keeps a subscription as if its callback had agreed.
async fn keep(house: &House, topic: &str, callback: &str, expires_at: DateTime<Utc>) {
    let url = Url::parse(callback).unwrap();
    let subscription = Subscription {
        id: EndpointId(RandomIds.next_id()),
        topic: topic.to_owned(),
        callback: callback.to_owned(),
        host: format!("{}:443", url.host_str().unwrap()),
        secret: None,
        created_at: house.clock.now(),
        expires_at,
        told: String::new(),
        tries: 0,
        failing_since: None,
        due_at: DateTime::UNIX_EPOCH,
    };
    house.store.subscribe(&subscription).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_host_has_a_hundred_subscriptions_and_all_together_ten_thousand() {
    let house = House::new(Backend::Sqlite, &[]).await;
    let hub = hub(&house, &[]);
    let now = house.clock.now();
    let (ended, valid) = (now - TimeDelta::seconds(1), now + TimeDelta::days(1));
    keep(&house, "all.atom", "https://one.example/ended", ended).await;
    for number in 1..=99 {
        keep(&house, "all.atom", &format!("https://one.example/{number}"), valid).await;
    }
    ask(&hub, "all.atom", "https://one.example/new").await.unwrap();
    keep(&house, "all.atom", "https://one.example/100", valid).await;
    let refused = ask(&hub, "all.atom", "https://one.example/101").await.unwrap_err();
    assert!(matches!(refused, HubError::Full), "{refused}");
    assert!(refused.to_string().contains("100 for this host"), "{refused}");
    ask(&hub, "all.atom", "https://one.example/7").await.expect("a renewal finds its own place");
    ask(&hub, "all.atom", "https://two.example/1").await.expect("another host has room");

    for number in 100..9_999 {
        keep(&house, "all.atom", &format!("https://h{number}.example/"), valid).await;
    }
    ask(&hub, "all.atom", "https://three.example/").await.unwrap();
    keep(&house, "all.atom", "https://last.example/", valid).await;
    let refused = ask(&hub, "all.atom", "https://four.example/").await.unwrap_err();
    assert!(matches!(refused, HubError::Full), "{refused}");
    ask(&hub, "all.atom", "https://last.example/").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_hundred_single_topics_can_be_subscribed_to() {
    let house = House::new(Backend::Sqlite, &[]).await;
    let hub = hub(&house, &[]);
    let valid = house.clock.now() + TimeDelta::days(1);
    for number in 0..100 {
        let about = ["topic", "person", "institution"][number % 3];
        keep(&house, &format!("{about}/{number}.atom"), &format!("https://h{number}.example/"), valid).await;
    }
    let refused = ask(&hub, "topic/new.atom", "https://one.example/").await.unwrap_err();
    assert!(matches!(refused, HubError::FullOfTopics), "{refused}");
    ask(&hub, "topic/0.atom", "https://one.example/").await.expect("that feed is made anyway");
    ask(&hub, "kind/speech.atom", "https://one.example/").await.expect("there are few of these");
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_callbacks_of_a_host_are_asked_at_a_time_and_256_in_all() {
    let mut silent = Vec::new();
    for _ in 0..33 {
        silent.push(Silent::start().await);
    }
    let house = House::new(Backend::Sqlite, &[]).await;
    let hub = hub(&house, &silent);
    let (last, rest) = silent.split_last().unwrap();
    for number in 0..8 {
        ask(&hub, "all.atom", &rest[0].callback(number)).await.unwrap();
    }
    let refused = ask(&hub, "all.atom", &rest[0].callback(8)).await.unwrap_err();
    assert!(matches!(refused, HubError::Busy(_)) && refused.to_string().contains("host"), "{refused}");
    for one in &rest[1..] {
        for number in 0..8 {
            ask(&hub, "all.atom", &one.callback(number)).await.unwrap();
        }
    }
    let refused = ask(&hub, "all.atom", &last.callback(0)).await.unwrap_err();
    assert!(matches!(refused, HubError::Busy(_)), "{refused}");
    until("each of the 256 is asked", || rest.iter().map(Silent::calls).sum::<usize>() == 256).await;
    assert_eq!(last.calls(), 0);
    // None of them answers: after the time they have there is room again.
    let mut is_room = false;
    for _ in 0..150 {
        tokio::time::sleep(Duration::from_millis(100)).await;
        is_room = ask(&hub, "all.atom", &last.callback(0)).await.is_ok();
        if is_room {
            break;
        }
    }
    assert!(is_room);
    assert_eq!(house.store.subscriptions().await.unwrap(), []);
}
