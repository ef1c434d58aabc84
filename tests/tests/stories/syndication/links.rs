//! Each form of a document leads to all others.

use std::collections::{BTreeMap, BTreeSet};

use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use super::office::{Office, id};
use crate::issued::{FORMS, Got, get};

/// Address and media type of what a document says to be another form of it.
fn alternates(got: &Got) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    for link in got.headers.get("link").map_or("", String::as_str).split(", <") {
        let (address, parameters) = link.trim_start_matches('<').split_once(">; ").expect("a link has parameters");
        let parameters: BTreeMap<&str, &str> = parameters.split("; ").filter_map(|one| one.split_once('=')).collect();
        if parameters["rel"] == "\"alternate\"" {
            let is_new = found.insert((address.to_owned(), parameters["type"].trim_matches('"').to_owned()));
            assert!(is_new, "{address} twice");
        }
    }
    found
}

fn media_type(got: &Got) -> &str {
    got.headers["content-type"].split(';').next().expect("there is always a first")
}

#[rstest]
fn every_form_leads_to_all_others(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let office = Office::open(backend);
    let list = "(first: 2) { nodes { contentId } }";
    let query = format!("{{ articles{list} people{list} institutions{list} events{list} }}");
    let all = office.server.data(&query, json!({}));
    let mut items: Vec<(&str, String)> = Vec::new();
    for (kind, of_kind) in
        [("ARTICLE", "articles"), ("PERSON", "people"), ("INSTITUTION", "institutions"), ("EVENT", "events")]
    {
        let of_kind = all[of_kind]["nodes"].as_array().unwrap().iter().map(|one| (kind, id(one).to_owned()));
        items.extend(of_kind);
    }
    let of_articles = [&office.corrected, &office.withdrawn, &office.killed, &office.embargoed];
    items.extend(of_articles.map(|item| ("ARTICLE", id(item).to_owned())));
    for other in &office.others {
        items.extend([&other.withdrawn, &other.killed].map(|item| (other.kind, id(item).to_owned())));
    }
    let bearer = format!("Bearer {}", office.partner);
    let mut followed = 0;
    for (kind, item) in &items {
        // Without the key all but one is public, and that is how it is asked for.
        let key = [("authorization", bearer.as_str())];
        let key = if *item == id(&office.embargoed) { key.as_slice() } else { &[] };
        let forms =
            FORMS.into_iter().filter(|form| *form != ".ninjs.json" || !["PERSON", "INSTITUTION"].contains(kind));
        let forms: Vec<&str> = forms.collect();
        for version in ["", "/versions/1"] {
            let fetch = |form: &&str| get(&office.server, &format!("/v1/items/{item}-fr{version}{form}"), key);
            let documents: Vec<Got> = forms.iter().map(fetch).collect();
            if !version.is_empty() && !key.is_empty() {
                assert!(documents.iter().all(|got| got.status == 404), "it has no versions yet");
                continue;
            }
            let addresses = documents.iter().map(|got| got.headers["content-location"].clone());
            let addresses: Vec<(String, String)> =
                addresses.zip(&documents).map(|(address, got)| (address, media_type(got).to_owned())).collect();
            for (number, got) in documents.iter().enumerate() {
                let what = format!("{kind} {item}{version}{}", forms[number]);
                assert!(got.headers["content-location"].ends_with(forms[number]), "{what}: {:?}", got.headers);
                let others = addresses.iter().filter(|other| **other != addresses[number]).cloned();
                let others: BTreeSet<_> = others.collect();
                assert_eq!(others.len(), forms.len() - 1, "{what}");
                assert_eq!(alternates(got), others, "{what}");
            }
            let is_taken_back = documents.iter().any(|got| got.status == 410);
            for (address, media) in &addresses {
                let path = address.strip_prefix(office.server.address()).expect("its own");
                let led_to = get(&office.server, path, key);
                // A version of what was taken back is a document that says so.
                assert_eq!(led_to.status, if is_taken_back { 410 } else { 200 }, "{path}");
                assert_eq!((media_type(&led_to), &led_to.headers["content-location"]), (media.as_str(), address));
                followed += 1;
            }
        }
    }
    println!("{backend:?}: {} items, {followed} links followed", items.len());
}
