//! Two ministers change places: from drafts to the public record, as the press office does it over HTTP.

mod office;

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use griot_domain::{Clock, SystemClock};
use griot_testbed::Backend;
use griot_tests::Client;
use rstest::rstest;
use serde_json::{Value, json};

use self::office::{ALT, NOBODY, Office, TYPO};

/// The page of the communiqué, and what a visitor may ask about the two offices and the two people.
const PAGE: &str = r#"query($article: ID!, $photo: ID!, $justice: ID!, $water: ID!, $awa: ID!, $moussa: ID!, $view: ViewInput) {
  article(contentId: $article, view: $view) {
    title
    leadImage { url alt }
    people { style }
    corrections { kind note }
    versions { nodes { number } }
  }
  photo: notice(contentId: $photo, view: $view) { kind act reason }
  justice: institution(contentId: $justice, view: $view) { ...Holders }
  water: institution(contentId: $water, view: $view) { ...Holders }
  awa: person(contentId: $awa, view: $view) { style(at: "2026-03-02") }
  moussa: person(contentId: $moussa, view: $view) { style(at: "2026-03-02") }
}
fragment Holders on Institution { appointments(filter: { activeOn: "2026-03-02" }) { nodes { title person { name } } } }"#;

const RIGHT: &str = "Remaniement ministériel";

/// The page when each person has the office given.
fn page(article: Value, photo: Value, awa: &str, moussa: &str) -> Value {
    let title = |office: &str| if office == "justice" { "Ministre de la Justice" } else { "Ministre de l’Eau" };
    let holder = |office: &str| {
        let name = if awa == office { "Awa DIARRA" } else { "Moussa KEÏTA" };
        json!({ "appointments": { "nodes": [{ "title": title(office), "person": { "name": name } }] } })
    };
    let style = |name: &str, office: &str| json!({ "style": format!("{name}, {}", title(office)) });
    json!({
        "article": article, "photo": photo, "justice": holder("justice"), "water": holder("water"),
        "awa": style("Awa DIARRA", awa), "moussa": style("Moussa KEÏTA", moussa),
    })
}

fn communique(title: &str, has_photo: bool, corrections: Value, versions: usize) -> Value {
    let people = ["Awa DIARRA, Ministre de la Justice", "Moussa KEÏTA, Ministre de l’Eau"];
    let image = json!({ "url": "https://media.example.org/echange.jpg", "alt": ALT });
    let versions: Vec<_> = (1..=versions).rev().map(|number| json!({ "number": number })).collect();
    json!({
        "title": title, "leadImage": if has_photo { image } else { Value::Null },
        "people": people.map(|style| json!({ "style": style })), "corrections": corrections,
        "versions": { "nodes": versions },
    })
}

/// Nothing of an entry can be told from one that does not exist, to the byte. `path` is where the article will be.
fn tells_nothing_apart(reader: &Client, ids: &[&Value], path: &str) {
    let document = "query($id: ID!, $slug: String!, $path: String!) {
        article(contentId: $id) { title } content(contentId: $id) { displayTitle } notice(contentId: $id) { reason }
        bySlug: article(slug: $slug) { title } route(path: $path) { status content { displayTitle } } }";
    let ask = |id: &Value, slug: &str| {
        let path = path.replace("remaniement-fr", slug);
        reader.post(document, &json!({ "id": id, "slug": slug, "path": path })).unwrap()
    };
    let nothing = ask(&json!(NOBODY), "remaniement-xx");
    for id in ids {
        let answer = ask(id, "remaniement-fr");
        assert_eq!((answer.status, answer.body), (nothing.status, nothing.body.clone()));
    }
}

#[rstest]
fn a_reshuffle_is_prepared_previewed_embargoed_published_corrected_and_read_as_of_each_moment(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let mut office = Office::open(backend);
    let partner = office.record.key(&["--delivery", "--embargo", "--name", "Partner"]);
    let other = office.record.key(&["--delivery", "--name", "Other site"]);
    let [public, partner, other] =
        [None, Some(&*partner), Some(&*other)].map(|key| office.server.client("/graphql", key));
    let publisher = office.editing("publisher");
    let old = page(Value::Null, Value::Null, "water", "justice");
    let untouched = public.post(PAGE, &office.page("fr", None)).unwrap();
    assert_eq!(public.data(PAGE, office.page("fr", None)), old);

    let items = office.prepare();
    let now = |client: &Client| client.data(PAGE, office.page("fr", None));
    let fresh = page(communique(TYPO, true, json!([]), 1), Value::Null, "justice", "water");
    let author = office.editing("author");
    let alone = author.done("previewTokenCreate", json!({ "contentId": office.ids["article"] }));
    let alone = now(&office.server.client("/preview/graphql", alone["token"].as_str()));
    assert_eq!(alone["article"]["title"], TYPO);
    assert_eq!((&alone["justice"], &alone["water"], &alone["awa"]), (&old["justice"], &old["water"], &old["awa"]));
    let set: Vec<&Value> = items.as_array().unwrap().iter().map(|item| &item["contentId"]).collect();
    let token = author.done("previewTokenCreate", json!({ "contentIds": set }));
    let preview = office.server.client("/preview/graphql", token["token"].as_str());
    assert_eq!(now(&preview), fresh, "the preview shows the drafts it names");
    let url = preview.data("{ article(slug: \"remaniement-fr\") { url } }", json!({}))["article"]["url"].take();
    let path = url.as_str().unwrap().strip_prefix(office.server.address()).expect("a page lies on the site").to_owned();
    assert!(path.ends_with("remaniement-fr"), "{path}");
    assert_eq!(
        office.server.client("/preview/graphql", None).post(PAGE, &office.page("fr", None)).unwrap().status,
        401
    );
    for reader in [&public, &partner, &other] {
        assert_eq!(now(reader), old);
    }

    let waiting = publisher.done("contentEmbargo", json!({ "items": items, "at": "2099-01-01T00:00:00Z" }));
    assert_eq!(now(&partner), fresh, "the partner sees the set at once");
    let hidden: Vec<&Value> = items.as_array().unwrap()[..4].iter().map(|item| &item["contentId"]).collect();
    for reader in [&public, &other] {
        assert_eq!(reader.post(PAGE, &office.page("fr", None)).unwrap().body, untouched.body);
        tells_nothing_apart(reader, &hidden, &path);
    }

    let before = SystemClock.now();
    let due: DateTime<Utc> = DateTime::from_timestamp(before.timestamp() + 4, 0).unwrap();
    let at = due.to_rfc3339_opts(SecondsFormat::Secs, true);
    publisher.done("scheduleMove", json!({ "scheduleId": waiting["schedule"]["id"], "at": at }));
    let heard = wait_until_public(&public, &office.page("fr", None), &untouched.body, due);
    println!("{backend:?}: public {} ms after the instant", (heard - due).num_milliseconds());
    for reader in [&public, &partner, &other] {
        assert_eq!(now(reader), fresh);
    }
    let route = "query($path: String!) { route(path: $path) { status } }";
    assert_eq!(public.data(route, json!({ "path": path })), json!({ "route": { "status": 200 } }));
    let since = "query($id: ID!) { article(contentId: $id) { versions { nodes { liveFrom } } } }";
    let since = public.data(since, json!({ "id": office.ids["article"] }));
    assert_eq!(since["article"]["versions"]["nodes"], json!([{ "liveFrom": at }]));

    let between = SystemClock.now();
    let correction = json!({
        "contentId": office.ids["article"], "expectedRevision": 1, "correctionKind": "CORRECTION",
        "publicNote": { "fr": "Une lettre manquait dans le titre.", "en": "A letter was missing in the French headline." },
        "texts": [{ "locale": "fr", "headline": RIGHT }],
    });
    publisher.done("articleCorrect", correction);
    let corrected = SystemClock.now();
    let kill = json!({ "contentId": office.ids["photo"], "expectedRevision": 1, "reason": "Rights" });
    publisher.done("contentKill", kill);

    let correction = json!([{ "kind": "CORRECTION", "note": "Une lettre manquait dans le titre." }]);
    let notice = json!({ "kind": "ASSET", "act": "KILLED", "reason": "Rights" });
    let right = communique(RIGHT, false, correction, 2);
    for (as_of, article, awa, moussa) in [
        (Some(before), Value::Null, "water", "justice"),
        (Some(due - TimeDelta::microseconds(1)), Value::Null, "water", "justice"),
        (Some(due), communique(TYPO, false, json!([]), 1), "justice", "water"),
        (Some(between), communique(TYPO, false, json!([]), 1), "justice", "water"),
        (Some(corrected), right.clone(), "justice", "water"),
        (None, right, "justice", "water"),
    ] {
        for reader in [&public, &partner, &other] {
            let answer = reader.data(PAGE, office.page("fr", as_of));
            assert_eq!(answer, page(article.clone(), notice.clone(), awa, moussa), "as of {as_of:?}");
        }
    }
    let english = public.data(PAGE, office.page("en", None));
    assert_eq!(english["article"]["title"], "Cabinet reshuffle");
    assert_eq!(english["awa"], json!({ "style": "Awa DIARRA, Minister of Justice" }));
    assert_eq!(english["article"]["corrections"][0]["note"], "A letter was missing in the French headline.");
    assert!(!office.record.export().contains(ALT), "nothing of the photo is left in the public record");
    log_says_who_did_what(&office, due, backend);
}

/// Asks as fast as answers come; what is shown is shown at or after `due`, by the clock of whoever asks and of the server.
fn wait_until_public(public: &Client, variables: &Value, hidden: &[u8], due: DateTime<Utc>) -> DateTime<Utc> {
    loop {
        let answer = public.post(PAGE, variables).unwrap();
        let heard = SystemClock.now();
        if answer.body != hidden {
            assert!(heard >= due, "early: {heard}");
            let date = DateTime::parse_from_rfc2822(&answer.date).expect("an answer has a date");
            assert!(date >= due, "early by the server's clock: {date}");
            return heard;
        }
        assert!(heard < due + TimeDelta::seconds(60), "it never becomes public");
        std::thread::sleep(Duration::from_millis(5));
    }
}

/// All that the log holds: who, which act, on how many entries.
const DEEDS: [&str; 20] = [
    "author create 1",
    "author create 1",
    "author create 1",
    "author create 1",
    "editor appoint 1",
    "editor appoint 1",
    "publisher publish 6",
    "author attach 1",
    "author create 1",
    "editor appoint 1",
    "editor appoint 1",
    "editor appoint 1",
    "editor appoint 1",
    "author preview 1",
    "author preview 6",
    "publisher embargo 6",
    "publisher schedule 6",
    "publisher publish 6 (scheduler)",
    "publisher correct 1",
    "publisher kill 1",
];

fn log_says_who_did_what(office: &Office, due: DateTime<Utc>, backend: Backend) {
    let verify = office.record.run(&["audit", "verify"]).expect_success();
    assert!(verify.stdout.contains("is whole"), "{}", verify.stdout);
    let document = "{ auditLog(first: 100) { number at author origin verb contentIds } }";
    let mut log = office.editing("administrator").data(document, json!({}))["auditLog"].take();
    let log = log.as_array_mut().unwrap();
    log.reverse();
    let told: Vec<String> = log
        .iter()
        .map(|one| {
            let author = one["author"].as_str().unwrap();
            let role = office.keys.iter().find(|(role, _)| office.holder(role) == author);
            let origin = if one["origin"] == "scheduler" { " (scheduler)" } else { "" };
            let count = one["contentIds"].as_array().unwrap().len();
            format!("{} {} {count}{origin}", role.map_or(author, |(role, _)| role), one["verb"].as_str().unwrap())
        })
        .collect();
    // Each key was made by the command, and that is in the log too.
    let (of_command, of_editors): (Vec<String>, Vec<String>) =
        told.into_iter().partition(|one| one.starts_with("cli:"));
    assert!(of_command.iter().all(|one| one.ends_with(" manage keys 0")), "{of_command:?}");
    // Those of the editors, the partner's, and that of an outlet without entitlement.
    assert_eq!((of_command.len(), of_editors), (office.keys.len() + 2, DEEDS.map(str::to_owned).to_vec()));
    let released = log.iter().find(|one| one["origin"] == "scheduler").expect("the scheduler is in the log");
    assert!(released["at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap() >= due, "{released}");
    let denied = office.editing("publisher").post(document, &json!({})).unwrap();
    assert!(String::from_utf8_lossy(&denied.body).contains("FORBIDDEN"), "administrators alone read it");
    if backend == Backend::Postgres {
        office.record.sql("ALTER TABLE editorial.audit DISABLE TRIGGER USER");
        office.record.sql("UPDATE editorial.audit SET author = 'key:somebody' WHERE number = 2");
        let broken = office.record.run(&["audit", "verify"]).expect_code(1);
        assert!(broken.stdout.contains("record 2 was altered"), "{broken:?}");
    }
}
