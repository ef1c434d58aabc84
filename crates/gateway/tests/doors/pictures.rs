//! A picture that is taken back is told to whoever was told of what shows it.

use chrono::TimeDelta;
use griot_domain::EntryId;
use griot_persistence::{EVERYTHING_PRODUCT, Partner};
use griot_testbed::Backend;
use rstest::rstest;
use serde_json::{Value, json};

use crate::agency::{Agency, lines, since};

/// A public picture.
pub fn picture(agency: &Agency, name: &str) -> Value {
    let texts = json!([{ "locale": "fr", "title": name, "alt": name }]);
    let url = format!("https://photos.example/{name}.jpg");
    let draft = agency.desk().made("asset", json!({ "kind": "IMAGE", "url": url, "texts": texts }));
    agency.desk().publish(&[&draft]);
    draft
}

/// A public article that shows it.
pub fn showing(agency: &Agency, kind: &str, picture: &Value) -> Value {
    let lead = json!({ "leadImage": { "asset": picture["contentId"] } });
    let draft = agency.changed(&agency.draft(kind, &["fr"]), lead);
    agency.desk().publish(&[&draft]);
    draft
}

fn entry(draft: &Value) -> EntryId {
    draft["contentId"].as_str().unwrap().parse().unwrap()
}

/// The name that an article's picture has in its document; null without one.
fn shown_at(agency: &Agency, article: &Value) -> Value {
    let path = format!("/v1/items/{}-fr.ninjs.json", article["contentId"].as_str().unwrap());
    agency.world.get(&path).json().pointer("/associations/0/uri").cloned().unwrap_or_default()
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_killed_picture_is_told_to_whoever_had_it(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let [speeches, communiques] = [
        agency.product(1, json!({ "all": [{ "kind": "SPEECH" }] })).await,
        agency.product(2, json!({ "all": [{ "kind": "COMMUNIQUE" }] })).await,
    ];
    let (all, of_all) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let (had, of_had) = agency.partner(2, &[communiques]).await;
    let (_, of_none) = agency.partner(3, &[speeches]).await;
    let killed = picture(&agency, "tribune");
    let article = showing(&agency, "COMMUNIQUE", &killed);
    picture(&agency, "unshown");
    let keys = [None, Some(of_all.as_str()), Some(&of_had), Some(&of_none)];
    let mut begun = Vec::new();
    for (key, count) in keys.into_iter().zip([1, 1, 1, 0]) {
        let copy = agency.changes(key, "").await;
        assert_eq!(lines(&copy).len(), count, "pictures are told with what shows them: {copy:?}");
        begun.push(since(&copy));
    }
    let named = shown_at(&agency, &article);
    agency.save(&Partner { products: vec![speeches], ..had.clone() }).await;
    tokio::time::sleep(std::time::Duration::from_millis(2_100)).await;
    begun[2] = since(&agency.changes(Some(&of_had), "").await);

    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&killed);
    for (place, key) in keys.into_iter().enumerate() {
        let told = agency.changes(key, &begun[place]).await;
        if key == Some(&of_none) {
            assert_eq!(lines(&told), [""; 0], "it never had an item that shows the picture");
            continue;
        }
        assert_eq!(lines(&told), ["tombstone asset fr 2 killed"]);
        let line = told.json()["changes"][0].take();
        assert_eq!((&line["uri"], &line["id"]), (&named, &killed["contentId"]));
        assert_eq!(line["ed_note"], json!("ANNULATION : Erreur sur la personne"));
        assert_eq!(lines(&agency.changes(key, "").await).last().unwrap(), "tombstone asset fr 2 killed", "for ever");
        for (form, address) in line["links"].as_object().unwrap() {
            let path = address.as_str().unwrap().strip_prefix("https://api.example").unwrap();
            let document = agency.world.get(path);
            let is_told = document.body.contains("Erreur sur la personne");
            assert!(is_told && document.status == if form == "html" { 410 } else { 200 }, "{form}: {document:?}");
            assert!(!document.body.contains("tribune"), "nothing of it is left");
        }
    }
    assert_eq!(shown_at(&agency, &article), json!(null));
    assert_eq!(agency.store.told_of(entry(&killed)).await.unwrap(), [all.id, had.id].into());
    let receipt = format!("/v1/partner/receipts/{}", killed["contentId"].as_str().unwrap());
    let put = |key: &str| agency.world.put_as(key, &receipt, &[], br#"{"state":"removed"}"#).status;
    assert_eq!([put(&of_all), put(&of_had), put(&of_none)], [200, 200, 404]);
    let query = format!("{{ receipts(contentId: {}) {{ partnerName state }} }}", killed["contentId"]);
    let told = agency.world.ask_as(&agency.editor, "/editorial/graphql", &query).json()["data"]["receipts"].take();
    let removed = |name: &str| json!({ "partnerName": name, "state": "REMOVED" });
    assert_eq!(told, json!([removed("Outlet 1"), removed("Outlet 2")]));
    let query = "{ changes { changes { kind uri tombstone note } } }";
    let of_graphql = agency.world.ask_as(&of_all, "/graphql", query).json()["data"]["changes"]["changes"].take();
    let last = of_graphql.as_array().unwrap().last().unwrap();
    assert_eq!((&last["kind"], &last["uri"], &last["tombstone"]), (&json!("ASSET"), &named, &json!("KILLED")));
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_is_told_to_whoever_had_what_was_killed_before_it(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let (partner, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let picture = picture(&agency, "tribune");
    let article = showing(&agency, "NEWS", &picture);
    let begun = since(&agency.changes(Some(&key), "").await);
    agency.world.wait(TimeDelta::minutes(1));
    agency.kill(&article);
    agency.kill(&picture);
    let told = lines(&agency.changes(Some(&key), &begun).await);
    assert_eq!(told, ["tombstone article fr 2 killed", "tombstone asset fr 2 killed"]);
    assert_eq!(agency.store.told_of(entry(&picture)).await.unwrap(), [partner.id].into());
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_portrait_that_is_taken_back_is_in_no_document(
    #[values(Backend::Sqlite, Backend::Postgres)] backend: Backend,
) {
    let agency = Agency::open(backend).await;
    let portrait = picture(&agency, "tribune");
    let name = json!({ "name": { "display": "Awa DIARRA" }, "portrait": portrait["contentId"],
        "texts": [{ "locale": "fr" }] });
    let person = agency.desk().made("person", name);
    agency.desk().publish(&[&person]);
    let path = format!("/v1/items/{}-fr.jsonld", person["contentId"].as_str().unwrap());
    assert!(agency.world.get(&path).body.contains("tribune"));
    agency.world.wait(TimeDelta::minutes(1));
    agency.act("contentWithdraw", "ContentWithdrawInput", portrait);
    agency.changes(None, "").await;
    let document = agency.world.get(&path);
    assert!(document.status == 200 && !document.body.contains("tribune"), "{document:?}");
}

#[rstest]
#[tokio::test(flavor = "multi_thread")]
async fn a_picture_that_comes_back_is_told_once_more(#[values(Backend::Sqlite, Backend::Postgres)] backend: Backend) {
    let agency = Agency::open(backend).await;
    let (_, key) = agency.partner(1, &[EVERYTHING_PRODUCT]).await;
    let withdrawn = picture(&agency, "tribune");
    let article = showing(&agency, "NEWS", &withdrawn);
    let mut places = Vec::new();
    for key in [None, Some(key.as_str())] {
        places.push((key, since(&agency.changes(key, "").await)));
    }
    agency.world.wait(TimeDelta::minutes(1));
    agency.act("contentWithdraw", "ContentWithdrawInput", withdrawn.clone());
    for (key, place) in &mut places {
        let told = agency.changes(*key, place).await;
        assert_eq!(lines(&told), ["tombstone asset fr 2 withdrawn"]);
        *place = since(&told);
    }
    agency.world.wait(TimeDelta::minutes(1));
    let again = json!({ "contentId": withdrawn["contentId"], "expectedRevision": 1 });
    agency.desk().publish(&[&again]);
    for (key, place) in places {
        let told = agency.changes(key, &place).await;
        assert_eq!(lines(&told), ["upsert asset fr 3 –"]);
        let line = told.json()["changes"][0].take();
        assert_eq!((&line["uri"], &line["links"]), (&shown_at(&agency, &article), &json!({})), "{line}");
        // Whoever begins now has no copy of it that could matter; and nothing but what shows it is to be had.
        let copy = lines(&agency.changes(key, "").await);
        assert_eq!(copy.first().unwrap(), "upsert article fr 1 –", "{copy:?}");
    }
}
