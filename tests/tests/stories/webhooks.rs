//! Partners are told of changes at endpoints of theirs, whatever happens to them or to the server.

use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::{Call, Client, Receiver, Record, Reply, Server, WallClock};
use griot_webhooks::{Secret, sign};
use rstest::rstest;
use serde_json::{Value, json};

use crate::tools::{node, python};

const PARTNER: &str = "Agence du Fleuve";

/// A migrated record whose partner has an active endpoint.
struct House {
    record: Record,
    receiver: Receiver,
    secret: String,
    endpoint: String,
}

impl House {
    fn new(backend: Backend) -> Self {
        let (record, receiver) = (Record::new(backend), Receiver::start());
        let place = receiver.place();
        let settings = format!(
            "[metrics]\nbind = \"127.0.0.1:0\"\n[webhooks]\nallowed_hosts = [\"{place}\"]\ntimeout_ms = 1000\n"
        );
        std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
        record.run(&["migrate"]).expect_success();
        record.run(&["partner", "add", PARTNER]).expect_success();
        let added = record.run(&["webhook", "add", PARTNER, &format!("http://{place}/hook")]).expect_success();
        assert!(added.stderr.contains("answered the challenge and is active"), "{}", added.stderr);
        let endpoint = added.stderr.split_whitespace().nth(1).unwrap().to_owned();
        Self { record, receiver, secret: added.stdout.trim().to_owned(), endpoint }
    }

    fn serve(&self) -> (Server, Client) {
        let server = self.record.serve(&[]);
        let key = self.record.key(&["--role", "publisher", "--name", &format!("P{}", server.pid())]);
        let desk = server.client("/editorial/graphql", Some(&key));
        (server, desk)
    }

    fn webhook(&self, act: &str) -> String {
        self.record.run(&["webhook", act, &self.endpoint]).expect_success().stdout
    }

    /// Calls that were confirmed, verifications left out.
    fn taken(&self) -> Vec<Call> {
        let calls = self.receiver.calls().into_iter();
        calls.filter(|call| call.is_confirmed() && event(call)["type"] != "endpoint.verification").collect()
    }

    /// Waits until so many calls were confirmed.
    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn(&[Call]) -> bool) -> Vec<Call> {
        let begun = Instant::now();
        loop {
            let taken = self.taken();
            if is_so(&taken) {
                return taken;
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "{what}: {taken:?}\n{}",
                self.record.run(&["webhook", "list"]).stdout
            );
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn event(call: &Call) -> Value {
    serde_json::from_slice(&call.request.body).unwrap()
}

/// Type, version and headline.
fn told(call: &Call) -> (String, u64, Value) {
    let Value::Object(mut event) = event(call) else { panic!("{call:?}") };
    let kind = event["type"].as_str().unwrap().to_owned();
    let data = event.remove("data").unwrap();
    (kind, data["version"].as_u64().unwrap_or_default(), data["headline"].clone())
}

/// Publishes an article; its draft.
fn publish(desk: &Client, headline: &str) -> Value {
    let draft = draft(desk, headline);
    desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
}

fn draft(desk: &Client, headline: &str) -> Value {
    let body = json!({ "markdown": format!("{headline}, le texte.") });
    let text = json!([{ "locale": "fr", "headline": headline, "body": body }]);
    desk.draft("articleCreate", json!({ "kind": "COMMUNIQUE", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": text }))
}

/// Publishes a picture and an article that shows it; their drafts.
fn picture_and_article(desk: &Client) -> (Value, Value) {
    let texts = json!([{ "locale": "fr", "title": "Tribune", "alt": "Une tribune" }]);
    let url = "https://photos.example/tribune.jpg";
    let picture = desk.draft("assetCreate", json!({ "kind": "IMAGE", "url": url, "texts": texts }));
    let picture = desk.done("contentPublish", json!({ "items": [picture] }))["drafts"][0].clone();
    let mut showing = draft(desk, "Visite");
    showing["leadImage"] = json!({ "asset": picture["contentId"] });
    let showing = desk.draft("articleUpdate", showing);
    let article = desk.done("contentPublish", json!({ "items": [showing] }))["drafts"][0].clone();
    (picture, article)
}

fn with(item: &Value, key: &str, value: Value) -> Value {
    let mut input = json!({ "contentId": item["contentId"], "expectedRevision": item["revision"] });
    input[key] = value;
    input
}

fn rewrite(desk: &Client, item: &Value, headline: &str) -> Value {
    let draft = desk.draft("articleUpdate", with(item, "texts", json!([{ "locale": "fr", "headline": headline }])));
    desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
}

#[rstest]
fn what_happens_to_an_article_is_told_in_order(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    let (server, desk) = house.serve();
    let canary = "Rien-de-public-0451";
    draft(&desk, canary);
    let first = publish(&desk, "Le pont est ouvert");
    house.wait("it is told", |taken| taken.len() == 1);
    let second = rewrite(&desk, &first, "Le pont est ouvert aux piétons");
    house.wait("the next version is told", |taken| taken.len() == 2);
    desk.draft("articleUpdate", with(&second, "texts", json!([{ "locale": "fr", "headline": canary }])));
    let latest = desk
        .data("query($id: ID!) { draft(contentId: $id) { contentId revision } }", json!({ "id": first["contentId"] }));
    let killed = Instant::now();
    desk.done("contentKill", with(&latest["draft"], "reason", json!("Il était faux.")));
    let taken = house.wait("the kill is told", |taken| taken.len() == 3);
    println!("{backend:?}: a kill was told in {:?}", taken[2].at - killed);

    let all: Vec<_> = taken.iter().map(told).collect();
    assert_eq!(all[0], ("item.published".to_owned(), 1, json!("Le pont est ouvert")));
    assert_eq!(all[1], ("item.updated".to_owned(), 2, json!("Le pont est ouvert aux piétons")));
    assert_eq!((all[2].0.as_str(), &all[2].2), ("item.killed", &Value::Null));
    let data = event(&taken[1])["data"].take();
    assert_eq!(
        (&data["products"], &data["pub_status"], &data["language"]),
        (&json!(["all"]), &json!("usable"), &json!("fr"))
    );
    assert_eq!((&data["previous_version"], &data["kind"]), (&json!(1), &json!("article")));
    let link = data["links"]["ninjs"].as_str().unwrap();
    assert!(link.starts_with(server.address()) && link.ends_with(".ninjs.json"), "{link}");
    assert_eq!(event(&taken[2])["data"]["pub_status"], "canceled");
    let bytes: Vec<String> =
        house.receiver.calls().iter().map(|call| String::from_utf8_lossy(&call.request.body).into_owned()).collect();
    assert!(!bytes.concat().contains(canary), "what is not public was told");
    assert!(bytes.iter().all(|body| body.len() <= 4_096));
    // Written down when the answer is there.
    until("the log has the kill", || house.webhook("attempts").contains("item.killed"));
    assert_eq!(server.figure("griot_webhook_attempts_total{result=\"delivered\"}"), 3.0);

    // Under the ids they had, and nothing of what was killed.
    let seq = event(&taken[0])["data"]["seq"].as_str().unwrap().to_owned();
    house.record.run(&["webhook", "replay", &house.endpoint, "--from", &seq]).expect_success();
    let again = house.wait("it is told again", |taken| taken.len() == 4);
    assert_eq!(again[3].request.header("webhook-id"), taken[2].request.header("webhook-id"));
    house.record.run(&["partner", "drill", "Essai du mois"]).expect_success();
    let drill = house.wait("a drill goes the same way", |taken| taken.len() == 5).remove(4);
    assert_eq!(told(&drill).0, "drill.killed");

    let (picture, _) = picture_and_article(&desk);
    house.wait("what shows the picture is told", |taken| taken.len() == 6);
    let killed = Instant::now();
    desk.done("contentKill", with(&picture, "reason", json!("Les droits manquent.")));
    let gone = house.wait("the kill of the picture is told", |taken| taken.len() == 7).remove(6);
    println!("{backend:?}: a kill of a picture was told in {:?}", gone.at - killed);
    assert_eq!(told(&gone).0, "asset.killed");
    let name = format!("{}/v1/items/{}", server.address(), picture["contentId"].as_str().unwrap());
    assert_eq!(event(&gone)["data"]["uri"], json!(name), "as the article's document has it");
}

#[rstest]
fn what_moves_between_products_is_told_as_such(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    house.record.run(&["product", "add", "speeches", "--all", "kind:SPEECH"]).expect_success();
    house.record.run(&["partner", "set", PARTNER, "--product", "speeches"]).expect_success();
    let (_server, desk) = house.serve();
    let first = publish(&desk, "Il parlera demain");
    let moved = |item: &Value, kind: &str| {
        let draft = desk.draft("articleUpdate", with(item, "kind", json!(kind)));
        desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
    };
    let speech = moved(&first, "SPEECH");
    house.wait("it came in", |taken| taken.len() == 1);
    let edited = rewrite(&desk, &speech, "Il a parlé");
    house.wait("it changed", |taken| taken.len() == 2);
    moved(&edited, "NEWS");
    let taken = house.wait("it left", |taken| taken.len() == 3);
    let told = taken.iter().map(|call| {
        let event = event(call);
        let data = &event["data"];
        (event["type"].clone(), data["version"].clone(), data["products"].clone(), data["reason"].clone())
    });
    assert_eq!(
        told.collect::<Vec<_>>(),
        [
            (json!("item.updated"), json!(2), json!(["speeches"]), json!("entered_scope")),
            (json!("item.updated"), json!(3), json!(["speeches"]), Value::Null),
            (json!("item.left_scope"), json!(4), json!([]), Value::Null),
        ]
    );
}

#[rstest]
fn kills_of_what_a_removed_product_held_are_told(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    let run = |args: &[&str]| house.record.run(args).expect_success();
    run(&["product", "add", "communiques", "--all", "kind:COMMUNIQUE"]);
    run(&["product", "add", "speeches", "--all", "kind:SPEECH"]);
    run(&["partner", "set", PARTNER, "--product", "communiques", "--product", "speeches"]);
    // Beside the one for all: each for one product.
    let place = house.receiver.place();
    for code in ["communiques", "speeches"] {
        run(&["webhook", "add", PARTNER, &format!("http://{place}/{code}"), "--product", code]);
    }
    let (server, desk) = house.serve();
    let (picture, article) = picture_and_article(&desk);
    house.wait("the article is told", |taken| taken.len() == 2);

    run(&["partner", "set", PARTNER, "--product", "speeches"]);
    run(&["product", "remove", "communiques"]);
    assert!(!run(&["product", "list"]).stdout.contains("communiques"));
    run(&["product", "add", "communiques", "--all", "kind:INTERVIEW"]);
    let refused =
        house.record.run(&["webhook", "add", PARTNER, &format!("http://{place}/x"), "--product", "communiques"]);
    assert!(refused.stderr.contains("does not receive the product"), "{}", refused.stderr);

    let edited = rewrite(&desk, &article, "Visite officielle");
    desk.done("contentKill", with(&picture, "reason", json!("Les droits manquent.")));
    desk.done("contentKill", with(&edited, "reason", json!("Il était faux.")));
    // Later than the kills, so that nothing else was told when it comes.
    let mut speech = draft(&desk, "Il parlera");
    speech["kind"] = json!("SPEECH");
    let speech = desk.draft("articleUpdate", speech);
    desk.done("contentPublish", json!({ "items": [speech] }));
    let taken = house.wait("the kills are told, and the speech", |taken| taken.len() == 8);
    let at = |path: &str| {
        let mut types: Vec<String> =
            taken.iter().filter(|call| call.request.target == path).map(|call| told(call).0).collect();
        types.sort();
        types
    };
    assert_eq!(at("/hook"), ["asset.killed", "item.killed", "item.published", "item.published"]);
    assert_eq!(at("/communiques"), ["asset.killed", "item.killed", "item.published"]);
    assert_eq!(at("/speeches"), ["item.published"]);
    drop(server);
}

/// A delivery as a receiver's program has it.
fn case(name: &str, secret: &str, call: &Call, is_taken: bool) -> Value {
    let header = |name: &str| call.request.header(name).to_owned();
    let headers: BTreeMap<&str, String> =
        ["webhook-id", "webhook-timestamp", "webhook-signature"].into_iter().map(|name| (name, header(name))).collect();
    let body = String::from_utf8(call.request.body.clone()).unwrap();
    json!({ "name": name, "secret": secret, "headers": headers, "body": body, "is_taken": is_taken })
}

/// The same, signed by us at another time.
fn signed_at(case: &Value, name: &str, at: DateTime<Utc>) -> Value {
    let mut other = case.clone();
    let secret = Secret::parse(case["secret"].as_str().unwrap()).unwrap();
    let id = format!("{}-{name}", case["headers"]["webhook-id"].as_str().unwrap()).replace(' ', "-");
    other["headers"]["webhook-signature"] = sign(&secret, &id, at, case["body"].as_str().unwrap()).into();
    other["headers"]["webhook-id"] = id.into();
    other["headers"]["webhook-timestamp"] = at.timestamp().to_string().into();
    other["name"] = name.into();
    other
}

#[test]
fn signatures_are_checked_by_the_libraries_of_the_standard() {
    let house = House::new(Backend::Sqlite);
    let (_server, desk) = house.serve();
    publish(&desk, "Le pont est ouvert");
    let first = house.wait("it is told", |taken| taken.len() == 1).remove(0);
    let genuine = case("as it came", &house.secret, &first, true);
    let changed = |name: &str, pointer: &str, value: Value| {
        let mut other = genuine.clone();
        *other.pointer_mut(pointer).unwrap() = value;
        (other["name"], other["is_taken"]) = (name.into(), false.into());
        other
    };
    let body = genuine["body"].as_str().unwrap();
    let now = SystemClock.now();
    let mut cases = vec![
        changed("another body", "/body", body.replace("ouvert", "fermé").into()),
        changed("another id", "/headers/webhook-id", "evt_other".into()),
        changed(
            "another time",
            "/headers/webhook-timestamp",
            (now - TimeDelta::seconds(5)).timestamp().to_string().into(),
        ),
        changed("another secret", "/secret", Secret::draw().unwrap().expose().into()),
        changed("no signature", "/headers/webhook-signature", "v1,".into()),
        genuine.clone(),
        changed("the same again", "/name", "".into()),
        signed_at(&genuine, "signed a minute ago", now - TimeDelta::minutes(1)),
        signed_at(&genuine, "signed ten minutes ago", now - TimeDelta::minutes(10)),
        signed_at(&genuine, "signed ten minutes ahead", now + TimeDelta::minutes(10)),
    ];
    for old in cases.iter_mut().filter(|case| case["name"].as_str().unwrap().starts_with("signed ten")) {
        old["is_taken"] = false.into();
    }
    // Two secrets sign while one is replaced.
    let new = house.webhook("rotate").trim().to_owned();
    std::thread::sleep(Duration::from_secs(1));
    for (count, (name, secret)) in
        [("the secret before", &house.secret), ("the new secret", &new)].into_iter().enumerate()
    {
        house.webhook("test");
        let taken = house.wait("the test is told", |taken| taken.len() == count + 2);
        cases.push(case(name, secret, taken.last().unwrap(), true));
    }
    let file = house.record.directory().join("deliveries.json");
    std::fs::write(&file, Value::from(cases).to_string()).unwrap();
    node("webhooks.mjs", &[file.to_str().unwrap()]);
    python("webhooks_check.py", &[file.to_str().unwrap()]);
}

#[rstest]
fn a_server_that_is_killed_loses_nothing_and_turns_nothing_round(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    const ROUNDS: u64 = 6;
    let house = House::new(backend);
    let mut items: Vec<(Value, u64)> = Vec::new();
    let seed = fastrand::u64(..);
    println!("seed {seed}");
    let mut chance = fastrand::Rng::with_seed(seed);
    for round in 0..ROUNDS {
        house.receiver.reply([
            Reply::Status(200),
            Reply::Status(500),
            Reply::Reset,
            Reply::Status(200),
            Reply::Hang,
            Reply::Status(200),
        ]);
        let (mut server, desk) = house.serve();
        for number in 0..6 {
            items.push((publish(&desk, &format!("Article {round}-{number}, version 1")), 1));
            let (item, version) = items.swap_remove(chance.usize(..items.len()));
            let next = rewrite(&desk, &item, &format!("{}, version {}", item["contentId"], version + 1));
            items.push((next, version + 1));
        }
        std::thread::sleep(Duration::from_millis(chance.u64(..300)));
        server.kill();
    }
    house.receiver.reply([Reply::Status(200)]);
    let (_server, _) = house.serve();
    // What waits for its next try is sent as soon as anything arrives.
    house.webhook("test");
    let wanted: BTreeMap<String, u64> =
        items.iter().map(|(item, version)| (item["contentId"].as_str().unwrap().to_owned(), *version)).collect();
    let last = |taken: &[Call]| {
        let mut last: BTreeMap<String, u64> = BTreeMap::new();
        let told = taken.iter().map(event).filter(|event| event["type"] != "endpoint.test");
        for data in told.map(|mut event| event["data"].take()) {
            let version = data["version"].as_u64().unwrap();
            let before = last.insert(data["id"].as_str().unwrap().to_owned(), version);
            assert!(before.is_none_or(|before| before <= version), "{data} came after version {before:?}");
        }
        last
    };
    let taken = house.wait("all is told", |taken| last(taken) == wanted);
    let mut ids: BTreeMap<String, BTreeSet<Vec<u8>>> = BTreeMap::new();
    for call in house.receiver.calls() {
        ids.entry(call.request.header("webhook-id").to_owned()).or_default().insert(call.request.body.clone());
    }
    assert!(ids.values().all(|bodies| bodies.len() == 1), "one id, one event");
    println!(
        "{backend:?}: {ROUNDS} kills, {} versions of {} articles, {} attempts, {} taken, {} events",
        items.iter().map(|(_, version)| version).sum::<u64>(),
        items.len(),
        house.receiver.calls().len(),
        taken.len(),
        ids.len()
    );
}

/// An answer to a request at `/v1/partner/endpoints` and below.
fn ask(server: &Server, key: Option<&str>, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
    let mut request =
        ureq::http::Request::builder().method(method).uri(format!("{}/v1/partner/endpoints{path}", server.address()));
    if let Some(key) = key {
        request = request.header("authorization", format!("Bearer {key}"));
    }
    let body = body.map(|body| body.to_string()).unwrap_or_default();
    let agent: ureq::Agent =
        ureq::Agent::config_builder().http_status_as_error(false).allow_non_standard_methods(true).build().into();
    let mut response = agent.run(request.body(body).unwrap()).unwrap();
    let status = response.status().as_u16();
    (status, response.body_mut().read_json().unwrap())
}

#[rstest]
fn partners_manage_their_own_endpoints_and_no_others(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    house.record.run(&["partner", "add", "Radio Kayes"]).expect_success();
    let key = |name: &str| house.record.run(&["partner", "key", name]).expect_success().stdout.trim().to_owned();
    let (ours, theirs) = (key(PARTNER), key("Radio Kayes"));
    let (server, desk) = house.serve();
    let ask = |key: &str, method: &str, path: &str, body: Option<Value>| ask(&server, Some(key), method, path, body);
    let (status, all) = ask(&ours, "GET", "", None);
    assert_eq!((status, all["endpoints"].as_array().map(Vec::len)), (200, Some(1)));
    assert!(!all.to_string().contains("whsec_"), "a secret is shown once");
    let known = format!("/{}", house.endpoint);
    for (path, method) in [("", "GET"), ("", "DELETE"), ("/attempts", "GET"), ("/test", "POST"), ("/rotate", "POST")] {
        let (status, _) = ask(&theirs, method, &format!("{known}{path}"), None);
        assert_eq!(status, 404, "{method} {path}");
    }
    assert_eq!(self::ask(&server, None, "GET", "", None).0, 401);
    assert_eq!(ask(&theirs, "GET", "", None).1["endpoints"], json!([]));

    let (status, refused) = ask(&ours, "POST", "", Some(json!({ "url": "https://127.0.0.1/hook" })));
    assert_eq!(status, 400);
    assert!(refused["detail"].as_str().unwrap().contains("use a host name"), "{refused}");
    let (status, refused) =
        ask(&ours, "POST", "", Some(json!({ "url": "https://hooks.example.org/", "products": ["photos"] })));
    assert!(status == 400 && refused["detail"].as_str().unwrap().contains("this partner receives all"), "{refused}");

    let url = format!("http://{}/second", house.receiver.place());
    let wanted = json!({ "url": url, "types": ["event.*"], "products": ["all"] });
    let (status, made) = ask(&theirs, "POST", "", Some(wanted));
    assert_eq!((status, &made["state"]), (201, &json!("pending")), "{made}");
    assert!(Secret::parse(made["secret"].as_str().unwrap()).is_ok());
    let second = format!("/{}", made["id"].as_str().unwrap());
    assert_eq!(ask(&theirs, "POST", &format!("{second}/test"), None).0, 409, "it is pending");
    assert_eq!(ask(&theirs, "POST", &format!("{second}/verify"), None).1["state"], "active");

    let article = publish(&desk, "Le pont est ouvert");
    let first = house.wait("one of two is told", |taken| taken.len() == 1).remove(0);
    desk.done("contentKill", with(&article, "reason", json!("Il était faux."))); // told whatever the types
    let taken = house.wait("both are told of the kill", |taken| taken.len() == 3);
    assert!(taken[1..].iter().all(|call| told(call).0 == "item.killed"));
    assert_eq!(first.request.target, "/hook");

    let types = json!({ "types": null });
    assert_eq!(ask(&theirs, "PATCH", &second, Some(types)).1["types"], Value::Null);
    assert_eq!(ask(&theirs, "POST", &format!("{second}/disable"), None).1["state"], "disabled");
    let seq = event(&first)["data"]["seq"].clone();
    assert_eq!(ask(&ours, "POST", &format!("{known}/replay"), Some(json!({ "from": seq }))).0, 202);
    house.wait("the kill is told again", |taken| taken.len() == 4);
    until("all of it is logged", || {
        ask(&ours, "GET", &format!("{known}/attempts"), None).1["attempts"].as_array().unwrap().len() == 4
    });
    assert_eq!(ask(&theirs, "DELETE", &second, None).1["state"], "deleted");
    assert_eq!(ask(&theirs, "GET", "", None).1["endpoints"], json!([]));
}

#[rstest]
fn a_partner_who_does_not_ask_is_warned_once(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::new(backend);
    house.record.run(&["partner", "set", PARTNER, "--idle-after", "2"]).expect_success();
    let mut command = house.record.command(&["serve", "--bind", "127.0.0.1:0"]);
    let clock = WallClock::of(&mut command, house.record.directory());
    let mut server = Server::start(command);
    house.webhook("test");
    house.wait("the test is told", |taken| taken.len() == 1);
    clock.set(180);
    let warning = house.wait("the warning", |taken| taken.len() == 2).remove(1);
    let said = event(&warning);
    assert_eq!(said["type"], "partner.idle");
    let data = json!({ "partner": PARTNER, "polled_at": null, "idle_after_minutes": 2 });
    assert_eq!(said["data"], data);
    until("it is written down", || house.webhook("attempts").contains("partner.idle"));
    // Another process sees the same silence, and does not tell of it again.
    server.kill();
    let mut command = house.record.command(&["serve", "--bind", "127.0.0.1:0"]);
    clock.give(&mut command);
    let server = Server::start(command);
    until("it is seen", || server.said().contains("has not asked for changes for too long"));
    house.webhook("test");
    let all = house.wait("the next test is told", |taken| taken.len() == 3);
    assert_eq!(event(&all[2])["type"], "endpoint.test");
}
