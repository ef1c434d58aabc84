//! Feeds and documents of everybody, as the record moves on.

use chrono::TimeDelta;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::agency::Agency;

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn the_feed_of_a_language_tells_that_the_last_in_it_was_killed(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let feed = async || {
        agency.world.tail.catch_up().await;
        agency.world.get("/v1/feeds/language/en.atom")
    };
    assert_eq!(feed().await.status, 404, "there never was anything in it");
    let only = agency.article("NEWS", &["en"]);
    let told = feed().await;
    assert!(told.status == 200 && told.body.contains("Titre en"), "{told:?}");
    let (day, at) = told.header("last-modified").split_at(5);
    assert!(day.ends_with(", ") && at.ends_with(" GMT"), "{told:?}");
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&only);
    let told = feed().await;
    assert!(told.status == 200 && told.body.contains("at:deleted-entry ") && !told.body.contains("Titre"), "{told:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_version_has_the_same_bytes_when_a_translation_comes(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let french = agency.article("NEWS", &["fr"]);
    let path = |form: &str| format!("/v1/items/{}-fr/versions/1{form}", french["contentId"].as_str().unwrap());
    let forms = [".ninjs.json", ".jsonld", ".g2.xml", ".html", ".txt"];
    let before = forms.map(|form| agency.world.get(&path(form)));
    agency.world.wait(TimeDelta::minutes(1));
    let text = json!([{ "locale": "en", "headline": "Title", "body": { "markdown": "Text." } }]);
    agency.desk().publish(&[&agency.changed(&french, json!({ "texts": text }))]);
    agency.world.tail.catch_up().await;
    let english = agency.world.get(&path(".ninjs.json").replace("-fr/", "-en/"));
    assert!(english.status == 200 && english.body.contains("/v1/rel/translation"), "{english:?}");
    for (form, before) in forms.iter().zip(before) {
        let after = agency.world.get(&path(form));
        assert_eq!(
            (after.status, &after.body, after.header("etag")),
            (200, &before.body, before.header("etag")),
            "{form}"
        );
    }
}
