//! Shared caches are told what publications make wrong, whatever happens to them or to the server.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use griot_testbed::Backend;
use griot_tests::requests::{Ask, Wire};
use griot_tests::{Call, Client, Receiver, Record, Reply, Server};
use rstest::rstest;
use serde_json::{Value, json};

const SECRET: &str = "hush-0451";

/// A hook by the header `Surrogate-Key`, with a secret from a file.
fn hook(name: &str, receiver: &Receiver, rest: &str) -> String {
    let place = receiver.place();
    format!(
        "[[purge.hooks]]\nname = \"{name}\"\nurl = \"http://{place}/purge?of=griot\"\nallowed_hosts = [\"{place}\"]\n\
         header = \"Surrogate-Key\"\nheaders = {{ \"Fastly-Key\" = \"{{file:secret}}\" }}\ntimeout_ms = 300\n{rest}\n"
    )
}

fn record(backend: Backend, hooks: &[String]) -> Record {
    let record = Record::new(backend);
    let settings = format!("[metrics]\nbind = \"127.0.0.1:0\"\n{}", hooks.concat());
    std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
    std::fs::write(record.directory().join("secret"), SECRET).unwrap();
    record.run(&["migrate"]).expect_success();
    record
}

fn figure(server: &Server, name: &str, hook: &str) -> i64 {
    server.figure(&format!("griot_{name}{{hook=\"{hook}\"}}")) as i64
}

/// Waits until all that was published is confirmed.
#[track_caller]
fn confirmed(server: &Server, hook: &str, seq: &str) {
    let begun = Instant::now();
    while server.figure("griot_tail_blind") == 1.0
        || (figure(server, seq, hook), figure(server, "purge_active", hook))
            != (server.figure("griot_tail_seq") as i64, 1)
    {
        assert!(begun.elapsed() < Duration::from_secs(60), "{}\n{}", server.metrics(), server.said());
        std::thread::sleep(Duration::from_millis(10));
    }
}

fn tags(call: &Call) -> BTreeSet<String> {
    call.request.header("surrogate-key").split(' ').map(str::to_owned).collect()
}

/// Publishes a topic; its id and revision.
fn topic(desk: &Client, name: &str, slug: &str) -> Value {
    let draft = desk.draft("topicCreate", json!({ "texts": [{ "locale": "fr", "name": name, "slug": slug }] }));
    desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone()
}

fn rename(desk: &Client, topic: &Value, name: &str) -> Value {
    let change = json!({ "contentId": topic["contentId"], "expectedRevision": topic["revision"],
        "texts": [{ "locale": "fr", "name": name }] });
    desk.done("contentPublish", json!({ "items": [desk.draft("topicUpdate", change)] }))["drafts"][0].clone()
}

fn entry_tag(topic: &Value) -> String {
    format!("e-{}", &topic["contentId"].as_str().unwrap().replace('-', "")[..16])
}

/// The surrogate keys of what a GET of the document is answered with.
fn keys(server: &Server, document: &str) -> BTreeSet<String> {
    let encoded: String = document.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let answer = Wire::to(server.address()).send(&Ask::get(format!("/graphql?query={encoded}")));
    let keys = String::from_utf8(answer.header("surrogate-key").expect("it has some").to_vec()).unwrap();
    assert_eq!(answer.header("cache-tag"), Some(keys.replace(' ', ",").as_bytes()));
    keys.split(' ').map(str::to_owned).collect()
}

#[rstest]
fn a_publication_is_told_once_by_the_tags_that_answers_carry(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let receiver = Receiver::start();
    let record = record(backend, &[hook("edge", &receiver, "batch = 4\nrepeat_after_ms = 0")]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = record.serve(&[]);
    confirmed(&server, "edge", "purge_seq");
    let told: Vec<_> = receiver.calls().iter().map(tags).collect();
    assert_eq!(told, [BTreeSet::from(["griot".to_owned()])], "nothing is known of the cache: it drops everything");

    let desk = server.client("/editorial/graphql", Some(&key));
    let water = topic(&desk, "Eau", "eau");
    confirmed(&server, "edge", "purge_seq");
    let one = keys(&server, "{ topic(slug: \"eau\") { name } }");
    let list = keys(&server, "{ topics { totalCount } }");
    let missing = keys(&server, "{ topic(slug: \"pluie\") { name } }");
    receiver.clear();
    rename(&desk, &water, "Eaux");
    confirmed(&server, "edge", "purge_seq");
    let calls = receiver.calls();
    assert!(
        calls.iter().all(|call| call.request.method == "POST" && call.request.header("fastly-key") == SECRET),
        "{calls:?}"
    );
    assert!(calls.iter().all(|call| tags(call).len() <= 4), "{calls:?}");
    let told: Vec<String> = calls.iter().flat_map(tags).collect();
    let once: BTreeSet<String> = told.iter().cloned().collect();
    assert_eq!(told.len(), once.len(), "each tag is told once: {told:?}");
    for (keys, is_wrong) in [(&one, true), (&list, true), (&missing, false)] {
        assert_eq!(keys.is_disjoint(&once), !is_wrong, "{keys:?}, {once:?}");
        assert!(keys.contains("griot"), "{keys:?}");
    }
    assert!(once.contains("many") && once.contains(&entry_tag(&water)) && once.contains("k-topic"), "{once:?}");
    receiver.clear();
    topic(&desk, "Pluie", "pluie");
    confirmed(&server, "edge", "purge_seq");
    let told: BTreeSet<String> = receiver.calls().iter().flat_map(tags).collect();
    assert!(!missing.is_disjoint(&told), "what was missing is there: {missing:?}, {told:?}");

    // A start tells nothing that was confirmed, and a kill drops everything.
    drop(server);
    receiver.clear();
    let server = record.serve(&[]);
    confirmed(&server, "edge", "purge_seq");
    assert_eq!(receiver.calls(), []);
    let desk = server.client("/editorial/graphql", Some(&key));
    let pluie =
        desk.data("{ drafts(first: 5) { nodes { contentId revision } } }", json!({}))["drafts"]["nodes"][0].take();
    let kill = json!({ "contentId": pluie["contentId"], "expectedRevision": pluie["revision"], "reason": "Essai" });
    desk.done("contentKill", kill);
    confirmed(&server, "edge", "purge_seq");
    let told: Vec<_> = receiver.calls().iter().map(tags).collect();
    assert_eq!(told, [BTreeSet::from(["griot".to_owned()])]);
    assert!(!server.said().contains(SECRET));
}

#[test]
fn a_cache_that_fails_is_told_again_until_it_confirms() {
    let (receiver, elsewhere) = (Receiver::start(), Receiver::start());
    let record = record(Backend::Sqlite, &[hook("edge", &receiver, "repeat_after_ms = 0")]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = record.serve(&[]);
    confirmed(&server, "edge", "purge_seq");
    receiver.clear();
    let redirect = Reply::Redirect(format!("http://{}/", elsewhere.place()));
    receiver.reply([Reply::Later(429, 2), Reply::Status(500), Reply::Reset, Reply::Hang, redirect, Reply::Status(204)]);
    let water = topic(&server.client("/editorial/graphql", Some(&key)), "Eau", "eau");
    confirmed(&server, "edge", "purge_seq");
    let calls = receiver.calls();
    let tried: Vec<_> = calls.iter().map(|call| (tags(call), call.is_confirmed())).collect();
    assert!(tried[0].0.contains(&entry_tag(&water)));
    assert!(tried.iter().all(|(tags, _)| *tags == tried[0].0), "the same is told each time: {tried:?}");
    assert_eq!(
        tried.iter().map(|(_, is_confirmed)| *is_confirmed).collect::<Vec<_>>(),
        [false, false, false, false, false, true]
    );
    let left_alone = calls[1].at - calls[0].at;
    assert!(left_alone >= Duration::from_secs(2), "it asked for two seconds: {left_alone:?}");
    let pauses: Vec<_> = calls.windows(2).map(|two| two[1].at - two[0].at).collect();
    println!("pauses between tries: {pauses:?}");
    let calls = |result: &str| server.figure(&format!("griot_purge_calls_total{{hook=\"edge\",result=\"{result}\"}}"));
    assert_eq!((calls("confirmed"), calls("failed")), (2.0, 5.0));
    assert_eq!((figure(&server, "purge_lag", "edge"), figure(&server, "purge_lag_seconds", "edge")), (0, 0));
    assert_eq!(elsewhere.connections(), 0, "no redirect is followed");
    let said = server.said();
    assert_eq!(said.matches("was not reached to drop answers").count(), 1, "{said}");
    assert_eq!(said.matches("confirms again").count(), 1, "{said}");
    assert!(!said.contains(SECRET), "{said}");
}

#[test]
fn a_dead_cache_keeps_neither_editors_nor_another_cache_waiting() {
    let (dead, live) = (Receiver::start(), Receiver::start());
    let hooks = [hook("dead", &dead, "repeat_after_ms = 0"), hook("live", &live, "repeat_after_ms = 0")];
    let record = record(Backend::Sqlite, &hooks);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = record.serve(&[]);
    for name in ["dead", "live"] {
        confirmed(&server, name, "purge_seq");
    }
    dead.reply([Reply::Hang]);
    let before = figure(&server, "purge_seq", "dead");
    let desk = server.client("/editorial/graphql", Some(&key));
    let topics: Vec<Value> = (0..12).map(|number| topic(&desk, "Eau", &format!("eau-{number}"))).collect();
    confirmed(&server, "live", "purge_seq");
    assert_eq!(figure(&server, "purge_seq", "dead"), before);
    assert_eq!(figure(&server, "purge_lag", "dead"), 12, "{}", server.metrics());
    dead.reply([Reply::Status(200)]);
    confirmed(&server, "dead", "purge_seq");
    for receiver in [&dead, &live] {
        let calls: Vec<_> = receiver.calls().into_iter().filter(Call::is_confirmed).collect();
        let place = |topic: &Value| calls.iter().position(|call| tags(call).contains(&entry_tag(topic)));
        let places: Vec<usize> = topics.iter().map(|topic| place(topic).expect("it was told")).collect();
        assert!(places.is_sorted(), "in the order of the journal: {places:?}");
    }
}

#[rstest]
fn what_was_published_before_a_kill_is_told_after_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let receiver = Receiver::start();
    let record = record(backend, &[hook("edge", &receiver, "repeat_after_ms = 0")]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let mut server = record.serve(&[]);
    confirmed(&server, "edge", "purge_seq");
    for round in 0..4 {
        // Before the call, while it is under way, and when it was answered and nobody wrote that down perhaps.
        receiver.reply([[Reply::Status(503), Reply::Hang, Reply::Reset, Reply::Status(200)][round].clone()]);
        let desk = server.client("/editorial/graphql", Some(&key));
        let published = topic(&desk, "Eau", &format!("eau-{round}"));
        server.kill();
        let is_told = |call: &Call| call.is_confirmed() && tags(call).contains(&entry_tag(&published));
        let was_told = receiver.calls().iter().any(is_told);
        receiver.reply([Reply::Status(200)]);
        server = record.serve(&[]);
        confirmed(&server, "edge", "purge_seq");
        assert!(receiver.calls().iter().any(is_told), "round {round}");
        println!("{backend:?}, round {round}: told before the kill: {was_told}");
        let whole = receiver.calls().iter().filter(|call| tags(call).contains("griot")).count();
        assert_eq!(whole, 1, "only the first start drops everything");
    }
}

#[test]
fn what_was_confirmed_is_told_again_for_answers_under_way() {
    let receiver = Receiver::start();
    let record = record(Backend::Sqlite, &[hook("edge", &receiver, "repeat_after_ms = 400")]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let mut server = record.serve(&[]);
    confirmed(&server, "edge", "purge_settled_seq");
    receiver.clear();
    let water = topic(&server.client("/editorial/graphql", Some(&key)), "Eau", "eau");
    confirmed(&server, "edge", "purge_settled_seq");
    let of = |topic: &Value| -> Vec<Instant> {
        let calls = receiver.calls();
        calls.iter().filter(|call| tags(call).contains(&entry_tag(topic))).map(|call| call.at).collect()
    };
    let times = of(&water);
    assert_eq!(times.len(), 2, "{:?}", receiver.calls());
    assert!(times[1] - times[0] >= Duration::from_millis(400));
    // What was told once only is not done.
    let rain = topic(&server.client("/editorial/graphql", Some(&key)), "Pluie", "pluie");
    confirmed(&server, "edge", "purge_seq");
    let before = of(&rain).len();
    server.kill();
    let server = record.serve(&[]);
    confirmed(&server, "edge", "purge_settled_seq");
    assert!(of(&rain).len() > before.max(1), "{before}, {:?}", receiver.calls());
}

#[test]
fn one_of_several_processes_tells_and_another_takes_over() {
    let receiver = Receiver::start();
    let record = record(Backend::Sqlite, &[hook("edge", &receiver, "repeat_after_ms = 0")]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let delivery = record.serve(&["--delivery-only"]);
    confirmed(&delivery, "edge", "purge_seq");
    let mut whole = record.serve(&[]);
    let desk = whole.client("/editorial/graphql", Some(&key));
    let water = topic(&desk, "Eau", "eau");
    let is_told = |topic: &Value| receiver.calls().iter().filter(|call| tags(call).contains(&entry_tag(topic))).count();
    let begun = Instant::now();
    while is_told(&water) == 0 {
        assert!(begun.elapsed() < Duration::from_secs(30), "a server that only delivers tells too");
        std::thread::sleep(Duration::from_millis(10));
    }
    assert_eq!((is_told(&water), figure(&whole, "purge_active", "edge")), (1, 0));
    drop(delivery);
    let rain = topic(&desk, "Pluie", "pluie");
    confirmed(&whole, "edge", "purge_seq");
    assert_eq!(is_told(&rain), 1);
    // The record is exchanged for another: what the cache holds is not of it.
    whole.kill();
    for file in std::fs::read_dir(record.data()).unwrap().map(|entry| entry.unwrap().path()) {
        if file.extension().is_some_and(|end| end.to_string_lossy().starts_with("db")) {
            std::fs::remove_file(file).unwrap();
        }
    }
    record.run(&["migrate"]).expect_success();
    receiver.clear();
    let other = record.serve(&[]);
    confirmed(&other, "edge", "purge_seq");
    let told: Vec<_> = receiver.calls().iter().map(tags).collect();
    assert_eq!(told, [BTreeSet::from(["griot".to_owned()])]);
}

#[test]
fn documents_taken_out_end_in_shared_caches_too() {
    let receiver = Receiver::start();
    let body = "body = '{\"purge\": {\"tags\": \"$tags\"}}'\nrepeat_after_ms = 0";
    let settings = hook("edge", &receiver, body).replace("header = \"Surrogate-Key\"\n", "");
    let record = record(Backend::Sqlite, &[settings]);
    let id = "topics-total";
    let manifest = record.directory().join("manifest.json");
    std::fs::write(&manifest, json!({ (id): "{ topics { totalCount } }" }).to_string()).unwrap();
    record.run(&["operations", "import", manifest.to_str().unwrap()]).expect_success();
    let server = record.serve(&[]);
    confirmed(&server, "edge", "purge_seq");
    let answer = Wire::to(server.address()).send(&Ask::get(format!("/graphql?documentId={id}")));
    let keys = String::from_utf8(answer.header("surrogate-key").unwrap().to_vec()).unwrap();
    assert!(keys.split(' ').any(|key| key == "operations"), "{keys}");
    receiver.clear();
    record.run(&["operations", "remove", id]).expect_success();
    let begun = Instant::now();
    while receiver.calls().is_empty() {
        assert!(begun.elapsed() < Duration::from_secs(30));
        std::thread::sleep(Duration::from_millis(10));
    }
    let told: Value = serde_json::from_slice(&receiver.calls()[0].request.body).unwrap();
    assert_eq!(told, json!({ "purge": { "tags": ["many", "operations"] } }));
    assert_eq!(receiver.calls()[0].request.header("content-type"), "application/json");
}

#[test]
fn a_file_is_dropped_when_its_asset_is_taken_back() {
    let receiver = Receiver::start();
    let record = record(Backend::Sqlite, &[hook("edge", &receiver, "repeat_after_ms = 0")]);
    let key = record.key(&["--role", "administrator", "--name", "Desk"]);
    let server = record.serve(&[]);
    let desk = server.client("/editorial/graphql", Some(&key));
    let agent: ureq::Agent = ureq::Agent::config_builder().http_status_as_error(false).build().into();
    let put = agent.put(format!("{}/editorial/uploads?name=a.pdf", server.address()));
    let mut answer = put.header("authorization", format!("Bearer {key}")).send(&b"%PDF-1.7\n"[..]).unwrap();
    let upload: Value = serde_json::from_str(&answer.body_mut().read_to_string().unwrap()).unwrap();
    let texts = json!([{ "locale": "fr", "title": "Avis" }]);
    let input = json!({ "kind": "DOCUMENT", "upload": upload["id"], "texts": texts });
    let draft = desk.draft("assetCreate", input);
    let asset = desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].clone();
    let url = server.data("{ assets { nodes { url } } }", json!({}))["assets"]["nodes"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    let path = url.find("/media/").map(|at| url[at..].to_owned()).expect("it is kept here");
    let file = Wire::to(server.address()).send(&Ask::get(path.clone()));
    let keys = String::from_utf8(file.header("surrogate-key").expect("it has some").to_vec()).unwrap();
    assert_eq!(keys, format!("{} griot", entry_tag(&asset)));
    assert!(String::from_utf8_lossy(file.header("cache-control").unwrap()).contains("max-age=31536000"));
    confirmed(&server, "edge", "purge_seq");
    receiver.clear();
    let item = json!({ "contentId": asset["contentId"], "expectedRevision": asset["revision"], "reason": "Essai" });
    desk.done("contentWithdraw", item);
    confirmed(&server, "edge", "purge_seq");
    assert!(receiver.calls().iter().any(|call| tags(call).contains(&entry_tag(&asset))), "{:?}", receiver.calls());
    assert_eq!(Wire::to(server.address()).send(&Ask::get(path)).status, 410);
}

#[test]
fn a_cache_in_a_private_network_is_called_only_where_that_is_meant() {
    let receiver = Receiver::start();
    let settings = hook("edge", &receiver, "").replace("http://", "https://");
    let settings: String =
        settings.lines().filter(|line| !line.starts_with("allowed")).map(|line| format!("{line}\n")).collect();
    let record = record(Backend::Sqlite, &[settings]);
    let server = record.serve(&[]);
    let begun = Instant::now();
    while !server.said().contains("was not reached to drop answers") {
        assert!(begun.elapsed() < Duration::from_secs(30), "{}", server.said());
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(server.said().contains("is in a private or special network"), "{}", server.said());
    assert_eq!(receiver.connections(), 0);
}

#[test]
fn a_hook_without_its_secret_is_refused_at_the_start() {
    let receiver = Receiver::start();
    let record = record(Backend::Sqlite, &[hook("edge", &receiver, "")]);
    std::fs::remove_file(record.directory().join("secret")).unwrap();
    let ran = record.run(&["serve", "--bind", "127.0.0.1:0"]).expect_code(1);
    assert!(
        ran.stderr.contains("the hook `edge`") && ran.stderr.contains("the file secret cannot be read"),
        "{}",
        ran.stderr
    );
}
