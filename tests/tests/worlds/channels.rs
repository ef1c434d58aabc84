//! What is sent to others, and what proves its origin. The same article is published, changed and killed in both worlds:
//! whoever is sent that is sent the same by both, but for instants, signatures and what is signed.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use griot_domain::{Clock, SystemClock};
use griot_editorial::Command;
use griot_testbed::Backend;
use griot_tests::requests::Answer;
use griot_tests::{Call, Client, Receiver, Record, Server};
use regex::{Captures, Regex};
use rstest::rstest;
use serde_json::{Value, json};

use crate::canary::Canaries;
use crate::documents::{Both, difference, size_of_log, tiles};
use crate::house::{House, item};
use crate::pair::{JOURNAL, PRODUCT, Pair, in_runtime};
use crate::{seed, write};

const TOPIC: &str = "https://api.example.org/v1/feeds/all.atom";
/// An event, and what makes it.
type Act<'a> = (&'static str, &'a dyn Fn(&World<'_>));

/// Headers that hold instants, keys, hashes or lengths of what does.
const OF_ONE_CALL: [&str; 6] =
    ["webhook-id", "webhook-timestamp", "webhook-signature", "x-hub-signature", "content-length", "host"];
/// Headers of answers that do, or that count requests in time.
const OF_ONE_ANSWER: [&str; 5] = ["etag", "repr-digest", "content-length", "last-modified", "ratelimit"];
const FORMS: [&str; 6] = [".ninjs.json", ".g2.xml", ".jsonld", ".html", ".txt", ".jws"];

/// One of the worlds, from without.
struct World<'a> {
    record: &'a Record,
    receiver: &'a Receiver,
    server: Server,
    press: Client,
}

impl World<'_> {
    /// What was sent of changes, the question whether it is wanted left out.
    fn hooks(&self) -> Vec<Call> {
        let is_hook = |call: &Call| call.request.target == "/hook" && kind(call) != "endpoint.verification";
        self.receiver.calls().into_iter().filter(is_hook).collect()
    }

    /// Feeds that were sent.
    fn feeds(&self) -> Vec<Call> {
        let calls = self.receiver.calls().into_iter();
        calls.filter(|call| call.request.target == "/feed" && call.request.method == "POST").collect()
    }

    /// Subscribes to the feed of everything, and waits until it is so.
    fn subscribe(&self) {
        let callback = format!("http://{}/feed", self.receiver.place());
        let form = [("hub.mode", "subscribe"), ("hub.topic", TOPIC), ("hub.callback", &callback)];
        let hub = format!("{}/v1/websub/hub", self.server.address());
        assert_eq!(ureq::post(&hub).send_form(form).unwrap().status(), 202);
        until("it is subscribed", || self.record.run(&["websub", "list"]).expect_success().stdout.contains("all.atom"));
    }

    /// Waits until so many changes were sent, and the feed as it is now.
    fn wait(&self, hooks: usize) -> Call {
        until("it is sent", || {
            let feed = ureq::get(format!("{}/v1/feeds/all.atom", self.server.address())).call().unwrap();
            let feed = feed.into_body().read_to_vec().unwrap();
            self.hooks().len() >= hooks && self.feeds().last().is_some_and(|call| call.request.body == feed)
        });
        self.feeds().pop().unwrap()
    }

    /// Publishes a draft; what comes after it.
    fn publish(&self, draft: &Value) -> Value {
        self.press.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
    }

    fn draft(&self, id: &Value) -> Value {
        let query = "query($id: ID!) { draft(contentId: $id) { contentId revision } }";
        let draft = self.press.data(query, json!({ "id": id }))["draft"].take();
        json!({ "contentId": draft["contentId"], "expectedRevision": draft["revision"] })
    }
}

fn kind(call: &Call) -> Value {
    serde_json::from_slice::<Value>(&call.request.body).unwrap_or_default()["type"].take()
}

#[track_caller]
fn until(what: &str, is_so: impl Fn() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Takes out of texts what two worlds cannot have in common: instants since the worlds part, and hashes of texts that hold
/// some.
struct Comparable {
    since: DateTime<Utc>,
    instants: Regex,
    hashes: Regex,
    tokens: Regex,
    /// Of the log.
    seconds: Regex,
}

impl Comparable {
    fn new() -> Self {
        let instants = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|\+00:00)|[A-Z][a-z]{2}, \d\d? [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d (?:GMT|\+0000)";
        // Seconds are all that some of them have.
        let since = SystemClock.now() - chrono::TimeDelta::seconds(1);
        // Places in the line of changes: after the numbers stand an instant, and a signature of the server's own.
        let tokens = "(since=|\"token\":\")([A-Za-z0-9_-]{33})[A-Za-z0-9_-]+";
        let [instants, hashes, tokens] = [instants, "[0-9a-f]{64}", tokens].map(|regex| Regex::new(regex).unwrap());
        Self { since, instants, hashes, tokens, seconds: Regex::new("(\"logged_at\":)\\d+").unwrap() }
    }

    fn text(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8_lossy(bytes);
        let text = self.instants.replace_all(&text, |found: &Captures<'_>| {
            let parsed = DateTime::parse_from_rfc3339(&found[0]).or_else(|_| DateTime::parse_from_rfc2822(&found[0]));
            let is_new = parsed.unwrap_or_else(|err| panic!("{err}: {}", &found[0])) >= self.since;
            if is_new { "NOW".to_owned() } else { found[0].to_owned() }
        });
        let text = self.hashes.replace_all(&text, "HASH");
        let text = self.tokens.replace_all(&text, "$1$2");
        self.seconds.replace_all(&text, "$1").into_owned()
    }

    fn call(&self, call: &Call) -> String {
        let request = &call.request;
        let headers = request.headers.iter().map(|(name, value)| match OF_ONE_CALL.contains(&name.as_str()) {
            true => name.clone(),
            false => format!("{name}: {value}"),
        });
        let headers: BTreeSet<String> = headers.collect();
        format!("{} {} {headers:?} {}", request.method, request.target, self.text(&request.body))
    }

    fn answer(&self, answer: &Answer) -> String {
        let headers = answer.headers.iter().map(|(name, value)| match OF_ONE_ANSWER.contains(&name.as_str()) {
            true => name.clone(),
            false => format!("{name}: {}", String::from_utf8_lossy(value)),
        });
        let headers: Vec<String> = headers.collect();
        format!("{} {headers:?} {}", answer.status, self.text(&answer.decoded()))
    }

    /// A statement is compared by what it says.
    fn statement(&self, answer: &Answer) -> String {
        assert_eq!(answer.status, 200, "{}", self.answer(answer));
        let jws = String::from_utf8(answer.decoded()).unwrap();
        let parts = jws.split('.').map(|part| URL_SAFE_NO_PAD.decode(part).expect("base64"));
        let [head, payload, _] = &parts.collect::<Vec<_>>()[..] else { panic!("{jws}") };
        let mut payload: Value = serde_json::from_slice(payload).unwrap();
        payload["iat"].take();
        format!("{} {}", String::from_utf8_lossy(head), self.text(payload.to_string().as_bytes()))
    }
}

#[rstest]
fn what_is_not_public_changes_nothing_that_is_sent_or_stated(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let seed = seed();
    println!("GRIOT_TEST_SEED={seed}");
    let pair = Pair::new(backend);
    let records = [&pair.plain, &pair.secret];
    for (record, receiver) in records.into_iter().zip(&pair.receivers) {
        let hook = format!("http://{}/hook", receiver.place());
        record.run(&["webhook", "add", JOURNAL, &hook]).expect_success();
    }
    let mut canaries = Canaries::new(fastrand::Rng::with_seed(seed));
    let written = in_runtime(write(&pair, &mut canaries));
    let sweep = canaries.sweep();
    let comparable = Comparable::new();
    let [plain, secret] = [0, 1].map(|number| {
        let (record, receiver) = (records[number], &pair.receivers[number]);
        let server = record.serve(&[]);
        let press = server.client("/editorial/graphql", Some(&pair.press_key));
        World { record, receiver, server, press }
    });
    let worlds = [&plain, &secret];
    worlds.iter().for_each(|world| world.subscribe());
    let addresses = worlds.map(|world| world.server.address());
    let public = Both::new(addresses, None, &sweep);
    let journal = Both::new(addresses, Some(&pair.journal_key), &sweep);
    let feeds = ["atom", "rss", "json"].map(|form| format!("/v1/feeds/product/{PRODUCT}.{form}"));
    let changes = format!("/v1/changes?limit=500&product={PRODUCT}");
    for path in feeds.iter().chain([&changes]) {
        let answers = journal.get(path);
        assert_eq!(answers[0].status, 200, "{path}");
        let [first, second] = answers.map(|answer| comparable.answer(&answer));
        assert!(first == second, "{path}{}", difference(&first, &second));
    }
    let mut archives = 0;
    for (year, month) in (2019..=2026).flat_map(|year| (1..=12).map(move |month| (year, month))) {
        let path = format!("/v1/feeds/product/{PRODUCT}/archive/{year}-{month:02}.atom");
        let answers = journal.get(&path);
        archives += usize::from(answers[0].status == 200);
        let [first, second] = answers.map(|answer| comparable.answer(&answer));
        assert!(first == second, "{path}{}", difference(&first, &second));
    }
    assert!(archives > 0, "the product has archives");
    let logged = size_of_log(&public.get_alike("/log/checkpoint"));
    assert!(logged > 50, "the public record is stated");
    for world in worlds {
        assert_eq!((world.hooks(), world.feeds()), (vec![], vec![]), "nothing happened yet");
    }

    // The same happens in both.
    let id = json!(pair.draft.0);
    let path = |rest: &str| format!("/v1/items/{}-fr{rest}", id.as_str().unwrap());
    let acts: [Act<'_>; 3] = [
        ("item.published", &|world| {
            world.publish(&world.draft(&id));
        }),
        ("item.updated", &|world| {
            let mut input = world.draft(&id);
            input["texts"] = json!([{ "locale": "fr", "headline": "Le pont est ouvert aux piétons" }]);
            world.publish(&world.press.draft("articleUpdate", input));
        }),
        ("item.killed", &|world| {
            let mut input = world.draft(&id);
            input["reason"] = json!("Il était faux.");
            world.press.done("contentKill", input);
        }),
    ];
    for (number, (event, act)) in acts.into_iter().enumerate() {
        let version = number + 1;
        let [first, second] = worlds.map(|world| {
            act(world);
            let feed = world.wait(version);
            let hook = world.hooks().pop().unwrap();
            assert_eq!(kind(&hook), json!(event), "{hook:?}");
            (comparable.call(&hook), comparable.call(&feed))
        });
        assert!(first.0 == second.0, "{event}{}", difference(&first.0, &second.0));
        assert!(first.1 == second.1, "{event}, the feed{}", difference(&first.1, &second.1));
        // Partners fetch it: its product, its documents, and the proof of each.
        let proof = path(&format!("/versions/{version}.tlog-proof"));
        let is_stated = |world: &World<'_>| world.server.status(&proof) == 200;
        until("it is stated", || worlds.into_iter().all(is_stated));
        // Changes are sent after they were sorted into products.
        let [first, second] = journal.get(&changes).map(|answer| comparable.answer(&answer));
        assert!(first == second, "{event}: {changes}{}", difference(&first, &second));
        let documents = FORMS
            .iter()
            .flat_map(|form| ["", "/versions/1", "/versions/2", "/versions/3"].map(|of| path(&format!("{of}{form}"))));
        for path in feeds.iter().cloned().chain(documents) {
            let answers = journal.get(&path);
            let alike = answers.each_ref().map(|answer| match answer.status == 200 && path.ends_with(".jws") {
                true => comparable.statement(answer),
                false => comparable.answer(answer),
            });
            assert!(alike[0] == alike[1], "{event}: {path}{}", difference(&alike[0], &alike[1]));
        }
    }
    for world in worlds {
        assert_eq!(world.hooks().len(), 3, "each was sent once");
    }
    // The log grew by the same, entry by entry.
    let sizes = public.get("/log/checkpoint").map(|checkpoint| size_of_log(&checkpoint));
    assert!(sizes[0] == sizes[1] && sizes[0] > logged, "{sizes:?} after {logged}");
    for path in tiles(sizes[0]) {
        let [first, second] = public.get(&path);
        if path.contains("/entries/") {
            let [first, second] = [&first, &second].map(|answer| comparable.answer(answer));
            assert!(first == second, "{path}{}", difference(&first, &second));
        }
        assert_eq!((first.status, second.status), (200, 200), "{path}");
    }
    for world in worlds {
        for call in world.receiver.calls() {
            let bytes = format!("{:?} {}", call.request, String::from_utf8_lossy(&call.request.body));
            assert_eq!(sweep.found(bytes.as_bytes()), BTreeSet::new(), "seed {seed}: {bytes}");
        }
    }
    println!(
        "{backend:?}: {} changes and {} feeds sent, {} leaves in the log",
        secret.hooks().len(),
        secret.feeds().len(),
        sizes[1]
    );

    // The search finds what is there: what was a secret is sent when it is published.
    let (hooks, feeds) = (secret.hooks().len(), secret.feeds().len());
    in_runtime(async {
        let house = House::open(&pair.secret_location(), "desk").await;
        house.done("control", Command::Publish { items: vec![item(written.ready)] }).await;
    });
    until("the control is sent", || secret.hooks().len() > hooks && secret.feeds().len() > feeds);
    let told = |calls: Vec<Call>| calls.iter().any(|call| !sweep.found(&call.request.body).is_empty());
    assert!(told(secret.hooks()) && told(secret.feeds()), "a published draft is not found in what was sent");
}
