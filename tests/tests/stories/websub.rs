//! Whoever subscribed to a feed is sent it when it changed, whatever happens to them or to the server.

use std::net::TcpListener;
use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::{Call, Client, Receiver, Record, Reply, Server};
use rstest::rstest;
use serde_json::{Value, json};

use crate::tools::python;

/// A migrated record, and a subscriber.
struct House {
    record: Record,
    receiver: Receiver,
}

impl House {
    fn new(backend: Backend) -> Self {
        let (record, receiver) = (Record::new(backend), Receiver::start());
        allow(&record, &receiver.place());
        Self { record, receiver }
    }

    fn serve(&self) -> (Server, Client) {
        let server = self.record.serve(&[]);
        let key = self.record.key(&["--role", "publisher", "--name", &format!("P{}", server.pid())]);
        let desk = server.client("/editorial/graphql", Some(&key));
        (server, desk)
    }

    fn callback(&self) -> String {
        format!("http://{}/callback?of=fr", self.receiver.place())
    }

    /// Asks for something in the name of the subscriber.
    fn ask(&self, server: &Server, mode: &str, feed: &str, more: &[(&str, &str)]) {
        let (topic, callback) = (topic(server, feed), self.callback());
        let form = [("hub.mode", mode), ("hub.topic", &topic), ("hub.callback", &callback)];
        let (status, told) = post(server, &[&form, more].concat());
        assert_eq!((status, told), (202, Value::Null));
    }

    /// Subscribes, and waits until it is so.
    fn subscribe(&self, server: &Server, feed: &str, more: &[(&str, &str)]) {
        self.ask(server, "subscribe", feed, more);
        until("it is subscribed", || self.list().contains(&format!("  {feed}  ")));
    }

    fn list(&self) -> String {
        self.record.run(&["websub", "list"]).expect_success().stdout
    }

    /// Feeds that were confirmed.
    fn taken(&self) -> Vec<Call> {
        self.receiver.calls().into_iter().filter(|call| call.is_confirmed() && call.request.method == "POST").collect()
    }

    /// Waits until the last feed taken is the one the server has.
    #[track_caller]
    fn wait_for(&self, server: &Server, feed: &str) -> Call {
        let now = fetch(&topic(server, feed));
        until("the feed arrives", || self.taken().last().is_some_and(|call| call.request.body == now));
        self.taken().remove(self.taken().len() - 1)
    }
}

/// Lets callbacks be at a place in this machine.
fn allow(record: &Record, place: &str) {
    let settings = format!(
        "[metrics]\nbind = \"127.0.0.1:0\"\n[webhooks]\ntimeout_ms = 1000\n[websub]\nallowed_hosts = [\"{place}\"]\n"
    );
    std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
    record.run(&["migrate"]).expect_success();
}

fn topic(server: &Server, feed: &str) -> String {
    format!("{}/v1/feeds/{feed}", server.address())
}

fn fetch(url: &str) -> Vec<u8> {
    ureq::get(url).call().unwrap().body_mut().read_to_vec().unwrap()
}

/// Status, and what is said of a refusal.
fn post(server: &Server, form: &[(&str, &str)]) -> (u16, Value) {
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let url = format!("{}/v1/websub/hub", server.address());
    let mut answer = agent.post(&url).send_form(form.iter().copied()).unwrap();
    let body = answer.body_mut().read_to_vec().unwrap();
    (answer.status().as_u16(), serde_json::from_slice(&body).unwrap_or_default())
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Publishes an article; its draft.
fn publish(desk: &Client, headline: &str) -> Value {
    let body = json!({ "markdown": format!("{headline}, le texte.") });
    let text = json!([{ "locale": "fr", "headline": headline, "body": body }]);
    let article = json!({ "kind": "COMMUNIQUE", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": text });
    let draft = desk.draft("articleCreate", article);
    desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
}

fn kill(desk: &Client, item: &Value) {
    let input =
        json!({ "contentId": item["contentId"], "expectedRevision": item["revision"], "reason": "Il était faux." });
    desk.done("contentKill", input);
}

#[rstest]
fn a_feed_is_sent_when_it_changed(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    let (server, desk) = house.serve();
    publish(&desk, "Le pont est ouvert");
    house.subscribe(&server, "kind/communique.atom", &[("hub.secret", "un secret"), ("hub.lease_seconds", "864001")]);
    let asked = house.receiver.calls().remove(0).request;
    assert_eq!(asked.method, "GET");
    assert!(asked.target.starts_with("/callback?of=fr&hub.mode=subscribe&hub.topic=http"), "{}", asked.target);
    assert!(asked.target.ends_with("&hub.lease_seconds=864001"), "{}", asked.target);
    assert_eq!(house.taken(), [], "what it could fetch is not sent");

    let published = Instant::now();
    let second = publish(&desk, "Le pont est fermé");
    let sent = house.wait_for(&server, "kind/communique.atom");
    println!("{backend:?}: a feed arrived {:?} after the publication", sent.at - published);
    let own = topic(&server, "kind/communique.atom");
    let hub = format!("<{}/v1/websub/hub>; rel=\"hub\", <{own}>; rel=\"self\"", server.address());
    assert_eq!(sent.request.header("link"), hub);
    assert_eq!(sent.request.header("content-type"), "application/atom+xml; charset=utf-8");
    assert!(sent.request.header("x-hub-signature").starts_with("sha256="));

    let killed = Instant::now();
    kill(&desk, &second);
    let sent = house.wait_for(&server, "kind/communique.atom");
    println!("{backend:?}: a kill arrived in a feed after {:?}", sent.at - killed);
    let text = String::from_utf8(sent.request.body).unwrap();
    assert!(text.contains("deleted-entry") && !text.contains("Le pont est fermé"), "{text}");

    // Another language has a feed of its own, which did not change.
    let before = house.taken().len();
    let text = json!([{ "locale": "en", "headline": "The bridge is open", "body": { "markdown": "The text." } }]);
    let note = json!({ "kind": "NEWS", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": text });
    let draft = desk.draft("articleCreate", note);
    desk.done("contentPublish", json!({ "items": [draft] }));
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(house.taken().len(), before, "nothing of another feed");
    house.ask(&server, "unsubscribe", "kind/communique.atom", &[]);
    until("it is ended", || house.list().is_empty());
    publish(&desk, "Le pont est rouvert");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(house.taken().len(), before, "nothing after the end");
}

#[rstest]
fn what_did_not_arrive_is_sent_again(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    let (mut server, desk) = house.serve();
    publish(&desk, "Le pont est ouvert");
    house.subscribe(&server, "all.json", &[]);
    house.receiver.reply([Reply::Status(500), Reply::Status(200)]);
    publish(&desk, "Le pont est fermé");
    until("it failed", || house.list().contains("failing since"));
    let id = house.list().split_whitespace().next().unwrap().to_owned();
    server.kill();
    let (server, desk) = house.serve();
    // The address of the server is another, and so is what its feed says.
    house.ask(&server, "subscribe", "all.json", &[]);
    house.wait_for(&server, "all.json");
    until("what became of it is logged", || {
        let log = house.record.run(&["websub", "attempts", &id]).expect_success().stdout;
        log.contains("500") && log.contains("arrived")
    });

    // A subscriber that is gone is asked nothing any more.
    house.receiver.reply([Reply::Status(410)]);
    let calls = house.receiver.calls().len();
    publish(&desk, "Le pont est rouvert");
    until("its subscription has ended", || house.list().is_empty());
    publish(&desk, "Le pont est refermé");
    std::thread::sleep(Duration::from_secs(2));
    assert_eq!(house.receiver.calls().len(), calls + 1);
}

/// A form, the status of its answer, and a part of what is said.
type Case = (Vec<(&'static str, String)>, u16, &'static str);

#[test]
fn what_cannot_be_subscribed_to_is_refused() {
    let house = House::new(Backend::Sqlite);
    let (server, desk) = house.serve();
    publish(&desk, "Le pont est ouvert");
    house.record.run(&["product", "add", "communiques", "--all", "kind:COMMUNIQUE"]).expect_success();
    let (all, callback) = (topic(&server, "all.atom"), house.callback());
    let long = "s".repeat(200);
    let good = [("hub.mode", "subscribe"), ("hub.topic", &*all), ("hub.callback", &*callback)];
    let with = |name: &'static str, value: &str| {
        let changed = good.iter().map(|(known, kept)| (*known, if *known == name { value } else { *kept }));
        let mut form: Vec<(&str, String)> = changed.map(|(name, value)| (name, value.to_owned())).collect();
        if !good.iter().any(|(known, _)| *known == name) {
            form.push((name, value.to_owned()));
        }
        form
    };
    let elsewhere =
        ["https://other.example/v1/feeds/all.atom".to_owned(), all.replace("all.atom", "topic/nothing.atom")];
    let kept_apart = ["product/communiques.atom", "all.ics", "kind/communique/archive/2025-01.atom", "../graphql"];
    let topics = elsewhere.into_iter().chain(kept_apart.map(|feed| topic(&server, feed)));
    let mut cases: Vec<Case> =
        topics.map(|topic| (with("hub.topic", &topic), 404, "which is no feed of this hub")).collect();
    cases.extend([
        (with("hub.mode", "publish"), 400, "the hub knows its feeds"),
        (with("hub.mode", ""), 400, "`hub.mode` is missing"),
        (with("hub.topic", ""), 400, "`hub.topic` is missing"),
        (with("hub.callback", ""), 400, "`hub.callback` is missing"),
        (with("hub.callback", "https://127.0.0.1/"), 400, "use a host name"),
        (with("hub.callback", "nowhere"), 400, "is no address"),
        (with("hub.lease_seconds", "soon"), 400, "a whole number of seconds"),
        (with("hub.secret", &long), 400, "has 200 bytes; use one of 1 to 199"),
    ]);
    for (form, wanted, part) in cases {
        let form: Vec<(&str, &str)> = form.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let (status, told) = post(&server, &form);
        assert_eq!(status, wanted, "{form:?}: {told}");
        assert!(told["detail"].as_str().is_some_and(|detail| detail.contains(part)), "{form:?}: {told}");
    }
    // Whoever does not agree is not subscribed.
    house.receiver.reply([Reply::Status(404)]);
    house.ask(&server, "subscribe", "all.atom", &[]);
    until("it was asked", || house.receiver.calls().len() == 1);
    std::thread::sleep(Duration::from_millis(200));
    assert_eq!(house.list(), "");
}

#[test]
fn a_subscriber_that_nobody_here_wrote_takes_part() {
    let record = Record::new(Backend::Sqlite);
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    allow(&record, &format!("127.0.0.1:{port}"));
    let server = record.serve(&[]);
    let key = record.key(&["--role", "publisher", "--name", "P"]);
    let desk = server.client("/editorial/graphql", Some(&key));
    publish(&desk, "Le pont est ouvert");
    let editors = format!("{}/editorial/graphql", server.address());
    for feed in ["all.atom", "all.rss"] {
        python("websub_check.py", &[&topic(&server, feed), &port.to_string(), &editors, &key]);
    }
}
