//! What partners receive: documents and feeds in the formats of the trade, judged by their own schemas and readers.

mod feeds;
mod generated;
mod links;
mod office;
mod products;
mod readers;
mod sitemaps;

use std::collections::BTreeSet;

use griot_testbed::Backend;
use griot_tests::workspace;
use rstest::rstest;
use serde_json::{Value, json};

use self::office::{Office, Other, id, publish, with};
use crate::issued::{FORMS, collect, files, get, judge, save};
use crate::tools::node;

/// Tells whether an article in ninjs is one of some sort.
type IsOne = fn(&Value) -> bool;

/// What there has to be among the articles that are judged.
const OF_ARTICLES: [(&str, IsOne); 5] = [
    ("with an image", |one| has_one(&one["associations"], "type", "picture")),
    ("without one", |one| !has_one(&one["associations"], "type", "picture")),
    ("of an event", |one| one["events"].is_array()),
    ("of none", |one| one["events"].is_null()),
    ("in two languages", |one| has_one(&one["associations"], "rel", "/v1/rel/translation")),
];

/// Whether one of a list has a name whose value ends so.
fn has_one(list: &Value, name: &str, end: &str) -> bool {
    let mut list = list.as_array().into_iter().flatten();
    list.any(|one| one[name].as_str().is_some_and(|value| value.ends_with(end)))
}

#[rstest]
fn every_document_passes_the_schema_of_its_format(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend);
    let folder = office.record.directory().join("documents");
    let found = collect(&office.server, &folder);
    judge(&folder);
    println!("{backend:?}: {found} documents");
    let states = office.states();
    let wanted = ["new", "update", "correction", "clarification", "retraction", "withheld", "kill"];
    assert_eq!(states.keys().map(String::as_str).collect::<BTreeSet<_>>(), wanted.into_iter().collect(), "{states:?}");
    let ninjs = files(&folder.join("ninjs.json")).into_iter().map(|file| std::fs::read_to_string(file).unwrap());
    let ninjs: Vec<Value> = ninjs.map(|text| serde_json::from_str(&text).unwrap()).collect();
    for (what, is_one) in OF_ARTICLES {
        let usable = ninjs.iter().filter(|one| one["type"] == "text" && one["pubStatus"] == "usable");
        let count = usable.filter(|one| is_one(one)).count();
        println!("{backend:?}: {count} articles {what}");
        assert!(count > 0, "no article {what}");
    }
    let (newsml, ninjs) = (files(&folder.join("g2.xml")), files(&folder.join("ninjs.json")));
    for Other { kind, withdrawn, killed } in &office.others {
        for (item, status) in [(withdrawn, "withheld"), (killed, "canceled")] {
            let judged = |files: &[String], written: &str| {
                let of_item = files.iter().find(|file| file.ends_with(&format!("{}-fr.{written}", id(item))));
                std::fs::read_to_string(of_item.unwrap_or_else(|| panic!("no {written} of a {kind} that is {status}")))
                    .unwrap()
            };
            let document = judged(&newsml, "g2.xml");
            assert!(document.contains(&format!("<pubStatus qcode=\"stat:{status}\"/>")), "{kind}: {document}");
            if ["EVENT", "ASSET"].contains(kind) {
                assert!(judged(&ninjs, "ninjs.json").contains(&format!("\"pubStatus\":\"{status}\"")));
            }
        }
    }
}

#[rstest]
fn terms_of_use_are_odrl_and_what_documents_refer_to_is_there(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend);
    let folder = office.record.directory().join("terms");
    for name in ["reproduction", "photo", "embargo"] {
        let terms = get(&office.server, &format!("/v1/policies/{name}"), &[]);
        assert_eq!((terms.status, terms.headers["content-type"].as_str()), (200, "application/ld+json"));
        save(&folder, "odrl", &format!("{name}.json"), &terms.body);
    }
    let schemas = workspace().join("tests/schemas");
    let terms = files(&folder.join("odrl"));
    let args = [schemas.to_str().expect("UTF-8")].into_iter().chain(terms.iter().map(String::as_str));
    node("odrl.mjs", &args.collect::<Vec<_>>());
    let article = office.item(&office.corrected, ".ninjs.json").json();
    let own = [&article["rightsInfo"]["linkedRights"], &article["descriptions"][0]["role"]];
    let texts = terms.iter().map(|file| std::fs::read_to_string(file).unwrap()).collect::<String>();
    let events = texts.split('"').filter(|text| text.contains("/v1/rel/"));
    let addresses = own.into_iter().filter_map(Value::as_str).chain(events);
    let addresses = addresses.filter_map(|address| address.strip_prefix(office.server.address()));
    let addresses: BTreeSet<&str> = addresses.collect();
    assert!(addresses.len() >= 3, "{addresses:?}");
    for path in addresses {
        assert_eq!(get(&office.server, path, &[]).status, 200, "{path}");
    }
    let link = office.item(&office.corrected, ".html").body;
    let link = link.split("type=\"application/json+oembed\" href=\"").nth(1).and_then(|rest| rest.split('"').next());
    let link = link.expect("a page names its quote").replace("&amp;", "&");
    let quote = get(&office.server, link.strip_prefix(office.server.address()).expect("its own"), &[]).json();
    assert!(quote["html"].as_str().unwrap().contains("RIGHTWORD"), "{quote}");
}

#[rstest]
fn status_signal_and_note_tell_what_became_of_an_item(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend);
    let corrected = office.item(&office.corrected, ".ninjs.json").json();
    assert_eq!((&corrected["version"], &corrected["pubStatus"]), (&json!("2"), &json!("usable")));
    assert!(corrected["edNote"].as_str().unwrap().starts_with("RECTIFICATIF"), "{corrected}");
    let first = office.item(&office.corrected, "/versions/1.txt");
    assert!(first.status == 200 && first.body.contains("CORRECTEDWORD") && !first.body.contains("RIGHTWORD"));
    assert_eq!(office.item(&office.corrected, "/versions/3.txt").status, 404);

    for (item, status, note) in [(&office.withdrawn, "withheld", "revu"), (&office.killed, "canceled", "faux")] {
        let last = office.item(item, ".ninjs.json");
        assert_eq!(last.status, 200);
        let told = last.json();
        assert_eq!((&told["version"], &told["pubStatus"]), (&json!("2"), &json!(status)));
        assert!(told["edNote"].as_str().unwrap().contains(note), "{told}");
        nothing_is_left(&office, item, "ARTICLE", note);
        assert_eq!(get(&office.server, &format!("/v1/items/{}-nl.txt", id(item)), &[]).status, 404);
    }
    for Other { kind, withdrawn, killed } in &office.others {
        nothing_is_left(&office, withdrawn, kind, "revu");
        nothing_is_left(&office, killed, kind, "faux");
    }
}

/// Every form of what was taken back says why, and no word of what it was.
fn nothing_is_left(office: &Office, item: &Value, kind: &str, note: &str) {
    for form in FORMS {
        for rest in [String::new(), "/versions/1".to_owned(), "/versions/2".to_owned()] {
            let got = office.item(item, &format!("{rest}{form}"));
            let has_none = form == ".ninjs.json" && ["PERSON", "INSTITUTION"].contains(&kind);
            let is_gone = !rest.is_empty() || form == ".html";
            let status = if has_none {
                406
            } else if is_gone {
                410
            } else {
                200
            };
            assert_eq!(got.status, status, "{kind} {rest}{form}: {}", got.body);
            assert!(!got.body.to_uppercase().contains("NWORD"), "{kind} {rest}{form}: {}", got.body);
            assert!(!got.body.to_uppercase().contains("DWORD"), "{kind} {rest}{form}: {}", got.body);
            assert!(has_none || got.body.contains(note), "{kind} {rest}{form}: {}", got.body);
        }
    }
}

#[rstest]
fn what_is_under_embargo_or_was_taken_back_is_nowhere(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend);
    let bearer = format!("Bearer {}", office.partner);
    let path = format!("/v1/items/{}-fr.ninjs.json", id(&office.embargoed));
    let unknown = format!("/v1/items/{}-fr.ninjs.json", uuid_like(id(&office.embargoed)));
    let nothing = get(&office.server, &unknown, &[]);
    let hidden = get(&office.server, &path, &[]);
    assert_eq!((hidden.status, &hidden.body), (404, &nothing.body), "it is told apart from nothing by nothing");
    let early = get(&office.server, &path, &[("authorization", bearer.as_str())]);
    assert!(
        early.status == 200 && early.body.contains("\"embargoedUntil\":\"2099-01-01T00:00:00Z\""),
        "{}",
        early.body
    );
    for feed in ["all.atom", "all.rss", "all.json", "kind/communique.atom", "language/fr.json"] {
        let public = get(&office.server, &format!("/v1/feeds/{feed}"), &[]);
        assert_eq!(public.status, 200, "{feed}: {}", public.body);
        for word in ["CANARIEMBARGO", "KILLEDWORD", "WITHDRAWNWORD"] {
            assert!(!public.body.to_uppercase().contains(word), "{feed}: {word}");
        }
        assert!(public.body.contains("RIGHTWORD") && public.body.contains("Il était faux."), "{feed}: {}", public.body);
        let told = get(&office.server, &format!("/v1/feeds/{feed}"), &[("authorization", &bearer)]);
        assert_eq!(told.body, public.body, "{feed}: anyone may read a feed, whoever fetched it");
    }
}

/// Another id of the same form.
fn uuid_like(id: &str) -> String {
    let last = if id.ends_with('0') { '1' } else { '0' };
    let mut other = id.to_owned();
    other.pop();
    other.push(last);
    other
}

#[rstest]
fn a_version_keeps_its_bytes_whatever_is_published_later(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend);
    let desk = &office.desk;
    let named = "{ articles(first: 50) { nodes { contentId people { person { contentId } } } } }";
    let articles = office.server.data(named, json!({}))["articles"]["nodes"].take();
    let articles = articles.as_array().unwrap().iter();
    let found = articles.filter(|one| one["people"][0].is_object()).collect::<Vec<_>>();
    let article = found.first().expect("the demo has articles that name people");
    let person = &article["people"][0]["person"]["contentId"];
    let path = format!("/v1/items/{}-fr/versions/1", id(article));
    let before = FORMS.map(|form| get(&office.server, &format!("{path}{form}"), &[]));
    let query = "query($id: ID!) { draft(contentId: $id) { revision } }";
    let revision = desk.data(query, json!({ "id": person }))["draft"]["revision"].take();
    let change = json!({ "contentId": person, "expectedRevision": revision, "name": { "display": "RENAMED LATER" } });
    publish(desk, &desk.draft("personUpdate", change));
    for (form, before) in FORMS.iter().zip(&before) {
        let after = get(&office.server, &format!("{path}{form}"), &[]);
        assert_eq!((after.status, &after.body), (200, &before.body), "{form}");
        assert_eq!(after.headers["etag"], before.headers["etag"]);
        let tag = before.headers["etag"].as_str();
        let known = get(&office.server, &format!("{path}{form}"), &[("if-none-match", tag)]);
        assert_eq!((known.status, known.body.as_str()), (304, ""));
    }
    let person = get(&office.server, &format!("/v1/items/{}-fr.jsonld", person.as_str().unwrap()), &[]);
    assert!(person.body.contains("RENAMED LATER"));
}

#[rstest]
fn a_language_that_ends_is_withheld_and_the_other_goes_on(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend);
    let desk = &office.desk;
    let text = |locale, headline| json!({ "locale": locale, "headline": headline, "body": { "markdown": headline } });
    let texts = [text("fr", "En deux langues"), text("en", "In two languages")];
    let input = json!({ "kind": "NEWS", "issuedAt": "2025-01-02T10:00:00+00:00", "texts": texts });
    let item = publish(desk, &desk.draft("articleCreate", input));
    let path = |locale| format!("/v1/items/{}-{locale}.ninjs.json", id(&item));
    assert_eq!(get(&office.server, &path("en"), &[]).json()["pubStatus"], "usable");
    desk.done("contentWithdraw", with(&item, "locales", json!(["en"])));
    let ended = get(&office.server, &path("en"), &[]).json();
    assert_eq!((&ended["pubStatus"], &ended["version"]), (&json!("withheld"), &json!("2")));
    assert!(!ended.to_string().contains("In two languages"), "{ended}");
    let other = get(&office.server, &path("fr"), &[]).json();
    assert_eq!((&other["pubStatus"], &other["version"]), (&json!("usable"), &json!("1")));
}

#[rstest]
fn a_post_is_told_with_its_person_whenever_it_is_published(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let office = Office::open(backend);
    let desk = &office.desk;
    let person = office.server.data("{ people(first: 1) { nodes { contentId } } }", json!({}));
    let person = &person["people"]["nodes"][0]["contentId"];
    let path = format!("/v1/items/{}-fr.jsonld", person.as_str().expect("an id"));
    assert!(!get(&office.server, &path, &[]).body.contains("Gardien du phare"));
    let texts = json!([{ "locale": "fr", "title": "Gardien du phare" }]);
    let post = json!({ "person": person, "from": "2024", "texts": texts });
    publish(desk, &desk.draft("appointmentCreate", post));
    assert!(get(&office.server, &path, &[]).body.contains("Gardien du phare"));
}

#[test]
fn a_form_is_chosen_by_what_a_client_accepts() {
    let office = Office::open(Backend::Sqlite);
    let path = format!("/v1/items/{}", id(&office.corrected));
    for (accept, media) in [
        ("*/*", "application/json"),
        ("text/html,*/*;q=0.5", "text/html; charset=utf-8"),
        ("application/ld+json", "application/ld+json"),
        ("application/vnd.iptc.g2.newsitem+xml", "application/vnd.iptc.g2.newsitem+xml"),
    ] {
        let got = get(&office.server, &path, &[("accept", accept)]);
        assert_eq!((got.status, got.headers["content-type"].as_str()), (200, media));
        assert!(got.headers["content-location"].contains("/versions/2."), "{:?}", got.headers);
    }
    let refused = get(&office.server, &path, &[("accept", "image/png")]);
    assert_eq!(refused.status, 406);
    assert!(refused.body.contains("application/ld+json"), "{}", refused.body);
    for nonsense in ["x", "x.txt", "00000000-0000-4000-8000-00000000000.txt", "..%2f..%2fetc%2fpasswd"] {
        assert_eq!(get(&office.server, &format!("/v1/items/{nonsense}"), &[]).status, 404, "{nonsense}");
    }
}
