//! What is under embargo, as whoever is entitled fetches it: judged as what is public is, and there for nobody else.

use std::path::Path;

use griot_testbed::Backend;
use griot_tests::{Client, Record, Server};
use rstest::rstest;
use serde_json::{Value, json};

use crate::issued::{FORMS, Got, get, judge, save};

/// Stands in every text that is under embargo, and nowhere else.
const WORD: &str = "CANARIEMBARGO";
const UNTIL: &str = "2099-01-01T00:00:00Z";

/// The demo, with something of every sort under embargo.
struct Office {
    record: Record,
    server: Server,
    desk: Client,
    entitled: String,
    plain: String,
    schedule: Value,
    /// Nothing of these is public, with their languages.
    new: Vec<(Value, &'static [&'static str])>,
    /// These are public in another state.
    changed: Vec<Value>,
}

fn id(item: &Value) -> &str {
    item["contentId"].as_str().expect("an id")
}

fn publish(desk: &Client, draft: &Value) -> Value {
    let draft = desk.done("contentPublish", json!({ "items": [draft] }))["drafts"][0].take();
    json!({ "contentId": draft["contentId"], "expectedRevision": draft["revision"] })
}

fn with(item: &Value, more: Value) -> Value {
    let mut input = item.clone();
    input.as_object_mut().expect("an object").extend(more.as_object().expect("an object").clone());
    input
}

fn text(locale: &str, headline: &str) -> Value {
    let body = json!({ "markdown": format!("{headline}, the whole of it & <more>.\n\nSecond paragraph.") });
    json!({ "locale": locale, "headline": headline, "body": body })
}

fn article(desk: &Client, texts: Value, more: Value) -> Value {
    let input = json!({ "kind": "COMMUNIQUE", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": texts });
    desk.draft("articleCreate", with(&input, more))
}

/// That the headline names somebody or something in its first words.
fn mention(of: &Value, kind: &str, words: &str) -> Value {
    json!({ "target": of, "kind": kind, "role": "SUBJECT", "words": words, "passage": "HEADLINE", "offset": 0,
        "length": words.chars().count() })
}

impl Office {
    fn open(backend: Backend) -> Self {
        let record = Record::with_demo(backend);
        let key = record.key(&["--role", "administrator", "--name", "Desk"]);
        let mut keys = ["L’Essor", "Studio Tamani"].map(|name| {
            record.run(&["partner", "add", name, "--requests-per-minute", "100000"]).expect_success();
            record.run(&["partner", "key", name]).expect_success().stdout.trim().to_owned()
        });
        record.run(&["partner", "set", "L’Essor", "--embargo-terms", "2026-1"]).expect_success();
        let server = record.serve(&[]);
        let desk = server.client("/editorial/graphql", Some(&key));
        let (new, changed) = (new(&server, &desk), changed(&server, &desk));
        let items: Vec<&Value> = new.iter().map(|(item, _)| item).chain(&changed).collect();
        let mut embargo = desk.done("contentEmbargo", json!({ "items": items, "at": UNTIL }));
        let schedule = embargo["schedule"]["id"].take();
        let [entitled, plain] = keys.each_mut().map(std::mem::take);
        Self { record, server, desk, entitled, plain, schedule, new, changed }
    }

    fn get(&self, key: Option<&str>, path: &str) -> Got {
        let bearer = key.map(|key| format!("Bearer {key}"));
        let headers: Vec<_> = bearer.iter().map(|bearer| ("authorization", bearer.as_str())).collect();
        get(&self.server, path, &headers)
    }

    /// Fetches an item in every form as whoever is entitled; returns in how many there is one.
    fn fetch(&self, item: &Value, locale: &str, into: &Path) -> usize {
        let mut found = 0;
        for form in FORMS {
            let path = format!("/v1/items/{}{locale}{form}", id(item));
            let got = self.get(Some(&self.entitled), &path);
            // People and institutions have no ninjs.
            if got.status == 406 && form == ".ninjs.json" {
                assert!(got.body.contains("person") || got.body.contains("institution"), "{path}: {}", got.body);
                continue;
            }
            assert_eq!(got.status, 200, "{path}: {}", got.body);
            assert!(got.body.contains(WORD), "{path}: {}", got.body);
            assert_eq!(got.headers["cache-control"], "private, no-store", "{path}");
            save(into, &form[1..], &path, &got.body);
            found += 1;
        }
        found
    }
}

/// Entries of every kind that are all new, with the languages they have.
fn new(server: &Server, desk: &Client) -> Vec<(Value, &'static [&'static str])> {
    let known = "{ articles(first: 20) { nodes { leadImage { contentId } topics { contentId } } } }";
    let known = server.data(known, json!({}))["articles"]["nodes"].take();
    let known = known.as_array().expect("a list").iter().find(|one| one["leadImage"].is_object());
    let known = known.expect("the demo has an article with an image");
    let both = |name: &str| json!([{ "locale": "fr", "name": name }, { "locale": "en", "name": name }]);
    let name = format!("{WORD} Fanfare");
    let institution = desk.draft("institutionCreate", json!({ "kind": "MINISTRY", "texts": both(&name) }));
    let texts = json!([{ "locale": "fr", "honorific": "Dr" }]);
    let display = json!({ "given": "Awa", "family": WORD, "display": format!("Awa {WORD}") });
    let portrait = &known["leadImage"]["contentId"];
    let person = desk.draft("personCreate", json!({ "name": display, "portrait": portrait, "texts": texts }));
    let timed = |at: &str| json!({ "timed": { "startsAt": at, "timeZone": "Africa/Bamako" } });
    let programme = json!([{ "name": { "fr": WORD }, "time": timed("2099-02-01T10:00:00Z") }]);
    let event = desk.draft(
        "eventCreate",
        json!({
            "time": timed("2099-02-01T09:00:00Z"),
            "place": { "name": { "fr": "Palais de Koulouba" }, "countryCode": "ML" },
            "organisers": [institution["contentId"]],
            "participants": [{ "entry": person["contentId"] }],
            "programme": programme,
            "texts": both(&name),
        }),
    );
    let headline = |rest: &str| format!("{name} {rest}");
    let naming =
        |locale: &str, rest: &str, of: Value| with(&text(locale, &headline(rest)), json!({ "mentions": [of] }));
    let texts = json!([
        naming("fr", "en deux langues", mention(&event["contentId"], "EVENT", &name)),
        naming("en", "in two languages", mention(&event["contentId"], "EVENT", &name)),
    ]);
    let topics: Vec<&Value> = known["topics"].as_array().expect("a list").iter().map(|one| &one["contentId"]).collect();
    let full = article(desk, texts, json!({ "leadImage": { "asset": portrait }, "topics": topics, "urgency": 2 }));
    let of_institution =
        json!([naming("fr", "et rien de plus", mention(&institution["contentId"], "INSTITUTION", &name))]);
    let plain = article(desk, of_institution, json!({}));
    let advisory = article(desk, json!([text("fr", &headline("à venir"))]), json!({ "kind": "ADVISORY" }));
    let (two, one): (&[&str], &[&str]) = (&["", "-fr", "-en"], &["", "-fr"]);
    vec![(institution, two), (person, one), (event, two), (full, two), (plain, one), (advisory, one)]
}

/// Drafts of what is public in another state: an update, one of something with image and event, another language.
fn changed(server: &Server, desk: &Client) -> Vec<Value> {
    let headline = json!([{ "locale": "fr", "headline": format!("{WORD} mis à jour") }]);
    let public = || publish(desk, &article(desk, json!([text("fr", "Public")]), json!({})));
    let updated = desk.draft("articleUpdate", with(&public(), json!({ "texts": headline })));
    let english =
        json!([text("en", &format!("{WORD} in English")), { "locale": "fr", "headline": format!("{WORD} traduit") }]);
    let translated = desk.draft("articleUpdate", with(&public(), json!({ "texts": english })));
    let of_demo = "{ articles(first: 20) { nodes { contentId leadImage { contentId } events { contentId } } } }";
    let articles = server.data(of_demo, json!({}))["articles"]["nodes"].take();
    let rich = articles.as_array().expect("a list").iter().find(|one| one["leadImage"].is_object());
    let rich = &rich.expect("the demo has one")["contentId"];
    let revision = desk.data("query($id: ID!) { draft(contentId: $id) { revision } }", json!({ "id": rich }));
    let rich = json!({ "contentId": rich, "expectedRevision": revision["draft"]["revision"] });
    let rich = desk.draft("articleUpdate", with(&rich, json!({ "texts": headline })));
    vec![updated, translated, rich]
}

#[rstest]
fn what_is_under_embargo_passes_the_schemas_and_is_there_for_nobody_else(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend);
    let folder = office.record.directory().join("embargoed");
    let mut found = 0;
    for (item, locales) in &office.new {
        for locale in *locales {
            found += office.fetch(item, locale, &folder);
        }
    }
    for item in &office.changed {
        for locale in ["", "-fr"] {
            found += office.fetch(item, locale, &folder);
        }
    }
    found += office.fetch(&office.changed[1], "-en", &folder);
    judge(&folder);
    println!("{backend:?}: {found} documents of what is under embargo");

    // It says so itself, and what version it will be.
    let ninjs =
        |item: &Value| office.get(Some(&office.entitled), &format!("/v1/items/{}-fr.ninjs.json", id(item))).json();
    for (item, version) in
        office.new[2..].iter().map(|(item, _)| (item, "1")).chain(office.changed.iter().map(|item| (item, "2")))
    {
        let told = ninjs(item);
        assert_eq!((&told["embargoedUntil"], &told["version"]), (&json!(UNTIL), &json!(version)), "{told}");
        assert!(told["edNote"].as_str().is_some_and(|note| note.starts_with("SOUS EMBARGO")), "{told}");
    }

    // For everybody else there is nothing, told apart from what never was by nothing.
    let unknown = "00000000-0000-4000-8000-000000000000";
    for key in [None, Some(office.plain.as_str())] {
        for (item, _) in &office.new {
            for rest in ["", "-fr", "-en", "-fr/versions/1"] {
                for form in FORMS {
                    let got = office.get(key, &format!("/v1/items/{}{rest}{form}", id(item)));
                    let nothing = office.get(key, &format!("/v1/items/{unknown}{rest}{form}"));
                    assert_eq!((got.status, &got.body), (404, &nothing.body), "{rest}{form} with {key:?}");
                }
            }
        }
        for item in &office.changed {
            for form in FORMS {
                let got = office.get(key, &format!("/v1/items/{}-fr{form}", id(item)));
                assert!(got.status == 200 && !got.body.contains(WORD), "{form} with {key:?}: {}", got.body);
                assert_eq!(office.get(key, &format!("/v1/items/{}-fr/versions/2{form}", id(item))).status, 404);
            }
        }
        let english = format!("/v1/items/{}-en.txt", id(&office.changed[1]));
        assert_eq!(office.get(key, &english).status, 404);
    }

    // What is called off is gone for those who had it too.
    office.desk.done("scheduleCancel", json!({ "scheduleId": office.schedule }));
    for item in office.new.iter().map(|(item, _)| item).chain(&office.changed) {
        for form in FORMS {
            let path = format!("/v1/items/{}-fr{form}", id(item));
            let (early, public) = (office.get(Some(&office.entitled), &path), office.get(None, &path));
            assert_eq!((early.status, &early.body), (public.status, &public.body), "{path}");
            assert!(!early.body.contains(WORD), "{path}: {}", early.body);
        }
    }
}
