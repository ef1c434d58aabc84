//! What is published of a post is told as a version of whoever holds it.

use chrono::TimeDelta;
use griot_persistence::EVERYTHING_PRODUCT;
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::json;

use crate::agency::{Agency, lines, since};

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn partners_are_told_of_a_person_whose_posts_change(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let (_, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let name = json!({ "name": { "display": "Awa DIARRA" }, "texts": [{ "locale": "fr" }] });
    let person = agency.desk().made("person", name);
    agency.desk().publish(&[&person]);
    let mut places = Vec::new();
    for key in [None, Some(key.as_str())] {
        let told = agency.changes(key, "").await;
        assert_eq!(lines(&told), ["upsert person fr 1 –"]);
        places.push((key, since(&told)));
    }
    let path = |rest: &str| format!("/v1/items/{}-fr{rest}", person["contentId"].as_str().unwrap());
    let first = agency.world.get(&path("/versions/1.jsonld"));
    let told = |step: &'static str| {
        let document = agency.world.get(&path(".jsonld"));
        assert_eq!(document.status, 200, "{step}");
        document.body.contains("Gardienne du phare")
    };
    assert!(!told("before"));

    agency.world.wait(TimeDelta::minutes(1));
    let texts = json!([{ "locale": "fr", "title": "Gardienne du phare" }]);
    let post = json!({ "person": person["contentId"], "from": "2024", "texts": texts });
    let post = agency.desk().made("appointment", post);
    agency.desk().publish(&[&post]);
    for (key, place) in &mut places {
        let news = agency.changes(*key, place).await;
        assert_eq!(lines(&news), ["upsert person fr 2 –"]);
        *place = since(&news);
    }
    assert!(told("with the post"));
    let again = agency.world.get(&path("/versions/1.jsonld"));
    assert_eq!((&again.body, again.header("etag")), (&first.body, first.header("etag")), "what was issued stays");

    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&post);
    for (key, place) in places {
        let news = agency.changes(key, &place).await;
        assert_eq!(lines(&news), ["upsert person fr 3 –"]);
    }
    assert!(!told("after the kill"));
    let second = agency.world.get(&path("/versions/2.jsonld"));
    assert!(second.status == 200 && !second.body.contains("Gardienne"), "{second:?}");
}
