//! That documents are valid by the IPTC's schema is judged by `tests/conformance/ninjs.mjs`; here is what they say.

use griot_domain::{EntryKind, EventState};
use griot_syndication::item::{Content, Item, Signal};
use griot_syndication::ninjs::{document, has_form};
use serde_json::{Value, json};

use crate::samples::{self, all};

const CLARIFICATION: &str = "https://contenus.koulouba.example/v1/rel/clarification";
const PERSON: &str = "https://contenus.koulouba.example/v1/items/00000000-0000-4000-8000-000000000020";

fn ninjs(item: &Item) -> Value {
    document(item).expect("a document")
}

/// Values of `list` whose `key` is `value`.
fn those_with<'a>(list: &'a Value, key: &str, value: &str) -> Vec<&'a Value> {
    list.as_array().into_iter().flatten().filter(|one| one[key] == value).collect()
}

#[test]
fn people_and_institutions_have_no_form() {
    for (name, item) in all() {
        let has_document = !matches!(item.kind, EntryKind::Person | EntryKind::Institution);
        assert_eq!(document(&item).is_some(), has_document, "{name}");
        assert_eq!(has_form(item.kind), has_document, "{name}");
    }
    for content in [Content::Withheld, Content::Canceled] {
        let person = Item { kind: EntryKind::Person, ..samples::taken_back(content, None) };
        assert_eq!(document(&person), None, "nor when they are taken back");
    }
}

#[test]
fn every_document_says_which_version_of_what_it_is() {
    for (name, item) in all() {
        let Some(document) = document(&item) else { continue };
        assert_eq!(document["uri"], item.uri(), "{name}");
        assert_eq!(document["version"], item.version.to_string(), "{name}");
        assert_eq!(document["pubStatus"], item.status().code(), "{name}");
        assert_eq!(document["language"], item.locale.as_str(), "{name}");
        assert_eq!(document["firstCreated"], "2023-11-06T11:30:00Z", "{name}");
        assert_eq!(document["standard"]["version"], "3.2", "{name}");
        assert_eq!(document["infoSources"][0]["name"], item.issuer.name, "{name}");
    }
}

#[test]
fn the_same_item_gives_the_same_bytes_in_order_of_the_alphabet() {
    for (name, item) in all() {
        let (first, again) = (document(&item), document(&item.clone()));
        assert_eq!(first.as_ref().map(Value::to_string), again.as_ref().map(Value::to_string), "{name}");
        let keys: Vec<String> = first.iter().filter_map(Value::as_object).flat_map(|map| map.keys().cloned()).collect();
        assert!(keys.is_sorted(), "{name}: {keys:?}");
    }
}

#[test]
fn nothing_is_said_to_be_empty() {
    for (name, item) in all() {
        let text = document(&item).map(|document| document.to_string()).unwrap_or_default();
        for empty in [":null", ":[]", ":{}", ":\"\"", "[null"] {
            assert!(!text.contains(empty), "{name} has {empty}: {text}");
        }
    }
}

#[test]
fn people_are_named_as_on_the_day_beside_an_address_that_stays() {
    let document = ninjs(&samples::article());
    let expected =
        json!([{ "name": "Colonel Assimi GOÏTA, Président de la Transition", "rel": "about", "uri": PERSON }]);
    assert_eq!(document["people"], expected);
    assert_eq!(document["organisations"][0]["rel"], "mentions");
    assert_eq!(document["events"][0]["name"], "Sommet de Niamey");
}

#[test]
fn a_communique_says_what_it_is_and_on_which_terms() {
    let document = ninjs(&samples::article());
    assert_eq!(document["type"], "text");
    assert_eq!(document["profile"], "communique");
    assert_eq!(document["genres"], json!([{ "uri": "http://cv.iptc.org/newscodes/genre/Press_Release" }]));
    assert_eq!(document["usageTerms"], "Libre de droits avec mention de la source.");
    assert_eq!(document["by"], "La Présidence, A. Traoré");
    assert_eq!(document["located"], "Palais de Koulouba");
    assert_eq!(document["urgency"], 3);
    assert_eq!(document["places"][0]["geoJSON"]["coordinates"], json!([-8.0, 12.66]), "east before north");
    assert_eq!(those_with(&document["headlines"], "role", "kicker")[0]["value"], "Diplomatie");
    assert_eq!(those_with(&document["descriptions"], "role", "summary").len(), 1);
}

#[test]
fn a_body_comes_in_both_forms_with_its_length() {
    let item = samples::article();
    let Content::Article(article) = &item.content else { panic!("an article") };
    let document = ninjs(&item);
    let html = those_with(&document["bodies"], "contentType", "text/html");
    let plain = those_with(&document["bodies"], "contentType", "text/plain");
    assert_eq!((&html[0]["value"], &plain[0]["value"]), (&json!(article.html), &json!(article.text)));
    for body in [html[0], plain[0]] {
        assert_eq!(body["wordCount"], 20);
        assert_eq!(body["charCount"], article.text.chars().count());
    }
    assert_eq!(ninjs(&samples::bare_article())["bodies"], Value::Null);
}

#[test]
fn topics_are_the_iptcs_first_and_then_the_offices_own() {
    let document = ninjs(&samples::article());
    let uris: Vec<&Value> = document["subjects"].as_array().into_iter().flatten().map(|one| &one["uri"]).collect();
    assert_eq!(uris.len(), 3);
    assert_eq!(uris[0], "http://cv.iptc.org/newscodes/mediatopic/20000593");
}

#[test]
fn pictures_hang_on_the_item_with_what_is_known_of_them() {
    let document = ninjs(&samples::article());
    let pictures = those_with(&document["associations"], "type", "picture");
    assert_eq!(pictures.len(), 2);
    assert_eq!(pictures[0]["by"], "Présidence / A. Diarra");
    assert_eq!(those_with(&pictures[0]["descriptions"], "role", "caption")[0]["value"], "Au palais, le 6 novembre");
    assert_eq!(pictures[0]["renditions"][0]["width"], 1600);
    assert_eq!(pictures[1]["renditions"][0].as_object().map(serde_json::Map::len), Some(2), "name and address");
}

#[test]
fn addresses_are_uris_whatever_their_letters() {
    let mut item = samples::article();
    if let Content::Article(article) = &mut item.content {
        article.pictures[0].url = "https://koulouba.example/é t|é%20.jpg?a=[1]&b".to_owned();
    }
    let document = ninjs(&item);
    let href = &document["associations"][0]["renditions"][0]["href"];
    assert_eq!(href, "https://koulouba.example/%C3%A9%20t%7C%C3%A9%20.jpg?a=[1]&b", "and what was encoded stays");
}

#[test]
fn translations_are_named_by_the_identity_they_have_themselves() {
    let item = samples::article();
    let in_english = Item { locale: item.translations[0].locale.clone(), ..item.clone() };
    let document = ninjs(&item);
    let translations = those_with(&document["associations"], "language", "en");
    assert_eq!(translations[0]["uri"], in_english.uri());
    assert_eq!(translations[0]["name"], "The same in English");
    assert_ne!(item.uri(), in_english.uri());
}

#[test]
fn what_was_taken_back_says_that_and_no_more() {
    let samples = all().into_iter().filter(|(_, item)| matches!(item.content, Content::Withheld | Content::Canceled));
    let mut seen = 0;
    for (name, item) in samples {
        let document = ninjs(&item);
        let allowed = [
            "edNote",
            "firstCreated",
            "headlines",
            "infoSources",
            "language",
            "profile",
            "pubStatus",
            "representationType",
            "standard",
            "type",
            "uri",
            "version",
            "versionCreated",
        ];
        let more: Vec<&String> = document
            .as_object()
            .into_iter()
            .flat_map(|map| map.keys())
            .filter(|key| !allowed.contains(&key.as_str()))
            .collect();
        assert!(more.is_empty(), "{name}: {more:?}");
        assert_eq!(document["edNote"], document["headlines"][0]["value"], "{name}");
        seen += 1;
    }
    assert_eq!(seen, 5);
}

#[test]
fn a_kill_and_a_withdrawal_are_told_apart_in_capitals() {
    let killed = ninjs(&samples::taken_back(Content::Canceled, Some("Information fausse.")));
    assert_eq!(killed["pubStatus"], "canceled");
    assert_eq!(killed["headlines"][0]["value"], "ANNULATION : Information fausse.");
    let withheld = ninjs(&samples::taken_back(Content::Withheld, None));
    assert_eq!(withheld["pubStatus"], "withheld");
    assert_eq!(withheld["edNote"], "À NE PAS UTILISER");
}

#[test]
fn an_embargo_stands_beside_a_usable_text() {
    let embargoed =
        Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00.000001Z")), ..samples::article() };
    let document = ninjs(&embargoed);
    assert_eq!(document["embargoedUntil"], "2023-11-06T18:00:01Z", "never a part of a second early");
    assert_eq!(document["pubStatus"], "usable");
    assert!(document["edNote"].as_str().is_some_and(|note| note.starts_with("SOUS EMBARGO")));
    let whole = Item { embargoed_until: Some(samples::instant("2023-11-06T18:00:00Z")), ..samples::article() };
    assert_eq!(ninjs(&whole)["embargoedUntil"], "2023-11-06T18:00:00Z");
    assert_eq!(ninjs(&samples::article())["embargoedUntil"], Value::Null);
}

#[test]
fn corrections_are_publishable_and_the_newest_is_the_editors_note() {
    let document = ninjs(&samples::corrected_article());
    let signal = "http://cv.iptc.org/newscodes/signal/correction";
    let note = "Le nom de l’envoyé était mal écrit.";
    assert_eq!(those_with(&document["descriptions"], "role", signal)[0]["value"], note);
    assert_eq!(those_with(&document["descriptions"], "role", CLARIFICATION)[0]["value"], "Un lieu est précisé.");
    assert_eq!(document["edNote"], format!("RECTIFICATIF : {note}"));
    assert_eq!(document["versionCreated"], "2023-11-07T08:00:00Z");
    let silent = Item { signal: Signal::Update, ..samples::article() };
    assert_eq!(ninjs(&silent)["edNote"], Value::Null);
}

#[test]
fn an_event_has_its_dates_and_its_programme() {
    let document = ninjs(&samples::event());
    assert_eq!(document["type"], "event");
    assert_eq!(document["profile"], "agenda");
    assert_eq!(document["eventDetails"]["dates"]["startDate"], "2024-07-06T09:00:00+01:00");
    assert_eq!(document["eventDetails"]["organiser"]["name"], "Présidence de la République");
    assert_eq!(document["people"][0]["rel"], "Hôte");
    assert_eq!(document["events"][0]["name"], "Semaine du Sahel");
    let programme = those_with(&document["associations"], "rel", "https://contenus.koulouba.example/v1/rel/programme");
    assert_eq!(programme.len(), 2);
    assert_eq!(programme[1]["uri"], format!("{}#programme-2", samples::event().uri()));
    let days = &ninjs(&samples::all_day_event())["eventDetails"]["dates"];
    assert_eq!(*days, json!({ "expectedStartDate": "2024-09-22", "expectedEndDate": "2024-09-23" }));
}

#[test]
fn an_event_called_off_is_a_usable_item_that_says_so() {
    let mut item = samples::event();
    if let Content::Event(event) = &mut item.content {
        event.state = EventState::Cancelled;
    }
    let document = ninjs(&item);
    assert_eq!(document["pubStatus"], "usable");
    assert_eq!(document["eventDetails"]["eventStatus"], "http://cv.iptc.org/newscodes/eventoccurstatus/eos6");
    assert_eq!(document["edNote"], "ÉVÉNEMENT ANNULÉ");
    assert_eq!(ninjs(&samples::all_day_event())["edNote"], "ÉVÉNEMENT REPORTÉ");
}
