//! Feeds of products: for those who receive them.

use std::time::Duration;

use chrono::TimeDelta;
use griot_persistence::{Partner, ProductRemoval};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::agency::{Agency, lines, since};
use crate::pictures::{picture, showing};
use crate::support::Answer;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn of_what_a_removed_product_held_kills_are_told(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let (partner, key) = agency.partner(3, &[communiques]).await;
    let shown = picture(&agency, "tribune");
    let had = showing(&agency, "COMMUNIQUE", &shown);
    assert_eq!(lines(&agency.changes(Some(&key), "").await), ["upsert article fr 1 –"]);
    assert_eq!(agency.store.remove_product(communiques).await.unwrap(), ProductRemoval::InUse(1));
    agency.save(&Partner { products: Vec::new(), ..partner.clone() }).await;
    tokio::time::sleep(Duration::from_millis(2_100)).await;
    assert_eq!(agency.store.remove_product(communiques).await.unwrap(), ProductRemoval::Removed);
    let copy = agency.changes(Some(&key), "").await;
    assert_eq!(lines(&copy), [""; 0]);
    let refused = agency.changes(Some(&key), "?product=p1").await;
    assert!(refused.status == 400, "it is not there for anybody: {refused:?}");

    let later = agency.article("COMMUNIQUE", &["fr"]);
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&later);
    let changed = agency.changed(&had, json!({ "kind": "NEWS" }));
    agency.desk().publish(&[&changed]);
    assert_eq!(lines(&agency.changes(Some(&key), &since(&copy)).await), [""; 0], "nothing but kills of what it had");
    agency.kill(&shown);
    let told = agency.changes(Some(&key), &since(&copy)).await;
    assert_eq!(lines(&told), ["tombstone asset fr 2 killed"], "what it showed");
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&changed);
    assert_eq!(lines(&agency.changes(Some(&key), &since(&told)).await), ["tombstone article fr 3 killed"]);
    let ever = ["tombstone asset fr 2 killed", "tombstone article fr 3 killed"];
    assert_eq!(lines(&agency.changes(Some(&key), "").await), ever, "in every copy");
    let query = "{ changes { changes { kind tombstone } } }";
    let of_graphql = agency.world.ask_as(&key, "/graphql", query).json()["data"]["changes"]["changes"].take();
    let killed = |kind: &str| json!({ "kind": kind, "tombstone": "KILLED" });
    assert_eq!(of_graphql, json!([killed("ASSET"), killed("ARTICLE")]));
    for draft in [&had, &shown] {
        let entry = draft["contentId"].as_str().unwrap().parse().unwrap();
        assert_eq!(agency.store.told_of(entry).await.unwrap(), [partner.id].into());
        let receipt = format!("/v1/partner/receipts/{}", draft["contentId"].as_str().unwrap());
        assert_eq!(agency.world.put_as(&key, &receipt, &[], br#"{"state":"removed"}"#).status, 200);
    }
}

/// What a JSON Feed holds, as `language title`.
fn items(feed: &Answer) -> Vec<String> {
    assert_eq!(feed.status, 200, "{feed:?}");
    let feed = feed.json();
    let items = feed["items"].as_array().unwrap().iter();
    items.map(|item| format!("{} {}", item["language"].as_str().unwrap(), item["title"].as_str().unwrap())).collect()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_product_has_a_feed_for_those_who_receive_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let communiques = agency.product(1, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await;
    let english = agency.product(2, json!({ "all": [{ "language": "en" }] })).await;
    let advisories = agency.product(3, json!({ "all": [{ "kind": "ADVISORY" }] })).await;
    let (_, key) = agency.partner(4, &[communiques, english, advisories]).await;
    let (_, other) = agency.partner(5, &[advisories]).await;
    let both = agency.article("COMMUNIQUE", &["fr", "en"]);
    agency.article("NEWS", &["fr"]);
    agency.article("NEWS", &["en"]);
    agency.article("ADVISORY", &["fr"]);
    agency.world.partners.catch_up().await.unwrap();

    let feed = |code: &str| agency.world.get_as(&key, &format!("/v1/feeds/product/{code}.json"));
    let told = feed("p1");
    assert_eq!(items(&told), ["en Titre en", "fr Titre fr"], "each language is an item");
    assert_eq!(told.header("cache-control"), "private, no-store");
    assert_eq!(told.json()["title"], "Présidence — P");
    assert_eq!(told.json()["feed_url"], "https://api.example/v1/feeds/product/p1.json");
    assert_eq!(items(&feed("p2")), ["en Titre en", "en Titre en"]);
    assert_eq!(items(&feed("p3")), ["fr Titre fr"], "advisories are for newsrooms");
    for form in ["atom", "rss"] {
        let told = agency.world.get_as(&key, &format!("/v1/feeds/product/p1.{form}"));
        assert!(told.status == 200 && told.body.contains("Titre fr"), "{told:?}");
    }

    let path = "/v1/feeds/product/p1.json";
    let known = agency.world.get_with(path, &[("authorization", &key), ("if-none-match", told.header("etag"))]);
    assert_eq!((known.status, known.body.as_str()), (304, ""), "{known:?}");
    let events = agency.product(6, json!({ "all": [{ "kind": "EVENT" }] })).await;
    let (_, of_events) = agency.partner(7, &[events]).await;
    let time = json!({ "allDay": { "startsOn": "2026-02-01" } });
    let event = json!({ "time": time, "texts": [{ "locale": "fr", "name": "Sommet de Bamako" }] });
    agency.desk().publish(&[&agency.desk().made("event", event)]);
    agency.world.partners.catch_up().await.unwrap();
    let calendar = |code: &str, key: &str| agency.world.get_as(key, &format!("/v1/feeds/product/{code}.ics"));
    let of_product = calendar("p6", &of_events);
    assert_eq!((of_product.status, of_product.header("content-type")), (200, "text/calendar; charset=utf-8"));
    assert!(of_product.body.contains("SUMMARY;LANGUAGE=fr:Sommet de Bamako"), "{of_product:?}");
    let none = calendar("p1", &key);
    assert!(none.status == 200 && !none.body.contains("BEGIN:VEVENT"), "no event is in it: {none:?}");

    // Whoever does not receive it learns nothing of it, to the byte.
    for (path, reader) in [
        ("product/p1.json", None),
        ("product/p1.atom", Some(&other)),
        ("product/p9.json", Some(&key)),
        ("product/p1/archive/2026-05.atom", Some(&other)),
    ] {
        let get = |path: &str| {
            let path = format!("/v1/feeds/{path}");
            let mut answer = reader.map_or_else(|| agency.world.get(&path), |key| agency.world.get_as(key, &path));
            // How much of the quota is left goes down with each request.
            answer.headers.remove("ratelimit");
            answer
        };
        assert_eq!(get(path).status, 404, "{path}");
        assert_eq!(get(path), get("nothing.json"), "{path}");
    }

    // What left it is not in it any more; what was killed is told of where it had been.
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&both);
    agency.world.partners.catch_up().await.unwrap();
    let told = feed("p1");
    let notes = ["en KILL: Erreur sur la personne", "fr ANNULATION : Erreur sur la personne"];
    let mut found = items(&told);
    found.sort();
    assert_eq!(found, notes);
    assert!(!told.body.contains("Titre"), "{told:?}");
    assert_eq!(items(&feed("p3")), ["fr Titre fr"], "it never had it");
    let atom = agency.world.get_as(&key, "/v1/feeds/product/p1.atom");
    assert_eq!(atom.body.matches("at:deleted-entry ").count(), 2, "{atom:?}");
}
