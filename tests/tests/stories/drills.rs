//! A drill goes the whole way of an item: issued, fetched, stated, killed, acknowledged. Nobody but partners hears of it.

use std::path::Path;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use griot_testbed::Backend;
use griot_tests::{Receiver, Record, Server};
use rstest::rstest;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::issued::{FORMS, Got, get, judge, save};

const PARTNER: &str = "Agence du Fleuve";
const BASE: &str = "https://api.example.org";

/// An office with a partner that has an endpoint.
struct House {
    record: Record,
    receiver: Receiver,
    server: Server,
    key: String,
}

impl House {
    fn open(backend: Backend) -> Self {
        let (record, receiver) = (Record::new(backend), Receiver::start());
        let place = receiver.place();
        let settings = format!(
            "public_url = \"{BASE}\"\n[site]\nurl = \"https://www.example.org\"\n[webhooks]\nallowed_hosts = [\"{place}\"]\n"
        );
        std::fs::write(record.directory().join("griot.toml"), settings).unwrap();
        for args in [["migrate"].as_slice(), &["key", "init"], &["partner", "add", PARTNER]] {
            record.run(args).expect_success();
        }
        record.run(&["webhook", "add", PARTNER, &format!("http://{place}/hook")]).expect_success();
        let key = record.run(&["partner", "key", PARTNER]).expect_success().stdout.trim().to_owned();
        let server = record.serve(&[]);
        Self { record, receiver, server, key }
    }

    /// As the partner has it.
    fn fetch(&self, path: &str) -> Got {
        get(&self.server, path, &[("authorization", &format!("Bearer {}", self.key))])
    }

    /// What is told of an event of a type, once it came.
    #[track_caller]
    fn hears(&self, event_type: &str) -> Value {
        until(event_type, || {
            let calls = self.receiver.calls().into_iter().filter(|call| call.is_confirmed());
            let mut events = calls.map(|call| serde_json::from_slice::<Value>(&call.request.body).unwrap());
            events.find(|event| event["type"] == event_type).map(|mut event| event["data"].take())
        })
    }

    /// The only line of the partner's feed after a token, and the next token.
    #[track_caller]
    fn line(&self, since: &str) -> (Value, String) {
        until("a line", || {
            let mut page = self.fetch(&format!("/v1/changes{since}")).json();
            let line = page["changes"][0].take();
            (!line.is_null()).then(|| (line, format!("?since={}", page["token"].as_str().unwrap())))
        })
    }

    /// The payload of a statement, once it is there.
    #[track_caller]
    fn stated(&self, version: &str) -> Value {
        let jws = until("a statement", || {
            Some(self.fetch(&format!("{version}.jws"))).filter(|got| got.status == 200).map(|got| got.body)
        });
        let proof = self.fetch(&format!("{version}.tlog-proof"));
        assert_eq!(proof.status, 200, "{}", proof.body);
        let payload = jws.split('.').nth(1).unwrap();
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap()
    }

    fn verified(&self, bytes: &str) -> Value {
        get(&self.server, &format!("/v1/verify?sha256={:x}", Sha256::digest(bytes)), &[]).json()
    }

    /// The public finds nothing, as of an id that nobody ever gave.
    #[track_caller]
    fn nobody_else_finds(&self, id: &str, language: &str) {
        let unknown = "00000000-0000-4000-8000-000000000000";
        let mut paths = Vec::new();
        for form in FORMS.iter().chain(&[""]) {
            paths.extend([form.to_string(), format!("-{language}{form}")]);
            paths.extend([1, 2].map(|number| format!("-{language}/versions/{number}{form}")));
        }
        for ending in ["jws", "tlog-proof"] {
            paths.extend([1, 2].map(|number| format!("-{language}/versions/{number}.{ending}")));
        }
        for path in paths {
            let got = get(&self.server, &format!("/v1/items/{id}{path}"), &[]);
            let nothing = get(&self.server, &format!("/v1/items/{unknown}{path}"), &[]);
            assert_eq!((got.status, &got.body), (404, &nothing.body), "{path}");
        }
        for path in ["/v1/changes", "/v1/feeds/all.atom", "/v1/feeds/all.rss", "/v1/feeds/all.json", "/sitemap.xml"] {
            let got = get(&self.server, path, &[]);
            assert!(got.status == 200 && !got.body.contains(id), "{path}: {}", got.body);
        }
        let changes = self.server.data("{ changes { changes { contentId } } }", json!({}));
        assert_eq!(changes["changes"]["changes"], json!([]));
    }

    /// `node`, `tombstone` and the rest of the only change that GraphQL tells the partner.
    fn change(&self) -> Value {
        let query = "{ changes { changes { contentId kind version isDrill tombstone node { __typename } } } }";
        let told = self.server.client("/graphql", Some(&self.key)).data(query, json!({}));
        told["changes"]["changes"][0].clone()
    }
}

/// What comes of asking again and again.
#[track_caller]
fn until<T>(what: &str, mut ask: impl FnMut() -> Option<T>) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = ask() {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "it never came to this: {what}");
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// The path of an address.
fn path(address: &Value) -> &str {
    address.as_str().and_then(|address| address.strip_prefix(BASE)).unwrap_or_else(|| panic!("{address}"))
}

#[rstest]
fn a_drill_goes_the_whole_way_of_an_item(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let house = House::open(backend);
    let folder = house.record.directory().join("drill");
    let said = house.record.run(&["partner", "drill", "tout va bien", "--issue"]).expect_success().stdout;
    let id = said.trim().rsplit(' ').next().unwrap().to_owned();

    let event = house.hears("drill.issued");
    let (line, token) = house.line("");
    let language = line["language"].as_str().unwrap().to_owned();
    assert_eq!((&line["op"], &line["kind"], &line["version"]), (&json!("upsert"), &json!("drill"), &json!(1)));
    for told in [&event, &line] {
        assert_eq!((&told["id"], &told["uri"], &told["links"]), (&json!(id), &line["uri"], &line["links"]));
        assert_eq!((&told["profile"], &told["signal"]), (&json!("exercice"), &json!("drill")));
        assert!(told["ed_note"].as_str().unwrap().starts_with("EXERCI"), "{told}");
    }
    assert!(line["uri"].as_str().unwrap().contains(&format!(":drill-{id}-")), "{line}");
    let change = house.change();
    assert_eq!((&change["isDrill"], &change["tombstone"], &change["node"]), (&json!(true), &Value::Null, &Value::Null));
    let item = format!("/v1/items/{id}-{language}");
    let first = format!("{item}/versions/1");
    let issued = fetch_all(&house, &folder, &item, &first, 200);
    let ninjs = issued.json();
    assert_eq!((&ninjs["profile"], &ninjs["pubStatus"]), (&json!("exercice"), &json!("usable")));
    assert!(ninjs["edNote"].as_str().unwrap().starts_with("EXERCI"), "{ninjs}");
    assert!(issued.headers["cache-control"].contains("no-store"), "{:?}", issued.headers);
    assert_eq!(path(&line["links"]["statement"]), format!("{first}.jws"));
    let statement = house.stated(&first);
    assert_eq!((&statement["uri"], &statement["pub_status"]), (&line["uri"], &json!("usable")));
    assert!(statement.to_string().contains(&format!("{:x}", Sha256::digest(&issued.body))));
    let verified = house.verified(&issued.body);
    assert_eq!((&verified["state"], &verified["drill"]), (&json!("current"), &json!(true)), "{verified}");
    house.nobody_else_finds(&id, &language);

    house.record.run(&["partner", "drill", "--kill", &id]).expect_success();
    let event = house.hears("drill.killed");
    assert_eq!((&event["version"], &event["previous_version"]), (&json!(2), &json!(1)));
    let (line, _) = house.line(&token);
    assert_eq!((&line["op"], &line["reason"], &line["version"]), (&json!("tombstone"), &json!("drill"), &json!(2)));
    let since = format!(
        "{{ changes(after: \"{}\") {{ changes {{ version isDrill tombstone }} }} }}",
        &token["?since=".len()..]
    );
    let told = house.server.client("/graphql", Some(&house.key)).data(&since, json!({}));
    assert_eq!(told["changes"]["changes"], json!([{ "version": 2, "isDrill": true, "tombstone": "DRILL" }]));
    assert_eq!(path(&line["links"]["ninjs"]), format!("{item}.ninjs.json"));
    let killed = fetch_all(&house, &folder, &item, &first, 410);
    assert_eq!(killed.json()["pubStatus"], "canceled");
    assert!(!killed.body.contains("Traitez") && killed.body.contains("tout va bien"), "{}", killed.body);
    assert_eq!(house.fetch(&format!("{item}/versions/3.txt")).status, 404);
    let statement = house.stated(&format!("{item}/versions/2"));
    assert_eq!((&statement["version"], &statement["pub_status"]), (&json!(2), &json!("canceled")));
    for bytes in [&issued.body, &killed.body] {
        until("both are known as killed", || {
            let verified = house.verified(bytes);
            (verified["state"] == "killed" && verified["drill"] == true).then_some(())
        });
    }
    let copy = house.fetch("/v1/changes?snapshot=true&limit=500").json();
    let is_kill = |change: &Value| change["id"] == json!(id) && change["reason"] == "drill";
    assert!(copy["changes"].as_array().unwrap().iter().any(is_kill), "a copy begun anew is told of it too: {copy}");
    judge(&folder);
    house.nobody_else_finds(&id, &language);

    let receipts = || house.record.run(&["partner", "receipts", &id]).expect_success().stdout;
    assert!(receipts().contains(&format!("{PARTNER}: nothing yet")));
    let receipt = ureq::put(format!("{}/v1/partner/receipts/{id}", house.server.address()))
        .header("authorization", format!("Bearer {}", house.key))
        .send(json!({ "state": "removed" }).to_string());
    assert_eq!(receipt.unwrap().status().as_u16(), 200);
    assert!(receipts().contains(&format!("{PARTNER}: removed on")));
    let again = house.record.run(&["partner", "drill", "--kill", &id]);
    assert!(again.stderr.contains("was told already"), "{}", again.stderr);
}

/// Every form at the item's address, kept for the schemas; those of a version have `status`. The ninjs of the item.
fn fetch_all(house: &House, folder: &Path, item: &str, version: &str, status: u16) -> Got {
    for form in FORMS {
        let last = house.fetch(&format!("{item}{form}"));
        let wanted = if form == ".html" { status } else { 200 };
        assert_eq!(last.status, wanted, "{form}: {}", last.body);
        save(folder, &form[1..], &format!("{status}{item}{form}"), &last.body);
        let of_version = house.fetch(&format!("{version}{form}"));
        assert_eq!((of_version.status, of_version.body), (status, last.body), "{form}");
    }
    house.fetch(&format!("{item}.ninjs.json"))
}
